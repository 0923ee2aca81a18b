"""Readers, their passwords and their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.store.connection import Connections
from aggregator.store.times import to_db

__all__ = ["Reader", "Readers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A reader's account; without a password hash nobody can log in as them."""

    id: int
    name: str
    password_hash: str | None = None


class Readers:
    """The tables `readers` and `sessions`, and the installation's own secret."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def all(self) -> tuple[Reader, ...]:
        """All readers, the first one first."""
        return tuple(Reader(**row) for row in self._db.rows("SELECT id, name, password_hash FROM readers ORDER BY id"))

    def by_name(self, name: str) -> Reader | None:
        """The reader of this name."""
        row = self._db.row("SELECT id, name, password_hash FROM readers WHERE name = ?", (name,))
        return None if row is None else Reader(**row)

    def any_password(self) -> bool:
        """Whether anybody has a password: then everybody must log in."""
        return self._db.value("SELECT 1 FROM readers WHERE password_hash IS NOT NULL LIMIT 1") is not None

    def set_password(self, name: str, password_hash: str, *, now: datetime) -> Reader:
        """Give a reader a password and end their sessions; the first one named is the reader who was there from the start."""
        with self._db.write():
            if not self.any_password():
                self._db.run("UPDATE readers SET name = ? WHERE id = 1", (name,))
            self._db.run(
                "INSERT INTO readers (name, created_at, password_hash) VALUES (?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash",
                (name, to_db(now), password_hash),
            )
            reader = self.by_name(name)
            if reader is None:
                raise AssertionError(name)
            self._db.run("DELETE FROM sessions WHERE reader_id = ?", (reader.id,))
            return reader

    def rehash(self, reader_id: int, password_hash: str) -> None:
        """Keep a hash of the same password made with stronger settings."""
        with self._db.write():
            self._db.run("UPDATE readers SET password_hash = ? WHERE id = ?", (password_hash, reader_id))

    def remove(self, reader_id: int) -> None:
        """Take a reader's password and sessions away; what is theirs stays."""
        with self._db.write():
            self._db.run("UPDATE readers SET password_hash = NULL WHERE id = ?", (reader_id,))
            self._db.run("DELETE FROM sessions WHERE reader_id = ?", (reader_id,))

    def begin_session(self, token_hash: str, reader_id: int, *, now: datetime, until: datetime) -> None:
        """Keep a session, and forget those that have run out."""
        with self._db.write():
            self._db.run("DELETE FROM sessions WHERE expires_at <= ?", (to_db(now),))
            self._db.run(
                "INSERT INTO sessions (token_hash, reader_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
                (token_hash, reader_id, to_db(now), to_db(until)),
            )

    def of_session(self, token_hash: str, *, now: datetime) -> Reader | None:
        """Whose session this is, while it lasts."""
        row = self._db.row(
            "SELECT r.id, r.name, r.password_hash FROM sessions s JOIN readers r ON r.id = s.reader_id"
            " WHERE s.token_hash = ? AND s.expires_at > ?",
            (token_hash, to_db(now)),
        )
        return None if row is None else Reader(**row)

    def end_session(self, token_hash: str) -> None:
        """End a session."""
        with self._db.write():
            self._db.run("DELETE FROM sessions WHERE token_hash = ?", (token_hash,))

    def address_key(self, reader_id: int) -> str | None:
        """What the addresses of this reader's feeds are made from; None if there are none."""
        found = self._db.value("SELECT address_key FROM readers WHERE id = ?", (reader_id,))
        return None if found is None else str(found)

    def set_address_key(self, reader_id: int, key: str | None) -> None:
        """Make the addresses of this reader's feeds from something else from now on, or have none."""
        with self._db.write():
            self._db.run("UPDATE readers SET address_key = ? WHERE id = ?", (key, reader_id))

    def language(self, reader_id: int) -> str | None:
        """The language that this reader has chosen; None if none."""
        found = self._db.value("SELECT language FROM readers WHERE id = ?", (reader_id,))
        return None if found is None else str(found)

    def set_language(self, reader_id: int, language: str | None) -> None:
        """Have page and mail speak this language to this reader."""
        with self._db.write():
            self._db.run("UPDATE readers SET language = ? WHERE id = ?", (language, reader_id))

    def secret(self, fresh: str) -> str:
        """The secret that this installation signs with: the stored one, or `fresh` if there is none yet."""
        known = self._db.value("SELECT value FROM meta WHERE name = 'secret'")
        if known is not None:
            return str(known)
        with self._db.write():
            self._db.run("INSERT OR IGNORE INTO meta (name, value) VALUES ('secret', ?)", (fresh,))
            return str(self._db.value("SELECT value FROM meta WHERE name = 'secret'"))
