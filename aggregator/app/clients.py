"""What other programs see and do: feeds and folders by number, entries in pages, marks. Every protocol is a thin dress of this.

To these programs a story is an entry of its feed. The latest events of several outlets are entries as well, of a feed of their
own in a folder of its own; marking one marks its stories.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from aggregator.app.clock import Clock
from aggregator.app.front import Front
from aggregator.app.marks import Marks
from aggregator.errors import QueryError
from aggregator.model import DigestEvent, Feed, StoredEnclosure, Story
from aggregator.query import parse
from aggregator.render.columns import one_line
from aggregator.render.fragments import event_html, story_html
from aggregator.render.links import web_link
from aggregator.store import Store
from aggregator.store.counts import FeedUnread
from aggregator.store.search import story_condition
from aggregator.store.streams import STRIDE, Place, Selection
from aggregator.text.folders import join_folder
from aggregator.text.html import SafeHTML

__all__ = ["EVENTS", "EVENTS_TITLE", "STRIDE", "ClientEntry", "ClientFeed", "Clients", "Page", "Selection"]

EVENTS = 1_000_000_000  # the number of the feed and folder of events; fits 31 bits and meets no feed's
EVENTS_TITLE = "Events"
MOST_EVENTS = 500
EVERYTHING = 2**62
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFeed:
    """A subscription, or the feed of events. `folder_id` is 0 for those without a folder."""

    id: int
    url: str
    title: str
    site_url: str | None
    folder_id: int
    folder: str
    unread: int = 0
    read: int = 0
    added_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_new_at: datetime | None = None
    failures: int = 0
    error: str | None = None
    is_paused: bool = False


_EVENTS_FEED = ClientFeed(
    id=EVENTS, url="urn:aggregator:events", title=EVENTS_TITLE, site_url=None, folder_id=EVENTS, folder=EVENTS_TITLE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEntry:
    """A story, or an event in a story's clothes. `html` is safe; `number` is its place in the order of arrival."""

    number: int
    feed_id: int
    title: str
    url: str | None
    author: str
    html: SafeHTML
    published_at: datetime
    seen_at: datetime
    is_read: bool
    is_starred: bool
    tags: tuple[str, ...] = ()
    lang: str | None = None
    words: int = 0
    enclosures: tuple[StoredEnclosure, ...] = ()

    @property
    def guid(self) -> str:
        """A name that needs no escaping anywhere, for some programs put it into addresses as it is."""
        return f"entry-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Numbers of entries in a stream's order; `more` is the number to go on from, None at the end."""

    numbers: tuple[int, ...]
    more: int | None = None


