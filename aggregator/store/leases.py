"""One writing process at a time, and word to it from others."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from aggregator.errors import LeaseHeld
from aggregator.store.connection import Connections
from aggregator.store.times import to_db

__all__ = ["Leases"]


class Leases:
    """The tables `leases` and `requests`.

    A lease is real time, whatever clock a replay runs by: callers pass the machine's own time.
    """

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def take(self, name: str, holder: str, *, now: datetime, lasts: timedelta) -> None:
        """Take or renew the lease.

        Raises:
            LeaseHeld: another holder has it and it has not run out.

        """
        with self._db.write():
            row = self._db.row("SELECT holder, expires_at FROM leases WHERE name = ?", (name,))
            if row and row["holder"] != holder and row["expires_at"] > to_db(now):
                raise LeaseHeld(
                    f"Another aggregator ({row['holder']}) is writing to {self._db.path}; "
                    "stop it, or wait until it has ended.",
                    holder=row["holder"],
                )
            self._db.run(
                "INSERT INTO leases (name, holder, taken_at, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT (name)"
                " DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at",
                (name, holder, to_db(now), to_db(now + lasts)),
            )

    def release(self, name: str, holder: str) -> None:
        """Give the lease back, if it is ours."""
        with self._db.write():
            self._db.run("DELETE FROM leases WHERE name = ? AND holder = ?", (name, holder))

    def holder(self, name: str, *, now: datetime) -> str | None:
        """Who holds the lease now."""
        found = self._db.value("SELECT holder FROM leases WHERE name = ? AND expires_at > ?", (name, to_db(now)))
        return None if found is None else str(found)

    def ask(self, kind: str, options: dict[str, Any], *, now: datetime) -> int:
        """Leave a request for the process that holds the lease; returns its id."""
        with self._db.write():
            cursor = self._db.run(
                "INSERT INTO requests (kind, options, asked_at) VALUES (?, ?, ?)",
                (kind, json.dumps(options), to_db(now)),
            )
            return int(cursor.lastrowid or 0)

    def next_request(self, *, now: datetime) -> tuple[int, str, dict[str, Any]] | None:
        """The oldest request that nobody has started, now marked as started."""
        if not self._db.value("SELECT 1 FROM requests WHERE started_at IS NULL LIMIT 1"):
            return None
        with self._db.write():
            row = self._db.row("SELECT id, kind, options FROM requests WHERE started_at IS NULL ORDER BY id LIMIT 1")
            if row is None:
                return None
            self._db.run("UPDATE requests SET started_at = ? WHERE id = ?", (to_db(now), row["id"]))
            return row["id"], row["kind"], json.loads(row["options"])

    def finish(self, request_id: int, result: dict[str, Any], *, now: datetime) -> None:
        """Answer a request; old answers are forgotten after a day."""
        with self._db.write():
            self._db.run(
                "UPDATE requests SET done_at = ?, result = ? WHERE id = ?", (to_db(now), json.dumps(result), request_id)
            )
            self._db.run("DELETE FROM requests WHERE asked_at < ?", (to_db(now - timedelta(days=1)),))

    def result(self, request_id: int) -> dict[str, Any] | None:
        """The answer to a request, None while there is none."""
        found = self._db.value("SELECT result FROM requests WHERE id = ? AND done_at IS NOT NULL", (request_id,))
        return None if found is None else dict(json.loads(found))
