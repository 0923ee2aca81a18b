"""What a morning costs: an edition of a day of 10,000 stories, composed, kept, and written as mail.

    python benchmarks/accounts/morning.py DATA [--stories 10000] [--rounds 3]

The texts are those of DATA/events (docs/data.md), in events whose sizes follow Zipf's law up to 120 stories; half of the
events began the day before and were told then.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.app.app import App, open_app
from aggregator.config import Config, DigestConfig
from aggregator.store.times import to_db

NOW = datetime(2026, 3, 3, 7, tzinfo=UTC)
LARGEST = 120
OUTLETS = 300


def rows(data: Path, stories: int) -> list[dict[str, str]]:
    """Stories with text, event by event as they are known to belong together."""
    found: list[dict[str, str]] = []
    for name in ("allsides", "allsides21"):
        lines = (data / "events" / f"{name}.jsonl").read_text("utf-8").splitlines()
        found += [row for row in map(json.loads, lines) if len(row.get("text") or "") > 400]
    found.sort(key=lambda row: str(row["cluster"]))
    return list(itertools.islice(itertools.cycle(found), stories))


def sizes(stories: int) -> Iterator[int]:
    """How many stories the events have, the largest first."""
    left, rank = stories, 1
    while left > 0:
        size = min(left, max(1, int(LARGEST / rank**0.6)) if rank < 3000 else 1)
        yield size
        left -= size
        rank += 1


def fill(app: App, data: Path, stories: int) -> None:
    """The day and the day before, as polls would have left them."""
    run = app.store.connections.run
    texts = iter(rows(data, stories))
    with app.store.write():
        for number in range(1, OUTLETS + 1):
            run(
                "INSERT INTO outlets (id, key, name) VALUES (?, ?, ?)",
                (number, f"outlet{number}.example", f"Outlet {number}"),
            )
            run(
                "INSERT INTO feeds (id, url, title, folder, added_at, outlet_id) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    number,
                    f"https://outlet{number}.example/feed",
                    f"Outlet {number}",
                    f"Folder {number % 8}",
                    to_db(NOW),
                    number,
                ),
            )
        story = 0
        for event, size in enumerate(sizes(stories), 1):
            began = NOW - timedelta(hours=30 if event % 2 else 20)
            times = [began + (NOW - began) * n / size for n in range(size)]
            run(
                "INSERT INTO events (id, key, headline, first_at, last_at, seen_at, changed_at, outlets, reports, independent, stories)"
                " VALUES (?, ?, 'x', ?, ?, ?, ?, ?, ?, ?, ?)",
                (event, str(event), to_db(times[0]), to_db(times[-1]), to_db(times[0]), to_db(times[-1]), min(size, OUTLETS), size, size, size),
            )  # fmt: skip
            for at in times:
                story += 1
                row = next(texts)
                outlet = story % OUTLETS + 1
                run(
                    "INSERT INTO stories (id, key, url, title, outlet_id, feed_id, published_at, seen_at, lang, words, event_id,"
                    " is_stale, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'en', ?, ?, 0, ?)",
                    (story, str(story), f"https://outlet{outlet}.example/{story}", row["title"], outlet, outlet, to_db(at),
                     to_db(at), len(row["text"].split()), event, row["text"]),
                )  # fmt: skip
        old = to_db(NOW - timedelta(hours=24))
        run(
            "INSERT INTO editions (id, reader_id, name, made_at, since, until, digest) VALUES (1, 1, 'morning', ?, ?, ?, '{}')",
            (old, old, old),
        )
        run(
            "INSERT INTO told (reader_id, audience, story_id, edition_id, told_at)"
            " SELECT 1, 'me@example.org', id, 1, ? FROM stories WHERE seen_at < ?",
            (old, old),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--stories", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    config = Config(timezone="UTC", digests={"morning": DigestConfig(to=("me@example.org",))})
    with tempfile.TemporaryDirectory() as folder, open_app(config, db=Path(folder) / "a.db", clock=lambda: NOW) as app:
        fill(app, args.data, args.stories)
        composed, written = [], []
        for _ in range(args.rounds):
            start = time.process_time()
            digest = app.publishing.preview("morning")
            middle = time.process_time()
            _, _text, html = app.mailing.written("morning", digest)
            composed.append(middle - start)
            written.append(time.process_time() - middle)
        shown = sum(len(s.events) for s in digest.sections)
        print(
            f"{digest.stories:,} stories in {digest.events:,} events, {shown} shown; mail {len(html.encode()):,} bytes"
        )
        print(f"first: composed in CPU time {composed[0]:.2f} s, written {written[0]:.2f} s")
        print(
            f"then:  composed in CPU time {statistics.median(composed[1:] or composed):.2f} s, written {statistics.median(written[1:] or written):.2f} s"
        )


if __name__ == "__main__":
    main()
