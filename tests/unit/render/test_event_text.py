"""One event in the terminal, and times as a reader says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import EventMember
from aggregator.render import event_text
from aggregator.render.columns import width_of
from aggregator.render.times import say_time
from tests.support.digests import NOW, a_digest, a_quake, a_story, a_view


def flat(text: str) -> str:
    return " ".join(text.split())


def test_copies_are_folded_under_their_original() -> None:
    first = a_story(1, credit="Meridian")
    copies = [a_story(n, copy_of=1, published_at=NOW - timedelta(hours=3)) for n in (2, 3)]
    text = event_text(a_view([first, *copies, a_story(4)]), now=NOW)
    assert "same Meridian text in 2 more stories: Outlet 2 04:00, Outlet 3 04:00" in flat(text)
    assert "4 outlets · 2 independent reports" in flat(text)


def test_a_copy_of_a_copy_is_folded_under_the_first() -> None:
    chain = [a_story(1), a_story(2, copy_of=1), a_story(3, copy_of=2)]
    assert "1 independent report" in event_text(a_view(chain), now=NOW)


def test_the_timeline_has_a_row_for_each_report() -> None:
    text = event_text(a_quake(), now=NOW, width=80)
    assert text.count("●") == 3


def test_why_shows_reasons_and_what_was_kept_apart() -> None:
    member = EventMember(story=a_story(1), reason="They share a name.", probability=0.9, vetoes=((7, "another town"),))
    view = a_view([a_story(1), a_story(2)])
    view = type(view)(event=view.event, members=(member, view.members[1]))
    text = flat(event_text(view, now=NOW, why=True))
    assert "They share a name." in text
    assert "kept apart from story 7: another town" in text
    assert "They share a name." not in event_text(view, now=NOW)


def test_an_event_begins_with_what_happened_each_sentence_with_its_outlet() -> None:
    view = a_quake()
    (account,) = a_digest([view]).sections[0].events
    text = flat(event_text(view, account, now=NOW))
    assert len(account.sentences) > 1
    for told in account.sentences[:3]:
        assert f"{told.text} ({told.outlet})" in text


def test_a_report_has_its_hour_and_the_number_by_which_to_ask_for_it() -> None:
    view = a_view([a_story(7, published_at=NOW - timedelta(days=4)), a_story(8)])
    assert "Fri 27 Feb 07:00 · Outlet 7 · story 7" in event_text(view, now=NOW)


@pytest.mark.parametrize("width", [30, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = event_text(a_quake(), now=NOW, width=width, why=True)
    assert max(width_of(line) for line in text.splitlines()) <= width


AT = datetime(2026, 11, 17, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (AT + timedelta(hours=3), "UTC", "05:12"),
        (AT + timedelta(days=1), "UTC", "yesterday 05:12"),
        (AT + timedelta(days=4), "UTC", "Tue 17 Nov"),
        (AT + timedelta(days=100), "UTC", "Tue 17 Nov 2026"),
        (AT + timedelta(hours=3), "Asia/Tokyo", "14:12"),
        (AT + timedelta(hours=3), "America/Los_Angeles", "yesterday 21:12"),
    ],
)
def test_times_are_said_in_the_readers_zone(now: datetime, zone: str, expected: str) -> None:
    assert say_time(AT, now=now, zone=zone) == expected


def test_the_second_report_of_an_outlet_is_no_other_voice() -> None:
    two = [
        a_story(1, outlet="Courier", outlet_id=1),
        a_story(2, outlet="Courier", outlet_id=1),
        a_story(3, outlet="Post", outlet_id=2),
    ]
    assert "2 outlets · 2 independent reports" in flat(event_text(a_view(two), now=NOW))
