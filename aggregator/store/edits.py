"""The reader's hands on events: splits, joins, pins and copies undone, obeyed for ever."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.errors import NotFound
from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["Edit", "Edits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One act of a reader. `stories` are keys in two groups: for a split (kept, taken out), for a join (one, other)."""

    id: int
    kind: str
    at: datetime
    groups: tuple[tuple[str, ...], ...]
    is_undone: bool = False


class Edits:
    """The table `edits`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def add(self, kind: str, groups: Sequence[Sequence[str]], *, reader_id: int, now: datetime) -> int:
        """Record an act and have its stories decided again; returns its id."""
        with self._db.write():
            cursor = self._db.run(
                "INSERT INTO edits (reader_id, at, kind, stories) VALUES (?, ?, ?, ?)",
                (reader_id, to_db(now), kind, json.dumps([list(g) for g in groups])),
            )
            self._touch([key for group in groups for key in group])
            return int(cursor.lastrowid or 0)

    def undo(self, edit_id: int | None, *, now: datetime) -> Edit:
        """Undo an act, the latest if none is named.

        Raises:
            NotFound: there is nothing to undo.

        """
        with self._db.write():
            row = self._db.row(
                "SELECT * FROM edits WHERE undone_at IS NULL AND (? IS NULL OR id = ?) ORDER BY id DESC LIMIT 1",
                (edit_id, edit_id),
            )
            if row is None:
                raise NotFound("There is no such edit to undo; see: aggregator edit log", path=self._db.path)
            self._db.run("UPDATE edits SET undone_at = ? WHERE id = ?", (to_db(now), row["id"]))
            edit = _edit({**row, "undone_at": to_db(now)})
            self._touch([key for group in edit.groups for key in group])
            return edit

    def _touch(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), 500):
            chunk = keys[start : start + 500]
            self._db.run(f"UPDATE stories SET is_stale = 1 WHERE key IN ({','.join('?' * len(chunk))})", tuple(chunk))

    def standing(self) -> tuple[Edit, ...]:
        """Acts that hold, oldest first."""
        return tuple(_edit(row) for row in self._db.rows("SELECT * FROM edits WHERE undone_at IS NULL ORDER BY id"))

    def log(self) -> tuple[Edit, ...]:
        """All acts, newest first."""
        return tuple(_edit(row) for row in self._db.rows("SELECT * FROM edits ORDER BY id DESC"))

    def version(self) -> tuple[int, int]:
        """Changes whenever an act is added or undone."""
        row = self._db.row("SELECT count(*) AS n, count(undone_at) AS undone FROM edits") or {}
        return int(row["n"]), int(row["undone"])


def _edit(row: dict[str, Any]) -> Edit:
    at = from_db(row["at"])
    if at is None:
        raise AssertionError(row)
    groups = tuple(tuple(group) for group in json.loads(row["stories"]))
    return Edit(id=row["id"], kind=row["kind"], at=at, groups=groups, is_undone=row["undone_at"] is not None)
