"""What a reader did with stories and events: read, starred, looked at, muted; and how to take it back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.errors import NotFound
from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["EventMark", "Marks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMark:
    """A reader's mark on an event: when it was last looked at, when it was muted."""

    opened_at: datetime | None = None
    muted_at: datetime | None = None


class Marks:
    """The tables `story_marks`, `event_marks` and `undo`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def set_read(self, reader_id: int, story_ids: Sequence[int], at: datetime | None) -> list[int]:
        """Mark stories read, or unread with None; returns those that were not so before."""
        return self._set("read_at", reader_id, story_ids, at)

    def set_starred(self, reader_id: int, story_ids: Sequence[int], at: datetime | None) -> list[int]:
        """Star stories, or take the stars off with None; returns those that were not so before."""
        return self._set("starred_at", reader_id, story_ids, at)

    def _set(self, column: str, reader_id: int, story_ids: Sequence[int], at: datetime | None) -> list[int]:
        with self._db.write():
            rows = self._db.in_chunks(
                f"SELECT s.id FROM stories s LEFT JOIN story_marks m ON m.reader_id = ? AND m.story_id = s.id"
                f" WHERE m.{column} IS {'NULL' if at else 'NOT NULL'} AND s.id IN ({{marks}})",
                list(story_ids),
                reader_id,
            )
            changed = [row["id"] for row in rows]
            self._db.run_many(
                f"INSERT INTO story_marks (reader_id, story_id, {column}) VALUES (?, ?, ?)"
                f" ON CONFLICT (reader_id, story_id) DO UPDATE SET {column} = excluded.{column}",
                [(reader_id, story_id, at and to_db(at)) for story_id in changed],
            )
            return changed

    def on_events(self, reader_id: int, event_ids: Sequence[int]) -> dict[int, EventMark]:
        """The reader's marks on these events."""
        sql = "SELECT event_id, opened_at, muted_at FROM event_marks WHERE reader_id = ? AND event_id IN ({marks})"
        return {
            row["event_id"]: EventMark(opened_at=from_db(row["opened_at"]), muted_at=from_db(row["muted_at"]))
            for row in self._db.in_chunks(sql, list(event_ids), reader_id)
        }

    def set_opened(self, reader_id: int, event_id: int, at: datetime | None) -> None:
        """Note when the reader last looked at an event."""
        self._set_event("opened_at", reader_id, event_id, at)

    def set_muted(self, reader_id: int, event_id: int, at: datetime | None) -> None:
        """Mute an event, or no longer with None."""
        self._set_event("muted_at", reader_id, event_id, at)

    def _set_event(self, column: str, reader_id: int, event_id: int, at: datetime | None) -> None:
        with self._db.write():
            self._db.run(
                f"INSERT INTO event_marks (reader_id, event_id, {column}) VALUES (?, ?, ?)"
                f" ON CONFLICT (reader_id, event_id) DO UPDATE SET {column} = excluded.{column}",
                (reader_id, event_id, at and to_db(at)),
            )

    def remember(self, reader_id: int, action: str, before: dict[str, Any], *, now: datetime) -> int:
        """Keep how things were before an act; returns the number to undo it by."""
        with self._db.write():
            cursor = self._db.run(
                "INSERT INTO undo (reader_id, at, action, before) VALUES (?, ?, ?, ?)",
                (reader_id, to_db(now), action, json.dumps(before)),
            )
            return int(cursor.lastrowid or 0)

    def act(self, reader_id: int, undo_id: int) -> str | None:
        """What this reader did under that number, None if nothing or if it was undone."""
        found = self._db.value(
            "SELECT action FROM undo WHERE id = ? AND reader_id = ? AND undone_at IS NULL", (undo_id, reader_id)
        )
        return None if found is None else str(found)

    def take_back(self, reader_id: int, undo_id: int, *, now: datetime) -> tuple[str, dict[str, Any]]:
        """An act of this reader and how things were before it, now counted as undone.

        Raises:
            NotFound: there is no such act, or it was undone before.

        """
        with self._db.write():
            row = self._db.row(
                "SELECT action, before FROM undo WHERE id = ? AND reader_id = ? AND undone_at IS NULL",
                (undo_id, reader_id),
            )
            if row is None:
                raise NotFound("There is nothing to undo any more.", path=self._db.path)
            self._db.run("UPDATE undo SET undone_at = ? WHERE id = ?", (to_db(now), undo_id))
            return row["action"], json.loads(row["before"])
