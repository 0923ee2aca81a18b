"""Topics as a use case: named queries that a reader follows over stories and events."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.app.clock import Clock
from aggregator.errors import AggregatorError
from aggregator.model import Event, TopicMatch
from aggregator.query import And, Everything, Is, parse
from aggregator.store import Store
from aggregator.store.topics import EventMatch, StoredTopic

__all__ = ["StoredTopic", "TopicEvent", "Topics", "enough"]

ENOUGH = 2  # original stories that match are enough, however many do not
CONSIDERED = 10  # candidates looked at for each event shown
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEvent:
    """An event of a topic, with the reason: so many of its original stories match the query."""

    event: Event
    matched: int
    originals: int

    @property
    def why(self) -> str:
        """The reason as a sentence."""
        if self.originals == 1:
            return "Its story matches." if self.event.stories == 1 else "Its original story matches."
        return f"{self.matched} of its {self.originals} original stories match."


def enough(match: EventMatch) -> bool:
    """Whether an event belongs to a topic: at least two of its original stories match the query, or half of them do."""
    return match.matched >= ENOUGH or 2 * match.matched >= match.originals


def _checked(name: str, query: str) -> str:
    """The name of a topic in one line, if it and the query will do."""
    title = " ".join(name.split())
    if not title or len(title) > LONGEST_NAME or not title.isprintable():
        raise AggregatorError(f"A topic needs a name of at most {LONGEST_NAME} letters.")
    if isinstance(parse(query), Everything):
        raise AggregatorError("A topic needs a query: aggregator topics add NAME QUERY...")
    return title


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of readers."""

    store: Store
    clock: Clock
    timezone: str

    def add(self, name: str, query: str, *, reader_id: int = 1) -> StoredTopic:
        """Follow a query under a name.

        Raises:
            QueryError: the query cannot be understood.
            AlreadyExists: there is a topic of this name.
            AggregatorError: the name or the query is empty.

        """
        title = _checked(name, query)
        self.store.topics.add(reader_id, title, query, now=self.clock())
        return self.get(title, reader_id=reader_id)

    def change(self, name: str, *, to: str, query: str, reader_id: int = 1) -> StoredTopic:
        """Give a topic another name or query.

        Raises:
            QueryError: the query cannot be understood.
            NotFound: there is none of this name.
            AlreadyExists: there is another topic of the new name.
            AggregatorError: the name or the query is empty.

        """
        title = _checked(to, query)
        self.store.topics.change(reader_id, name, to=title, query=query)
        return self.get(title, reader_id=reader_id)

    def all(self, *, reader_id: int = 1) -> tuple[StoredTopic, ...]:
        """The reader's topics, in the order they were added."""
        return self.store.topics.all(reader_id)

    def get(self, name: str, *, reader_id: int = 1) -> StoredTopic:
        """One topic.

        Raises:
            NotFound: there is none of this name.

        """
        return self.store.topics.get(reader_id, name)

    def remove(self, name: str, *, reader_id: int = 1) -> StoredTopic:
        """Follow it no more.

        Raises:
            NotFound: there is none of this name.

        """
        return self.store.topics.remove(reader_id, name)

    def events(
        self, name: str, *, reader_id: int = 1, since: datetime | None = None, limit: int = 50
    ) -> Iterator[TopicEvent]:
        """The events of a topic, the one with the latest story first, each with the reason.

        Raises:
            NotFound: there is none of this name.

        """
        node = parse(self.get(name, reader_id=reader_id).query)
        now = self.clock()
        found = self.store.search.events(
            node, reader_id=reader_id, zone=self.timezone, now=now, since=since, limit=limit * CONSIDERED
        )
        candidates = {event.id: event for event in found}
        matches = self.store.topics.matched(node, list(candidates), reader_id=reader_id, zone=self.timezone, now=now)
        good = {m.event_id: m for m in matches if enough(m)}
        chosen = (e for e in candidates.values() if e.id in good)
        for event in itertools.islice(chosen, limit):
            match = good[event.id]
            yield TopicEvent(event=event, matched=match.matched, originals=match.originals)

    def unread(self, name: str, *, reader_id: int = 1) -> int:
        """How many unread stories match a topic.

        Raises:
            NotFound: there is none of this name.

        """
        node = And(parts=(parse(self.get(name, reader_id=reader_id).query), Is(state="unread")))
        return self.store.search.count(node, reader_id=reader_id, zone=self.timezone, now=self.clock())

    def matches(self, reader_id: int, event_ids: Sequence[int]) -> tuple[TopicMatch, ...]:
        """Which of these events each of the reader's topics matches: for the sections of a digest."""
        now = self.clock()
        found = []
        for topic in self.all(reader_id=reader_id):
            matches = self.store.topics.matched(
                parse(topic.query), event_ids, reader_id=reader_id, zone=self.timezone, now=now
            )
            found.append(TopicMatch(title=topic.name, event_ids=frozenset(m.event_id for m in matches if enough(m))))
        return tuple(found)
