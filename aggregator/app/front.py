"""The front page and the page of one event: the same accounts as in a digest, without remembering anything as told."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from aggregator.app.clock import Clock
from aggregator.digest import DigestOptions, Occasion, compose
from aggregator.digest.compose import ONE_OUTLET_ONLY, day_of
from aggregator.digest.rank import score_parts
from aggregator.model import (
    AnyEvent,
    BriefEvent,
    BriefStory,
    Digest,
    DigestEvent,
    DigestSection,
    Event,
    EventView,
    Told,
)
from aggregator.store import Store
from aggregator.store.marks import EventMark

__all__ = ["TOP", "EventPage", "Front", "FrontPage", "OutletLine"]

TOP = "Top"
LARGE = 5  # events told in sentences
MOST_SHARED = 45
MOST_SINGLE = 15
CONSIDERED = 200
PERIODS = (timedelta(hours=24), timedelta(hours=48), timedelta(days=7))
OVER = timedelta(hours=48)
ENOUGH = 12  # events of several outlets; with fewer we look further back
KEPT_ACCOUNTS = 512
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NO_FOLDER = "News"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletLine:
    """An outlet on the front page: how many of its events it told, and in how many it was first of several."""

    outlet: str
    events: int
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """The front page: its events in a digest's form, the five best under `TOP`; `read` are the ids the reader has read."""

    digest: Digest
    read: frozenset[int] = frozenset()
    outlets: tuple[OutletLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """One event: its stories, and its account with what changed since this reader looked at it or was told of it.

    `is_over` says that nothing has come of it for two days.
    """

    view: EventView
    account: DigestEvent
    is_read: bool = False
    is_muted: bool = False
    is_over: bool = False


@dataclass(slots=True)
class _Accounts:
    """Accounts made before, so that a page that has not changed costs nothing; safe between threads."""

    _kept: OrderedDict[tuple[object, ...], DigestEvent] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: tuple[object, ...]) -> DigestEvent | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[object, ...], account: DigestEvent) -> None:
        with self._lock:
            self._kept[key] = account
            while len(self._kept) > KEPT_ACCOUNTS:
                self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Front:
    """What there is to see now; changes nothing."""

    store: Store
    clock: Clock
    timezone: str
    _accounts: _Accounts = field(default_factory=_Accounts)

    def page(self, *, reader_id: int = 1) -> FrontPage:
        """The events that gained a story in the last day (two, or a week, if there are few), best first.

        Headlines and numbers of most events come from the table alone, so that the page is quick on a large store.
        """
        now = self.clock()
        with self.store.read():
            since, events = self._candidates(now)
            marks = self.store.marks.on_events(reader_id, [e.id for e in events])
            silenced = self.store.marks.silenced(reader_id, [e.id for e in events])
            heard = [e for e in events if e.id not in silenced and not _mark(marks, e.id).muted_at]
            chosen = self._best(heard, since, now)
            large = self.store.events.views([e.id for e in chosen[:LARGE]], reader_id=reader_id, with_text=False)
            small = self.store.events.briefly([e.id for e in chosen[LARGE:]], reader_id=reader_id)
            shown: tuple[AnyEvent, ...] = (*large, *small)
            told = self._told(reader_id, shown, marks)
            accounts = [_placed(self._account(v, told.get(v.event.id), now), v, now) for v in large]
            urls = self.store.stories.urls([_voice(e).id for e in small])
        lines = [_in_one_line(e, urls, told.get(e.event.id), now, self.timezone) for e in small]
        return FrontPage(
            digest=_digest([*accounts, *lines], shown, since, now),
            read=frozenset(v.event.id for v in shown if all(s.is_read for s in v.stories)),
            outlets=_outlets(shown),
        )

    def accounts(self, event_ids: Sequence[int], *, reader_id: int = 1) -> dict[int, DigestEvent]:
        """Accounts of events by their ids, as `event` has them; of those that there are."""
        now = self.clock()
        with self.store.read():
            views = self.store.events.views(event_ids, reader_id=reader_id, with_text=False)
            marks = self.store.marks.on_events(reader_id, [v.event.id for v in views])
            told = self._told(reader_id, views, marks)
            return {v.event.id: _placed(self._account(v, told.get(v.event.id), now), v, now) for v in views}

    def event(self, event_id: int, *, reader_id: int = 1) -> EventPage:
        """One event with its account.

        Raises:
            EventNotFound: no event has or had this id.

        """
        now = self.clock()
        with self.store.read():
            view = self.store.events.view(event_id, reader_id=reader_id)
            marks = self.store.marks.on_events(reader_id, [view.event.id])
            told = self._told(reader_id, [view], marks)
            account = self._account(view, told.get(view.event.id), now)
        return EventPage(
            view=view,
            account=_placed(account, view, now),
            is_over=view.event.last_at < now - OVER,
            is_read=all(s.is_read for s in view.stories),
            is_muted=_mark(marks, view.event.id).muted_at is not None,
        )

    def _candidates(self, now: datetime) -> tuple[datetime, list[Event]]:
        """The period of the page and its events; without any news at all the latest events there are."""
        since: datetime = now
        shared: tuple[Event, ...] = ()
        for period in PERIODS:
            since = now - period
            shared = self.store.events.recent(since, shared=True, limit=CONSIDERED)
            if len(shared) >= ENOUGH:
                break
        single = self.store.events.recent(since, shared=False, limit=MOST_SINGLE)
        found = [*shared, *single] or list(self.store.events.each(limit=MOST_SHARED))
        return since, found

    def _best(self, events: Sequence[Event], since: datetime, now: datetime) -> list[Event]:
        occasion = Occasion(since=since, until=now, options=DigestOptions(timezone=self.timezone))

        def rank(event: Event) -> tuple[bool, float, int]:
            parts = score_parts(BriefEvent(event=event, stories=()), occasion)
            return event.outlets == 1, -sum(parts.values()), event.id

        return sorted(events, key=rank)[: MOST_SHARED + MOST_SINGLE]

    def _told(self, reader_id: int, views: Sequence[AnyEvent], marks: Mapping[int, EventMark]) -> dict[int, Told]:
        """What the reader knows of each event: by looking at it or from a digest, whichever came last."""
        found = {
            i: Told(at=at, story_ids=ids)
            for i, (at, ids) in self.store.editions.told(reader_id, [v.event.id for v in views]).items()
        }
        for view in views:
            opened = _mark(marks, view.event.id).opened_at
            if opened and (view.event.id not in found or found[view.event.id].at < opened):
                seen = frozenset(s.id for s in view.stories if s.seen_at <= opened)
                found[view.event.id] = Told(at=opened, story_ids=seen)
        return found

    def _account(self, view: EventView, told: Told | None, now: datetime) -> DigestEvent:
        """The event as a digest tells it, from memory if neither its stories nor the reader's knowledge changed."""
        stories = tuple((s.id, s.words, s.copy_of, s.title) for s in view.stories)
        known = (told.at, told.story_ids) if told else None
        key = (view.event, stories, known)
        account = self._accounts.get(key)
        if account is None:
            if view.stories[0].text is None:
                (full,) = self.store.events.views([view.event.id])
                view = replace(view, members=full.members)
            account = _composed(view, told, now, self.timezone)
            self._accounts.put(key, account)
        return account


