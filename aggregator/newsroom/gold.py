"""What a perfect reader would tell: copies, events, and for a period what is new and where the outlets disagree.

All of it follows from the marks in the stories' texts. `seeds/gold.json` is `gold_document` of the newsroom, kept beside the
texts so that other programs can be measured on it; a test keeps the two in step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.newsroom.values import Event, Mark, Newsroom, Story

__all__ = ["Figure", "Said", "WhatsNew", "gold_document", "whats_new"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A fact as one story tells it, in a passage of its text."""

    story: Story
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure that changed: it was `before` at the last other telling before the period, and became `after`, in this order."""

    fact: str
    before: str
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsNew:
    """What a period brought to one event.

    `facts` maps each fact that was new, or had a new figure, to all the passages of the period that tell it: any one of them
    is enough. `differ` maps a fact to the last word of each outlet in the period, where these disagree.
    """

    event: Event
    known: bool
    facts: dict[str, tuple[Said, ...]]
    figures: tuple[Figure, ...]
    differ: dict[str, tuple[Said, ...]]


def whats_new(newsroom: Newsroom, event: Event, *, since: datetime, until: datetime) -> WhatsNew:
    """What the stories published after `since` and up to `until` say of an event that those before did not.

    Texts are taken as they stand at `until`, corrections made.
    """
    told = list(_told(newsroom, event, until))
    before = [s for s in told if s.story.at <= since]
    inside = [s for s in told if s.story.at > since]
    facts: dict[str, tuple[Said, ...]] = {}
    figures = []
    for fact in event.facts:
        old = [s for s in before if s.mark.fact == fact]
        fresh = tuple(s for s in inside if s.mark.fact == fact and _is_new(s, old, disputed=fact in event.differ))
        if fresh:
            facts[fact] = fresh
        after = tuple(dict.fromkeys(s.mark.value for s in fresh if s.mark.value))
        last = next((s.mark.value for s in reversed(old) if s.mark.value and s.mark.value not in after), None)
        if last and after:
            figures.append(Figure(fact=fact, before=last, after=after))
    return WhatsNew(
        event=event,
        known=any(s.event == event.key and s.at <= since for s in newsroom.stories),
        facts=facts,
        figures=tuple(figures),
        differ={fact: sides for fact in sorted(event.differ) if (sides := _sides(fact, inside))},
    )


def _is_new(said: Said, old: list[Said], *, disputed: bool) -> bool:
    """Nobody told it before; or, of a disputed figure, this outlet told another one."""
    if said.mark.value is None:
        return not old
    own = [s.mark.value for s in old if s.story.outlet == said.story.outlet and s.mark.value]
    if disputed and own:
        return own[-1] != said.mark.value
    return all(s.mark.value != said.mark.value for s in old)


def _told(newsroom: Newsroom, event: Event, until: datetime) -> Iterator[Said]:
    """Everything the event's stories say up to `until`, in the order of publication."""
    for story in newsroom.stories:
        if story.event == event.key and story.at <= until:
            current = story.as_of(until)
            yield from (Said(story=current, mark=m) for m in current.marks)


def _sides(fact: str, inside: list[Said]) -> tuple[Said, ...]:
    """The last figure of each outlet, if they are not all the same."""
    last = {s.story.outlet: s for s in inside if s.mark.fact == fact and s.mark.value}
    return tuple(last.values()) if len({s.mark.value for s in last.values()}) > 1 else ()


# ----------------------------------------------------------------------------------------------------------- as JSON


def gold_document(newsroom: Newsroom) -> dict[str, Any]:
    """The gold of the whole newsroom, for `seeds/gold.json`: `stories`, `days` (midnight to midnight, UTC), `corrections`."""
    addresses = {s.id: _address(s) for s in newsroom.stories}
    langs = {o.key: o.lang for o in newsroom.outlets}
    return {
        "about": "Made from the stories by `python -m aggregator.newsroom --gold`; do not edit.",
        "events": {e.key: e.about for e in newsroom.events},
        "stories": [
            {
                **_address(s),
                "published": _iso(s.at),
                "lang": langs[s.outlet],
                "event": s.event,
                "copy_of": addresses[s.copy_of] if s.copy_of else None,
                "kind": s.kind,
            }
            for s in newsroom.stories
        ],
        "days": list(_days(newsroom)),
        "corrections": [
            {**_address(s), "at": _iso(c.at), "old": c.old, "new": c.new, "silent": c.silent}
            for s in newsroom.stories
            for c in s.corrections
        ],
    }


def _days(newsroom: Newsroom) -> Iterator[dict[str, Any]]:
    day = newsroom.stories[0].at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= newsroom.stories[-1].at:
        news = [
            whats_new(newsroom, event, since=day, until=day + _DAY)
            for event in newsroom.events
            if any(s.event == event.key and day < s.at <= day + _DAY for s in newsroom.stories)
        ]
        yield {"day": f"{day:%Y-%m-%d}", "events": [_event(n) for n in news]}
        day += _DAY


def _event(news: WhatsNew) -> dict[str, Any]:
    what = news.event.facts
    return {
        "event": news.event.key,
        "status": "developing" if news.known else "new",
        "new": [{"what": what[fact], "said": [_said(s) for s in said]} for fact, said in news.facts.items()],
        "changed": [{"what": what[f.fact], "before": f.before, "after": list(f.after)} for f in news.figures],
        "differ": [{"what": what[fact], "sides": [_said(s) for s in sides]} for fact, sides in news.differ.items()],
    }


def _said(said: Said) -> dict[str, Any]:
    return {**_address(said.story), "value": said.mark.value, "passage": said.mark.passage}


def _address(story: Story) -> dict[str, str]:
    return {"outlet": story.outlet, "path": story.path}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
