"""What hosts told an earlier run: kept, so that a restart is no reason to ask them again.

A crash forgets at most what the last run learnt of whole hosts; what a server said of one feed is in the feed's own row.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.app.clock import machine_time
from aggregator.fetch import Client, HostGate, RobotsRecord
from aggregator.store import Store
from aggregator.store.hosts import Hold, KeptRobots

__all__ = ["Manners"]

LONGEST_ROBOTS = 100_000  # characters; a longer robots.txt is asked for again in the next run


class Manners:
    """Carries holds and robots.txt from the store to the network door, and back when there is news."""

    def __init__(self, store: Store, client: Client, gate: HostGate) -> None:
        self._store = store
        self._client = client
        self._gate = gate
        self._has_robots = False
        self._known: dict[str, float] = {}
        now = machine_time()
        for authority, hold in store.hosts.holds(now).items():
            gate.hold(authority, (hold.until - now).total_seconds(), hold.reason)

    def recall_robots(self) -> None:
        """Load what is known of hosts' robots.txt; feeds need none of it, pages do."""
        if self._has_robots:
            return
        self._has_robots = True
        kept = self._store.hosts.robots(machine_time())
        records = [RobotsRecord(origin=k.origin, text=k.text, kept_until=k.kept_until.timestamp()) for k in kept]
        self._client.robots.load(records)
        self._known.update((record.origin, record.kept_until) for record in records)

    def remember(self) -> None:
        """Store what was learnt since."""
        now = machine_time()
        holds = {
            authority: Hold(until=now + timedelta(seconds=seconds), reason=self._gate.held(authority)[1])
            for authority, seconds in self._gate.holds().items()
        }
        fresh = [r for r in self._client.robots.export() if self._known.get(r.origin) != r.kept_until]
        if not holds and not fresh:
            return
        robots = [
            KeptRobots(origin=r.origin, text=r.text, kept_until=datetime.fromtimestamp(r.kept_until, UTC))
            for r in fresh
            if len(r.text or "") <= LONGEST_ROBOTS
        ]
        self._store.hosts.keep(holds, robots, now=now)
        self._known.update((r.origin, r.kept_until) for r in fresh)
