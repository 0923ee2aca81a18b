"""When a named digest is due: a local time on some days of the week, right across both changes of the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["DAYS", "Timetable", "days_of"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATE = timedelta(hours=12)  # an edition that is later than this waits for the next
_SECOND = timedelta(seconds=1)
_DAYS_AHEAD = 9  # a week, and one more where the clocks leave a day out


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """A local time of day in a zone, on some days of the week (0 = Monday).

    A local time that a day skips (clocks go forward) is due when the skipped hour ends; one that a day has twice is due
    at its first.
    """

    at: time
    zone: ZoneInfo
    days: frozenset[int]

    @classmethod
    def of(cls, *, at: str, days: str, zone: str) -> Timetable:
        """From settings as a person writes them: 07:00, mon-fri, Europe/Lisbon.

        Raises:
            ValueError: one of them cannot be understood.

        """
        return cls(at=time.fromisoformat(at), zone=ZoneInfo(zone), days=days_of(days))

    def latest(self, now: datetime) -> datetime | None:
        """The latest time, at most twelve hours ago, at which an edition was due; None if there is none."""
        today = now.astimezone(self.zone).date()
        for day in (today, today - timedelta(days=1)):
            if day.weekday() in self.days:
                due = _instant(day, self.at, self.zone)
                if due <= now < due + LATE:
                    return due
        return None

    def next(self, now: datetime) -> datetime:
        """The first time after `now` at which an edition is due."""
        today = now.astimezone(self.zone).date()
        for ahead in range(_DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            if day.weekday() in self.days and (due := _instant(day, self.at, self.zone)) > now:
                return due
        raise ValueError("no day of the week is named")


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, at, tzinfo=zone)  # fold 0: the first of two
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    return _end_of_gap(local.replace(fold=1).astimezone(UTC), instant, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between two at which the zone's clock jumps."""
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
