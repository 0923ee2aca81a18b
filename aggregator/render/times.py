"""Times as a reader says them, in the reader's zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["say_time"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_time(at: datetime, *, now: datetime, zone: str = "UTC") -> str:
    """`at` seen from `now` in `zone`: "05:12", "yesterday 23:40", "Tue 17 Nov", and with the year if it is another."""
    tz = ZoneInfo(zone)
    there, here = at.astimezone(tz), now.astimezone(tz)
    if there.date() == here.date():
        return f"{there:%H:%M}"
    if there.date() == here.date() - timedelta(days=1):
        return f"yesterday {there:%H:%M}"
    day = f"{_DAYS[there.weekday()]} {there.day} {_MONTHS[there.month - 1]}"
    return day if there.year == here.year else f"{day} {there.year}"