def _composed(view: EventView, told: Told | None, now: datetime, zone: str) -> DigestEvent:
    """One event through the digest's rules: first as new, then with what changed since it was told."""
    known = {view.event.id: told} if told else {}
    options = DigestOptions(timezone=zone, max_bytes=10**9)
    last = max(max(s.seen_at, s.published_at) for s in view.stories)  # may be to come, where a clock was set back
    until = max(now, last) + timedelta(seconds=1)
    for knowledge in (known, {}):  # without news since it was told it is left out of a digest, but not of a page
        occasion = Occasion(since=LONG_AGO, until=until, told=knowledge, options=options)
        made = compose([view], occasion, now=max(now, last), title="")
        for section in made.sections:
            return section.events[0]
    raise AssertionError(view.event)


def _placed(account: DigestEvent, view: EventView, now: datetime) -> DigestEvent:
    """The account with what depends on the moment of looking: its section on the page, and whether it is new."""
    status = _status(view, account.day, is_told=account.told_at is not None, now=now)
    return replace(account, status=status, section=_section(view))


def _status(view: AnyEvent, day: int, *, is_told: bool, now: datetime) -> str:
    if not is_told and view.event.first_at >= now - PERIODS[0]:
        return "new"
    return "day" if day > 1 else "developing"


def _voice(view: BriefEvent) -> BriefStory:
    """The story that the headline is from."""
    return next((s for s in view.stories if s.id == view.event.headline_story_id), view.stories[0])


def _in_one_line(
    view: BriefEvent, urls: Mapping[int, str | None], told: Told | None, now: datetime, zone: str
) -> DigestEvent:
    """The event in one line: headline and numbers, from what the tables say."""
    event, first, voice = view.event, view.stories[0], _voice(view)
    day = day_of(event, now, zone)
    return DigestEvent(
        event_id=event.id,
        headline=event.headline,
        headline_outlet=voice.outlet,
        headline_url=urls[voice.id],
        headline_story_id=str(voice.id),
        section=_section(view),
        status=_status(view, day, is_told=told is not None, now=now),
        day=day,
        outlets=event.outlets,
        reports=event.reports,
        independent=event.independent,
        stories=event.stories,
        copies=event.stories - event.reports,
        first_outlet=first.outlet,
        first_at=event.first_at,
        last_at=event.last_at,
        lang=voice.lang,
    )


def _section(view: AnyEvent) -> str:
    return view.folder[0] if view.folder else _NO_FOLDER


def _digest(events: Sequence[DigestEvent], views: Sequence[AnyEvent], since: datetime, now: datetime) -> Digest:
    """The page's events under their headings: the best, each section by its best event, single outlets last."""
    grouped: dict[str, list[DigestEvent]] = {}
    for place, event in enumerate(events):
        heading = TOP if place < LARGE else ONE_OUTLET_ONLY if event.outlets == 1 else event.section
        grouped.setdefault(heading, []).append(event)
    order = sorted(grouped, key=lambda name: name == ONE_OUTLET_ONLY)
    return Digest(
        title="Front page",
        made_at=now,
        since=since,
        until=now,
        sections=tuple(DigestSection(title=name, events=tuple(grouped[name])) for name in order),
        stories=sum(e.stories for e in events),
        outlets=len({s.outlet_id for v in views for s in v.stories}),
        events=len(events),
        new_events=sum(e.status == "new" for e in events),
        copies=sum(e.copies for e in events),
    )


def _outlets(views: Sequence[AnyEvent]) -> tuple[OutletLine, ...]:
    """Outlets of these events, the busiest first."""
    told: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for view in views:
        names = {s.outlet for s in view.stories}
        told.update(names)
        if len(names) > 1:
            first[view.stories[0].outlet] += 1
    order = sorted(told, key=lambda name: (-told[name], name))
    return tuple(OutletLine(outlet=name, events=told[name], first=first[name]) for name in order)


def _mark(marks: Mapping[int, EventMark], event_id: int) -> EventMark:
    return marks.get(event_id) or EventMark()
