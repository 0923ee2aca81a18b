"""Reading as a use case: stories and events, found and looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.app.clock import Clock
from aggregator.model import Event, EventView, RevisionChange, Story
from aggregator.query import parse
from aggregator.store import Store
from aggregator.store.counts import OutletCount

__all__ = ["Reading"]

PASSAGES = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """Answers questions about what is stored; changes nothing."""

    store: Store
    clock: Clock
    timezone: str

    def stories(
        self,
        query: str = "",
        *,
        reader_id: int = 1,
        since: datetime | None = None,
        until: datetime | None = None,
        before: tuple[datetime, int] | None = None,
        fold: bool = False,
        by_relevance: bool = False,
        limit: int | None = None,
        with_text: bool = False,
    ) -> Iterator[Story]:
        """Stories that match, newest first, or the most relevant of the latest matches first.

        `before` is the key (published_at, id) of the last story of the page before.

        Raises:
            QueryError: the query cannot be understood.

        """
        return self.store.search.stories(
            parse(query), reader_id=reader_id, zone=self.timezone, now=self.clock(), since=since, until=until,
            before=before, fold=fold, by_relevance=by_relevance, limit=limit, with_text=with_text,
        )  # fmt: skip

    def events(
        self,
        query: str = "",
        *,
        reader_id: int = 1,
        since: datetime | None = None,
        until: datetime | None = None,
        before: tuple[datetime, int] | None = None,
        limit: int | None = None,
    ) -> Iterator[Event]:
        """Events one of whose stories matches, the latest first; `before` is the key (last_at, id) of the one before.

        Raises:
            QueryError: the query cannot be understood.

        """
        return self.store.search.events(
            parse(query), reader_id=reader_id, zone=self.timezone, now=self.clock(), since=since, until=until,
            before=before, limit=limit,
        )  # fmt: skip

    def story(self, story_id: int, *, reader_id: int = 1) -> Story:
        """One story with its text.

        Raises:
            StoryNotFound: no story has this id.

        """
        return self.store.stories.get(story_id, reader_id=reader_id)

    def revisions(self, story_id: int) -> tuple[RevisionChange, ...]:
        """What was changed in a story after it was first read, oldest first.

        Raises:
            StoryNotFound: no story has this id.

        """
        from aggregator.text.revision import revision_changes  # noqa: PLC0415 - lists of stories need not wait for it

        story = self.store.stories.get(story_id)
        revisions = self.store.revisions.of(story_id)
        return revision_changes(revisions, title=story.title, text=story.text, lang=story.lang)

    def event(self, event_id: int, *, reader_id: int = 1) -> EventView:
        """One event with its stories.

        Raises:
            EventNotFound: no event has or had this id.

        """
        return self.store.events.view(event_id, reader_id=reader_id)

    def outlets(self, *, since: datetime | None = None) -> tuple[OutletCount, ...]:
        """Outlets with stories published since, the busiest first."""
        return self.store.counts.outlets(since=since)

    def stats(self, *, reader_id: int = 1) -> dict[str, Any]:
        """How much is stored, and `unread`: how much of it is unread in each folder."""
        return {**self.store.counts.totals(), "unread": self.store.counts.unread(reader_id)}

    @contextlib.contextmanager
    def ask(self, statement: str) -> Iterator[tuple[tuple[str, ...], Iterator[dict[str, Any]]]]:
        """The columns and rows of a statement of SQL that only reads.

        Raises:
            StoreError: it does not, or it cannot be understood.

        """
        with self.store.counts.ask(statement) as answer:
            yield answer

    def compare(self, one: int, other: int) -> dict[str, Any]:
        """How two stories' texts agree, whether that makes one a copy, and the longest passages they share.

        Raises:
            StoryNotFound: no story has one of these ids.

        """
        keys = [self.store.stories.key(one), self.store.stories.key(other)]
        lines = {line.id: line for line in self.store.decisions.lines(keys)}
        a, b = lines[keys[0]], lines[keys[1]]
        from aggregator.dedupe import why  # noqa: PLC0415 - with numpy, which lists of stories need not wait for
        from aggregator.text.shingles import spell  # noqa: PLC0415 - the same

        found = why(a, b)
        return {
            "a": one,
            "b": other,
            "kind": found.kind,
            "score": found.score,
            "share_a": round(found.share_a, 4),
            "share_b": round(found.share_b, 4),
            "reason": found.reason,
            "passages": [
                spell(a.text or a.title or "", start, length) for start, _, length in found.passages[:PASSAGES]
            ],
        }
