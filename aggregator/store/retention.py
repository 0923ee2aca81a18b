"""What is old enough to go: whole events, so that what stays is as it was decided; each story leaves a tombstone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.store.connection import Connections
from aggregator.store.times import to_db

__all__ = ["Limit", "Retention"]

EVENTS_AT_ONCE = 200  # in one transaction, so that other writers get their turn
# By then hardly a feed shows them; one that does brings them anew, under the tombstone.
ENTRIES_STAY = timedelta(days=90)
_EDITIONS_OF_NOTHING = """DELETE FROM editions WHERE id NOT IN (SELECT edition_id FROM told)
    AND id NOT IN (SELECT edition_id FROM outbox WHERE done_at IS NULL)
    AND EXISTS (SELECT 1 FROM editions later WHERE later.id > editions.id AND later.reader_id = editions.reader_id
        AND later.name = editions.name)"""
_FOLDER = """INSERT OR IGNORE INTO temp.past SELECT id FROM stories s WHERE
    (s.feed_id IN (SELECT id FROM feeds WHERE folder = :folder) OR (:folder = '' AND s.feed_id IS NULL))"""
# Of these events those all of whose stories are past their time, none of them kept; undecided ones wait for their decision.
_DUE = """SELECT s.event_id AS id FROM stories s WHERE s.event_id IN ({events})
    GROUP BY s.event_id HAVING max(s.is_stale) = 0 AND min(s.id IN (SELECT id FROM temp.past)) = 1
    AND max(s.id IN (SELECT id FROM temp.kept)) = 0 AND max(s.id IN (SELECT story_id FROM story_marks
    WHERE starred_at IS NOT NULL UNION SELECT story_id FROM story_tags)) = 0 ORDER BY s.event_id"""
_TOUCHED = "SELECT event_id FROM stories WHERE id IN (SELECT id FROM temp.past) AND event_id IS NOT NULL"
_CHOSEN = "SELECT value FROM json_each(:events)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a folder keeps: stories published since (None is all), and the latest so many (None is all)."""

    folder: str
    since: datetime | None
    stories: int | None


class Retention:
    """Deletes events that are past their time."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def folders(self) -> tuple[str, ...]:
        """Every folder that a story may be in; "" for those without one."""
        rows = self._db.rows("SELECT '' AS folder UNION SELECT folder FROM feeds ORDER BY folder")
        return tuple(row["folder"] for row in rows)

    def due(self, limits: Iterable[Limit], *, kept: Iterable[int]) -> tuple[int, ...]:
        """The events that can go: all their stories are beyond the limits, none is `kept`, starred or tagged."""
        for name in ("past", "kept"):
            self._db.run(f"CREATE TEMP TABLE IF NOT EXISTS {name} (id INTEGER PRIMARY KEY)")
            self._db.run(f"DELETE FROM temp.{name}")
        self._db.run_many("INSERT OR IGNORE INTO temp.kept VALUES (?)", ((i,) for i in kept))
        for limit in limits:
            if limit.since is not None:
                self._db.run(
                    f"{_FOLDER} AND s.published_at < :since", {"folder": limit.folder, "since": to_db(limit.since)}
                )
            if limit.stories is not None:
                beyond = "ORDER BY s.published_at DESC, s.id DESC LIMIT -1 OFFSET :stories"
                self._db.run(f"{_FOLDER} {beyond}", {"folder": limit.folder, "stories": limit.stories})
        return tuple(row["id"] for row in self._db.rows(_DUE.format(events=_TOUCHED)))

    def delete(self, event_ids: Sequence[int], *, now: datetime) -> Iterator[tuple[str, ...]]:
        """Delete events with their stories, some at a time; yields the keys of the stories that went.

        The events are those that this thread found to be `due`. One that has gained a story or a mark since then stays.
        """
        for start in range(0, len(event_ids), EVENTS_AT_ONCE):
            with self._db.write():
                chosen = {"events": json.dumps(list(event_ids[start : start + EVENTS_AT_ONCE]))}
                still = [row["id"] for row in self._db.rows(_DUE.format(events=_CHOSEN), chosen)]
                keys = self._delete(json.dumps(still), now)
            yield keys

    def sweep(self, now: datetime) -> None:
        """Drop what deleted stories leave behind, once it is of no use: digests that told of nothing else, old entries."""
        with self._db.write():
            self._db.run(_EDITIONS_OF_NOTHING)
            self._db.run("DELETE FROM entries WHERE story_id IS NULL AND seen_at < ?", (to_db(now - ENTRIES_STAY),))

    def _delete(self, events: str, now: datetime) -> tuple[str, ...]:
        chosen = {"events": events, "at": to_db(now)}
        gone = _CHOSEN
        stories = f"SELECT id FROM stories WHERE event_id IN ({gone})"
        keys = tuple(r["key"] for r in self._db.rows(f"SELECT key FROM stories WHERE event_id IN ({gone})", chosen))
        heirs = self._db.rows(  # a thread goes on under the earliest event that is left of it
            f"""SELECT thread_id AS was, min(id) AS heir FROM events WHERE thread_id IN ({gone}) AND id NOT IN ({gone})
                GROUP BY thread_id""",
            chosen,
        )
        self._db.run_many("UPDATE events SET thread_id = :heir WHERE thread_id = :was", heirs)
        for statement in (
            f"""INSERT OR IGNORE INTO tombstones (key, at) SELECT key, :at FROM stories WHERE event_id IN ({gone})
                UNION SELECT key, :at FROM aliases WHERE story_id IN ({stories})""",
            # A reader may have parted a copy from its original's event: it is decided anew.
            f"""UPDATE stories SET copy_of = NULL, copy_kind = NULL, copy_score = NULL, copy_reason = NULL,
                copy_evidence = NULL, is_stale = 1 WHERE copy_of IN ({stories}) AND event_id NOT IN ({gone})""",
            f"DELETE FROM stories WHERE event_id IN ({gone})",
            f"UPDATE events SET thread_id = NULL WHERE id IN ({gone})",
            f"DELETE FROM events WHERE merged_into IN ({gone})",
            f"DELETE FROM events WHERE id IN ({gone})",
        ):
            self._db.run(statement, chosen)
        return keys
