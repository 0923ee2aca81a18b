"""Notices: what a rule tells the reader of at once; each event once for each rule and channel, until it has got there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["Notice", "Notices"]

_COLUMNS = """n.id, n.rule, n.reader_id, n.channel, n.story_id, n.event_id, n.state, n.tries, n.made_at, n.due_at, n.done_at,
    n.answer"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice by one channel. `state` is due, sent or failed; `answer` what came of the last try."""

    id: int
    rule: str
    reader_id: int
    channel: str
    story_id: int
    event_id: int | None
    state: str
    tries: int
    made_at: datetime
    due_at: datetime
    done_at: datetime | None
    answer: str | None


class Notices:
    """The table `notices`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def add(
        self,
        reader_id: int,
        rule: str,
        stories: Sequence[tuple[int, int | None]],
        channels: Sequence[str],
        *,
        now: datetime,
    ) -> int:
        """Have the reader told of these stories (id, event); of an event that was told of before nothing is added."""
        added = 0
        with self._db.write():
            for story_id, event_id in stories:
                subject = f"event {event_id}" if event_id is not None else f"story {story_id}"
                for channel in channels:
                    added += self._db.run(
                        "INSERT OR IGNORE INTO notices (reader_id, rule, channel, subject, story_id, event_id, made_at, due_at)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        (reader_id, rule, channel, subject, story_id, event_id, to_db(now), to_db(now)),
                    ).rowcount
        return added

    def due(self, now: datetime, *, limit: int = 100) -> tuple[Notice, ...]:
        """Those to be sent now, the oldest first."""
        return self._all("WHERE n.state = 'due' AND n.due_at <= ? ORDER BY n.id LIMIT ?", to_db(now), limit)

    def latest(self, *, limit: int = 50) -> tuple[Notice, ...]:
        """The latest, newest first."""
        return self._all("ORDER BY n.id DESC LIMIT ?", limit)

    def _all(self, rest: str, *values: Any) -> tuple[Notice, ...]:
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM notices n {rest}", values)
        return tuple(
            Notice(**{**row, **{name: from_db(row[name]) for name in ("made_at", "due_at", "done_at")}}) for row in rows
        )

    def sent(self, number: int, *, now: datetime) -> None:
        """Note that it got there."""
        self._finish(number, "sent", None, to_db(now), to_db(now))

    def failed(self, number: int, answer: str, *, retry_at: datetime | None, now: datetime) -> None:
        """Note what went wrong, and when it is tried again; None gives it up."""
        state = "failed" if retry_at is None else "due"
        self._finish(number, state, answer, to_db(retry_at or now), to_db(now) if retry_at is None else None)

    def _finish(self, number: int, state: str, answer: str | None, due_at: str, done_at: str | None) -> None:
        with self._db.write():
            self._db.run(
                "UPDATE notices SET state = ?, answer = ?, due_at = ?, done_at = ?, tries = tries + 1 WHERE id = ?",
                (state, answer, due_at, done_at, number),
            )
