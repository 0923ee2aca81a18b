"""Digests as a use case: what is new for a reader, made from the store, remembered as told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aggregator import render
from aggregator.app.clock import Clock
from aggregator.app.health import feed_troubles
from aggregator.app.topics import Topics
from aggregator.digest import DigestOptions, Occasion, compose, foremost, quiet_edits, with_sections
from aggregator.digest.verify import Mismatch, verify
from aggregator.errors import NotFound
from aggregator.model import AnyEvent, Change, Digest, Told, TopicMatch
from aggregator.plugins import Plugins
from aggregator.store import Store

__all__ = ["READER", "DigestPlan", "Digests", "Draft"]

READER = 1
LOOK_BACK = timedelta(hours=24)
CLOCK_SKEW = timedelta(hours=1)
MOST_EVENTS = 30
MOST_EDITED = 100  # stories looked at for silent edits
MOST_TROUBLES = 6  # feeds named in a digest; the others are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPlan:
    """Which digest to make.

    It goes on from the last one of this `name`, at most `look_back`; the first one looks a day back, and one with `since`
    from there, whatever was told. `topics` limits it to events that match one of them. What was told is remembered for its
    `audience`: the reader at this machine, "", or the addresses that it is sent to. Its days are those of its `zone` (IANA).
    """

    zone: str
    name: str = "terminal"
    title: str = "Digest"
    audience: str = ""
    since: datetime | None = None
    look_back: timedelta = LOOK_BACK
    topics: tuple[str, ...] = ()
    max_events: int = MOST_EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A digest that nobody was told of yet, and the stories of the events that it shows."""

    plan: DigestPlan
    digest: Digest
    story_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Digests:
    """Makes digests for readers."""

    store: Store
    clock: Clock
    timezone: str
    topics: Topics
    plugins: Plugins

    def make(
        self,
        *,
        reader_id: int = READER,
        name: str = "terminal",
        since: datetime | None = None,
        remember: bool = True,
        topic: str | None = None,
    ) -> Digest:
        """The digest of what was first seen since this reader's last one, at most 24 hours back.

        With `since`, of what was first seen since then; `remember` notes what was told, so that it is not told again.
        With `topic`, of the events of that topic alone.

        Raises:
            NotFound: there is no such topic.

        """
        plan = DigestPlan(zone=self.timezone, name=name, since=since)
        if topic is not None:
            plan = replace(plan, title=topic, topics=(topic,))
        draft = self.draft(plan, reader_id=reader_id)
        if remember and since is None and draft.digest.events:
            self.keep(draft, reader_id=reader_id)
        return draft.digest

    def draft(self, plan: DigestPlan, *, reader_id: int = READER) -> Draft:
        """A digest by a plan; nothing is remembered.

        Raises:
            NotFound: the plan names a topic that the reader does not follow.

        """
        now = self._now()
        earliest = now - plan.look_back
        last = self.store.editions.goes_on_from(reader_id, plan.name, earliest=earliest, now=now)
        start = plan.since or max(earliest, last or now - LOOK_BACK)
        with self.store.read():
            ids = self._wanted(reader_id, self.store.events.seen_between(start, now))
            topics = self.topics.matches(reader_id, ids)
            if plan.topics:
                topics = tuple(self._only(plan.topics, topics))
                chosen = frozenset().union(*(t.event_ids for t in topics))
                ids = tuple(i for i in ids if i in chosen)
            occasion = Occasion(
                since=start,
                until=now + timedelta(seconds=1),
                told={} if plan.since else self._told(ids, plan.audience, reader_id, start=start, now=now),
                topics=topics,
                options=DigestOptions(events=plan.max_events, timezone=plan.zone),
            )
            views = self._views(ids, occasion, reader_id)
        digest = compose(
            views,
            occasion,
            now=now,
            title=plan.title,
            health=self.health(start),
            edits=self._edits(reader_id, plan.audience, views, start, now),
        )
        for sections in self.plugins.answers("digest_sections", digest=digest, events=views):
            digest = with_sections(digest, sections)
        shown = {event.event_id for section in digest.sections for event in section.events}
        stories = tuple(story.id for view in views if view.event.id in shown for story in view.stories)
        return Draft(plan=plan, digest=digest, story_ids=stories)

    def _told(
        self, ids: Sequence[int], audience: str, reader_id: int, *, start: datetime, now: datetime
    ) -> dict[int, Told]:
        """What was told of these events; what seems to have been told later than now (the clock was set back), at the start."""
        told = self.store.editions.told(reader_id, ids, audience=audience)
        return {i: Told(at=at if at <= now else start, story_ids=stories) for i, (at, stories) in told.items()}

    def _views(self, ids: Sequence[int], occasion: Occasion, reader_id: int) -> list[AnyEvent]:
        """These events, with all their texts those that will be told; plugins get the texts of all."""
        brief = self.store.events.briefly(ids, reader_id=reader_id)
        wanted = ids if self.plugins.names("digest_sections") else foremost(brief, occasion)
        full = {view.event.id: view for view in self.store.events.views(sorted(wanted), reader_id=reader_id)}
        return [full.get(event.event.id, event) for event in brief]

    def keep(self, draft: Draft, *, reader_id: int = READER) -> int:
        """Keep a draft as an edition, and note what its audience was told; returns its id."""
        return self.store.editions.add(
            reader_id=reader_id,
            name=draft.plan.name,
            made_at=draft.digest.made_at,
            since=draft.digest.since,
            digest=json.dumps(render.digest_json(draft.digest), ensure_ascii=False),
            story_ids=draft.story_ids,
            audience=draft.plan.audience,
        )

    def _only(self, names: Sequence[str], topics: Sequence[TopicMatch]) -> Iterator[TopicMatch]:
        """The topics of these names, in the order of the names."""
        found = {topic.title: topic for topic in topics}
        for name in names:
            if name not in found:
                raise NotFound(f"There is no topic {name}; see: aggregator topics list", path=str(self.store.path))
            yield found[name]

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

    def archive(self, *, reader_id: int = READER, before: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """Editions made so far, newest first: id, name, made_at, since, counts; `before` goes on from an edition's id."""
        return self.store.editions.listed(reader_id, before=before, limit=limit)

    def edition(self, edition_id: int, *, reader_id: int = READER) -> Digest:
        """An edition as it was made.

        Raises:
            NotFound: the reader has no such edition.

        """
        return render.digest_from_json(json.loads(self.store.editions.get(reader_id, edition_id)))

    def _edits(
        self, reader_id: int, audience: str, views: Sequence[AnyEvent], since: datetime, until: datetime
    ) -> tuple[Change, ...]:
        """Silent edits since then of stories that this audience was told of, or of events that have news now."""
        changed = self.store.revisions.changed(since, until)
        seen = {story.id for view in views for story in view.stories}
        seen |= self.store.editions.told_stories(reader_id, changed, audience=audience)
        wanted = [story_id for story_id in changed if story_id in seen][:MOST_EDITED]
        if not wanted:
            return ()
        from aggregator.text.revision import revision_changes  # noqa: PLC0415 - only where something was edited

        edited = []
        for story_id, revisions in self.store.revisions.of_many(wanted).items():
            story = self.store.stories.get(story_id, reader_id=reader_id)
            all_changes = revision_changes(revisions, title=story.title, text=story.text, lang=story.lang)
            edited.append((story, [change for change in all_changes if since < change.at <= until]))
        return quiet_edits(edited)

    def mismatches(self, digest: Digest) -> tuple[Mismatch, ...]:
        """What an edition says that cannot be found again in the stories as they are stored now."""
        texts: dict[str, str | None] = {}

        def text_of(story_id: str) -> str | None:
            if story_id not in texts:
                try:
                    texts[story_id] = self.store.stories.get(int(story_id)).text
                except NotFound:
                    texts[story_id] = None
            return texts[story_id]

        return verify(digest, text_of)

    def health(self, since: datetime) -> tuple[str, ...]:
        """One line for each feed that needs the reader's hand or has moved since then, with the command that mends it."""
        lines = [f"{trouble.what} {trouble.mend}".rstrip() for trouble in feed_troubles(self.store, self._now(), since)]
        more = len(lines) - MOST_TROUBLES
        rest = f"{more} more feed{' needs' if more == 1 else 's need'} a look: aggregator doctor"
        return (*lines[:MOST_TROUBLES], *([rest] if more > 0 else []))
