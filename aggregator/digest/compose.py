"""From events to a digest: which, in which order, under which heading, with what told of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.digest.brief import brief
from aggregator.digest.changes import changes
from aggregator.digest.differences import differences
from aggregator.digest.heading import LAST_DAY, headed
from aggregator.digest.material import story_line
from aggregator.digest.occasion import Occasion
from aggregator.digest.options import DigestOptions
from aggregator.digest.rank import score_parts
from aggregator.model import (
    AnyEvent,
    Brief,
    BriefEvent,
    Change,
    Digest,
    DigestEvent,
    DigestSection,
    Event,
    EventView,
    SourceLine,
    Story,
    Told,
    TopicMatch,
)

__all__ = ["ONE_OUTLET_ONLY", "compose", "day_of", "foremost", "with_sections"]

ONE_OUTLET_ONLY = "One outlet only"
_NO_FOLDER = "News"
_NEW_SENTENCES = 2  # beside the account, which is of the new stories
_SHORTLY_BEFORE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class _Ranked:
    view: AnyEvent
    parts: dict[str, float]

    @property
    def score(self) -> float:
        return sum(self.parts.values())


def compose(
    views: Sequence[AnyEvent],
    occasion: Occasion,
    *,
    now: datetime,
    title: str,
    health: Sequence[str] = (),
    edits: Sequence[Change] = (),
) -> Digest:
    """A digest of the events that have something for this reader in the period.

    An event that the reader was told of comes again only if an independent report has come since. Each event is told once,
    under the first of the reader's topics that it matches, else under its folder; events of a single outlet that match no
    topic come last. Same arguments, same digest. Those that `foremost` names must be there in full; of the others brief ones
    are enough.
    """
    ranked = _in_order(views, occasion)
    chosen = _within_size(_first_of_each(ranked, occasion), occasion)
    return Digest(
        title=title,
        made_at=now,
        since=occasion.since,
        until=occasion.until,
        sections=_sections(chosen, occasion.topics),
        stories=sum(len(r.view.stories) for r in ranked),
        outlets=len({s.outlet for r in ranked for s in r.view.stories}),
        events=len(ranked),
        new_events=sum(1 for e in chosen if e.status == "new"),
        copies=sum(1 for r in ranked for s in r.view.stories if s.copy_of is not None),
        left_out=len(ranked) - len(chosen),
        health=tuple(health),
        edits=tuple(edits),
    )


def foremost(events: Sequence[AnyEvent], occasion: Occasion) -> frozenset[int]:
    """The ids of those events that `compose`, asked the same, tells: their texts are needed."""
    return frozenset(item.view.event.id for item, _ in _first_of_each(_in_order(events, occasion), occasion))


def with_sections(digest: Digest, sections: Sequence[DigestSection]) -> Digest:
    """The digest with these sections first; an event that one of them tells is told there only."""
    taken = {event.event_id for section in sections for event in section.events}
    others = (replace(s, events=tuple(e for e in s.events if e.event_id not in taken)) for s in digest.sections)
    return replace(digest, sections=(*sections, *(s for s in others if s.events)))


def _in_order(views: Sequence[AnyEvent], occasion: Occasion) -> list[_Ranked]:
    """The events that have news, each once, the best first."""
    each = {view.event.id: view for view in views if view.stories}.values()
    ranked = [_Ranked(view, score_parts(view, occasion)) for view in each if _has_news(view, occasion)]
    return sorted(ranked, key=lambda r: (-r.score, r.view.event.first_at, r.view.event.id))


def _has_news(view: AnyEvent, occasion: Occasion) -> bool:
    told = occasion.told.get(view.event.id)
    fresh = [s for s in view.stories if s.seen_at < occasion.until]
    if told is None:
        return any(s.seen_at >= occasion.since for s in fresh)
    return any(s.copy_of is None and s.id not in told.story_ids and s.seen_at > told.at for s in fresh)


def _section(view: AnyEvent, topics: Sequence[TopicMatch]) -> str:
    for topic in topics:
        if view.event.id in topic.event_ids:
            return topic.title
    if len({s.outlet_id for s in view.stories}) == 1:
        return ONE_OUTLET_ONLY
    return view.folder[0] if view.folder else _NO_FOLDER


def _first_of_each(ranked: Sequence[_Ranked], occasion: Occasion) -> Iterator[tuple[_Ranked, str]]:
    """The best events and their sections: so many of several outlets, so many of one."""
    left = {True: occasion.options.single_outlet_events, False: occasion.options.events}
    for item in ranked:
        section = _section(item.view, occasion.topics)
        single = section == ONE_OUTLET_ONLY
        if left[single] > 0:
            left[single] -= 1
            yield item, section


def _within_size(first: Iterator[tuple[_Ranked, str]], occasion: Occasion) -> list[DigestEvent]:
    """Those that fit, whole: a worse one never takes the place of a better one that was too long."""
    room = occasion.options.max_bytes
    chosen = []
    for item, section in first:
        event = _tell(item, section, occasion)
        room -= _size(event)
        if room < 0:
            break
        chosen.append(event)
    return chosen


def _size(event: DigestEvent) -> int:
    """Bytes of an event's text: headline, sentences, changes and differences."""
    texts = [event.headline, *(s.text for s in event.sentences)]
    texts += [c.sentence.text for c in event.changes if c.sentence]
    texts += [s.text for d in event.differences for _, s in d.sides]
    texts += [s.title for s in event.sources]
    return sum(len(t.encode()) for t in texts)


