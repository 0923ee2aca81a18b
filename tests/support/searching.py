"""A small store to search, and the same stories as candidates for the naive evaluation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aggregator.query.evaluate import Candidate
from aggregator.store import Store
from aggregator.store.times import to_db
from aggregator.text.grams import grams

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A story as a test writes it."""

    title: str | None = None
    text: str | None = None
    outlet: str = "The Courier"
    key: str = "courier.example"
    authors: tuple[str, ...] = ()
    lang: str | None = "en"
    url: str | None = None
    hours: float = 1.0
    seen_hours: float = 0.5
    event: int | None = None
    copy_of: int | None = None
    folder: str = "World"
    feed: str = "Courier: all"
    read: bool = False
    starred: bool = False
    tags: tuple[str, ...] = ()


def fill(store: Store, rows: Sequence[Row]) -> None:
    """Put stories into an empty store; their ids count from 1."""
    with store.connections.write():
        run = store.connections.run
        for event_id in sorted({r.event for r in rows if r.event}):
            members = [r for r in rows if r.event == event_id]
            last = to_db(NOW - timedelta(hours=min(r.hours for r in members)))
            run(
                "INSERT INTO events (id, key, headline, first_at, last_at, seen_at, changed_at, outlets, reports, stories)"
                " VALUES (?, ?, 'x', ?, ?, ?, ?, ?, ?, ?)",
                (
                    event_id, str(event_id), last, last, last, last, len({r.key for r in members}),
                    sum(r.copy_of is None for r in members), len(members),
                ),
            )  # fmt: skip
        for number, row in enumerate(rows, 1):
            run("INSERT OR IGNORE INTO outlets (key, name) VALUES (?, ?)", (row.key, row.outlet))
            run(
                "INSERT OR IGNORE INTO feeds (url, title, folder, added_at) VALUES (?, ?, ?, '')",
                (_feed_url(row), row.feed, row.folder),
            )
            run(
                "INSERT INTO stories (id, key, url, title, text, grams, outlet_id, feed_id, authors, published_at, seen_at,"
                " lang, event_id, copy_of) SELECT ?, ?, ?, ?, ?, ?, o.id, f.id, ?, ?, ?, ?, ?, ? FROM outlets o, feeds f"
                " WHERE o.key = ? AND f.url = ?",
                (
                    number, str(number), row.url, row.title, row.text, grams(f"{row.title or ''}\n{row.text or ''}"),
                    json.dumps(row.authors, ensure_ascii=False), to_db(NOW - timedelta(hours=row.hours)),
                    to_db(NOW - timedelta(hours=row.seen_hours)), row.lang, row.event, row.copy_of, row.key, _feed_url(row),
                ),
            )  # fmt: skip
            at = to_db(NOW)
            if row.read or row.starred:
                run(
                    "INSERT INTO story_marks (reader_id, story_id, read_at, starred_at) VALUES (1, ?, ?, ?)",
                    (number, at if row.read else None, at if row.starred else None),
                )
            store.connections.run_many("INSERT INTO story_tags VALUES (1, ?, ?)", [(number, tag) for tag in row.tags])


def _feed_url(row: Row) -> str:
    return f"https://{row.key}/{row.folder}/feed"


def candidates(store: Store, rows: Sequence[Row]) -> list[Candidate]:
    """The stories of `fill` as the naive evaluation takes them."""
    stories = store.stories.by_ids(range(1, len(rows) + 1))
    found = []
    for number, row in enumerate(rows, 1):
        members = [r for r in rows if r.event == row.event] if row.event else [row]
        found.append(
            Candidate(
                story=stories[number],
                outlet_key=row.key,
                feed_title=row.feed,
                folder=row.folder,
                outlets=len({r.key for r in members}),
                reports=sum(r.copy_of is None for r in members) if row.event else 1,
                stories=len(members),
            )
        )
    return found
