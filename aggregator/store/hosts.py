"""What is known of hosts between runs: until when they asked to be left alone, and their robots.txt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.store.connection import Connections
from aggregator.store.times import to_db

__all__ = ["Hold", "Hosts", "KeptRobots"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A host is not to be asked before `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRobots:
    """The robots.txt of an origin; `text` None if it could not be read."""

    origin: str
    text: str | None
    kept_until: datetime


class Hosts:
    """The tables `hosts` and `robots`. Times are the machine's own, whatever clock a replay runs by."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def holds(self, now: datetime) -> dict[str, Hold]:
        """Hosts (`host:port`) that are not to be asked yet."""
        rows = self._db.rows("SELECT authority, hold_until, reason FROM hosts WHERE hold_until > ?", (to_db(now),))
        return {r["authority"]: Hold(until=datetime.fromisoformat(r["hold_until"]), reason=r["reason"]) for r in rows}

    def robots(self, now: datetime) -> tuple[KeptRobots, ...]:
        """Every robots.txt that still counts."""
        rows = self._db.rows("SELECT origin, text, kept_until FROM robots WHERE kept_until > ?", (to_db(now),))
        return tuple(
            KeptRobots(origin=r["origin"], text=r["text"], kept_until=datetime.fromisoformat(r["kept_until"]))
            for r in rows
        )

    def keep(self, holds: Mapping[str, Hold], robots: Iterable[KeptRobots], *, now: datetime) -> None:
        """Remember these, and forget what has run out."""
        with self._db.write():
            self._db.run("DELETE FROM hosts WHERE hold_until <= ?", (to_db(now),))
            self._db.run("DELETE FROM robots WHERE kept_until <= ?", (to_db(now),))
            self._db.run_many(
                "INSERT OR REPLACE INTO hosts (authority, hold_until, reason) VALUES (?, ?, ?)",
                [(authority, to_db(hold.until), hold.reason) for authority, hold in holds.items()],
            )
            self._db.run_many(
                "INSERT OR REPLACE INTO robots (origin, text, kept_until) VALUES (?, ?, ?)",
                [(r.origin, r.text, to_db(r.kept_until)) for r in robots],
            )