def _tell(item: _Ranked, section: str, occasion: Occasion) -> DigestEvent:
    view, event, told = item.view, item.view.event, occasion.told.get(item.view.event.id)
    if isinstance(view, BriefEvent):
        raise ValueError(f"event {event.id} is to be told, and its texts are not there")  # noqa: TRY004 (its type is right)
    originals = [s for s in view.stories if s.copy_of is None] or list(view.stories)
    account = _account(event, originals, told, occasion.options)
    voice = next((s for s in originals if str(s.id) == account.headline_from), originals[0])
    first = min(view.stories, key=lambda s: (s.published_at, s.id))
    status, day = _status(view, occasion)
    return DigestEvent(
        event_id=event.id,
        headline=account.headline or _without_title(account, event.headline),
        headline_outlet=voice.outlet,
        headline_url=voice.url,
        headline_story_id=str(voice.id),
        section=section,
        status=status,
        day=day,
        outlets=len({s.outlet_id for s in view.stories}),
        reports=len(originals),
        independent=event.independent,
        stories=len(view.members),
        copies=len(view.members) - len(originals),
        first_outlet=first.outlet,
        first_at=first.published_at,
        last_at=max(s.published_at for s in view.stories),
        sentences=account.sentences,
        changes=changes(view, told, shown=account.sentences, most_sentences=_NEW_SENTENCES) if told else (),
        differences=differences(view),
        sources=_sources(view),
        score=item.score,
        score_parts=item.parts,
        topics=tuple(t.title for t in occasion.topics if event.id in t.event_ids),
        lang=voice.lang,
        told_at=told.at if told else None,
    )


def _account(event: Event, originals: Sequence[Story], told: Told | None, options: DigestOptions) -> Brief:
    """Headline and sentences of what is new to the reader."""
    latest = _latest(originals, told)
    lines = [story_line(s) for s in latest]
    account = brief(event.id, lines, options.words, options.sentences)
    return headed(account, event, lines, [story_line(s) for s in originals if s not in latest])


def _without_title(account: Brief, known: str) -> str:
    """What stands for a headline where no story has a title: the stored one, or the first sentence."""
    return known or (account.sentences[0].text if account.sentences else "(no title)")


def _latest(originals: Sequence[Story], told: Told | None) -> list[Story]:
    """The stories that an event is told from: those that the reader was not told of, else those of its last day.

    The account of a day ago is history: its headline would give yesterday's toll. A single new story is told together with
    those shortly before it, so that one outlet's side story does not become the event.
    """
    fresh = [s for s in originals if told is None or s.id not in told.story_ids]
    last = max(s.published_at for s in (fresh or originals))
    if told is None:
        return [s for s in originals if last - s.published_at <= LAST_DAY]
    if len(fresh) > 1:
        return fresh
    return [s for s in originals if timedelta(0) <= last - s.published_at <= _SHORTLY_BEFORE] or fresh


def _sources(view: EventView) -> tuple[SourceLine, ...]:
    """Each report with the outlets that copied it, in the order of appearance."""
    ids = {s.id for s in view.stories}
    copies: dict[int, list[str]] = {}
    for s in view.stories:
        if s.copy_of in ids and s.copy_of is not None:
            copies.setdefault(s.copy_of, []).append(s.outlet)
    return tuple(
        SourceLine(
            story_id=str(s.id),
            outlet=s.outlet,
            title=s.title or "",
            url=s.url,
            at=s.published_at,
            copies=tuple(copies.get(s.id, ())),
            credit=s.credit,
        )
        for s in view.stories
        if s.copy_of is None or s.copy_of not in ids
    )


def _status(view: EventView, occasion: Occasion) -> tuple[str, int]:
    """NEW, DEVELOPING, or day n of the event."""
    event = view.event
    day = day_of(event, occasion.until, occasion.options.timezone)
    if event.id not in occasion.told and event.first_at >= occasion.since:
        return "new", day
    return ("day" if day > 1 else "developing"), day


def day_of(event: Event, until: datetime, timezone: str) -> int:
    """Which day of the event it is, from 1: the reader's calendar days up to its latest story before `until`."""
    zone = ZoneInfo(timezone)
    return max(1, (min(until, event.last_at).astimezone(zone).date() - event.first_at.astimezone(zone).date()).days + 1)


def _sections(events: Sequence[DigestEvent], topics: Sequence[TopicMatch]) -> tuple[DigestSection, ...]:
    """Topics in the reader's order, then folders by their best event, then the events of one outlet."""
    grouped: dict[str, list[DigestEvent]] = {}
    for event in events:
        grouped.setdefault(event.section, []).append(event)
    order = [t.title for t in topics if t.title in grouped]
    order += [name for name in grouped if name not in order and name != ONE_OUTLET_ONLY]
    order += [ONE_OUTLET_ONLY] if ONE_OUTLET_ONLY in grouped and ONE_OUTLET_ONLY not in order else []
    return tuple(DigestSection(title=name, events=tuple(grouped[name])) for name in order)
