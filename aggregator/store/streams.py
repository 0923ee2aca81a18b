"""Stories and events as other programs page through them: one sequence in which whatever comes later has a greater number.

A story's number is `STRIDE` times its id. An event gets one of the numbers between when its second outlet comes, by a trigger.
They fit 31 bits up to 33 million stories: some programs keep no more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.store.connection import Connections
from aggregator.store.marks import unmuting_reports
from aggregator.store.stories import Condition
from aggregator.store.times import from_db, to_db

__all__ = ["STRIDE", "Place", "Selection", "Streams"]

STRIDE = 64  # also in the trigger of the schema

_READ = "SELECT 1 FROM story_marks k WHERE k.reader_id = :reader AND k.story_id = s.id AND k.read_at IS NOT NULL"
_STARRED = "SELECT story_id FROM story_marks WHERE reader_id = :reader AND starred_at IS NOT NULL"
_HIDDEN = """NOT EXISTS (SELECT 1 FROM story_marks k INDEXED BY story_marks_hidden
    WHERE k.reader_id = :reader AND k.story_id = s.id AND k.hidden_at IS NOT NULL)"""
_BOUNDS = {
    "before": "s.id <= (:before - 1) / 64",
    "after": "s.id > :after / 64",
    "seen_since": "s.id IN (SELECT id FROM stories INDEXED BY stories_seen WHERE seen_at >= :seen_since)",
    "seen_until": "s.seen_at <= :seen_until",
    "published_since": "s.published_at > :published_since",
    "published_until": "s.published_at < :published_until",
}
_SHARED = """SELECT x.number, x.at, e.id, e.last_at, e.reports, m.muted_at, m.muted_reports,
    NOT EXISTS (SELECT 1 FROM stories s LEFT JOIN story_marks k ON k.reader_id = :reader AND k.story_id = s.id
        WHERE s.event_id = e.id AND k.read_at IS NULL) AS is_read,
    EXISTS (SELECT 1 FROM story_marks k WHERE k.reader_id = :reader AND k.story_id = e.headline_story_id
        AND k.starred_at IS NOT NULL) AS is_starred
    FROM shared_events x JOIN events e ON e.id = x.event_id
    LEFT JOIN event_marks m ON m.reader_id = :reader AND m.event_id = e.id
    WHERE e.merged_into IS NULL AND e.stories > 0 AND e.outlets > 1 AND x.number IN
        (SELECT number FROM shared_events ORDER BY number DESC LIMIT :limit)
        AND (:numbers IS NULL OR x.number IN (SELECT value FROM json_each(:numbers)))
    ORDER BY x.number DESC"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which entries: every condition that is given holds. `feed_ids` None are all subscriptions; times are aware UTC.

    `numbers` are those of the sequence, as are `before` and `after`. `seen_*` bounds are included, all others are not. `by` is
    number (as they came) or published. `changed_since`: seen since then, or among the stories and events that were `touched`.
    `tag` and `matching` are of stories only.
    """

    feed_ids: tuple[int, ...] | None = None
    numbers: tuple[int, ...] | None = None
    tag: str | None = None
    is_read: bool | None = None
    is_starred: bool | None = None
    before: int | None = None
    after: int | None = None
    seen_since: datetime | None = None
    seen_until: datetime | None = None
    published_since: datetime | None = None
    published_until: datetime | None = None
    changed_since: datetime | None = None
    touched: frozenset[int] = frozenset()
    touched_events: frozenset[int] = frozenset()
    matching: Condition | None = None
    by: str = "number"
    newest_first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A story or an event (then `event_id`) in the sequence; read, starred and `seen_at` are told of events only."""

    number: int
    published_at: datetime
    event_id: int | None = None
    is_read: bool = False
    is_starred: bool = False
    seen_at: datetime | None = None


