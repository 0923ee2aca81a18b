"""Times as a reader says them, in the reader's zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["say_day", "say_time"]

# English by hand: strftime would speak the language of the process's locale.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_time(at: datetime, *, now: datetime, zone: str = "UTC") -> str:
    """`at` as seen from `now` in `zone` (IANA): "05:12", "yesterday 23:40", "Tue 17 Nov", with the year if it is another.

    A reader's days are the zone's: 23:40 is yesterday's at 00:10. A time that is still to come is said like any other.
    """
    tz = ZoneInfo(zone)
    there, here = at.astimezone(tz), now.astimezone(tz)
    if there.date() == here.date():
        return f"{there:%H:%M}"
    if there.date() == here.date() - timedelta(days=1):
        return f"yesterday {there:%H:%M}"
    return say_day(at, now=now, zone=zone)


def say_day(at: datetime, *, now: datetime, zone: str = "UTC") -> str:
    """The day alone: "Tue 17 Nov", with the year if it is not this one."""
    tz = ZoneInfo(zone)
    there, here = at.astimezone(tz), now.astimezone(tz)
    day = f"{_DAYS[there.weekday()]} {there.day} {_MONTHS[there.month - 1]}"
    return day if there.year == here.year else f"{day} {there.year}"
