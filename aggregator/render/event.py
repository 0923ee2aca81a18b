"""One event for the terminal: what happened and what is new, its reports with their copies folded, the timeline, the reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from aggregator.model import Digest, DigestEvent, EventMember, EventView, Story
from aggregator.render.columns import fit, one_line, width_of, wrap
from aggregator.render.reports import order, reports
from aggregator.render.terminal import Ink, account_lines
from aggregator.render.times import say_moment
from aggregator.render.wording import reported_by
from aggregator.text.phrases import retell
from aggregator.text.tongue import ENGLISH, Tongue

__all__ = ["event_text"]

_READABLE = 100
SENTENCES = 3
_NAME_COLUMNS = 20
_TIMELINE_ROWS = 24

Say = Callable[[datetime], str]


def event_text(
    view: EventView,
    account: DigestEvent | None = None,
    *,
    now: datetime,
    width: int = 80,
    colour: bool = False,
    zone: str = "UTC",
    why: bool = False,
    tongue: Tongue = ENGLISH,
) -> str:
    """The event as text, never wider than `width` columns; `why` adds why each story is in it and what was kept apart.

    Its `account` says first what happened, what is new, and what they differ on.
    """
    ink, room = Ink(colour=colour), max(30, min(width, _READABLE))
    say = partial(say_moment, now=now, zone=zone, tongue=tongue)
    groups = reports(view)
    lines = [ink.bold(line) for line in wrap(view.event.headline, room)]
    lines += wrap(_numbers(view, say, tongue), room)
    if account:
        period = Digest(title="", made_at=now, since=account.told_at or account.first_at, until=now)
        lines += ["", *account_lines(account, period, room, zone, tongue, most=SENTENCES), *[""] * bool(view.thread)]
    lines += [*_chapters(view, room, say, tongue), ""]
    for original, copies in groups:
        lines += _report(original, copies, room, say, tongue)
    if len(groups) > 1:
        lines += ["", *_timeline(groups, room, zone, tongue)]
    if why:
        lines += ["", *_reasons(view, room, tongue)]
    return "\n".join(lines) + "\n"


def _numbers(view: EventView, say: Say, tongue: Tongue) -> str:
    first = min(view.stories, key=order)
    last = max(view.stories, key=order)
    outlets = len({s.outlet for s in view.stories})
    voice = f"{first.outlet} {say(first.published_at)}"
    parts = reported_by(outlets, view.event.independent, voice, tongue) if outlets > 1 else [one_line(voice)]
    latest = tongue.gettext("latest %(time)s", time=say(last.published_at))
    return " · ".join([*parts, latest] if last is not first else parts)


def _chapters(view: EventView, width: int, say: Say, tongue: Tongue) -> Iterator[str]:
    """The other events of its thread, a sentence each."""
    event = view.event
    for other in view.thread:
        if other.id == event.id:
            continue
        about = {"time": say(other.first_at), "headline": other.headline, "id": other.id}
        if (other.first_at, other.id) < (event.first_at, event.id):
            said = tongue.gettext("Before this, %(time)s: %(headline)s (event %(id)s)", **about)
        else:
            said = tongue.gettext("After this, %(time)s: %(headline)s (event %(id)s)", **about)
        yield from wrap(said, width, indent="  ", first="")


def _report(original: Story, copies: list[Story], width: int, say: Say, tongue: Tongue) -> list[str]:
    number = tongue.gettext("story %(id)s", id=original.id)
    lines = wrap(f"{say(original.published_at)} · {original.outlet} · {number}", width)
    lines += wrap(original.title or original.text or tongue.gettext("(no title)"), width, indent="    ")
    lines += [f"    {original.url}"] if original.url and width_of(original.url) + 4 <= width else []
    if copies:
        named = tongue.together(f"{one_line(c.outlet)} {say(c.published_at)}" for c in copies)
        lines += wrap(f"{_same_text(original.credit, len(copies), tongue)}: {named}", width, indent="    ")
    return lines


def _same_text(credit: str | None, copies: int, tongue: Tongue) -> str:
    if not credit:
        return tongue.ngettext("same text in %(num)s more story", "same text in %(num)s more stories", copies)
    return tongue.ngettext(
        "same %(agency)s text in %(num)s more story",
        "same %(agency)s text in %(num)s more stories",
        copies,
        agency=one_line(credit),
    )


def _timeline(groups: list[tuple[Story, list[Story]]], width: int, zone: str, tongue: Tongue) -> list[str]:
    """A row per report, time from left to right: ● an original, ○ its copies."""
    stories = [s for original, copies in groups for s in (original, *copies)]
    begin = min(s.published_at for s in stories)
    span = max(max(s.published_at for s in stories) - begin, timedelta(minutes=1))
    names = min(_NAME_COLUMNS, max(width_of(one_line(o.outlet)) for o, _ in groups))
    room = width - names - 2
    tz = ZoneInfo(zone)
    ends = []
    for at in (begin.astimezone(tz), (begin + span).astimezone(tz)):
        day = "" if span < timedelta(days=1) else f"{tongue.month_day(at)} "
        ends.append(f"{day}{at:%H:%M}")
    lines = [" " * (names + 2) + ends[0] + " " * max(1, room - sum(map(width_of, ends))) + ends[1]]
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
    return lines + (
        [tongue.ngettext("and %(num)s more report", "and %(num)s more reports", hidden)] if hidden > 0 else []
    )


def _reasons(view: EventView, width: int, tongue: Tongue) -> list[str]:
    """Why each story is here, and which near stories were kept apart by what contradiction."""
    lines = [tongue.gettext("Why these are together")]
    for member in view.members:
        lines += _reason(member, width, tongue)
    return lines


def _reason(member: EventMember, width: int, tongue: Tongue) -> list[str]:
    story = member.story
    lines = wrap(f"{one_line(story.outlet)}: {story.title or ''}", width, first="  ", indent="    ")
    if story.copy_reason:
        copied = tongue.gettext(
            "copy of story %(id)s: %(why)s", id=story.copy_of, why=retell(story.copy_reason, tongue)
        )
        lines += wrap(copied, width, indent="    ")
    if member.reason:
        lines += wrap(retell(member.reason, tongue), width, indent="    ")
    for story_id, veto in member.vetoes:
        apart = tongue.gettext("kept apart from story %(id)s: %(why)s", id=story_id, why=retell(veto, tongue))
        lines += wrap(apart, width, indent="    ")
    return lines
