"""Digests as a use case: what is new for a reader, made from the store, remembered as told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aggregator import render
from aggregator.app.clock import Clock
from aggregator.app.topics import Topics
from aggregator.config import Config
from aggregator.digest import DigestOptions, compose
from aggregator.digest.due import days_of, latest_due
from aggregator.model import Digest, Told
from aggregator.store import Store

__all__ = ["Digests"]

READER = 1
LOOK_BACK = timedelta(hours=24)
CLOCK_SKEW = timedelta(hours=1)
MOST_EVENTS = 30
MOST_VIEWED = 4000  # events; beyond that the ones with most outlets are looked at


@dataclass(frozen=True, slots=True)
class Digests:
    """Makes digests for readers."""

    store: Store
    clock: Clock
    timezone: str
    config: Config
    topics: Topics

    def make(
        self, *, reader_id: int = READER, name: str = "terminal", since: datetime | None = None, remember: bool = True
    ) -> Digest:
        """The digest of what was first seen since this reader's last one, at most 24 hours back.

        With `since`, of what was first seen since then; `remember` notes what was told, so that it is not told again.
        """
        now = self._now()
        floor = now - LOOK_BACK
        last = self.store.editions.last_made_at(reader_id, name)
        start = since or max(floor, last or floor)
        with self.store.read():
            ids = self.store.events.seen_between(start, now)
            ids = self._wanted(reader_id, ids)
            views = self.store.events.views(ids, reader_id=reader_id)
            topics = self.topics.matches(reader_id, ids)
            told = {} if since else self.store.editions.told(reader_id, ids)
        digest = compose(
            views,
            now=now,
            since=start,
            until=now + timedelta(seconds=1),
            title="Digest",
            topics=topics,
            told={event_id: Told(at=at, story_ids=stories) for event_id, (at, stories) in told.items()},
            options=DigestOptions(events=MOST_EVENTS, timezone=self.timezone),
            health=self.health(),
        )
        if remember and since is None and digest.events:
            self._remember(digest, reader_id, name)
        return digest

    def _now(self) -> datetime:
        """The clock's time, or just after the latest story: a clock that went back a little hides nothing that is there."""
        now = self.clock()
        latest = self.store.stories.last_seen_at()
        if latest is None or latest > now + CLOCK_SKEW:
            return now
        return max(now, latest + timedelta(seconds=1))

    def _wanted(self, reader_id: int, event_ids: Sequence[int]) -> tuple[int, ...]:
        """Events that the reader has not muted, nor all of whose stories a rule hides or keeps out of digests."""
        marks = self.store.marks.on_events(reader_id, event_ids)
        silenced = self.store.marks.silenced(reader_id, event_ids)
        return tuple(i for i in event_ids if i not in silenced and not (i in marks and marks[i].muted_at))

    def archive(self, *, reader_id: int = READER, before: int | None = None) -> list[dict[str, Any]]:
        """Editions made so far, newest first: id, name, made_at, since, counts; `before` goes on from an edition's id."""
        return self.store.editions.listed(reader_id, before=before)

    def edition(self, edition_id: int, *, reader_id: int = READER) -> Digest:
        """An edition as it was made.

        Raises:
            NotFound: the reader has no such edition.

        """
        return render.digest_from_json(json.loads(self.store.editions.get(reader_id, edition_id)))

    def make_due(self) -> tuple[Digest, ...]:
        """Make the editions of the settings' named digests whose time has come, each once."""
        made = []
        for name, digest in self.config.digests.items():
            zone = ZoneInfo(digest.tz or self.timezone)
            due = latest_due(at=time.fromisoformat(digest.at), zone=zone, days=days_of(digest.days), now=self.clock())
            last = self.store.editions.last_made_at(READER, name)
            if due is not None and (last is None or last < due):
                made.append(self.make(name=name))
        return tuple(made)

    def _remember(self, digest: Digest, reader_id: int, name: str) -> None:
        shown = [event.event_id for section in digest.sections for event in section.events]
        views = self.store.events.views(shown, reader_id=reader_id, with_text=False)
        self.store.editions.add(
            reader_id=reader_id,
            name=name,
            made_at=digest.made_at,
            since=digest.since,
            digest=json.dumps(render.digest_json(digest), ensure_ascii=False),
            story_ids=[story.id for view in views for story in view.stories],
        )

    def health(self) -> tuple[str, ...]:
        """One line for each feed that needs the reader's hand."""
        lines = []
        for feed in self.store.feeds.all():
            name = feed.title or feed.url
            if feed.state == "gone":
                lines.append(f"{name} is gone for good. Remove it: aggregator feeds remove {feed.url}")
            elif feed.failures >= 3:  # noqa: PLR2004 (once or twice is weather)
                lines.append(f"{name} has failed {feed.failures} times in a row: {feed.last_error}")
        return tuple(lines)
