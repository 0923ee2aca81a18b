"""Digests that were made, and what each reader was told by them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aggregator.errors import NotFound
from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["Editions"]


class Editions:
    """The tables `editions`, `told` and `occasions`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def add(
        self,
        *,
        reader_id: int,
        name: str,
        made_at: datetime,
        since: datetime,
        digest: str,
        story_ids: Iterable[int],
        audience: str = "",
    ) -> int:
        """Keep an edition and note the stories that its audience was told of by it; returns its id.

        The audience is the reader at this machine, "", or the addresses that a named digest goes to.
        """
        with self._db.write():
            cursor = self._db.run(
                "INSERT INTO editions (reader_id, name, made_at, since, until, digest, last_story_id)"
                " VALUES (?, ?, ?, ?, ?, ?, (SELECT max(id) FROM stories))",
                (reader_id, name, to_db(made_at), to_db(since), to_db(made_at), digest),
            )
            edition_id = int(cursor.lastrowid or 0)
            self._db.run_many(
                "INSERT OR IGNORE INTO told (reader_id, audience, story_id, edition_id, told_at) VALUES (?, ?, ?, ?, ?)",
                [(reader_id, audience, story_id, edition_id, to_db(made_at)) for story_id in story_ids],
            )
            return edition_id

    def is_met(self, reader_id: int, name: str, due_at: datetime) -> bool:
        """Whether the digest that was due then has been made, or found to have nothing to say."""
        sql = "SELECT 1 FROM occasions WHERE reader_id = ? AND name = ? AND due_at = ?"
        return self._db.value(sql, (reader_id, name, to_db(due_at))) is not None

    def meet(self, reader_id: int, name: str, due_at: datetime, edition_id: int | None, *, now: datetime) -> bool:
        """Note what came of a time at which a digest was due; False if another process was faster."""
        with self._db.write():
            cursor = self._db.run(
                "INSERT OR IGNORE INTO occasions (reader_id, name, due_at, met_at, edition_id) VALUES (?, ?, ?, ?, ?)",
                (reader_id, name, to_db(due_at), to_db(now), edition_id),
            )
            return cursor.rowcount == 1

    def listed(self, reader_id: int, *, before: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """Editions of a reader, newest first: id, name, made_at, since and their counts; `before` is an edition's id."""
        rows = self._db.rows(
            "SELECT id, name, made_at, since, json_extract(digest, '$.counts') AS counts FROM editions"
            " WHERE reader_id = ? AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?",
            (reader_id, before, before, limit),
        )
        return [
            {
                **r,
                "made_at": from_db(r["made_at"]),
                "since": from_db(r["since"]),
                "counts": json.loads(r["counts"] or "{}"),
            }
            for r in rows
        ]

    def get(self, reader_id: int, edition_id: int) -> str:
        """An edition of this reader, as JSON.

        Raises:
            NotFound: the reader has no such edition.

        """
        found = self._db.value("SELECT digest FROM editions WHERE id = ? AND reader_id = ?", (edition_id, reader_id))
        if found is None:
            raise NotFound(f"There is no edition {edition_id}.", path=self._db.path)
        return str(found)

    def last_made_at(self, reader_id: int, name: str) -> datetime | None:
        """When this reader's last edition of that name was made."""
        return from_db(
            self._db.value("SELECT max(made_at) FROM editions WHERE reader_id = ? AND name = ?", (reader_id, name))
        )

    def goes_on_from(self, reader_id: int, name: str, *, earliest: datetime, now: datetime) -> datetime | None:
        """From when the next edition tells: when the last one was made, or earlier where the clock was set back after it.

        Then stories that it could not know seem older than it. One that seems to be made later than now is none yet.
        """
        sql = """SELECT min(e.made_at, coalesce((SELECT min(s.seen_at) FROM stories s INDEXED BY stories_seen
              WHERE s.seen_at >= ? AND s.seen_at < e.made_at AND s.id > e.last_story_id), e.made_at))
            FROM editions e WHERE e.reader_id = ? AND e.name = ? AND e.made_at <= ? ORDER BY e.made_at DESC LIMIT 1"""
        return from_db(self._db.value(sql, (to_db(earliest), reader_id, name, to_db(now))))

    def told(
        self, reader_id: int, event_ids: Iterable[int], *, audience: str | None = None
    ) -> Mapping[int, tuple[datetime, frozenset[int]]]:
        """What an audience was told of these events, or all of a reader's: event id -> (last told at, story ids)."""
        ids = list(event_ids)
        found: dict[int, tuple[datetime, frozenset[int]]] = {}
        sql = """SELECT s.event_id, t.story_id, t.told_at FROM told t JOIN stories s ON s.id = t.story_id
            WHERE t.reader_id = ? AND t.audience = ifnull(?, t.audience) AND s.event_id IN ({marks})"""
        for row in self._db.in_chunks(sql, ids, reader_id, audience):
            at = datetime.fromisoformat(row["told_at"])
            last, stories = found.get(row["event_id"], (at, frozenset()))
            found[row["event_id"]] = (max(last, at), stories | {row["story_id"]})
        return found

    def told_stories(self, reader_id: int, story_ids: Sequence[int], *, audience: str) -> set[int]:
        """Which of these stories an audience was told of."""
        sql = "SELECT story_id FROM told WHERE reader_id = ? AND audience = ? AND story_id IN ({marks})"
        return {row["story_id"] for row in self._db.in_chunks(sql, story_ids, reader_id, audience)}