class Streams:
    """Ways through `stories` and `shared_events`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def stories(self, selection: Selection, *, reader_id: int, limit: int, offset: int = 0) -> list[Place]:
        """The first stories of a selection, after leaving out `offset`."""
        where, given = self._where(selection, reader_id)
        index, order = _way(selection)
        sql = f"SELECT s.id, s.published_at FROM stories s {index} WHERE {where} ORDER BY {order} LIMIT :limit OFFSET :offset"
        rows = self._db.rows(sql, given | {"limit": limit, "offset": offset})
        return [Place(number=STRIDE * r["id"], published_at=_time(r["published_at"])) for r in rows]

    def count(self, selection: Selection, *, reader_id: int) -> int:
        """How many stories a selection has."""
        where, given = self._where(selection, reader_id)
        index, _ = _way(selection)
        return int(self._db.value(f"SELECT count(*) FROM stories s {index} WHERE {where}", given))

    def _where(self, selection: Selection, reader_id: int) -> tuple[str, dict[str, Any]]:
        where, given = [_of_feeds(selection)], {"reader": reader_id, "feeds": json.dumps(selection.feed_ids)}
        if selection.numbers is not None:
            where.append("s.id IN (SELECT value FROM json_each(:ids))")
            given["ids"] = json.dumps([n // STRIDE for n in selection.numbers if n % STRIDE == 0])
        else:
            where.append(_HIDDEN)
        if selection.is_read is not None:
            where.append(f"{'' if selection.is_read else 'NOT '}EXISTS ({_READ})")
        if selection.is_starred is not None:
            where.append(f"s.id {'' if selection.is_starred else 'NOT '}IN ({_STARRED})")
        if selection.tag is not None:
            where.append("s.id IN (SELECT story_id FROM story_tags WHERE reader_id = :reader AND tag = :tag)")
            given["tag"] = selection.tag
        for name, sql in _BOUNDS.items():
            value = getattr(selection, name)
            if value is not None:
                where.append(sql)
                given[name] = to_db(value) if isinstance(value, datetime) else value
        if selection.changed_since is not None:
            where.append("(s.seen_at >= :changed OR s.id IN (SELECT value FROM json_each(:touched)))")
            given |= {"changed": to_db(selection.changed_since), "touched": json.dumps(sorted(selection.touched))}
        if selection.matching is not None:
            where.append(f"({selection.matching.sql})")
            given |= selection.matching.parameters
        return " AND ".join(where), given

    def shared(self, *, reader_id: int, limit: int, numbers: Sequence[int] | None = None) -> list[Place]:
        """The latest events of several outlets that the reader has not muted, newest first; `numbers` asks for these alone."""
        wanted = None if numbers is None else json.dumps(list(numbers))
        rows = self._db.rows(_SHARED, {"reader": reader_id, "limit": limit, "numbers": wanted})
        return [
            Place(
                number=row["number"], published_at=_time(row["last_at"]), event_id=row["id"], is_read=bool(row["is_read"]),
                is_starred=bool(row["is_starred"]), seen_at=_time(row["at"]),
            )
            for row in rows
            if row["muted_at"] is None or row["reports"] >= unmuting_reports(row["muted_reports"] or 0)
        ]  # fmt: skip

    def known(self, numbers: Sequence[int]) -> tuple[list[int], list[int]]:
        """The ids of those numbers that are stories, and of those that are events."""
        stories = [n // STRIDE for n in numbers if n % STRIDE == 0]
        events = [n for n in numbers if n % STRIDE]
        return (
            [row["id"] for row in self._db.in_chunks("SELECT id FROM stories WHERE id IN ({marks})", stories)],
            [
                row["event_id"]
                for row in self._db.in_chunks("SELECT event_id FROM shared_events WHERE number IN ({marks})", events)
            ],
        )

    def latest(self) -> int:
        """The greatest number given so far."""
        story = self._db.value("SELECT max(id) FROM stories") or 0
        return max(STRIDE * int(story), int(self._db.value("SELECT max(number) FROM shared_events") or 0))


def _of_feeds(selection: Selection) -> str:
    """Stories of subscriptions; what is starred, tagged or named stays to be seen when a subscription has ended."""
    if selection.feed_ids is not None:
        if len(selection.feed_ids) == 1:
            return f"s.feed_id = {int(selection.feed_ids[0])}"
        return "s.feed_id IN (SELECT value FROM json_each(:feeds))"
    if selection.is_starred or selection.tag is not None or selection.numbers is not None:
        return "1"
    return "s.feed_id IN (SELECT id FROM feeds WHERE state <> 'removed')"


def _way(selection: Selection) -> tuple[str, str]:
    """The index that holds what is asked for in few pages, and the order."""
    down = "DESC" if selection.newest_first else "ASC"
    order = f"s.published_at {down}, s.id {down}" if selection.by == "published" else f"s.id {down}"
    if selection.numbers is not None or selection.is_starred or selection.tag is not None or selection.matching:
        return "", order
    if selection.feed_ids is not None and len(selection.feed_ids) == 1:
        return "INDEXED BY stories_feed", order
    return ("INDEXED BY stories_published" if selection.by == "published" else "INDEXED BY stories_brief"), order


def _time(text: str) -> datetime:
    at = from_db(text)
    if at is None:
        raise AssertionError(text)
    return at
