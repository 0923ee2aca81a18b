"""Counts for lists and instruments: how much is stored, of whom, and how much of it a reader has not read."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.errors import StoreError
from aggregator.store.connection import Connections, translated
from aggregator.store.times import from_db, to_db

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


_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_FORBIDDEN_FUNCTIONS = {"load_extension", "fts3_tokenizer", "writefile", "readfile"}


def _reading_only(action: int, _one: str | None, name: str | None, _db: str | None, _by: str | None) -> int:
    """SQLite asks this before each step: reading is allowed, attaching files and loading code is not."""
    if action == sqlite3.SQLITE_PRAGMA:  # table-valued pragmas of the full-text index and of the schema
        return (
            sqlite3.SQLITE_OK
            if _one in {"data_version", "table_info", "page_count", "page_size"}
            else sqlite3.SQLITE_DENY
        )
    if action == sqlite3.SQLITE_FUNCTION and name in _FORBIDDEN_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _different(names: list[str]) -> tuple[str, ...]:
    """Column names of a result, numbered where they are the same."""
    found: dict[str, None] = {}
    for name in names:
        number, unique = 1, name
        while unique in found:
            number += 1
            unique = f"{name}_{number}"
        found[unique] = None
    return tuple(found)


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


class Counts:
    """Numbers from tables that triggers keep, and from indexes."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def stories(self) -> int:
        """How many stories have come by feeds; quick on any store."""
        return int(self._db.value("SELECT ifnull(sum(stories), 0) FROM feed_counts"))

    def unread_by_feed(self, reader_id: int) -> dict[int, int]:
        """How many stories of each subscription that has any are unread, by the feed's id."""
        rows = self._db.rows(
            """SELECT f.id, ifnull(c.stories, 0) - ifnull(r.stories, 0) AS unread FROM feeds f
            JOIN feed_counts c ON c.feed_id = f.id LEFT JOIN read_counts r ON r.feed_id = f.id AND r.reader_id = ?
            WHERE f.state <> 'removed' AND c.stories > ifnull(r.stories, 0)""",
            (reader_id,),
        )
        return {row["id"]: row["unread"] for row in rows}

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

    def outlets(self, *, since: datetime | None = None) -> tuple[OutletCount, ...]:
        """Outlets with stories published since, the busiest first."""
        start = None if since is None else to_db(since)
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
            (start, start),
        )
        return tuple(OutletCount(**{**row, "last_at": from_db(row["last_at"])}) for row in rows)

    @contextlib.contextmanager
    def ask(self, statement: str) -> Iterator[tuple[tuple[str, ...], Iterator[dict[str, Any]]]]:
        """The columns and rows of one statement, over a connection that cannot write.

        Raises:
            StoreError: it is no query, or the database refuses it.

        """
        connections = Connections(self._db.path, read_only=True)
        try:
            with translated(self._db.path):
                conn = connections.db.conn
                conn.execute("PRAGMA query_only = ON")
                conn.execute("SELECT rowid FROM stories_fts LIMIT 0")  # opens the index, for which it reads settings
                conn.set_authorizer(_reading_only)
                cursor = conn.execute(statement)
            if cursor.description is None:
                raise StoreError("That is no question to the database; begin with SELECT.", path=self._db.path)
            columns = _different([name for name, *_ in cursor.description])
            yield columns, self._rows(cursor, columns)
        except (sqlite3.Warning, sqlite3.ProgrammingError, ValueError) as error:
            raise StoreError(f"That is not one question to the database: {error}.", path=self._db.path) from error
        finally:
            connections.close()

    def _rows(self, cursor: sqlite3.Cursor, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        with translated(self._db.path):
            for row in cursor:
                yield {name: _plain(value) for name, value in zip(columns, row, strict=True)}

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
