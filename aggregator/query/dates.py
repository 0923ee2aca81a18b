"""Date expressions: ISO 8601 dates and intervals, spans up to now, in the reader's zone; both ends included.

2026   2026-03   2026-03-01   2026-03-01T08   2026-03-01T08:30   2026-03-01T08:30:15Z   today   yesterday
2026-03-01/2026-03-05   2026-03-01--05   2026-03-01/   /2026-03-05   2026-03/P1W   P1W/2026-03-05
36h   7d   2w   30min   P1M   PT5H
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

__all__ = ["Period", "is_period", "period"]

_POINT = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<month>\d{2})(?:-?(?P<day>\d{2})"
    r"(?:[Tt ](?P<hour>\d{2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?)?(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?)?)?"
)
_ZONE = re.compile(r"([Zz]|[+-]\d{2}(?::?\d{2})?)$")
_SPAN = re.compile(r"(\d{1,6})(s|min|m|h|d|w)")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,6})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"/|--")
_MONTHS = 12
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` up to, but not including, `end`; None is without limit. Aware times."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether a time lies in the period."""
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class _Duration:
    months: int
    rest: timedelta


class _NoDate(ValueError):
    pass


def is_period(text: str) -> bool:
    """Whether this is a date expression."""
    try:
        period(text, zone="UTC", now=_ANY_TIME)
    except ValueError:
        return False
    return True


def period(text: str, *, zone: str, now: datetime) -> Period:
    """The period that a date expression means.

    Raises:
        ValueError: it is none.

    """
    local = ZoneInfo(zone)
    match _SEPARATOR.split(text):
        case [one]:
            return _single(one, local, now)
        case [start, end]:
            return _interval(start, end, local, now)
        case _:
            raise _NoDate(text)


def _single(text: str, local: ZoneInfo, now: datetime) -> Period:
    duration = _duration(text)
    if duration is not None:
        return Period(start=_moved(now, duration, -1, local), end=now + timedelta(seconds=1))
    return _point(text, local, now)


def _interval(first: str, last: str, local: ZoneInfo, now: datetime) -> Period:
    if not first and not last:
        raise _NoDate
    before, after = _duration(first), _duration(last)
    if before is not None:
        if after is not None:
            raise _NoDate
        end = _point(last, local, now).end if last else now + timedelta(seconds=1)
        return Period(start=None if end is None else _moved(end, before, -1, local), end=end)
    start = _point(first, local, now).start if first else None
    if after is not None:
        if start is None:
            raise _NoDate
        return Period(start=start, end=_moved(start, after, 1, local))
    return Period(start=start, end=_point(_completed(first, last), local, now).end if last else None)


def _completed(first: str, last: str) -> str:
    """The end of an interval with what it leaves out taken from its start: `2026-02-03/05`, `…T22:00/22:15`."""
    if not first or _POINT.fullmatch(last):
        return last
    zone = _ZONE.search(first) if "T" in first.upper() else None
    plain = first[: zone.start()] if zone else first
    if len(plain) <= len(last):
        return last
    return plain[: len(plain) - len(last)] + last + (zone.group() if zone else "")


def _duration(text: str) -> _Duration | None:
    if match := _SPAN.fullmatch(text):
        return _Duration(0, timedelta(seconds=int(match[1]) * _UNITS[match[2]]))
    if match := _DURATION.fullmatch(text):
        years, months, weeks, days, hours, minutes, seconds = (int(g or 0) for g in match.groups())
        rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        return _Duration(years * _MONTHS + months, rest)
    return None


def _moved(at: datetime, by: _Duration, sign: int, local: ZoneInfo) -> datetime | None:
    """A time moved by a duration, by the reader's calendar as far as months go; None beyond the calendar."""
    try:
        if by.months:
            there = at.astimezone(local)
            year, month = divmod(there.year * _MONTHS + there.month - 1 + sign * by.months, _MONTHS)
            last = calendar.monthrange(year, month + 1)[1]
            at = there.replace(year=year, month=month + 1, day=min(there.day, last))
        return (at.astimezone(UTC) + sign * by.rest).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _point(text: str, local: ZoneInfo, now: datetime) -> Period:
    """A year, month, day, hour, minute or second as a period."""
    if text in {"today", "yesterday"}:
        text = (now.astimezone(local).date() - timedelta(days=text == "yesterday")).isoformat()
    match = _POINT.fullmatch(text)
    if match is None:
        raise _NoDate(text)
    numbers = [match[name] for name in ("year", "month", "day", "hour", "minute", "second")]
    given = sum(n is not None for n in numbers)
    year, month, day, hour, minute, second = (
        int(n or least) for n, least in zip(numbers, (0, 1, 1, 0, 0, 0), strict=True)
    )
    start = datetime(year, month, day, hour, minute, second, tzinfo=_zone(match["zone"]) if match["zone"] else local)
    return Period(start=_utc(start), end=_utc(_next(start, given)))


def _next(start: datetime, given: int) -> datetime | None:
    """The start of the next year, month, day … after this one, by the calendar of its zone."""
    try:
        match given:
            case 1:
                return start.replace(year=start.year + 1)
            case 2:
                return (start.replace(day=1) + timedelta(days=31)).replace(day=1)
            case 3:
                return start + timedelta(days=1)
        step = (timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))[given - 4]
        return start.astimezone(UTC) + step
    except (OverflowError, ValueError):
        return None


def _zone(text: str) -> tzinfo | None:
    return datetime.fromisoformat(f"2026-01-01T00:00:00{text.upper()}").tzinfo


def _utc(at: datetime | None) -> datetime | None:
    try:
        return None if at is None else at.astimezone(UTC)
    except OverflowError:
        return None
