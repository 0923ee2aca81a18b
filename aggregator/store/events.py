"""Events as records and as views with all their stories."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aggregator.errors import EventNotFound
from aggregator.model import BriefEvent, BriefStory, Event, EventMember, EventView
from aggregator.store.connection import Connections
from aggregator.store.stories import STORY_COLUMNS, STORY_TABLES, Condition, story_from_row
from aggregator.store.times import from_db, to_db
from aggregator.text.folders import split_folder

__all__ = ["EVENT_COLUMNS", "Events", "event_from_row"]

EVENT_COLUMNS = """e.id, e.headline, e.headline_story_id, e.first_at, e.last_at, e.seen_at, e.outlets, e.reports,
    e.independent, e.stories, e.thread_id"""


def event_from_row(row: dict[str, Any]) -> Event:
    """A record from a row of `EVENT_COLUMNS`."""
    for name in ("first_at", "last_at", "seen_at"):
        row[name] = from_db(row[name])
    return Event(**row)


class Events:
    """The table `events`, for readers."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def get(self, event_id: int) -> Event:
        """One event; the id of an event that was merged leads to the one it went into.

        Raises:
            EventNotFound: no event has or had this id.

        """
        row = self._db.row(
            f"SELECT {EVENT_COLUMNS} FROM events e WHERE e.id = (SELECT coalesce(merged_into, id) FROM events WHERE id = ?)",
            (event_id,),
        )
        if row is None:
            raise EventNotFound(f"There is no event {event_id}; see: aggregator events", path=self._db.path)
        return event_from_row(row)

    def each(
        self,
        condition: Condition | None = None,
        *,
        reader_id: int = 1,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[Event]:
        """Events, the one with the latest story first; with `since` those that have a story published from then on."""
        parameters: dict[str, Any] = {"reader": reader_id, "limit": -1 if limit is None else limit}
        where = ["e.merged_into IS NULL", "e.stories > 0"]
        if condition is not None:
            where.append(f"({condition.sql})")
            parameters.update(condition.parameters)
        if since is not None:
            where.append("e.last_at >= :since")
            parameters["since"] = to_db(since)
        sql = f"SELECT {EVENT_COLUMNS} FROM events e WHERE {' AND '.join(where)} ORDER BY e.last_at DESC, e.id DESC LIMIT :limit"
        for row in self._db.each(sql, parameters):
            yield event_from_row(row)

    def recent(self, since: datetime, *, shared: bool, limit: int) -> tuple[Event, ...]:
        """Events that gained a story since then: of several outlets (`shared`), most reports first, or of one, latest first."""
        kind, order = (">", "e.reports DESC, e.outlets DESC") if shared else ("=", "e.last_at DESC")
        sql = f"""SELECT {EVENT_COLUMNS} FROM events e INDEXED BY events_changed
            WHERE e.merged_into IS NULL AND e.changed_at >= ? AND e.stories > 0 AND e.outlets {kind} 1
            ORDER BY {order}, e.id DESC LIMIT ?"""
        return tuple(event_from_row(row) for row in self._db.rows(sql, (to_db(since), limit)))

    def seen_between(self, since: datetime, until: datetime) -> tuple[int, ...]:
        """Events with a story first seen from `since` up to `until`, both included."""
        rows = self._db.rows(
            "SELECT DISTINCT event_id AS id FROM stories WHERE seen_at >= ? AND seen_at <= ? AND event_id IS NOT NULL",
            (to_db(since), to_db(until)),
        )
        return tuple(row["id"] for row in rows)

    def views(self, event_ids: Sequence[int], *, reader_id: int = 1, with_text: bool = True) -> tuple[EventView, ...]:
        """Events with all their stories, oldest story first, in the order of the ids."""
        ids = json.dumps(list(event_ids))
        text = ", s.text" if with_text else ""
        rows = self._db.rows(
            f"SELECT {STORY_COLUMNS}{text}, s.probability, s.nearest_id, s.reason, s.vetoes, f.folder FROM {STORY_TABLES}"
            " WHERE s.event_id IN (SELECT value FROM json_each(:ids)) ORDER BY s.event_id, s.published_at, s.id",
            {"reader": reader_id, "ids": ids},
        )
        members: dict[int, list[EventMember]] = defaultdict(list)
        folders: dict[int, list[str]] = defaultdict(list)
        for row in rows:
            folder, member = row.pop("folder"), _member(row)
            members[row["event_id"]].append(member)
            if folder:
                folders[row["event_id"]].append(folder)
        events = self._by_ids(ids)
        return tuple(
            EventView(event=events[i], members=tuple(members[i]), folder=_commonest(folders[i]))
            for i in event_ids
            if i in events and members[i]
        )

    def briefly(self, event_ids: Sequence[int], *, reader_id: int = 1) -> tuple[BriefEvent, ...]:
        """As `views`, of the narrow index alone: no story's own row is read, which fills half a page of the file."""
        ids = json.dumps(list(event_ids))
        rows = self._db.rows(
            """SELECT s.event_id, s.id, o.name AS outlet, s.outlet_id, s.published_at, s.seen_at, s.lang, s.copy_of,
                m.read_at IS NOT NULL AS is_read, f.folder
                FROM stories e INDEXED BY stories_event CROSS JOIN stories s INDEXED BY stories_brief ON s.id = e.id
                JOIN outlets o ON o.id = s.outlet_id LEFT JOIN feeds f ON f.id = s.feed_id
                LEFT JOIN story_marks m ON m.reader_id = :reader AND m.story_id = s.id
                WHERE e.event_id IN (SELECT value FROM json_each(:ids)) ORDER BY e.event_id, e.published_at, e.id""",
            {"reader": reader_id, "ids": ids},
        )
        stories: dict[int, list[BriefStory]] = defaultdict(list)
        folders: dict[int, list[str]] = defaultdict(list)
        for row in rows:
            event_id, folder = row.pop("event_id"), row.pop("folder")
            for name in ("published_at", "seen_at"):
                row[name] = from_db(row[name])
            row["is_read"] = bool(row["is_read"])
            stories[event_id].append(BriefStory(**row))
            if folder:
                folders[event_id].append(folder)
        events = self._by_ids(ids)
        return tuple(
            BriefEvent(event=events[i], stories=tuple(stories[i]), folder=_commonest(folders[i]))
            for i in event_ids
            if i in events and stories[i]
        )

    def _by_ids(self, ids: str) -> dict[int, Event]:
        sql = f"SELECT {EVENT_COLUMNS} FROM events e WHERE e.id IN (SELECT value FROM json_each(?))"
        return {row["id"]: event_from_row(row) for row in self._db.rows(sql, (ids,))}

    def view(self, event_id: int, *, reader_id: int = 1) -> EventView:
        """One event with its stories and the other chapters of its thread."""
        event = self.get(event_id)
        (view,) = self.views([event.id], reader_id=reader_id)
        return EventView(event=view.event, members=view.members, folder=view.folder, thread=self.thread(event))

    def thread(self, event: Event) -> tuple[Event, ...]:
        """Other events of the same thread, oldest first."""
        if event.thread_id is None:
            return ()
        rows = self._db.rows(
            f"SELECT {EVENT_COLUMNS} FROM events e WHERE e.thread_id = ? AND e.id <> ? AND e.merged_into IS NULL"
            " ORDER BY e.first_at, e.id",
            (event.thread_id, event.id),
        )
        return tuple(event_from_row(row) for row in rows)

    def titles(self, event_ids: Sequence[int]) -> Mapping[int, list[dict[str, Any]]]:
        """Originals of these events with title, first text and time, for the choice of a headline."""
        sql = """SELECT s.event_id, s.id, s.key, s.title, substr(s.text, 1, 800) AS text, s.published_at, o.name AS source,
            s.lang, s.url FROM stories s JOIN outlets o ON o.id = s.outlet_id
            WHERE s.copy_of IS NULL AND s.event_id IN ({marks}) ORDER BY s.published_at, s.key"""
        found: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in self._db.in_chunks(sql, event_ids):
            found[row["event_id"]].append(row)
        return found

    def set_headlines(self, headlines: Mapping[int, tuple[str, int]]) -> None:
        """Keep each event's headline and the story it is from."""
        with self._db.write():
            self._db.run_many(
                "UPDATE events SET headline = ?, headline_story_id = ? WHERE id = ?",
                [(text, story_id, event_id) for event_id, (text, story_id) in headlines.items()],
            )

    def set_threads(self, threads: Sequence[Sequence[str]], among: Sequence[str]) -> None:
        """Keep which events follow one another.

        Args:
            threads: keys of events, oldest first; a thread is known by the id of its first event.
            among: keys of all events that were looked at. One of them in no thread has none; a thread that began before
                them goes on under its name.

        """
        sql = "SELECT key, id, thread_id FROM events WHERE merged_into IS NULL AND key IN ({marks})"
        with self._db.write():
            known = {row["key"]: row for row in self._db.in_chunks(sql, sorted(among))}
            looked_at = {row["id"] for row in known.values()}
            wanted: dict[int, int | None] = {
                row["id"]: None if row["thread_id"] in looked_at else row["thread_id"] for row in known.values()
            }
            for keys in threads:
                rows = [known[key] for key in keys if key in known]
                begun = wanted[rows[0]["id"]] if rows else None
                wanted.update({row["id"]: begun or rows[0]["id"] for row in rows})
            held = {row["id"]: row["thread_id"] for row in known.values()}
            changes = [(thread, event_id) for event_id, thread in wanted.items() if thread != held[event_id]]
            self._db.run_many("UPDATE events SET thread_id = ? WHERE id = ?", changes)

    def any(self) -> bool:
        """Whether there is an event at all; quick on any store."""
        return self._db.value("SELECT 1 FROM events WHERE merged_into IS NULL AND stories > 0 LIMIT 1") is not None

    def count(self) -> int:
        """How many events are stored."""
        return int(self._db.value("SELECT count(*) FROM events WHERE merged_into IS NULL AND stories > 0"))


def _member(row: dict[str, Any]) -> EventMember:
    vetoes = row.pop("vetoes")
    probability, nearest_id, reason = row.pop("probability"), row.pop("nearest_id"), row.pop("reason")
    return EventMember(
        story=story_from_row(row), probability=1.0 if probability is None else probability, nearest_id=nearest_id,
        reason=reason or "", vetoes=tuple((i, why) for i, why in json.loads(vetoes)) if vetoes else (),
    )  # fmt: skip


def _commonest(folders: list[str]) -> tuple[str, ...]:
    if not folders:
        return ()
    return split_folder(max(sorted(set(folders)), key=folders.count))
