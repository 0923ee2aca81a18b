"""Feeds of our own for other readers: events, topics, folders, searches, an event's reports, digests.

They can be read without a login, by an address with a secret in it. So they hold headlines, at most three sentences of an event,
and links to the outlets; never the text of a story.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from aggregator.app.clock import Clock
from aggregator.app.digests import Digests
from aggregator.app.front import Front
from aggregator.app.reading import Reading
from aggregator.app.topics import Topics
from aggregator.model import Digest, DigestEvent
from aggregator.render.columns import one_line
from aggregator.render.fragments import public_event_html
from aggregator.render.links import web_link
from aggregator.render.reports import reports
from aggregator.render.rows import iso
from aggregator.render.syndication import FeedEntry
from aggregator.store import Store
from aggregator.text.html import SafeHTML

__all__ = ["Outgoing", "OutgoingFeed"]

ENTRIES = 30
EDITIONS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFeed:
    """A feed of ours: `id` stays the same for ever."""

    id: str
    title: str
    entries: tuple[FeedEntry, ...]
    empty_at: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Makes the feeds of one reader; marks nothing as read or told."""

    store: Store
    clock: Clock
    timezone: str
    page_of_events: str
    reading: Reading
    topics: Topics
    digests: Digests
    front: Front

    def events(self, *, reader_id: int) -> OutgoingFeed:
        """The latest events of several outlets."""
        latest = self.store.streams.shared(reader_id=reader_id, limit=ENTRIES)
        return self._feed("events", "Events", (p.event_id for p in latest if p.event_id), reader_id)

    def topic(self, name: str, *, reader_id: int) -> OutgoingFeed:
        """The events of a topic.

        Raises:
            NotFound: the reader has no topic of this name.

        """
        topic = self.topics.get(name, reader_id=reader_id)
        found = self.topics.events(topic.name, reader_id=reader_id, limit=ENTRIES)
        return self._feed(f"topic:{topic.id}", topic.name, (e.event.id for e in found), reader_id)

    def search(self, query: str, *, reader_id: int, title: str | None = None) -> OutgoingFeed:
        """The events that a search finds.

        Raises:
            QueryError: the query cannot be understood.

        """
        found = self.reading.events(query, reader_id=reader_id, limit=ENTRIES)
        return self._feed(f"search:{query}", title or query, (e.id for e in found), reader_id)

    def folder(self, path: str, *, reader_id: int) -> OutgoingFeed:
        """The events that a folder's feeds tell of."""
        return self.search('folder:"' + path.replace('"', " ") + '"', reader_id=reader_id, title=path)

    def reports(self, event_id: int, *, reader_id: int) -> OutgoingFeed:
        """The reports of one event as they come, each original once, without copies.

        Raises:
            EventNotFound: no event has or had this id.

        """
        view = self.reading.event(event_id, reader_id=reader_id)
        carried = self.store.enclosures.of([story.id for story in view.stories])
        entries = [
            FeedEntry(
                id=f"urn:x-aggregator:story:{story.id}",
                title=f"{one_line(story.outlet)}: {one_line(story.title or '(no title)')}",
                link=web_link(story.url),
                published=iso(story.published_at),
                updated=iso(story.published_at),
                source=story.outlet,
                enclosures=carried.get(story.id, ()),
            )
            for story, _ in reversed(reports(view))
        ]
        return self._named(f"event:{view.event.id}", view.event.headline, entries)

    def editions(self, *, reader_id: int) -> OutgoingFeed:
        """The latest digests."""
        rows = self.digests.archive(reader_id=reader_id, limit=EDITIONS)
        entries = [self._edition(row["id"], row["made_at"], reader_id) for row in rows]
        return self._named("digests", "Digests", entries)

    def _edition(self, edition_id: int, made_at: datetime, reader_id: int) -> FeedEntry:
        digest = self.digests.edition(edition_id, reader_id=reader_id)
        return FeedEntry(
            id=f"urn:x-aggregator:digest:{edition_id}",
            title=f"{digest.title}, {made_at.strftime('%Y-%m-%d %H:%M')}",
            link=web_link(self.page_of_events.replace("/events/{id}", f"/digests/{edition_id}")),
            published=iso(made_at),
            updated=iso(made_at),
            html=self._told(digest),
        )

    def _told(self, digest: Digest) -> SafeHTML:
        parts = []
        for section in digest.sections:
            parts.append(f"<h2>{escape(one_line(section.title))}</h2>")
            for event in section.events:
                parts += [f"<h3>{_headline(event)}</h3>", public_event_html(event, zone=self.timezone)]
        return SafeHTML("\n".join(parts))

    def _feed(self, name: str, title: str, event_ids: Iterable[int], reader_id: int) -> OutgoingFeed:
        told = [self.front.event(i, reader_id=reader_id).account for i in event_ids]
        return self._named(name, title, [self._entry(event) for event in told])

    def _named(self, name: str, title: str, entries: list[FeedEntry]) -> OutgoingFeed:
        return OutgoingFeed(
            id=f"urn:x-aggregator:{name}", title=one_line(title), entries=tuple(entries), empty_at=iso(self.clock())
        )

    def _entry(self, event: DigestEvent) -> FeedEntry:
        return FeedEntry(
            id=f"urn:x-aggregator:event:{event.event_id}",
            title=one_line(event.headline),
            link=web_link(self.page_of_events.format(id=event.event_id)),
            published=iso(event.first_at),
            updated=iso(event.last_at),
            source=event.headline_outlet,
            html=SafeHTML(f"<p>{_headline(event)}</p>\n{public_event_html(event, zone=self.timezone)}"),
        )


def _headline(event: DigestEvent) -> str:
    """The headline, linked to the outlet whose it is."""
    link, text = web_link(event.headline_url), escape(one_line(event.headline))
    linked = f'<a href="{escape(link)}">{text}</a>' if link else text
    return f"{linked} <small>{escape(one_line(event.headline_outlet))}</small>"