@dataclass(frozen=True, slots=True)
class Clients:
    """The reading of other programs, for one reader at a time."""

    store: Store
    clock: Clock
    timezone: str
    marking: Marks
    front: Front

    # Feeds and folders.

    def feeds(self, reader_id: int) -> list[ClientFeed]:
        """The feed of events, then every subscription."""
        counts = {c.feed_id: c for c in self.store.counts.feeds(reader_id)}
        folders = {f.path: f.id for f in self.store.folders.all()}
        own = [  # a feed that came between the two looks is there the next time
            _feed(f, folders, counts[f.id]) for f in self.store.feeds.all() if f.id in counts
        ]
        return [self._events_feed(reader_id), *own]

    def some_feeds(self, ids: Iterable[int]) -> dict[int, ClientFeed]:
        """These feeds by number, without counts: what entries say of where they are from."""
        found = {EVENTS: _EVENTS_FEED}
        wanted = sorted({i for i in ids if i < EVENTS})
        if wanted:
            folders = {f.path: f.id for f in self.store.folders.all()}
            known = (self.store.feeds.by_id(i) for i in wanted)
            nothing = FeedUnread(feed_id=0, folder="", stories=0, unread=0)
            found |= {feed.id: _feed(feed, folders, nothing) for feed in known if feed is not None}
        return found

    def folders(self) -> list[tuple[int, str]]:
        """Numbers and names of the folders; 0 is where feeds without one are."""
        return [(EVENTS, EVENTS_TITLE), *((f.id, f.path) for f in self.store.folders.all() if f.path)]

    def folder_id(self, name: str) -> int:
        """The number of the folder of this name, which is made if there is none."""
        return self.store.folders.keep(name).id

    def rename_folder(self, folder_id: int, name: str) -> None:
        """Give a folder another name; its feeds go along.

        Raises:
            AlreadyExists: there is a folder of that name.
            NotFound: there is none with this number.

        """
        self.store.folders.rename(folder_id, name)

    def drop_folder(self, folder_id: int) -> None:
        """Take a folder away; feeds in it have none afterwards.

        Raises:
            NotFound: there is none with this number.

        """
        self.store.folders.drop(folder_id)

    def _events_feed(self, reader_id: int) -> ClientFeed:
        shared = self._shared(reader_id)
        latest = shared[0].seen_at if shared else None
        unread = sum(not p.is_read for p in shared)
        return replace(
            _EVENTS_FEED, unread=unread, read=len(shared) - unread, last_new_at=latest, last_polled_at=latest
        )

    # Pages of entries.

    def page(self, selection: Selection, *, reader_id: int, limit: int, offset: int = 0) -> Page:
        """The first entries of a selection, after leaving out `offset`."""
        events = self._events_of(selection, reader_id)
        order, is_down = _order(selection), selection.newest_first
        skipped = max(0, offset - len(events))  # so many stories stand before the page, whatever events do
        stories = self._stories(selection, reader_id, offset - skipped + limit + 1, skipped)
        if skipped and stories:
            first = order(stories[0])
            kept = [e for e in events if (order(e) < first) == is_down]
            skipped += len(events) - len(kept)
            events = kept
        elif skipped:
            return Page(numbers=())
        merged = heapq.merge(stories, events, key=order, reverse=is_down)
        found = [place.number for place in islice(merged, offset - skipped, offset - skipped + limit + 1)]
        more = found[limit - 1] if len(found) > limit > 0 else None
        return Page(numbers=tuple(found[:limit]), more=more)

    def count(self, selection: Selection, *, reader_id: int) -> int:
        """How many entries a selection has."""
        if _is_unread_of_feeds(selection):
            unread = self.store.counts.unread_by_feed(reader_id)
            stories = sum(n for i, n in unread.items() if selection.feed_ids is None or i in selection.feed_ids)
        else:
            stories = self.store.streams.count(selection, reader_id=reader_id)
        return stories + len(self._events_of(selection, reader_id))

    def entries(self, numbers: Iterable[int], *, reader_id: int) -> list[ClientEntry]:
        """Entries with their texts, in this order; numbers of nothing are left out."""
        wanted = list(dict.fromkeys(numbers))
        ids = [n // STRIDE for n in wanted if n % STRIDE == 0]
        stories = self.store.stories.by_ids(ids, reader_id=reader_id)
        carried = self.store.enclosures.of(list(stories), reader_id=reader_id)
        others = [n for n in wanted if n % STRIDE]
        events = {p.number: p for p in self._shared(reader_id, others)} if others else {}
        accounts = self.front.accounts([p.event_id or 0 for p in events.values()], reader_id=reader_id)
        found = []
        for n in wanted:
            if n % STRIDE == 0 and n // STRIDE in stories:
                found.append(_story_entry(stories[n // STRIDE], carried.get(n // STRIDE, ())))
            elif n in events and (account := accounts.get(events[n].event_id or 0)):
                found.append(self._event_entry(events[n], account))
        return found

    def _event_entry(self, place: Place, event: DigestEvent) -> ClientEntry:
        return ClientEntry(
            number=place.number,
            feed_id=EVENTS,
            title=_plain(event.headline),
            url=web_link(event.headline_url),
            author=_plain(event.headline_outlet),
            html=event_html(event, zone=self.timezone),
            published_at=place.published_at,
            seen_at=place.seen_at or place.published_at,
            is_read=place.is_read,
            is_starred=place.is_starred,
            lang=event.lang,
        )

    def _stories(self, selection: Selection, reader_id: int, limit: int, offset: int = 0) -> list[Place]:
        if selection.is_read is False and selection.numbers is None and not selection.is_starred:
            selection, limit = self._unread_only(selection, reader_id, limit)
        return self.store.streams.stories(selection, reader_id=reader_id, limit=limit, offset=offset)

    def _unread_only(self, selection: Selection, reader_id: int, limit: int) -> tuple[Selection, int]:
        """The same, narrowed to feeds that have anything unread, and ended where that must be all."""
        unread = self.store.counts.unread_by_feed(reader_id)
        wanted = unread if selection.feed_ids is None else {i: unread[i] for i in selection.feed_ids if i in unread}
        return replace(selection, feed_ids=tuple(sorted(wanted))), min(limit, sum(wanted.values()))

    def matching(self, selection: Selection, query: str, *, reader_id: int) -> Selection:
        """A selection narrowed to what matches a search; what cannot be understood is searched for as it stands."""
        try:
            node = parse(query)
        except QueryError:
            node = parse('"' + query.replace('"', " ").replace("\\", " ") + '"')
        condition = story_condition(node, reader_id=reader_id, zone=self.timezone, now=self.clock())
        return replace(selection, matching=condition)

    def changed(self, selection: Selection, since: datetime, *, reader_id: int) -> Selection:
        """A selection narrowed to what came, or was marked by this reader in whatever way, since a time."""
        stories, events = self.store.marks.touched(reader_id, since)
        return replace(selection, changed_since=since, touched=stories, touched_events=events)

    def latest(self) -> int:
        """The greatest number of an entry."""
        return self.store.streams.latest()

    # Events.

    def _shared(self, reader_id: int, numbers: Sequence[int] | None = None) -> list[Place]:
        return self.store.streams.shared(reader_id=reader_id, limit=MOST_EVENTS, numbers=numbers)

    def _events_of(self, selection: Selection, reader_id: int) -> list[Place]:
        """The events of a selection, in its order."""
        if selection.tag is not None or selection.matching is not None:
            return []
        if selection.feed_ids is not None and EVENTS not in selection.feed_ids:
            return []
        if selection.numbers is not None and not any(n % STRIDE for n in selection.numbers):
            return []
        found = [p for p in self._shared(reader_id) if _holds(selection, p)]
        return sorted(found, key=_order(selection), reverse=selection.newest_first)

    # Marks.

    def mark_read(self, numbers: Sequence[int], *, reader_id: int, is_read: bool = True) -> None:
        """Mark entries read or unread, an event with all its stories; numbers of nothing are left out."""
        stories, events = self.store.streams.known(numbers)
        if stories:
            self.marking.read(reader_id, stories, is_read=is_read)
        if events:
            self.marking.read_events(reader_id, events, is_read=is_read)

    def star(self, numbers: Sequence[int], *, reader_id: int, is_starred: bool = True) -> None:
        """Star entries, or take the star off; an event's star is on the story that gave it its headline."""
        stories, events = self.store.streams.known(numbers)
        headlines = [self.store.events.get(i).headline_story_id for i in events]
        wanted = list(dict.fromkeys([*stories, *(i for i in headlines if i is not None)]))
        if wanted:
            self.marking.star(reader_id, wanted, is_starred=is_starred)

    def tag(self, numbers: Sequence[int], tag: str, *, reader_id: int, is_tagged: bool = True) -> None:
        """Tag stories, or take the tag off; events have no tags.

        Raises:
            AggregatorError: the tag has no name.

        """
        stories, _ = self.store.streams.known(numbers)
        if stories:
            self.marking.tag(reader_id, tag, stories, is_tagged=is_tagged)

    def read_all(self, selection: Selection, *, reader_id: int) -> int:
        """Mark all unread entries of a selection read; returns how many there were."""
        unread = replace(selection, is_read=False)
        numbers = [p.number for p in self._stories(unread, reader_id, EVERYTHING)]
        numbers += [p.number for p in self._events_of(unread, reader_id)]
        self.mark_read(numbers, reader_id=reader_id)
        return len(numbers)


def _plain(text: str) -> str:
    """A line in which no program can see a tag: some take titles and names for HTML, some for text."""
    return _TAG_START.sub("\uff1c", one_line(text))


def _is_unread_of_feeds(selection: Selection) -> bool:
    """Whether the counts that are kept for each feed answer how many there are."""
    return selection.is_read is False and replace(
        selection, feed_ids=None, by="number", newest_first=True
    ) == Selection(is_read=False)


def _order(selection: Selection) -> Callable[[Place], tuple[Any, ...]]:
    if selection.by == "published":
        return lambda place: (place.published_at, place.number)
    return lambda place: (place.number,)


def _holds(selection: Selection, place: Place) -> bool:
    """Whether an event is in a selection."""
    at = place.seen_at or place.published_at
    return all((
        selection.is_read in (None, place.is_read),
        selection.is_starred in (None, place.is_starred),
        selection.numbers is None or place.number in selection.numbers,
        selection.before is None or place.number < selection.before,
        selection.after is None or place.number > selection.after,
        selection.seen_since is None or at >= selection.seen_since,
        selection.seen_until is None or at <= selection.seen_until,
        selection.changed_since is None or at >= selection.changed_since or place.event_id in selection.touched_events,
        selection.published_since is None or place.published_at > selection.published_since,
        selection.published_until is None or place.published_at < selection.published_until,
    ))  # fmt: skip


def _feed(feed: Feed, folders: dict[str, int], count: FeedUnread) -> ClientFeed:
    path = join_folder(feed.folder)
    return ClientFeed(
        id=feed.id,
        url=feed.url,
        title=_plain(feed.title or feed.url),
        site_url=web_link(feed.site_url),
        folder_id=folders.get(path, 0) if path else 0,
        folder=path,
        unread=count.unread,
        read=count.stories - count.unread,
        added_at=feed.added_at,
        last_polled_at=feed.last_polled_at,
        last_new_at=feed.last_new_at,
        failures=feed.failures,
        error=feed.last_error,
        is_paused=feed.state != "active",
    )


def _story_entry(story: Story, enclosures: tuple[StoredEnclosure, ...]) -> ClientEntry:
    return ClientEntry(
        number=STRIDE * story.id,
        feed_id=story.feed_id or 0,
        title=_plain(story.title or "(no title)"),
        url=web_link(story.url),
        author=_plain(", ".join(story.authors) or story.outlet),
        html=story_html(story),
        published_at=story.published_at,
        seen_at=story.seen_at,
        is_read=story.is_read,
        is_starred=story.is_starred,
        tags=story.tags,
        lang=story.lang,
        words=story.words,
        enclosures=enclosures,
    )
