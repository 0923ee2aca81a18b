"""Hubs that feeds offer, and what we asked of them (WebSub, W3C Recommendation of 23 January 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["Hub", "HubHealth", "WebSub"]

_COLUMNS = "w.feed_id, w.hub, w.topic, w.token, w.secret, w.state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A feed's hub. `state` is offered, asked, active or refused; `token` is in the address that it calls."""

    feed_id: int
    hub: str
    topic: str
    token: str
    secret: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubHealth:
    """How a feed's hub does: since when it was last heard, and what it answered if it would not."""

    hub: str
    state: str
    pushed_at: datetime | None
    answer: str | None


class WebSub:
    """The table `websub`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def offer(self, feed_id: int, *, hub: str, topic: str, token: str, secret: str, now: datetime) -> None:
        """Keep that a feed offers a hub; one that is known already stays as it is, with its own token and secret."""
        self._db.run(
            "INSERT INTO websub (feed_id, hub, topic, token, secret, due_at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (feed_id) DO UPDATE SET hub = excluded.hub, topic = excluded.topic, state = 'offered', tries = 0,"
            " due_at = excluded.due_at WHERE hub <> excluded.hub OR topic <> excluded.topic",
            (feed_id, hub, topic, token, secret, to_db(now)),
        )

    def due(self, now: datetime, *, limit: int = 20) -> tuple[Hub, ...]:
        """Hubs to be asked now: not yet asked, without an answer, or whose lease ends soon."""
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM websub w JOIN feeds f ON f.id = w.feed_id"
            " WHERE w.due_at <= ? AND w.state <> 'refused' AND f.state = 'active' ORDER BY w.due_at LIMIT ?",
            (to_db(now), limit),
        )
        return tuple(Hub(**row) for row in rows)

    def by_token(self, token: str) -> Hub | None:
        """The hub that calls us under this token, while its feed is subscribed to."""
        row = self._db.row(
            f"SELECT {_COLUMNS} FROM websub w JOIN feeds f ON f.id = w.feed_id WHERE w.token = ? AND f.state <> 'removed'",
            (token,),
        )
        return None if row is None else Hub(**row)

    def health(self, feed_id: int) -> HubHealth | None:
        """How the hub of a feed does; None if the feed offers none."""
        row = self._db.row("SELECT hub, state, pushed_at, answer FROM websub WHERE feed_id = ?", (feed_id,))
        return None if row is None else HubHealth(**row | {"pushed_at": from_db(row["pushed_at"])})

    def tries(self, feed_id: int) -> int:
        """How often the hub was asked since it last answered."""
        return int(self._db.value("SELECT tries FROM websub WHERE feed_id = ?", (feed_id,)) or 0)

    def asked(self, feed_id: int, *, again_at: datetime) -> None:
        """Note that the hub is being asked, and when to ask again if it stays silent."""
        with self._db.write():
            self._db.run(
                "UPDATE websub SET state = CASE state WHEN 'active' THEN state ELSE 'asked' END, due_at = ?, tries = tries + 1"
                " WHERE feed_id = ?",
                (to_db(again_at), feed_id),
            )

    def answered(self, feed_id: int, answer: str) -> None:
        """Note what went wrong when the hub was asked."""
        with self._db.write():
            self._db.run("UPDATE websub SET answer = ? WHERE feed_id = ?", (answer, feed_id))

    def confirmed(self, feed_id: int, *, renew_at: datetime) -> None:
        """Note that the hub will call until its lease is over."""
        with self._db.write():
            self._db.run(
                "UPDATE websub SET state = 'active', due_at = ?, tries = 0, answer = NULL WHERE feed_id = ?",
                (to_db(renew_at), feed_id),
            )

    def refused(self, feed_id: int, answer: str) -> None:
        """Note that the hub does not want to, and ask it no more."""
        with self._db.write():
            self._db.run("UPDATE websub SET state = 'refused', answer = ? WHERE feed_id = ?", (answer, feed_id))

    def pushed(self, feed_id: int, *, now: datetime, not_since: datetime) -> bool:
        """Make the feed due, unless it was asked a moment ago or its server wants to be left alone; says whether it is."""
        with self._db.write():
            self._db.run("UPDATE websub SET pushed_at = ? WHERE feed_id = ?", (to_db(now), feed_id))
            changed = self._db.run(
                "UPDATE feeds SET next_poll_at = ?, next_poll_reason = 'its hub says that there is something new'"
                " WHERE id = ? AND state = 'active' AND (last_polled_at IS NULL OR last_polled_at <= ?)"
                " AND (retry_at IS NULL OR retry_at <= ?)",
                (to_db(now), feed_id, to_db(not_since), to_db(now)),
            )
            return changed.rowcount > 0
