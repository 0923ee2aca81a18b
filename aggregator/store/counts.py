"""Counts for lists and instruments: how much is stored, of whom, and how much of it a reader has not read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.store.connection import Connections
from aggregator.store.times import from_db

__all__ = ["Counts", "FeedUnread", "OutletCount"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedUnread:
    """A feed with its unread stories; `folder` as the database keeps it."""

    feed_id: int
    folder: str
    stories: int
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletCount:
    """An outlet: its stories, how many are copies, in how many events, and how many of these it told first."""

    id: int
    name: str
    key: str
    stories: int
    copies: int
    events: int
    first: int
    last_at: datetime | None


class Counts:
    """Numbers from tables that triggers keep, and from indexes."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def feeds(self, reader_id: int) -> tuple[FeedUnread, ...]:
        """Subscriptions with their unread stories; a story belongs to the feed that it came by first."""
        rows = self._db.rows(
            """SELECT f.id AS feed_id, f.folder, ifnull(c.stories, 0) AS stories,
                ifnull(c.stories, 0) - ifnull(r.stories, 0) AS unread
            FROM feeds f LEFT JOIN feed_counts c ON c.feed_id = f.id
            LEFT JOIN read_counts r ON r.feed_id = f.id AND r.reader_id = ? WHERE f.state <> 'removed' ORDER BY f.id""",
            (reader_id,),
        )
        return tuple(FeedUnread(**row) for row in rows)

    def unread(self, reader_id: int) -> dict[str, int]:
        """Unread stories of each folder."""
        rows = self._db.rows(
            """SELECT f.folder, sum(ifnull(c.stories, 0) - ifnull(r.stories, 0)) AS unread
            FROM feeds f LEFT JOIN feed_counts c ON c.feed_id = f.id
            LEFT JOIN read_counts r ON r.feed_id = f.id AND r.reader_id = ? WHERE f.state <> 'removed'
            GROUP BY f.folder ORDER BY f.folder""",
            (reader_id,),
        )
        return {row["folder"]: row["unread"] for row in rows}

    def outlets(self, *, since: str | None = None) -> tuple[OutletCount, ...]:
        """Outlets with stories published since, the busiest first."""
        rows = self._db.rows(
            """WITH told AS (
                SELECT id, event_id, outlet_id, copy_of, published_at,
                    event_id IS NOT NULL AND published_at = min(published_at) OVER (PARTITION BY event_id) AS is_first
                FROM stories WHERE ? IS NULL OR published_at >= ?)
            SELECT o.id, o.name, o.key, count(*) AS stories, count(t.copy_of) AS copies, count(DISTINCT t.event_id) AS events,
                sum(t.is_first AND t.copy_of IS NULL
                    AND EXISTS (SELECT 1 FROM events e WHERE e.id = t.event_id AND e.outlets > 1)) AS first,
                max(t.published_at) AS last_at
            FROM told t JOIN outlets o ON o.id = t.outlet_id GROUP BY o.id ORDER BY stories DESC, o.name""",
            (since, since),
        )
        return tuple(OutletCount(**{**row, "last_at": from_db(row["last_at"])}) for row in rows)

    def totals(self) -> dict[str, int]:
        """How many feeds, outlets, stories, copies, events, and how large the file is."""
        row = self._db.row(
            """SELECT (SELECT count(*) FROM feeds WHERE state <> 'removed') AS feeds,
            (SELECT count(*) FROM outlets) AS outlets, (SELECT count(*) FROM stories) AS stories,
            (SELECT count(*) FROM stories WHERE copy_of IS NOT NULL) AS copies,
            (SELECT count(*) FROM events WHERE merged_into IS NULL AND stories > 0) AS events,
            (SELECT count(*) FROM events WHERE merged_into IS NULL AND outlets > 1) AS shared_events,
            (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) AS size_bytes"""
        )
        return dict(row or {})
