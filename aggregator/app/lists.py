"""Lists of stories as a use case: of a feed, a folder, the starred, a search; page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from aggregator.app.clock import Clock, machine_time
from aggregator.app.lease import WRITER, is_running
from aggregator.errors import QueryError
from aggregator.model import Event, Feed, Story
from aggregator.query import parse
from aggregator.store import Store
from aggregator.store.shelves import both, earlier_than, in_feed, starred, visible
from aggregator.store.stories import Condition
from aggregator.store.websub import HubHealth

__all__ = ["EventList", "Lists", "Progress", "StoryPage"]

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """Some stories of a list, newest first; `more` is the key that the next page goes on from, None at the end."""

    stories: tuple[Story, ...]
    more: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventList:
    """Some events of a list, the latest first; `more` is the key that the next page goes on from, None at the end."""

    events: tuple[Event, ...]
    more: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the first reading has come: feeds asked of all, stories so far, and how many wait for their event.

    `stories` and `waiting` are counted while it lasts only. `is_polled` says whether a process is at work on it.
    """

    feeds: int
    asked: int
    stories: int
    waiting: int
    has_events: bool
    is_polled: bool

    @property
    def is_first(self) -> bool:
        """Whether some feed has never been asked, or no story has found its event yet."""
        return self.asked < self.feeds or (self.feeds > 0 and not self.has_events)


@dataclass(frozen=True, slots=True)
class Lists:
    """Looks through what is stored; changes nothing."""

    store: Store
    clock: Clock
    timezone: str

    def feed(self, feed_id: int, *, reader_id: int = 1, after: str | None = None) -> StoryPage:
        """Stories of a feed, without those that a rule hides."""
        return self._page(both(in_feed(feed_id), visible()), reader_id, after)

    def folder(self, folder: tuple[str, ...], *, reader_id: int = 1, after: str | None = None) -> StoryPage:
        """Stories of a folder's feeds, without those that a rule hides."""
        before = _place(after) if after else None
        return _as_page(self.store.stories.in_folder(folder, reader_id=reader_id, before=before, limit=PAGE + 1))

    def starred(self, *, reader_id: int = 1, after: str | None = None) -> StoryPage:
        """The reader's starred stories."""
        return self._page(starred(), reader_id, after)

    def search(self, query: str, *, reader_id: int = 1, after: str | None = None, limit: int = PAGE) -> StoryPage:
        """Stories that match a query.

        Raises:
            QueryError: the query cannot be understood.

        """
        found = self.store.search.stories(
            parse(query), reader_id=reader_id, zone=self.timezone, now=self.clock(), before=_place(after) if after else None,
            limit=limit + 1,
        )  # fmt: skip
        return _as_page(found, limit)

    def events(self, query: str, *, reader_id: int = 1, after: str | None = None, limit: int = PAGE) -> EventList:
        """Events one of whose stories matches a query, the one with the latest story first.

        Raises:
            QueryError: the query cannot be understood.

        """
        found = list(
            self.store.search.events(
                parse(query), reader_id=reader_id, zone=self.timezone, now=self.clock(),
                before=_place(after) if after else None, limit=limit + 1,
            )
        )  # fmt: skip
        more = _key(found[limit - 1].last_at, found[limit - 1].id) if len(found) > limit else None
        return EventList(events=tuple(found[:limit]), more=more)

    def _page(self, condition: Condition, reader_id: int, after: str | None) -> StoryPage:
        if after:
            condition = both(condition, earlier_than(*_place(after)))
        return _as_page(self.store.stories.each(condition, reader_id=reader_id, limit=PAGE + 1))

    def by_ids(self, story_ids: Sequence[int], *, reader_id: int = 1) -> list[Story]:
        """These stories without their texts, as far as they are stored, in this order."""
        found = self.store.stories.by_ids(story_ids, reader_id=reader_id, with_text=False)
        return [found[i] for i in story_ids if i in found]

    def event_of(self, story: Story) -> Event | None:
        """The event that a story belongs to."""
        return None if story.event_id is None else self.store.events.get(story.event_id)

    def feed_by_id(self, feed_id: int) -> Feed | None:
        """The subscription with this id."""
        return self.store.feeds.by_id(feed_id)

    def hub(self, feed_id: int) -> HubHealth | None:
        """The hub that calls when a feed has something new, if there is one and it was asked."""
        found = self.store.websub.health(feed_id)
        return None if found is None or found.state == "offered" else found

    def progress(self) -> Progress:
        """How far the first reading has come."""
        feeds, asked = self.store.feeds.asked()
        holder = self.store.leases.holder(WRITER, now=machine_time())
        waiting, stories = 0, 0
        has_events = self.store.events.any()
        if asked < feeds or not has_events:
            waiting, stories = self.store.decisions.stale_count(), self.store.counts.stories()
        return Progress(
            feeds=feeds,
            asked=asked,
            stories=stories,
            waiting=waiting,
            has_events=has_events,
            is_polled=holder is not None and is_running(holder),
        )


def _key(at: datetime, number: int) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}-{number}"


def _as_page(stories: Iterator[Story], limit: int = PAGE) -> StoryPage:
    found = list(islice(stories, limit + 1))
    more = _key(found[limit - 1].published_at, found[limit - 1].id) if len(found) > limit else None
    return StoryPage(stories=tuple(found[:limit]), more=more)


def _place(key: str) -> tuple[datetime, int]:
    """Where in a list a page ended."""
    at, _, story_id = key.partition("-")
    try:
        return datetime.strptime(at, "%Y%m%dT%H%M%S%z"), int(story_id)
    except ValueError:
        raise QueryError("This page of the list does not exist; go back to its beginning.") from None
