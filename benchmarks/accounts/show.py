"""A morning's digest of the demo newsroom as a reader gets it, to look at: text, mail and page into a folder.

python benchmarks/accounts/show.py DIR [--day 2026-03-04]
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

from changes import view_of

from aggregator import render
from aggregator.digest import Occasion, compose
from aggregator.model import Digest, Told, TopicMatch
from aggregator.newsroom.load import default_folder, load
from aggregator.newsroom.values import Newsroom


def morning(newsroom: Newsroom, now: datetime) -> Digest:
    """The digest at `now` for somebody who got one the morning before."""
    since = now - timedelta(days=1)
    views, told = [], {}
    for number, event in enumerate(newsroom.events, 1):
        if not any(s.event == event.key and s.at <= now for s in newsroom.stories):
            continue
        view, stories = view_of(newsroom, event.key, now)
        outlets = {s.outlet_id for s in stories.values()}
        known = type(view.event)(
            id=number, headline=view.event.headline, first_at=view.event.first_at, last_at=view.event.last_at,
            seen_at=view.event.first_at, outlets=len(outlets), stories=len(stories),
            reports=sum(s.copy_of is None for s in stories.values()),
            independent=len({s.outlet_id for s in stories.values() if s.copy_of is None}),
        )  # fmt: skip
        sections = [s.section for s in newsroom.stories if s.event == event.key]
        views.append(type(view)(event=known, members=view.members, folder=(sections[0],)))
        before = frozenset(s.id for s in view.stories if s.published_at <= since)
        if before:
            told[number] = Told(at=since, story_ids=before)
    weather = TopicMatch(title="Storm", event_ids=frozenset(v.event.id for v in views if "torm" in v.event.headline))
    return compose(views, Occasion(since=since, until=now, told=told, topics=[weather]), now=now, title="Morning")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--day", default="2026-03-04")
    args = parser.parse_args()
    now = datetime.fromisoformat(args.day).replace(hour=20, tzinfo=UTC)
    digest = morning(load(default_folder()), now)
    subject, text, html = render.digest_mail(digest, zone="Europe/Lisbon")
    args.folder.mkdir(parents=True, exist_ok=True)
    (args.folder / "mail.txt").write_text(f"Subject: {subject}\n\n{text}", encoding="utf-8")
    (args.folder / "mail.html").write_text(html, encoding="utf-8")
    (args.folder / "page.html").write_text(render.digest_html(digest, zone="Europe/Lisbon", why=True), encoding="utf-8")
    (args.folder / "terminal.txt").write_text(render.digest_text(digest, zone="Europe/Lisbon"), encoding="utf-8")
    print(f"{len(html.encode()):,} bytes of HTML mail; subject: {subject}")


if __name__ == "__main__":
    main()
