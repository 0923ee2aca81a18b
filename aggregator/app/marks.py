"""Marks as a use case: read, starred, tagged, muted; every act can be undone by its number."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.app.clock import Clock
from aggregator.errors import AggregatorError
from aggregator.query import And, Is, Node, parse
from aggregator.store import Store
from aggregator.store.marks import Act

__all__ = ["Marks", "folded_tag"]

Before = dict[str, list[list[Any]]]


def folded_tag(name: str) -> str:
    """A tag as it is kept and searched: case folded, spaces single.

    Raises:
        AggregatorError: nothing is left of it.

    """
    folded = " ".join(unicodedata.normalize("NFC", name).casefold().split())
    if not folded or not folded.isprintable():
        raise AggregatorError(f"{name!r} is no name for a tag.")
    return folded


@dataclass(frozen=True, slots=True)
class Marks:
    """What a reader marks. Acts return the number by which they are undone; an act that changes nothing has one as well."""

    store: Store
    clock: Clock
    timezone: str = "UTC"

    def read(self, reader_id: int, story_ids: Sequence[int], *, is_read: bool = True) -> int:
        """Mark stories read, or unread. With a copy, its original is read: the text is the same."""

        def change(now: datetime) -> Before:
            originals = self.store.marks.originals_of(story_ids) if is_read else []
            return self.store.marks.set(reader_id, "read", [*story_ids, *originals], now if is_read else None)

        return self._act(reader_id, "read" if is_read else "unread", change)

    def star(self, reader_id: int, story_id: int | Sequence[int], *, is_starred: bool = True) -> int:
        """Star a story or several, or take their stars off.

        Raises:
            StoryNotFound: there is no such story.

        """
        ids = [story_id] if isinstance(story_id, int) else list(story_id)
        self._require(ids)

        def change(now: datetime) -> Before:
            return self.store.marks.set(reader_id, "starred", ids, now if is_starred else None)

        return self._act(reader_id, "star" if is_starred else "unstar", change)

    def tag(self, reader_id: int, tag: str, story_ids: Sequence[int], *, is_tagged: bool = True) -> int:
        """Tag stories, or take the tag off.

        Raises:
            AggregatorError: the tag has no name.
            StoryNotFound: there is no such story.

        """
        name = folded_tag(tag)
        self._require(story_ids)

        def change(_now: datetime) -> Before:
            return self.store.marks.set_tag(reader_id, name, story_ids, is_tagged=is_tagged)

        return self._act(reader_id, "tag" if is_tagged else "untag", change)

    def tags(self, reader_id: int = 1) -> dict[str, int]:
        """The reader's tags, and how many stories have each."""
        return self.store.marks.tags(reader_id)

    def read_events(self, reader_id: int, event_ids: Sequence[int], *, is_read: bool = True) -> int:
        """Mark events and all their stories read, or unread; what comes later makes an event unread again.

        Raises:
            EventNotFound: there is no such event.

        """
        ids = [self.store.events.get(i).id for i in event_ids]

        def change(now: datetime) -> Before:
            at = now if is_read else None
            opened = self.store.marks.set_opened(reader_id, ids, at)
            return self.store.marks.set(reader_id, "read", self.store.marks.stories_of(ids), at) | opened

        return self._act(reader_id, "read-event" if is_read else "unread-event", change)

    def see(self, reader_id: int, event_id: int) -> None:
        """Note that the reader has looked at an event just now; nothing of it can be undone.

        Raises:
            EventNotFound: there is no such event.

        """
        self.store.marks.set_opened(reader_id, [self.store.events.get(event_id).id], self.clock())

    def mute(self, reader_id: int, event_id: int, *, is_muted: bool = True) -> int:
        """Keep an event off the front page and out of digests until it changes materially, or let it back.

        Raises:
            EventNotFound: there is no such event.

        """
        event = self.store.events.get(event_id)

        def change(now: datetime) -> Before:
            return self.store.marks.set_muted(reader_id, event.id, now if is_muted else None)

        return self._act(reader_id, "mute" if is_muted else "unmute", change)

    def muted_until(self, reader_id: int, event_id: int) -> int | None:
        """How many independent reports will end the mute of an event; None if it is not muted."""
        event = self.store.events.get(event_id)
        mark = self.store.marks.on_events(reader_id, [event.id]).get(event.id)
        return mark.muted_until_reports if mark else None

    def read_matching(self, reader_id: int, query: str, *, is_read: bool = True) -> tuple[int, int]:
        """Mark all stories that match a query read, or unread; returns the number of the act and how many matched.

        Raises:
            QueryError: the query cannot be understood.

        """
        ids = self.matching(reader_id, query, Is(state="unread" if is_read else "read"))
        return self.read(reader_id, ids, is_read=is_read), len(ids)

    def matching(self, reader_id: int, query: str, state: Node | None = None) -> list[int]:
        """The stories that match a query, and are in a state.

        Raises:
            QueryError: the query cannot be understood.

        """
        node = parse(query)
        whole = node if state is None else And(parts=(node, state))
        return self.store.search.ids(whole, reader_id=reader_id, zone=self.timezone, now=self.clock())

    def act(self, reader_id: int, undo_id: int) -> str | None:
        """What this reader did under that number (read, star, mute …), None if nothing or if it was undone."""
        return self.store.marks.act(reader_id, undo_id)

    def acts(self, reader_id: int = 1, *, limit: int = 20) -> tuple[Act, ...]:
        """The reader's latest acts, newest first."""
        return self.store.marks.acts(reader_id, limit=limit)

    def undo(self, reader_id: int, undo_id: int | None = None) -> str:
        """Take an act of this reader back, the latest if none is named; returns what it was.

        Raises:
            NotFound: there is no such act, or it was undone before.

        """
        number = self.store.marks.latest(reader_id) if undo_id is None else undo_id
        return self.store.marks.take_back(reader_id, number or 0, now=self.clock())

    def _act(self, reader_id: int, action: str, change: Callable[[datetime], Before]) -> int:
        now = self.clock()
        with self.store.write():
            return self.store.marks.remember(reader_id, action, change(now), now=now)

    def _require(self, story_ids: Sequence[int]) -> None:
        for story_id in story_ids:
            self.store.stories.key(story_id)
