"""The timeline's places: who stands where, in the reader's own hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.model import Event, EventMember, EventView, Story
from aggregator.web.timeline import LEFT, MOST_ROWS, WIDTH, timeline

MORNING = datetime(2026, 3, 28, 20, tzinfo=UTC)


def a_view(*stories: tuple[float, str, int | None]) -> EventView:
    """Stories as (hours after the beginning, outlet, number of the story that it copies)."""
    made = [_story(n, MORNING + timedelta(hours=h), outlet, copy) for n, (h, outlet, copy) in enumerate(stories, 1)]
    event = Event(id=1, headline="x", first_at=made[0].published_at, last_at=made[-1].published_at, seen_at=MORNING)
    return EventView(event=event, members=tuple(EventMember(story=s) for s in made))


def _story(number: int, at: datetime, outlet: str, copy_of: int | None) -> Story:
    over: dict[str, Any] = {"copy_of": copy_of}
    return Story(id=number, url=None, title="x", outlet=outlet, outlet_id=number, published_at=at, seen_at=at, **over)


def test_a_row_for_each_report_with_its_copies_in_it() -> None:
    drawn = timeline(a_view((0, "Courier", None), (1, "Post", 1), (3, "Radio", None)), zone="UTC")
    assert [row.name for row in drawn.rows] == ["Courier", "Radio"]
    assert [dot.is_copy for dot in drawn.rows[0].dots] == [False, True]
    assert drawn.rows[0].dots[0].x < drawn.rows[0].dots[1].x < drawn.rows[1].dots[0].x
    assert drawn.rows[0].line == (drawn.rows[0].dots[0].x, drawn.rows[0].dots[1].x)


def test_everything_stands_within_the_drawing() -> None:
    drawn = timeline(a_view((0, "A", None), (50, "B", None), (90, "C", 2)), zone="Asia/Kathmandu")
    places = [dot.x for row in drawn.rows for dot in row.dots] + [tick.x for tick in drawn.ticks]
    places += [x for night in drawn.nights for x in (night.x, night.x + night.width)]
    assert all(LEFT <= x <= WIDTH for x in places)


def test_hours_are_the_readers_also_when_the_clocks_change() -> None:
    drawn = timeline(a_view((0, "A", None), (14, "B", None)), zone="Europe/Berlin")  # into summer time, 29 March 2026
    assert [tick.text for tick in drawn.ticks] == ["21:00", "Sun 29", "03:00", "06:00", "09:00", "12:00"]
    gaps = [round(b.x - a.x) for a, b in zip(drawn.ticks[1:], drawn.ticks[2:], strict=False)]
    assert gaps[0] < gaps[1]  # the night of the change is an hour short


def test_years_of_an_event_get_few_ticks_and_no_nights() -> None:
    drawn = timeline(a_view((0, "A", None), (24 * 700, "B", None)), zone="UTC")
    assert 1 <= len(drawn.ticks) <= 8
    assert all(tick.text.count(" ") == 1 for tick in drawn.ticks)
    assert drawn.nights == ()


def test_many_reports_are_counted_when_they_find_no_row() -> None:
    drawn = timeline(a_view(*[(n, f"Outlet {n}", None) for n in range(MOST_ROWS + 5)]), zone="UTC")
    assert (len(drawn.rows), drawn.hidden) == (MOST_ROWS, 5)
