"""Who gets which digest by mail: the token to stop it with, and how their mail fared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["Recipient", "Recipients"]

_COLUMNS = "digest, address, token, hard_failures, last_error, paused_at, unsubscribed_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """An address that a named digest goes to. `hard_failures` counts the mails in a row that were refused for good."""

    digest: str
    address: str
    token: str
    hard_failures: int = 0
    last_error: str | None = None
    paused_at: datetime | None = None
    unsubscribed_at: datetime | None = None

    @property
    def wants_mail(self) -> bool:
        """Whether the next edition goes to this address."""
        return self.paused_at is None and self.unsubscribed_at is None


class Recipients:
    """The table `recipients`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def get(self, digest: str, address: str, *, token: str, now: datetime) -> Recipient:
        """The recipient of this digest at this address; one that is new gets this token."""
        with self._db.write():
            self._db.run(
                "INSERT OR IGNORE INTO recipients (digest, address, token, added_at) VALUES (?, ?, ?, ?)",
                (digest, address, token, to_db(now)),
            )
            (found,) = self._found("digest = ? AND address = ?", (digest, address))
            return found

    def by_token(self, token: str) -> Recipient | None:
        """Whose mail carries this token."""
        return next(iter(self._found("token = ?", (token,))), None)

    def all(self) -> tuple[Recipient, ...]:
        """All recipients that any edition was made for, by digest and address."""
        return self._found("1", ())

    def unsubscribe(self, digest: str, address: str, *, now: datetime) -> None:
        """Send no further edition there, also of those that wait."""
        with self._db.write(durable=True):
            self._db.run(
                "UPDATE recipients SET unsubscribed_at = ifnull(unsubscribed_at, ?) WHERE digest = ? AND address = ?",
                (to_db(now), digest, address),
            )

    def fared_well(self, digest: str, address: str) -> None:
        """A mail was taken: what went wrong before is over."""
        self._db.run(
            "UPDATE recipients SET hard_failures = 0, last_error = NULL WHERE digest = ? AND address = ?",
            (digest, address),
        )

    def fared_ill(self, digest: str, address: str, error: str, *, most: int, now: datetime) -> None:
        """A mail was refused for good: after `most` in a row no further ones go there."""
        self._db.run(
            "UPDATE recipients SET hard_failures = hard_failures + 1, last_error = ?,"
            " paused_at = CASE WHEN hard_failures + 1 >= ? THEN ifnull(paused_at, ?) ELSE paused_at END"
            " WHERE digest = ? AND address = ?",
            (error, most, to_db(now), digest, address),
        )

    def resume(self, address: str) -> int:
        """Send to this address again; returns how many digests that changed."""
        with self._db.write():
            return self._db.run(
                "UPDATE recipients SET paused_at = NULL, unsubscribed_at = NULL, hard_failures = 0"
                " WHERE address = ? AND (paused_at IS NOT NULL OR unsubscribed_at IS NOT NULL)",
                (address,),
            ).rowcount

    def _found(self, where: str, parameters: tuple[str, ...]) -> tuple[Recipient, ...]:
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM recipients WHERE {where} ORDER BY digest, address", parameters)
        for row in rows:
            row["paused_at"], row["unsubscribed_at"] = from_db(row["paused_at"]), from_db(row["unsubscribed_at"])
        return tuple(Recipient(**row) for row in rows)
