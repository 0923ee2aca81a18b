"""Topics: the named queries that a reader follows, and the events that they match."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.errors import AlreadyExists, NotFound
from aggregator.query.nodes import Node
from aggregator.store.connection import Connections
from aggregator.store.search import story_condition
from aggregator.store.times import from_db, to_db

__all__ = ["EventMatch", "StoredTopic", "Topics"]

_WHOLE = """SELECT s.event_id, count(*) AS originals, sum({sql}) AS matched FROM stories s
    WHERE s.copy_of IS NULL AND s.event_id IN (SELECT value FROM json_each(:events)) GROUP BY s.event_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTopic:
    """A named query. `created_at` is aware UTC."""

    id: int
    name: str
    query: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMatch:
    """How far an event matches a query: of its originals, so many do."""

    event_id: int
    matched: int
    originals: int


class Topics:
    """The table `topics`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def add(self, reader_id: int, name: str, query: str, *, now: datetime) -> int:
        """Keep a topic; returns its id.

        Raises:
            AlreadyExists: the reader has a topic of this name.

        """
        with self._db.write():
            self._see_that_it_is_free(reader_id, name)
            cursor = self._db.run(
                "INSERT INTO topics (reader_id, name, query, created_at) VALUES (?, ?, ?, ?)",
                (reader_id, name, query, to_db(now)),
            )
            return int(cursor.lastrowid or 0)

    def change(self, reader_id: int, name: str, *, to: str, query: str) -> None:
        """Give a topic another name or query; what was told of it stays told.

        Raises:
            NotFound: there is none of this name.
            AlreadyExists: the reader has another topic of the new name.

        """
        with self._db.write():
            topic = self.get(reader_id, name)
            if to != name:
                self._see_that_it_is_free(reader_id, to)
            self._db.run("UPDATE topics SET name = ?, query = ? WHERE id = ?", (to, query, topic.id))

    def _see_that_it_is_free(self, reader_id: int, name: str) -> None:
        if self._db.value("SELECT 1 FROM topics WHERE reader_id = ? AND name = ?", (reader_id, name)):
            raise AlreadyExists(
                f"There is a topic {name!r} already; remove it first: aggregator topics remove {name!r}",
                path=self._db.path,
            )

    def all(self, reader_id: int) -> tuple[StoredTopic, ...]:
        """The reader's topics, in the order they were added."""
        rows = self._db.rows(
            "SELECT id, name, query, created_at FROM topics WHERE reader_id = ? ORDER BY id", (reader_id,)
        )
        return tuple(_topic(row) for row in rows)

    def followers(self) -> tuple[int, ...]:
        """The readers who follow a topic."""
        rows = self._db.rows("SELECT DISTINCT reader_id AS id FROM topics ORDER BY reader_id")
        return tuple(row["id"] for row in rows)

    def get(self, reader_id: int, name: str) -> StoredTopic:
        """The reader's topic of this name.

        Raises:
            NotFound: there is none.

        """
        row = self._db.row(
            "SELECT id, name, query, created_at FROM topics WHERE reader_id = ? AND name = ?", (reader_id, name)
        )
        if row is None:
            raise NotFound(f"There is no topic {name!r}; see: aggregator topics list", path=self._db.path)
        return _topic(row)

    def remove(self, reader_id: int, name: str) -> StoredTopic:
        """Forget a topic.

        Raises:
            NotFound: there is none of this name.

        """
        with self._db.write():
            topic = self.get(reader_id, name)
            self._db.run("DELETE FROM topics WHERE id = ?", (topic.id,))
            return topic

    def matched(
        self, node: Node, event_ids: Sequence[int], *, reader_id: int, zone: str, now: datetime
    ) -> tuple[EventMatch, ...]:
        """How far each of these events matches a query; events with no matching story are left out."""
        if not event_ids:
            return ()
        events = json.dumps(list(event_ids))
        condition = story_condition(node, reader_id=reader_id, zone=zone, now=now)
        among = self._db.row(
            "SELECT min(id) AS low, max(id) AS high FROM stories WHERE event_id IN (SELECT value FROM json_each(?))",
            (events,),
        )
        if among is None or among["low"] is None:
            return ()
        parameters: dict[str, Any] = {**condition.parameters, **among, "events": events}
        sql = _WHOLE.format(sql=f"({condition.sql}) IS TRUE")
        return tuple(
            EventMatch(event_id=row["event_id"], matched=row["matched"], originals=row["originals"])
            for row in self._db.rows(sql, parameters)
            if row["matched"]
        )


def _topic(row: dict[str, Any]) -> StoredTopic:
    created_at = from_db(row.pop("created_at"))
    if created_at is None:
        raise AssertionError(row)
    return StoredTopic(**row, created_at=created_at)
