"""What a machine that watches us wants to know of the database: a few numbers, each from an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["Gauges", "StoredFigures"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFigures:
    """`feeds` by state, `mail` by what became of it; `undecided` stories wait to be put into events."""

    feeds: dict[str, int]
    feeds_due: int
    feeds_failing: int
    stories: int
    events: int
    undecided: int
    pages_due: int
    mail: dict[str, int]
    editions: int
    last_edition_at: datetime | None
    last_poll_at: datetime | None
    size_bytes: int


class Gauges:
    """Reads them."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def read(self, now: datetime) -> StoredFigures:
        """All figures, of one and the same state of the database."""
        with self._db.read():
            row = self._db.row(_GAUGES, {"now": to_db(now)}) or {}
            feeds = {r["state"]: r["feeds"] for r in self._db.rows(_FEEDS)}
            mail = {r["state"]: r["mails"] for r in self._db.rows(_MAIL)}
        for name in ("last_edition_at", "last_poll_at"):
            row[name] = from_db(row[name])
        return StoredFigures(feeds=feeds, mail=mail, **row)


_FEEDS = "SELECT state, count(*) AS feeds FROM feeds GROUP BY state"
_MAIL = "SELECT state, count(*) AS mails FROM outbox GROUP BY state"
_GAUGES = """SELECT
    (SELECT count(*) FROM feeds WHERE state = 'active' AND (next_poll_at IS NULL OR next_poll_at <= :now)) AS feeds_due,
    (SELECT count(*) FROM feeds WHERE state = 'active' AND failures > 0) AS feeds_failing,
    (SELECT count(*) FROM stories) AS stories,
    (SELECT count(*) FROM events WHERE merged_into IS NULL) AS events,
    (SELECT count(*) FROM stories WHERE is_stale = 1) AS undecided,
    (SELECT count(*) FROM stories WHERE page = 'due') AS pages_due,
    (SELECT count(*) FROM editions) AS editions,
    (SELECT max(made_at) FROM editions) AS last_edition_at,
    (SELECT max(last_polled_at) FROM feeds) AS last_poll_at,
    (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) AS size_bytes"""
