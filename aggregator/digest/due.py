"""When a named digest is due: a local time on some days of the week, right across both changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["DAYS", "days_of", "latest_due"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATE = timedelta(hours=12)  # an edition that is later than this waits for the next


def days_of(text: str) -> frozenset[int]:
    """Days of the week, 0 = Monday, from `mon-fri` or `mon,wed,sat-sun`.

    Raises:
        ValueError: a part is no day and no span of days.

    """
    days: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        days.update(n % 7 for n in range(start, end + 1 if end >= start else end + 8))
    return frozenset(days)


def latest_due(*, at: time, zone: ZoneInfo, days: frozenset[int], now: datetime) -> datetime | None:
    """The latest time, at most twelve hours ago, at which an edition was due; None if there is none.

    A local time that a day skips (clocks go forward) is due when the skipped hour ends; one that a day has twice is due
    at its first.
    """
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        if day.weekday() in days:
            due = _instant(day, at, zone)
            if due <= now < due + LATE:
                return due
    return None


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, at, tzinfo=zone)  # fold 0: the first of two, or with the offset before a gap
    return local.astimezone(UTC)
