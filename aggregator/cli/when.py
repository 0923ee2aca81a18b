"""Times as people type them: `24h`, `7d`, `2026-11-20`, `2026-11-20T07:00`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click

__all__ = ["parse_span", "parse_when", "typed_span"]

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

# Whatever lies beyond means the same: all that is stored. Inside, sums of times and zones cannot overflow.
_FIRST = datetime(1900, 1, 1, tzinfo=UTC)
_LAST = datetime(9000, 1, 1, tzinfo=UTC)


def parse_when(text: str | None, *, now: datetime, zone: str, is_end: bool = False) -> datetime | None:
    """A point in time; a date is a day in the reader's zone, of which `is_end` takes the end.

    Raises:
        click.BadParameter: it is neither a span nor a date.

    """
    if text is None:
        return None
    if match := _SPAN.fullmatch(text.strip()):
        return _earlier(now, float(match[1]) * _UNITS[match[2]])
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither a span (24h, 7d) nor a date (2026-11-20).") from None
    if not _FIRST.year < at.year < _LAST.year:
        return _FIRST if at.year <= _FIRST.year else _LAST
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(zone))
    return at + timedelta(days=1) if is_end and _DAY.fullmatch(text.strip()) else at


def parse_span(text: str) -> float:
    """A length of time in seconds.

    Raises:
        click.BadParameter: it is none.

    """
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise click.BadParameter(f"{text!r} is no span; write it as 15m, 2h or 1d.")
    return float(match[1]) * _UNITS[match[2]]


def typed_span(seconds: float) -> str:
    """A length of time to the second, as `parse_span` takes it where it is a whole number of some unit."""
    whole = round(seconds)
    unit = next(u for u in ("d", "h", "m", "s") if whole % _UNITS[u] == 0)
    return f"{whole // _UNITS[unit]}{unit}"


def _earlier(now: datetime, seconds: float) -> datetime:
    try:
        return max(now - timedelta(seconds=seconds), _FIRST)
    except OverflowError:
        return _FIRST
