"""A digest: each event once, the most confirmed first, yesterday's news not again."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest

from aggregator.digest import DigestOptions, Occasion, compose, foremost
from aggregator.model import BriefEvent, BriefStory, EventView, Told, TopicMatch
from tests.support.digests import NOW, YESTERDAY, a_digest, a_quake, a_story, a_view


def told(digest):
    return [e.event_id for s in digest.sections for e in s.events]


def single(event_id: int, **over):
    return a_view([a_story(100 + event_id, **over)], event_id, folder=("World",))


def test_an_event_of_many_outlets_comes_before_one_of_a_single_outlet() -> None:
    digest = a_digest([single(2, published_at=NOW - timedelta(minutes=5)), a_quake(1)])
    assert told(digest) == [1, 2]
    assert [s.title for s in digest.sections] == ["World", "One outlet only"]


def test_copies_do_not_count_as_confirmation() -> None:
    first = a_story(1)
    copied = a_view([first, *(a_story(n, copy_of=1, text=first.text) for n in range(2, 8))], 5)
    digest = a_digest([copied, a_quake(6, first=20)])
    event = next(e for s in digest.sections for e in s.events if e.event_id == 5)
    assert (event.reports, event.copies, event.outlets) == (1, 6, 7)
    assert event.sources[0].copies == tuple(f"Outlet {n}" for n in range(2, 8))
    assert told(digest)[0] == 6


def test_the_score_is_the_sum_of_its_parts() -> None:
    event = a_digest().sections[0].events[0]
    assert abs(event.score - sum(event.score_parts.values())) < 1e-9
    assert 0 < event.score <= 1


def test_a_topic_lifts_its_events_and_gives_them_a_section() -> None:
    storm = a_view([a_story(1, outlet_id=1), a_story(2, outlet_id=2)], 9)
    topic = TopicMatch(title="Storms", event_ids=frozenset({9}))
    digest = a_digest([a_quake(1, first=20), storm], topics=[topic])
    assert digest.sections[0].title == "Storms"
    assert digest.sections[0].events[0].topics == ("Storms",)
    assert "topics" in digest.sections[0].events[0].score_parts


def test_an_event_of_two_topics_is_told_once() -> None:
    topics = [TopicMatch(title="A", event_ids=frozenset({1})), TopicMatch(title="B", event_ids=frozenset({1}))]
    assert told(a_digest([a_quake(1), a_quake(1)], topics=topics)) == [1]


def test_what_was_told_is_not_told_again_until_a_new_report_comes() -> None:
    quake = a_quake(1)
    everything = Told(at=NOW - timedelta(hours=1), story_ids=frozenset(s.id for s in quake.stories))
    assert told(a_digest([quake], told={1: everything})) == []
    before_last = Told(at=NOW - timedelta(hours=5), story_ids=frozenset({1, 2}))
    assert told(a_digest([quake], told={1: before_last})) == [1]


def test_a_copy_of_what_was_told_is_no_news() -> None:
    first, late = a_story(1), a_story(2, copy_of=1, published_at=NOW - timedelta(minutes=10))
    memory = Told(at=NOW - timedelta(hours=1), story_ids=frozenset({1}))
    assert told(a_digest([a_view([first, late])], told={1: memory})) == []


def test_events_from_before_the_period_are_left_alone() -> None:
    assert told(a_digest([single(3, published_at=YESTERDAY - timedelta(hours=1))])) == []


def test_status_says_new_developing_or_which_day() -> None:
    quake = a_quake(1)
    assert a_digest([quake]).sections[0].events[0].status == "new"
    memory = {1: Told(at=NOW - timedelta(hours=5), story_ids=frozenset({1}))}
    assert a_digest([quake], told=memory).sections[0].events[0].status == "developing"
    old = a_view([a_story(1, published_at=NOW - timedelta(days=2)), a_story(2)], 4)
    event = a_digest([old]).sections[0].events[0]
    assert (event.status, event.day) == ("day", 3)


def test_days_are_counted_in_the_readers_zone() -> None:
    view = a_view([a_story(1, published_at=NOW - timedelta(hours=8)), a_story(2)], 4)
    memory = {4: Told(at=NOW - timedelta(hours=7), story_ids=frozenset({1}))}
    assert a_digest([view], told=memory).sections[0].events[0].day == 2
    options = DigestOptions(timezone="Asia/Tokyo")
    assert a_digest([view], told=memory, options=options).sections[0].events[0].day == 1


def test_days_are_counted_up_to_the_latest_story() -> None:
    two_days = [a_story(1, published_at=NOW - timedelta(days=6)), a_story(2, published_at=NOW - timedelta(days=5))]
    (event,) = a_digest([a_view(two_days, 4)], since=NOW - timedelta(days=7)).sections[0].events
    assert event.day == 2


def test_a_full_digest_counts_what_it_leaves_out() -> None:
    views = [a_quake(n, first=n * 10) for n in range(1, 8)]
    digest = a_digest(views, options=DigestOptions(events=3))
    assert len(told(digest)) == 3
    assert digest.left_out == 4
    assert digest.events == 7


def test_bytes_are_capped_by_leaving_whole_events_out() -> None:
    views = [a_quake(n, first=n * 10) for n in range(1, 8)]
    digest = a_digest(views, options=DigestOptions(max_bytes=2_000))
    assert 0 < len(told(digest)) < 7
    assert digest.left_out == 7 - len(told(digest))
    assert all(e.sentences for s in digest.sections for e in s.events)


def test_an_empty_digest_is_a_value() -> None:
    digest = a_digest([])
    assert digest.sections == ()
    assert (digest.events, digest.stories, digest.left_out) == (0, 0, 0)


def test_an_event_without_any_title_has_a_headline_all_the_same() -> None:
    untitled = a_view([a_story(1, title=None)], 3)
    assert a_digest([untitled]).sections[0].events[0].headline.startswith("Storm number 1")


def test_events_are_the_same_whatever_the_order_they_come_in() -> None:
    views = [a_quake(1), single(2), single(3), a_view([a_story(60), a_story(61)], 4)]
    assert a_digest(views) == a_digest(views[::-1])


def test_one_late_report_on_what_was_told_does_not_lead() -> None:
    outlets = range(1, 9)
    known = a_view(
        [a_story(n, published_at=NOW - timedelta(hours=30)) for n in outlets] + [a_story(9, published_at=NOW - timedelta(hours=2))],
        1, folder=("World",),
    )  # fmt: skip
    new = a_view(
        [a_story(20 + n, title=f"Bridge {n}", published_at=NOW - timedelta(hours=6)) for n in range(3)],
        2,
        folder=("World",),
    )
    told = {1: Told(at=NOW - timedelta(hours=24), story_ids=frozenset(outlets))}
    digest = a_digest([known, new], told=told)
    ranked = sorted((e for s in digest.sections for e in s.events), key=lambda e: -e.score)
    assert [e.event_id for e in ranked] == [2, 1]
    assert [
        e.event_id
        for e in sorted((e for s in a_digest([known, new]).sections for e in s.events), key=lambda e: -e.score)
    ] == [1, 2]


def test_a_side_story_of_a_later_day_does_not_head_an_event_that_the_reader_knows() -> None:
    power = (
        "Storm Ines cut the power to thousands of homes in the north of Aldermark on Monday, the grid operator said."
    )
    told = [
        a_story(n, title=title, text=power, published_at=NOW - timedelta(hours=40 - n))
        for n, title in enumerate(
            (
                "Storm Ines cuts power to 300,000 homes",
                "Storm cuts power in the north",
                "Homes without power after Ines",
            ),
            1,
        )
    ]
    ferry = "The Northern Star came round the point this morning, four days late, with the mail and eleven passengers."
    last = (
        "The last homes without power after Storm Ines were connected again on Thursday night, the grid operator said."
    )
    late = [
        a_story(4, title="Northern Star sails again with the mail", text=ferry, published_at=NOW - timedelta(hours=3)),
        a_story(
            5,
            title="Homes connected after Storm Ines, and now: what went wrong?",
            text=last,
            published_at=NOW - timedelta(hours=2),
        ),
    ]
    memory = Told(at=NOW - timedelta(hours=24), story_ids=frozenset(s.id for s in told))
    digest = a_digest([a_view([*told, *late])], since=NOW - timedelta(hours=24), told={1: memory})
    assert digest.sections[0].events[0].headline == "Homes connected after Storm Ines, and now: what went wrong?"


def brief(view: EventView) -> BriefEvent:
    stories = [{f.name: getattr(s, f.name) for f in fields(BriefStory)} for s in view.stories]
    return BriefEvent(event=view.event, stories=tuple(BriefStory(**s) for s in stories), folder=view.folder)


@pytest.mark.parametrize("most_bytes", [400, 10**6])
def test_the_texts_of_events_that_are_not_told_are_not_needed(most_bytes: int) -> None:
    views = [*(a_quake(n, first=20 * n) for n in range(1, 7)), *(single(n) for n in range(7, 11))]
    old = Told(at=NOW - timedelta(hours=1), story_ids=frozenset(s.id for s in views[0].stories))
    occasion = Occasion(
        since=YESTERDAY, until=NOW, told={1: old}, topics=[TopicMatch(title="A", event_ids=frozenset({8, 4}))],
        options=DigestOptions(events=3, single_outlet_events=2, max_bytes=most_bytes),
    )  # fmt: skip
    wanted = foremost([brief(view) for view in views], occasion)
    assert len(wanted) == 5
    mixed = [view if view.event.id in wanted else brief(view) for view in views]
    whole = compose(views, occasion, now=NOW, title="")
    assert compose(mixed, occasion, now=NOW, title="") == whole
    assert set(told(whole)) <= wanted
