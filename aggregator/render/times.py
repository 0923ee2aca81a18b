"""Times as a reader says them, in the reader's zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.text.tongue import ENGLISH, Tongue

__all__ = ["clock", "say_day", "say_moment", "say_time"]


def say_time(at: datetime, *, now: datetime, zone: str = "UTC", tongue: Tongue = ENGLISH) -> str:
    """`at` as seen from `now` in `zone` (IANA): "05:12", "yesterday 23:40", "Tue 17 Nov", with the year if it is another.

    A reader's days are the zone's: 23:40 is yesterday's at 00:10. A time that is still to come is said like any other.
    """
    tz = ZoneInfo(zone)
    there, here = at.astimezone(tz), now.astimezone(tz)
    if there.date() == here.date():
        return f"{there:%H:%M}"
    if there.date() == here.date() - timedelta(days=1):
        return tongue.gettext("yesterday %(time)s", time=f"{there:%H:%M}")
    return say_day(at, now=now, zone=zone, tongue=tongue)


def say_moment(at: datetime, *, now: datetime, zone: str = "UTC", tongue: Tongue = ENGLISH) -> str:
    """As `say_time`, but always with the hour, for where the order within a day matters: "Tue 17 Nov 05:12"."""
    words = say_time(at, now=now, zone=zone, tongue=tongue)
    return words if ":" in words else f"{words} {at.astimezone(ZoneInfo(zone)):%H:%M}"


def say_day(at: datetime, *, now: datetime, zone: str = "UTC", tongue: Tongue = ENGLISH) -> str:
    """The day alone: "Tue 17 Nov", with the year if it is not this one."""
    tz = ZoneInfo(zone)
    there, here = at.astimezone(tz), now.astimezone(tz)
    return tongue.day(there, year=there.year != here.year)


def clock(seconds: int) -> str:
    """A length or a place of a recording: 48:10, 1:02:03."""
    hours, minutes = seconds // 3600, seconds // 60
    return f"{hours}:{minutes % 60:02d}:{seconds % 60:02d}" if hours else f"{minutes}:{seconds % 60:02d}"
