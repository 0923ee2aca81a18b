"""When a digest is due, with the clock driven over a year and more in several zones."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.digest.due import Timetable, days_of

TICK = timedelta(minutes=30)


def due_times(table: Timetable, start: datetime, days: int) -> list[datetime]:
    """Every time at which a process that looks every half hour finds the digest due, each once."""
    met: list[datetime] = []
    now = start
    while now < start + timedelta(days=days):
        due = table.latest(now)
        if due is not None and due not in met[-3:]:
            met.append(due)
            assert now - due < TICK or not met[:-1], "made late without a reason"
        now += TICK
    return met


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("at", ["07:00", "02:10", "23:55"])
def test_over_400_days_there_is_one_edition_for_each_day_of_the_week_that_is_named(zone: str, at: str) -> None:
    table = Timetable.of(at=at, days="mon-sat", zone=zone)
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    met = due_times(table, start, 400)[1:]
    days = [due.astimezone(table.zone).date() for due in met]
    assert len(days) == len(set(days))
    wanted = {days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)}
    assert set(days) == {day for day in wanted if day.weekday() != 6}
    usual = [due for due in met if due.astimezone(table.zone).time() == time.fromisoformat(at)]
    assert len(met) - len(usual) <= 2, "only a skipped hour may move an edition"


# Each zone's change forward (a local time that does not exist) and back (one that exists twice).
@pytest.mark.parametrize(
    ("zone", "at", "day", "due"),
    [
        ("Europe/Lisbon", "01:30", (2026, 3, 29), "2026-03-29T01:00+00:00"),  # 01:00 to 02:00 is skipped
        ("Europe/Lisbon", "01:30", (2026, 10, 25), "2026-10-25T00:30+00:00"),  # 01:30 twice: the first, summer time
        ("America/New_York", "02:30", (2026, 3, 8), "2026-03-08T07:00+00:00"),
        ("America/New_York", "01:30", (2026, 11, 1), "2026-11-01T05:30+00:00"),
        ("Australia/Lord_Howe", "02:15", (2026, 10, 4), "2026-10-03T15:30+00:00"),  # half an hour is skipped
        ("Australia/Lord_Howe", "01:45", (2026, 4, 5), "2026-04-04T14:45+00:00"),
    ],
)
def test_a_skipped_time_is_due_when_the_gap_ends_and_a_doubled_one_at_its_first(
    zone: str, at: str, day: tuple[int, int, int], due: str
) -> None:
    table = Timetable.of(at=at, days="mon-sun", zone=zone)
    noon = datetime(*day, 11, tzinfo=ZoneInfo(zone))
    assert table.latest(noon) == datetime.fromisoformat(due)
    eve = noon - timedelta(hours=24)
    assert table.next(eve) == datetime.fromisoformat(due)


def test_after_sleep_an_edition_is_made_up_to_twelve_hours_late_and_later_not_at_all() -> None:
    table = Timetable.of(at="07:00", days="mon-sun", zone="UTC")
    due = datetime(2026, 3, 3, 7, tzinfo=UTC)
    assert table.latest(due - timedelta(seconds=1)) is None
    assert table.latest(due) == table.latest(due + timedelta(hours=11, minutes=59)) == due
    assert table.latest(due + timedelta(hours=12)) is None


def test_an_edition_late_at_night_is_still_due_after_midnight() -> None:
    table = Timetable.of(at="23:55", days="fri", zone="UTC")
    friday = datetime(2026, 3, 6, 23, 55, tzinfo=UTC)
    assert table.latest(friday + timedelta(minutes=10)) == friday
    assert table.next(friday) == friday + timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "days"),
    [("mon-fri", {0, 1, 2, 3, 4}), ("sat-mon", {5, 6, 0}), ("mon,Wed, fri", {0, 2, 4}), ("sun", {6})],
)
def test_days_are_named_as_people_write_them(text: str, days: set[int]) -> None:
    assert days_of(text) == days
