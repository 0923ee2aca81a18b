"""Puts the product before the hostile kit: polls the kit's addresses with the app itself and tells what became of them.

    python -m tests.support.hostile_adapter --urls FILE --polls N --articles 0|1 --work DIR --out OUT.json

HOSTILE_DEADLINE is the time for one feed in seconds; without HOSTILE_BACKOFF the wish of a server to be left alone is
forgotten between two polls, for the kit has no time to wait.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from aggregator.app.app import App, open_app
from aggregator.app.polling import PollOptions
from aggregator.config import Config, FetchConfig
from aggregator.model import FeedSpec

# What our errors say, in the kit's words; the first that fits.
CLASSES = (
    ("blocked", r"public addresses only|local network"),
    ("bad_url", r"not a valid address|Only http|no host|address is too long|control characters"),
    ("redirects", r"redirects"),
    ("tls", r"certificate|secure connection"),
    ("timeout", r"in time|took too long|too slow"),
    ("too_large", r"larger than|without end|more headers|too many|more than"),
    ("not_a_feed", r"not a feed|is empty|HTML page"),
    ("connection", r"connection|closed|There is no host"),
    ("protocol", r"HTTP properly|damaged|coding"),
)
ENTRIES = """SELECT e.guid AS id, s.title, e.url AS link, e.published_at AS published, s.text AS content, s.authors AS author
    FROM entries e JOIN stories s ON s.id = e.story_id WHERE e.feed_id = ?"""


def error_class(status: int | None, error: str) -> str:
    if status and status >= 400:
        return f"http_{status}"
    return next((name for name, words in CLASSES if re.search(words, error)), "other")


def config() -> Config:
    deadline_s = float(os.environ.get("HOSTILE_DEADLINE") or 20)
    private = ("127.0.0.0/8",) if os.environ.get("HOSTILE_PRIVATE_OK") else ()
    return Config(
        fetch=FetchConfig(timeout_s=deadline_s, page_timeout_s=deadline_s, host_gap_s=0.0, allow_networks=private),
        timezone="UTC",
    )


def forget_waits(app: App) -> None:
    with app.store.write():
        app.store.connections.run("UPDATE feeds SET retry_at = NULL, state = 'active' WHERE state = 'gone'")
        app.store.connections.run("UPDATE feeds SET retry_at = NULL")


def became_of(app: App, feed_id: int) -> dict[str, Any]:
    rows = app.store.connections
    state = rows.row("SELECT last_status, last_error FROM feeds WHERE id = ?", (feed_id,)) or {}
    answer: dict[str, Any] = {"status": "ok", "entries": rows.rows(ENTRIES, (feed_id,))}
    for entry in answer["entries"]:
        entry["author"] = ", ".join(json.loads(entry["author"])) or None
    if error := state.get("last_error"):
        answer |= {"status": "error", "error": error, "error_class": error_class(state["last_status"], error)}
    return answer


def main() -> None:
    flags = argparse.ArgumentParser()
    for name in ("urls", "polls", "articles", "work", "out"):
        flags.add_argument(f"--{name}", required=True)
    given = flags.parse_args()
    urls = [line for line in Path(given.urls).read_text(encoding="utf-8").split("\n") if line.strip()]
    options = PollOptions(force=True, pages=given.articles == "1", cluster=False)
    with open_app(config(), db=Path(given.work) / "kit.db") as app:
        app.feeds.add([FeedSpec(url=url) for url in urls])
        ids = {feed.url: feed.id for feed in app.feeds.all()}
        for number in range(int(given.polls)):
            if number and not os.environ.get("HOSTILE_BACKOFF"):
                forget_waits(app)
            app.polling.poll(options)
        feeds = {url: became_of(app, feed_id) for url, feed_id in ids.items()}
        Path(given.out).write_text(json.dumps({"feeds": feeds, "db": str(app.db_path)}), encoding="utf-8")


if __name__ == "__main__":
    main()
