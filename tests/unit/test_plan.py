"""When a feed is asked again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.plan import MAX_INTERVAL_S, MIN_INTERVAL_S, PollFacts, PollOutcome, after_poll, next_poll
from tests.support.building import NOW, a_feed

URL = "https://courier.example/feed.xml"


def every(hours: float, count: int = 10) -> list[datetime]:
    return [NOW - timedelta(hours=hours * n) for n in range(count)]


def test_a_busy_feed_is_asked_more_often_than_a_quiet_one() -> None:
    busy = next_poll(PollFacts(url=URL, now=NOW, published=every(1)))
    quiet = next_poll(PollFacts(url=URL, now=NOW, published=every(12)))
    assert busy.at < quiet.at
    assert "every 1" in busy.reason or "60 min" in busy.reason


def test_a_feed_that_fell_silent_is_asked_less_often() -> None:
    published = [at - timedelta(days=30) for at in every(1)]
    assert next_poll(PollFacts(url=URL, now=NOW, published=published)).interval_s == MAX_INTERVAL_S


def test_retry_after_is_never_undercut() -> None:
    upcoming = next_poll(PollFacts(url=URL, now=NOW, published=every(1), retry_after_s=7200))
    assert upcoming.at >= NOW + timedelta(seconds=7200)
    assert "retry after 2 h" in upcoming.reason


def test_a_failing_feed_slows_down_and_recovers() -> None:
    feed = a_feed()
    for failures in range(1, 6):
        update = after_poll(feed, PollOutcome(error="no route"), NOW)
        assert update.failures == failures
        feed = a_feed(failures=update.failures)
    slow = next_poll(PollFacts(url=URL, now=NOW, published=every(1), failures=5))
    fast = next_poll(PollFacts(url=URL, now=NOW, published=every(1)))
    assert slow.at - NOW > 4 * (fast.at - NOW)
    assert after_poll(feed, PollOutcome(status=200), NOW).failures == 0


def test_the_readers_own_interval_wins_over_rhythm_and_server_wishes() -> None:
    upcoming = next_poll(PollFacts(url=URL, now=NOW, published=every(12), override_interval_s=900, max_age_s=50_000))
    assert upcoming.interval_s == 900
    assert upcoming.at <= NOW + timedelta(seconds=900 * 1.1)


def test_skipped_hours_and_days_are_kept_free() -> None:
    facts = PollFacts(
        url=URL, now=NOW, published=every(1), skip_hours=frozenset(range(12, 18)), skip_days=frozenset({0})
    )
    at = next_poll(facts).at
    assert at.weekday() != 0
    assert at.hour not in facts.skip_hours


def test_a_feed_that_skips_every_hour_is_not_believed() -> None:
    assert next_poll(PollFacts(url=URL, now=NOW, skip_hours=frozenset(range(24)))).at < NOW + timedelta(hours=2)


def test_gone_stops_polling_and_says_so() -> None:
    update = after_poll(a_feed(), PollOutcome(status=410, error="410 Gone"), NOW)
    assert (update.state, update.next_poll_at) == ("gone", None)
    assert "gone for good" in (update.next_poll_reason or "")


def test_a_host_that_was_left_alone_is_no_failure_of_the_feed() -> None:
    feed = a_feed(failures=1, last_error="was", last_polled_at=NOW - timedelta(hours=1))
    update = after_poll(feed, PollOutcome(held=True, retry_after_s=600, error="held"), NOW)
    assert (update.failures, update.last_error, update.last_polled_at) == (1, "was", feed.last_polled_at)
    assert timedelta(seconds=600) <= (update.next_poll_at or NOW) - NOW <= timedelta(seconds=660), "it was due"
    assert "its host is left alone for 10 min" in (update.next_poll_reason or "")


def test_a_permanent_redirect_counts_only_in_a_row() -> None:
    moved = PollOutcome(status=200, permanent_url="https://new.example/feed")
    first = after_poll(a_feed(), moved, NOW)
    second = after_poll(a_feed(moved_to=first.moved_to, moved_count=first.moved_count), moved, NOW)
    assert (first.moved_count, second.moved_count) == (1, 2)
    assert after_poll(a_feed(moved_to="x", moved_count=2), PollOutcome(status=200), NOW).moved_count == 0


def test_validators_of_the_last_good_answer_survive_a_failure() -> None:
    update = after_poll(a_feed(etag='"x"', body_hash="h"), PollOutcome(status=503, error="503"), NOW)
    assert (update.etag, update.body_hash) == ('"x"', "h")


@given(
    published=st.lists(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2030, 1, 1)), max_size=30),
    failures=st.integers(0, 100),
    max_age=st.none() | st.floats(0, 1e12),
)
def test_the_interval_stays_between_ten_minutes_and_a_day(
    published: list[datetime], failures: int, max_age: float | None
) -> None:
    aware = [at.replace(tzinfo=NOW.tzinfo) for at in published]
    upcoming = next_poll(PollFacts(url=URL, now=NOW, published=aware, failures=failures, max_age_s=max_age))
    assert MIN_INTERVAL_S <= upcoming.interval_s <= MAX_INTERVAL_S
    assert upcoming.at > NOW


def test_the_same_feed_at_the_same_hour_gets_the_same_answer() -> None:
    facts = PollFacts(url=URL, now=NOW, published=every(2))
    assert next_poll(facts) == next_poll(facts)
    others = {next_poll(PollFacts(url=f"{URL}{n}", now=NOW, published=every(2))).at for n in range(20)}
    assert len(others) > 10, "feeds subscribed to together must not stay in step"


@pytest.mark.parametrize("age", [1e300, 1e20])
def test_an_absurd_max_age_does_not_silence_a_feed(age: float) -> None:
    assert next_poll(PollFacts(url=URL, now=NOW, max_age_s=age)).at < NOW + timedelta(days=2)


def test_a_feed_that_is_slowed_down_because_its_server_asked_to_wait_says_so() -> None:
    asked_to_wait = PollOutcome(status=429, error="HTTP 429: we asked too often.", retry_after_s=60)
    update = after_poll(a_feed(failures=1), asked_to_wait, NOW)
    assert "asked us to wait (429)" in (update.next_poll_reason or "")
    assert "wait" not in (
        after_poll(a_feed(failures=1), PollOutcome(status=500, error="x"), NOW).next_poll_reason or ""
    )
