"""Passwords that a reader gives to other programs: each for one program, each revocable; only hashes are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.errors import AlreadyExists, NotFound
from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["AppPassword", "AppPasswords"]

_COLUMNS = "p.id, p.reader_id, r.name AS reader, p.label, p.secret_hash, p.created_at, p.used_at"
_TABLES = "app_passwords p JOIN readers r ON r.id = p.reader_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppPassword:
    """A password of one program of one reader: what it is called, and when it was last used."""

    id: int
    reader_id: int
    reader: str
    label: str
    secret_hash: str
    created_at: datetime
    used_at: datetime | None = None


class AppPasswords:
    """The table `app_passwords`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def add(self, reader_id: int, label: str, *, secret_hash: str, fever_hash: str, now: datetime) -> None:
        """Keep a password's hashes.

        Raises:
            AlreadyExists: the reader has one under this label.

        """
        with self._db.write():
            if self._db.value("SELECT 1 FROM app_passwords WHERE reader_id = ? AND label = ?", (reader_id, label)):
                raise AlreadyExists(f"There is a password for {label!r} already; revoke it first.", path=self._db.path)
            self._db.run(
                "INSERT INTO app_passwords (reader_id, label, secret_hash, fever_hash, created_at) VALUES (?, ?, ?, ?, ?)",
                (reader_id, label, secret_hash, fever_hash, to_db(now)),
            )

    def all(self, reader_id: int) -> tuple[AppPassword, ...]:
        """The reader's, in the order they were made."""
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM {_TABLES} WHERE p.reader_id = ? ORDER BY p.id", (reader_id,))
        return tuple(_app_password(row) for row in rows)

    def by_id(self, number: int) -> AppPassword | None:
        """The one with this id."""
        return self._one("p.id = ?", number)

    def by_secret(self, secret_hash: str) -> AppPassword | None:
        """The one with this hash."""
        return self._one("p.secret_hash = ?", secret_hash)

    def by_fever(self, fever_hash: str) -> AppPassword | None:
        """The one with this hash of Fever's key."""
        return self._one("p.fever_hash = ?", fever_hash)

    def _one(self, condition: str, value: object) -> AppPassword | None:
        row = self._db.row(f"SELECT {_COLUMNS} FROM {_TABLES} WHERE {condition}", (value,))
        return None if row is None else _app_password(row)

    def used(self, number: int, *, now: datetime) -> None:
        """Note when it was last used."""
        with self._db.write():
            self._db.run("UPDATE app_passwords SET used_at = ? WHERE id = ?", (to_db(now), number))

    def remove(self, reader_id: int, label: str | None = None) -> None:
        """Revoke the one under this label, or all of a reader's.

        Raises:
            NotFound: there is none under this label.

        """
        with self._db.write():
            gone = self._db.run(
                "DELETE FROM app_passwords WHERE reader_id = ? AND ? IN (label, '')", (reader_id, label or "")
            )
            if label and not gone.rowcount:
                raise NotFound(f"There is no password for {label!r}.", path=self._db.path)


def _app_password(row: dict[str, Any]) -> AppPassword:
    created_at = from_db(row.pop("created_at"))
    if created_at is None:
        raise AssertionError(row)
    return AppPassword(**{**row, "created_at": created_at, "used_at": from_db(row["used_at"])})
