"""One event for the terminal: its numbers, its reports with their copies folded, the timeline, and the reasons."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import EventMember, EventView, Story
from aggregator.render.columns import fit, one_line, width_of, wrap
from aggregator.render.reports import order, reports
from aggregator.render.terminal import Ink
from aggregator.render.times import say_time
from aggregator.render.wording import count

__all__ = ["event_text"]

_READABLE = 100
_NAME_COLUMNS = 20
_TIMELINE_ROWS = 24


def event_text(
    view: EventView, *, now: datetime, width: int = 80, colour: bool = False, zone: str = "UTC", why: bool = False
) -> str:
    """The event as text, never wider than `width` columns; `why` adds why each story is in it and what was kept apart."""
    ink, room = Ink(colour=colour), max(30, min(width, _READABLE))
    groups = reports(view)
    lines = [ink.bold(line) for line in wrap(view.event.headline, room)]
    lines += wrap(_numbers(view, now, zone), room)
    for chapter in view.thread:
        if chapter.id != view.event.id:
            said = f"{say_time(chapter.first_at, now=now, zone=zone)}: {chapter.headline} (event {chapter.id})"
            before = (chapter.first_at, chapter.id) < (view.event.first_at, view.event.id)
            lines += wrap(said, room, first="Before this, " if before else "After this, ", indent="  ")
    lines.append("")
    for original, copies in groups:
        lines += _report(original, copies, now, room, zone)
    if len(groups) > 1:
        lines += ["", *_timeline(groups, room, zone)]
    if why:
        lines += ["", *_reasons(view, room)]
    return "\n".join(lines) + "\n"


def _numbers(view: EventView, now: datetime, zone: str) -> str:
    first = min(view.stories, key=order)
    last = max(view.stories, key=order)
    outlets = len({s.outlet for s in view.stories})
    parts = [
        count(outlets, "outlet"),
        count(view.event.independent, "independent report"),
        f"first: {one_line(first.outlet)} {say_time(first.published_at, now=now, zone=zone)}",
    ]
    latest = say_time(last.published_at, now=now, zone=zone)
    return " · ".join([*parts, f"latest {latest}"] if last is not first else parts)


def _report(original: Story, copies: list[Story], now: datetime, width: int, zone: str) -> list[str]:
    at = say_time(original.published_at, now=now, zone=zone)
    head = f"{at}  {one_line(original.outlet)}"
    lines = wrap(head, width)
    lines += wrap(original.title or original.text or "(no title)", width, indent="    ")
    lines += [f"    {original.url}"] if original.url and width_of(original.url) + 4 <= width else []
    if copies:
        named = ", ".join(f"{one_line(c.outlet)} {say_time(c.published_at, now=now, zone=zone)}" for c in copies)
        whose = f"same {one_line(original.credit)} text" if original.credit else "same text"
        lines += wrap(f"{whose} in {count(len(copies), 'more story', 'more stories')}: {named}", width, indent="    ")
    return lines


def _timeline(groups: list[tuple[Story, list[Story]]], width: int, zone: str) -> list[str]:
    """A row per report, time from left to right: ● an original, ○ its copies."""
    stories = [s for original, copies in groups for s in (original, *copies)]
    begin = min(s.published_at for s in stories)
    span = max(max(s.published_at for s in stories) - begin, timedelta(minutes=1))
    names = min(_NAME_COLUMNS, max(width_of(one_line(o.outlet)) for o, _ in groups))
    room = width - names - 2
    tz = ZoneInfo(zone)
    ends = [
        f"{at.astimezone(tz):%H:%M}" if span < timedelta(days=1) else f"{at.astimezone(tz):%d.%m. %H:%M}"
        for at in (begin, begin + span)
    ]
    lines = [" " * (names + 2) + ends[0] + " " * max(1, room - sum(map(len, ends))) + ends[1]]
    for original, copies in groups[:_TIMELINE_ROWS]:
        row = [" "] * room
        places = [round((s.published_at - begin) / span * (room - 1)) for s in (original, *copies)]
        for column in range(min(places), max(places)):
            row[column] = "─"
        for place in places[1:]:
            row[place] = "○"
        row[places[0]] = "●"
        name = fit(original.outlet, names)
        lines.append(name + " " * (names - width_of(name) + 2) + "".join(row).rstrip())
    hidden = len(groups) - _TIMELINE_ROWS
    return lines + ([f"and {count(hidden, 'more report')}"] if hidden > 0 else [])


def _reasons(view: EventView, width: int) -> list[str]:
    """Why each story is here, how sure that is, and which near stories were kept apart by what contradiction."""
    lines = ["Why these are together"]
    for member in view.members:
        lines += _reason(member, width)
    return lines


def _reason(member: EventMember, width: int) -> list[str]:
    story = member.story
    lines = wrap(f"{one_line(story.outlet)}: {story.title or ''}", width, first="  ", indent="    ")
    if story.copy_reason:
        lines += wrap(f"copy of story {story.copy_of}: {story.copy_reason}", width, indent="    ")
    if member.reason:
        lines += wrap(f"{member.reason} (sure {member.probability:.0%})", width, indent="    ")
    for story_id, veto in member.vetoes:
        lines += wrap(f"kept apart from story {story_id}: {veto}", width, indent="    ")
    return lines
