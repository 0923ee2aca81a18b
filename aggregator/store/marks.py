"""What a reader did with stories and events: read, starred, tagged, hidden, looked at, muted; and how to take it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.errors import NotFound
from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["Act", "EventMark", "Marks", "unmuting_reports"]

# What a reader may mark of a story: the columns of `story_marks` that hold when it was done.
STORY_MARKS = {"read": "read_at", "starred": "starred_at", "hidden": "hidden_at", "quiet": "quiet_at"}
EVENT_MARKS = ("opened_at", "muted_at", "muted_reports")
LEAST_NEWS = 2  # independent reports more that end a mute, however small the event was


def unmuting_reports(reports: int) -> int:
    """How many independent reports end the mute of an event that had `reports`: half as many again, at least two more."""
    return reports + max(LEAST_NEWS, (reports + 1) // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMark:
    """A reader's mark on an event: when it was last looked at; when it was muted, and the reports that will end that."""

    opened_at: datetime | None = None
    muted_at: datetime | None = None
    muted_until_reports: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something a reader did that can be undone."""

    id: int
    action: str
    at: datetime
    stories: int = 0
    is_undone: bool = False


class Marks:
    """The tables `story_marks`, `story_tags`, `event_marks` and `undo`.

    Every setter returns how things were before, for `remember`; `restore` takes it.
    """

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def set(
        self, reader_id: int, mark: str, story_ids: Sequence[int], at: datetime | None
    ) -> dict[str, list[list[Any]]]:
        """Mark stories (one of `STORY_MARKS`), or take the mark off with None; those that are so already stay as they are."""
        column = STORY_MARKS[mark]
        with self._db.write():
            before = self._db.in_chunks(
                f"SELECT s.id, m.{column} AS was FROM stories s"
                f" LEFT JOIN story_marks m ON m.reader_id = ? AND m.story_id = s.id"
                f" WHERE m.{column} IS {'NULL' if at else 'NOT NULL'} AND s.id IN ({{marks}})",
                list(dict.fromkeys(story_ids)),
                reader_id,
            )
            changed = [[row["id"], row["was"]] for row in before]
            stamp = None if at is None else to_db(at)
            self._write(reader_id, column, [(i, stamp) for i, _ in changed])
            return {mark: changed} if changed else {}

    def _write(self, reader_id: int, column: str, rows: Iterable[tuple[int, str | None]]) -> None:
        self._db.run_many(
            f"INSERT INTO story_marks (reader_id, story_id, {column}) SELECT ?, id, ? FROM stories WHERE id = ?"
            f" ON CONFLICT (reader_id, story_id) DO UPDATE SET {column} = excluded.{column}",
            [(reader_id, at, story_id) for story_id, at in rows],
        )

    def set_tag(
        self, reader_id: int, tag: str, story_ids: Sequence[int], *, is_tagged: bool = True
    ) -> dict[str, list[list[Any]]]:
        """Tag stories, or take the tag off."""
        with self._db.write():
            rows = self._db.in_chunks(
                f"SELECT id FROM stories WHERE {'NOT ' if is_tagged else ''}EXISTS (SELECT 1 FROM story_tags t"
                " WHERE t.reader_id = ? AND t.tag = ? AND t.story_id = stories.id) AND id IN ({marks})",
                list(dict.fromkeys(story_ids)),
                reader_id,
                tag,
            )
            changed = [row["id"] for row in rows]
            self._write_tag(reader_id, tag, changed, is_tagged=is_tagged)
            return {"tagged" if is_tagged else "untagged": [[i, tag] for i in changed]} if changed else {}

    def _write_tag(self, reader_id: int, tag: str, story_ids: Iterable[int], *, is_tagged: bool) -> None:
        sql = (
            "INSERT OR IGNORE INTO story_tags (reader_id, story_id, tag) SELECT ?, id, ? FROM stories WHERE id = ?"
            if is_tagged
            else "DELETE FROM story_tags WHERE reader_id = ? AND tag = ? AND story_id = ?"
        )
        self._db.run_many(sql, [(reader_id, tag, i) for i in story_ids])

    def tags(self, reader_id: int) -> dict[str, int]:
        """The reader's tags, and how many stories have each."""
        rows = self._db.rows(
            "SELECT tag, count(*) AS stories FROM story_tags WHERE reader_id = ? GROUP BY tag ORDER BY tag",
            (reader_id,),
        )
        return {row["tag"]: row["stories"] for row in rows}

    def originals_of(self, story_ids: Sequence[int]) -> list[int]:
        """The originals of those of the stories that are copies."""
        sql = "SELECT DISTINCT copy_of FROM stories WHERE copy_of IS NOT NULL AND id IN ({marks})"
        return [row["copy_of"] for row in self._db.in_chunks(sql, list(story_ids))]

    def stories_of(self, event_ids: Sequence[int]) -> list[int]:
        """The stories of these events."""
        return [r["id"] for r in self._db.in_chunks("SELECT id FROM stories WHERE event_id IN ({marks})", event_ids)]

    # Events.

    def on_events(self, reader_id: int, event_ids: Sequence[int]) -> dict[int, EventMark]:
        """The reader's marks on these events; a mute is over when the event has changed materially since."""
        sql = """SELECT m.event_id, m.opened_at, m.muted_at, m.muted_reports, e.reports FROM event_marks m
            JOIN events e ON e.id = m.event_id WHERE m.reader_id = ? AND m.event_id IN ({marks})"""
        return {row["event_id"]: _event_mark(row) for row in self._db.in_chunks(sql, list(event_ids), reader_id)}

    def silenced(self, reader_id: int, event_ids: Sequence[int]) -> frozenset[int]:
        """Those of the events all of whose originals a rule hides or keeps out of digests."""
        any_at_all = """SELECT EXISTS (SELECT 1 FROM story_marks INDEXED BY story_marks_hidden
            WHERE reader_id = :reader AND hidden_at IS NOT NULL) OR EXISTS (SELECT 1 FROM story_marks
            INDEXED BY story_marks_quiet WHERE reader_id = :reader AND quiet_at IS NOT NULL)"""
        if not self._db.value(any_at_all, {"reader": reader_id}):
            return frozenset()
        sql = """SELECT s.event_id FROM stories e INDEXED BY stories_event
            CROSS JOIN stories s INDEXED BY stories_brief ON s.id = e.id
            LEFT JOIN story_marks m ON m.reader_id = ? AND m.story_id = s.id
            WHERE s.copy_of IS NULL AND e.event_id IN ({marks}) GROUP BY s.event_id
            HAVING count(*) = count(coalesce(m.hidden_at, m.quiet_at))"""
        return frozenset(row["event_id"] for row in self._db.in_chunks(sql, list(event_ids), reader_id))

    def set_opened(self, reader_id: int, event_ids: Sequence[int], at: datetime | None) -> dict[str, list[list[Any]]]:
        """Note when the reader last looked at events."""
        return self._set_events(reader_id, {i: {"opened_at": at and to_db(at)} for i in event_ids})

    def set_muted(self, reader_id: int, event_id: int, at: datetime | None) -> dict[str, list[list[Any]]]:
        """Mute an event as it is now, or no longer with None."""
        reports = self._db.value("SELECT reports FROM events WHERE id = ?", (event_id,)) if at else None
        return self._set_events(reader_id, {event_id: {"muted_at": at and to_db(at), "muted_reports": reports}})

    def _set_events(self, reader_id: int, marks: Mapping[int, Mapping[str, Any]]) -> dict[str, list[list[Any]]]:
        sql = "SELECT event_id, opened_at, muted_at, muted_reports FROM event_marks WHERE reader_id = ? AND event_id IN ({marks})"
        with self._db.write():
            rows = {row["event_id"]: row for row in self._db.in_chunks(sql, list(marks), reader_id)}
            before = []
            for event_id, values in marks.items():
                was = rows.get(event_id, {})
                before.append([event_id, {name: was.get(name) for name in values}])
                self._write_event(reader_id, event_id, values)
            return {"events": before} if before else {}

    def _write_event(self, reader_id: int, event_id: int, values: Mapping[str, Any]) -> None:
        names = [name for name in EVENT_MARKS if name in values]
        self._db.run(
            f"INSERT INTO event_marks (reader_id, event_id, {', '.join(names)}) SELECT ?, id{', ?' * len(names)} FROM events"
            f" WHERE id = ? ON CONFLICT (reader_id, event_id) DO UPDATE SET"
            f" {', '.join(f'{name} = excluded.{name}' for name in names)}",
            (reader_id, *(values[name] for name in names), event_id),
        )

    # Undo.

    def remember(self, reader_id: int, action: str, before: Mapping[str, Any], *, now: datetime) -> int:
        """Keep how things were before an act; returns the number to undo it by."""
        with self._db.write():
            cursor = self._db.run(
                "INSERT INTO undo (reader_id, at, action, before) VALUES (?, ?, ?, ?)",
                (reader_id, to_db(now), action, json.dumps(before)),
            )
            return int(cursor.lastrowid or 0)

    def act(self, reader_id: int, undo_id: int) -> str | None:
        """What this reader did under that number, None if nothing or if it was undone."""
        found = self._db.value(
            "SELECT action FROM undo WHERE id = ? AND reader_id = ? AND undone_at IS NULL", (undo_id, reader_id)
        )
        return None if found is None else str(found)

    def acts(self, reader_id: int, *, limit: int = 20) -> tuple[Act, ...]:
        """The reader's latest acts, newest first."""
        rows = self._db.rows("SELECT * FROM undo WHERE reader_id = ? ORDER BY id DESC LIMIT ?", (reader_id, limit))
        return tuple(_act(row) for row in rows)

    def touched(self, reader_id: int, since: datetime) -> tuple[frozenset[int], frozenset[int]]:
        """Stories and events of which this reader changed or took back a mark since a time."""
        rows = self._db.rows(
            "SELECT before FROM undo WHERE reader_id = ? AND (at >= ? OR undone_at >= ?)",
            (reader_id, to_db(since), to_db(since)),
        )
        stories: set[int] = set()
        events: set[int] = set()
        for row in rows:
            for name, marked in json.loads(row["before"]).items():
                (events if name == "events" else stories).update(i for i, _ in marked)
        return frozenset(stories), frozenset(events)

    def latest(self, reader_id: int, *, prefix: str = "") -> int | None:
        """The number of the reader's latest act that stands and whose name begins so."""
        found = self._db.value(
            "SELECT max(id) FROM undo WHERE reader_id = ? AND undone_at IS NULL AND substr(action, 1, length(?)) = ?",
            (reader_id, prefix, prefix),
        )
        return None if found is None else int(found)

    def take_back(self, reader_id: int, undo_id: int, *, now: datetime) -> str:
        """Undo an act of this reader: what it changed is as it was before. Returns the act's name.

        What the reader changed again since stays as the reader left it.

        Raises:
            NotFound: there is no such act, or it was undone before.

        """
        with self._db.write():
            row = self._db.row(
                "SELECT action, at, before FROM undo WHERE id = ? AND reader_id = ? AND undone_at IS NULL",
                (undo_id, reader_id),
            )
            if row is None:
                raise NotFound("There is nothing to undo any more.", path=self._db.path)
            self._db.run("UPDATE undo SET undone_at = ? WHERE id = ?", (to_db(now), undo_id))
            self._restore(reader_id, json.loads(row["before"]), at=row["at"])
            return str(row["action"])

    def _restore(self, reader_id: int, before: Mapping[str, Any], *, at: str) -> None:
        for mark, column in STORY_MARKS.items():
            self._db.run_many(
                f"UPDATE story_marks SET {column} = ? WHERE reader_id = ? AND story_id = ? AND {column} IS ?",
                [(was, reader_id, i, at if was is None else None) for i, was in before.get(mark, ())],
            )
        for kind in ("tagged", "untagged"):
            for story_id, tag in before.get(kind, ()):
                self._write_tag(reader_id, tag, [story_id], is_tagged=kind == "untagged")
        for event_id, values in before.get("events", ()):
            self._write_event(reader_id, event_id, values)


def _event_mark(row: Mapping[str, Any]) -> EventMark:
    until = None if row["muted_reports"] is None else unmuting_reports(row["muted_reports"])
    is_muted = row["muted_at"] is not None and (until is None or row["reports"] < until)
    return EventMark(
        opened_at=from_db(row["opened_at"]),
        muted_at=from_db(row["muted_at"]) if is_muted else None,
        muted_until_reports=until if is_muted else None,
    )


def _act(row: Mapping[str, Any]) -> Act:
    before = json.loads(row["before"])
    stories = {i for name, rows in before.items() if name != "events" for i, _ in rows}
    at = from_db(row["at"])
    if at is None:
        raise AssertionError(row)
    return Act(id=row["id"], action=row["action"], at=at, stories=len(stories), is_undone=row["undone_at"] is not None)
