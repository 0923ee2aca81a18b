"""Marks as a use case: read, starred, muted; every act can be undone by its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.app.clock import Clock
from aggregator.store import Store
from aggregator.store.times import from_db, to_db

__all__ = ["Marks"]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a reader marks. Every method but `undo` returns the number by which the act is undone."""

    store: Store
    clock: Clock

    def read(self, reader_id: int, story_ids: Sequence[int], *, is_read: bool = True) -> int:
        """Mark stories read, or unread."""
        now = self.clock()
        with self.store.write():
            changed = self.store.marks.set_read(reader_id, story_ids, now if is_read else None)
            return self.store.marks.remember(reader_id, "read" if is_read else "unread", {"stories": changed}, now=now)

    def star(self, reader_id: int, story_id: int, *, is_starred: bool = True) -> int:
        """Star a story, or take its star off.

        Raises:
            StoryNotFound: there is no such story.

        """
        now = self.clock()
        self.store.stories.get(story_id, reader_id=reader_id)
        with self.store.write():
            changed = self.store.marks.set_starred(reader_id, [story_id], now if is_starred else None)
            act = "star" if is_starred else "unstar"
            return self.store.marks.remember(reader_id, act, {"stories": changed}, now=now)

    def read_events(self, reader_id: int, event_ids: Sequence[int], *, is_read: bool = True) -> int:
        """Mark events and all their stories read, or unread; what comes later makes an event unread again.

        Raises:
            EventNotFound: there is no such event.

        """
        now = self.clock()
        with self.store.write():
            ids = [self.store.events.get(i).id for i in event_ids]
            marks = self.store.marks.on_events(reader_id, ids)
            stories = [story for i in ids for story in self.store.stories.keys_of_event(i)]
            changed = self.store.marks.set_read(reader_id, stories, now if is_read else None)
            for event_id in ids:
                self.store.marks.set_opened(reader_id, event_id, now if is_read else None)
            before = {str(i): mark.opened_at and to_db(mark.opened_at) for i, mark in marks.items()}
            return self.store.marks.remember(
                reader_id,
                "read-event" if is_read else "unread-event",
                {"stories": changed, "events": {str(i): before.get(str(i)) for i in ids}},
                now=now,
            )

    def mute(self, reader_id: int, event_id: int, *, is_muted: bool = True) -> int:
        """Keep an event off the front page, or let it back.

        Raises:
            EventNotFound: there is no such event.

        """
        now = self.clock()
        event = self.store.events.get(event_id)
        with self.store.write():
            self.store.marks.set_muted(reader_id, event.id, now if is_muted else None)
            return self.store.marks.remember(reader_id, "mute" if is_muted else "unmute", {"event": event.id}, now=now)

    def act(self, reader_id: int, undo_id: int) -> str | None:
        """What this reader did under that number (read, star, mute …), None if nothing or if it was undone."""
        return self.store.marks.act(reader_id, undo_id)

    def undo(self, reader_id: int, undo_id: int) -> None:
        """Take an act of this reader back.

        Raises:
            NotFound: there is no such act, or it was undone before.

        """
        now, marks = self.clock(), self.store.marks
        with self.store.write():
            act, before = marks.take_back(reader_id, undo_id, now=now)
            was = now if act.startswith("un") else None
            if act.endswith("star"):
                marks.set_starred(reader_id, before["stories"], was)
            elif act.endswith("mute"):
                marks.set_muted(reader_id, before["event"], was)
            else:
                marks.set_read(reader_id, before["stories"], was)
            for event_id, opened in before.get("events", {}).items():
                marks.set_opened(reader_id, int(event_id), from_db(opened))
