"""Rules: what to do with stories that match a query, as a reader wrote it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.errors import AlreadyExists, NotFound
from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["Rules", "StoredRule"]

_COLUMNS = "id, reader_id, name, scope, query, actions, created_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """Stories within `scope` (a query; "" is all) that match `query` get `actions`: hide, read, star, quiet, notify, tag:NAME."""

    id: int
    reader_id: int
    name: str
    scope: str
    query: str
    actions: tuple[str, ...]
    created_at: datetime


class Rules:
    """The table `rules`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def add(
        self, reader_id: int, name: str, *, scope: str, query: str, actions: Sequence[str], now: datetime
    ) -> StoredRule:
        """Keep a rule.

        Raises:
            AlreadyExists: the reader has a rule of this name.

        """
        with self._db.write():
            if self._db.value("SELECT 1 FROM rules WHERE reader_id = ? AND name = ?", (reader_id, name)):
                raise AlreadyExists(
                    f"There is a rule {name!r} already; remove it first: aggregator rules remove {name!r}",
                    path=self._db.path,
                )
            self._db.run(
                "INSERT INTO rules (reader_id, name, scope, query, actions, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                (reader_id, name, scope, query, json.dumps(list(actions), ensure_ascii=False), to_db(now)),
            )
            return self.get(reader_id, name)

    def all(self, reader_id: int | None = None) -> tuple[StoredRule, ...]:
        """The reader's rules, or everybody's, in the order they were added."""
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM rules WHERE ? IS NULL OR reader_id = ? ORDER BY id", (reader_id, reader_id)
        )
        return tuple(_rule(row) for row in rows)

    def get(self, reader_id: int, name: str) -> StoredRule:
        """The reader's rule of this name.

        Raises:
            NotFound: there is none.

        """
        row = self._db.row(f"SELECT {_COLUMNS} FROM rules WHERE reader_id = ? AND name = ?", (reader_id, name))
        if row is None:
            raise NotFound(f"There is no rule {name!r}; see: aggregator rules list", path=self._db.path)
        return _rule(row)

    def remove(self, reader_id: int, name: str) -> StoredRule:
        """Forget a rule; what it did stays.

        Raises:
            NotFound: there is none of this name.

        """
        with self._db.write():
            rule = self.get(reader_id, name)
            self._db.run("DELETE FROM rules WHERE id = ?", (rule.id,))
            return rule


def _rule(row: dict[str, Any]) -> StoredRule:
    created_at = from_db(row.pop("created_at"))
    if created_at is None:
        raise AssertionError(row)
    actions = tuple(json.loads(row.pop("actions")))
    return StoredRule(**row, actions=actions, created_at=created_at)
