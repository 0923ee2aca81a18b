"""What is known of hosts: robots.txt, and until when they asked to be left alone."""

from __future__ import annotations

from datetime import datetime

from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["Hosts"]


class Hosts:
    """The table `hosts`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def holds(self, now: datetime) -> dict[str, datetime]:
        """Hosts that are not to be asked yet, and until when."""
        rows = self._db.rows("SELECT authority, hold_until FROM hosts WHERE hold_until > ?", (to_db(now),))
        return {r["authority"]: until for r in rows if (until := from_db(r["hold_until"])) is not None}

    def hold(self, holds: dict[str, datetime]) -> None:
        """Remember until when these hosts are to be left alone."""
        with self._db.write():
            self._db.run_many(
                "INSERT INTO hosts (authority, hold_until) VALUES (?, ?)"
                " ON CONFLICT (authority) DO UPDATE SET hold_until = excluded.hold_until",
                [(authority, to_db(until)) for authority, until in holds.items()],
            )
