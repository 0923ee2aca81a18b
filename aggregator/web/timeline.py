"""An event's timeline as places on a drawing: time from left to right, a row for each report. Pure; the template draws it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import EventView, Story
from aggregator.render.columns import fit, one_line
from aggregator.render.reports import reports
from aggregator.text.tongue import ENGLISH, Tongue

__all__ = ["Band", "Dot", "Row", "Tick", "Timeline", "timeline"]

WIDTH = 672  # units of the drawing; a unit is a pixel where the column is as wide as it gets
LEFT = 168  # where time begins; names stand left of it
RIGHT = 12
TOP = 28
ROW = 26
MOST_ROWS = 24
MOST_DOTS = 120  # originals, and the earliest copies of those that come first
NAME_COLUMNS = 21
MOST_TICKS = 7
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(6)
MOST_NIGHTS = 8  # beyond that, stripes say nothing
STEPS = tuple(timedelta(minutes=m) for m in (10, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 40320, 129600, 525600))
HALF_AN_HOUR = timedelta(minutes=30)

Place = Callable[[datetime], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line at a whole hour or day, and what it says."""

    x: float
    text: str
    is_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A night."""

    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A story: filled for an original, hollow for a copy."""

    x: float
    story: Story
    is_copy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A report: its original first, then its copies."""

    y: float
    name: str
    dots: tuple[Dot, ...]

    @property
    def line(self) -> tuple[float, float]:
        """From the leftmost dot to the rightmost."""
        places = [dot.x for dot in self.dots]
        return min(places), max(places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The drawing. `hidden` counts the reports that found no row."""

    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    nights: tuple[Band, ...]
    width: int
    height: int
    left: int
    hidden: int


def timeline(view: EventView, *, zone: str, tongue: Tongue = ENGLISH) -> Timeline:
    """The timeline of an event's reports in the order of appearance, in the reader's zone."""
    groups = reports(view)
    stories = [s for original, copies in groups for s in (original, *copies)]
    begin, end = _span([s.published_at for s in stories])
    tz = ZoneInfo(zone)

    def place(at: datetime) -> float:
        return round(LEFT + (at - begin) / (end - begin) * (WIDTH - LEFT - RIGHT), 1)

    rows, room = [], MOST_DOTS - min(len(groups), MOST_ROWS)
    for n, (original, copies) in enumerate(groups[:MOST_ROWS]):
        drawn = (original, *copies[:room])
        room -= len(drawn) - 1
        dots = tuple(Dot(x=place(s.published_at), story=s, is_copy=s is not original) for s in drawn)
        rows.append(Row(y=TOP + ROW * (n + 0.5), name=fit(one_line(original.outlet), NAME_COLUMNS), dots=dots))
    return Timeline(
        rows=tuple(rows),
        ticks=tuple(_ticks(begin, end, tz, place, tongue)),
        nights=tuple(_nights(begin, end, tz, place)),
        width=WIDTH,
        height=TOP + ROW * len(rows) + 6,
        left=LEFT,
        hidden=max(0, len(groups) - MOST_ROWS),
    )


def _span(times: Sequence[datetime]) -> tuple[datetime, datetime]:
    """The time drawn: all stories with a little air at both ends."""
    first, last = min(times), max(times)
    air = max((last - first) * 0.04, HALF_AN_HOUR)
    return first - air, last + air


def _ticks(begin: datetime, end: datetime, tz: ZoneInfo, place: Place, tongue: Tongue) -> Iterator[Tick]:
    step = next((s for s in STEPS if (end - begin) / s <= MOST_TICKS), STEPS[-1])
    is_long = end - begin > timedelta(days=7)
    for at in _whole(begin, end, step, tz):
        is_day = at.time() == time(0)
        day = tongue.month_day(at) if is_long else tongue.weekday(at)
        text = day if is_day else f"{at:%H:%M}"
        yield Tick(x=place(at), text=text, is_day=is_day)


def _whole(begin: datetime, end: datetime, step: timedelta, tz: ZoneInfo) -> Iterator[datetime]:
    """Whole steps of the reader's clock within the time drawn, counted from midnight, also over a change of the clocks."""
    day = begin.astimezone(tz).date()
    while True:
        midnight = datetime.combine(day, time(0), tzinfo=tz)
        if midnight > end:
            return
        wall = timedelta(0)
        while wall < timedelta(days=1):
            at = midnight + wall  # the zone's wall clock: noon stays noon
            if begin < at < end:
                yield at
            wall += min(step, timedelta(days=1))
        day += max(step, timedelta(days=1))


def _nights(begin: datetime, end: datetime, tz: ZoneInfo, place: Place) -> Iterator[Band]:
    if (end - begin) > timedelta(days=MOST_NIGHTS):
        return
    day = begin.astimezone(tz).date() - timedelta(days=1)
    while (dusk := datetime.combine(day, NIGHT_BEGINS, tzinfo=tz)) < end:
        dawn = datetime.combine(day + timedelta(days=1), NIGHT_ENDS, tzinfo=tz)
        since, until = max(dusk, begin), min(dawn, end)
        if since < until:
            x = place(since)
            yield Band(x=x, width=round(place(until) - x, 1))
        day += timedelta(days=1)
