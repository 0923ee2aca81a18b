"""Dates as pages write them for machines, as ISO 8601: the moment with its zone, or the day alone."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from aggregator.extract.shown_dates import first_day, is_sound
from aggregator.text.dates import parse_date

__all__ = ["to_iso"]

_ISO = re.compile(
    r"\s*(\d{4})-?(\d{2})-?(\d{2})(?:[T\s]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}(?!\d))?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})\s*$")
_AMERICAN = re.compile(r"(?:\w{3},?\s+)?(\d{1,2})/(\d{1,2})/(\d{4})\b")
_ZONE_NAME = re.compile(r"\b([A-Z]{3,4})\b(?:\s+\d{4})?\s*$")
_LONGEST = 100  # characters
_FARTHEST = timedelta(hours=15)  # that a zone can be from UTC


def to_iso(text: str | None) -> str | None:
    """A date in any of the forms pages use, as ISO 8601: the moment with its zone, or the day alone; None if impossible.

    A time without a zone says nothing on its own: only its day is kept.
    """
    if not text or len(text) > _LONGEST:
        return None
    text = text.strip()
    try:
        if match := _ISO.match(text):
            return _sound(_from_iso(match))
        if match := _AMERICAN.search(text):
            return _sound(_from_american(match))
        moment = parse_date(text)
        return _sound(first_day(text) if moment is None else _in_its_zone(moment, text))
    except ValueError:
        return None


def _sound(found: date | None) -> str | None:
    return found.isoformat() if found and is_sound(found) else None


def _from_iso(match: re.Match[str]) -> date:
    *numbers, zone = match.groups()
    year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
    if zone is None:
        return date(year, month, day)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = _offset(zone[0], digits[:2], digits[2:]) if zone[0] in "+-" else timedelta()
    return datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset))


def _from_american(match: re.Match[str]) -> date:
    first, second, year = (int(number) for number in match.groups())
    return date(year, first, second) if first <= 12 else date(year, second, first)


def _in_its_zone(moment: datetime, text: str) -> date:
    """The moment that a text names (as UTC) in the zone that the text gives it; without one, its day."""
    if zone := _OFFSET.search(text):
        return moment.astimezone(timezone(_offset(*zone.groups())))
    named = _ZONE_NAME.search(text)
    if ":" not in text or not (named or text.endswith("Z")):
        return moment.date()
    if named and named[1] not in ("GMT", "UTC"):  # "15:28:56 CET": the day as written there
        written = parse_date(re.sub(rf"\b{named[1]}\b", "UTC", text))
        if written and abs(written - moment) < _FARTHEST:
            return written.replace(tzinfo=timezone(written - moment))
    return moment


def _offset(sign: str, hours: str, minutes: str) -> timedelta:
    return timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
