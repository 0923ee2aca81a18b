"""A host is asked seldom enough, and left alone when it says so. The clock is ours: nothing waits."""

from __future__ import annotations

import math

import pytest

from aggregator.errors import ConnectError, HTTPStatusError, TooLarge
from aggregator.fetch import Fetched, FetchFailed, FetchOptions, HostGate

A, B = "a.example:443", "b.example:443"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> HostGate:
    return HostGate(FetchOptions(host_parallel=2, host_gap_s=1.0, feed_gap_s=0.0), monotonic=clock)


def turned_away(url: str, *, status: int = 429, retry_after_s: float | None = None) -> FetchFailed:
    return FetchFailed(url=url, error=HTTPStatusError("no", status=status), status=status, retry_after_s=retry_after_s)


def silent(url: str) -> FetchFailed:
    return FetchFailed(url=url, error=ConnectError("no"))


def test_two_requests_at_once_and_no_third(gate: HostGate) -> None:
    assert gate.try_acquire(A, "feed") == 0
    assert gate.try_acquire(A, "feed") == 0
    assert gate.try_acquire(A, "feed") == math.inf
    assert gate.try_acquire(B, "feed") == 0
    gate.release(A)
    assert gate.try_acquire(A, "feed") == 0


def test_pages_of_one_host_start_a_second_apart(gate: HostGate, clock: Clock) -> None:
    assert gate.try_acquire(A, "page") == 0
    assert gate.try_acquire(A, "page") == 1.0
    clock.now += 0.4
    assert gate.try_acquire(A, "page") == pytest.approx(0.6)
    clock.now += 0.6
    assert gate.try_acquire(A, "page") == 0


def test_a_page_keeps_its_gap_to_a_feed_as_well(gate: HostGate) -> None:
    assert gate.try_acquire(A, "feed") == 0
    assert gate.try_acquire(A, "page") == 1.0


def test_feeds_can_be_given_a_gap(clock: Clock) -> None:
    gate = HostGate(FetchOptions(feed_gap_s=0.5), monotonic=clock)
    assert gate.try_acquire(A, "feed") == 0
    assert gate.try_acquire(A, "feed") == 0.5


def test_a_crawl_delay_widens_the_gap_and_never_narrows_it(gate: HostGate, clock: Clock) -> None:
    gate.set_crawl_delay(A, 10.0)
    gate.set_crawl_delay(B, 0.1)
    assert [gate.try_acquire(host, "page") for host in (A, B)] == [0, 0]
    assert [gate.try_acquire(host, "page") for host in (A, B)] == [10.0, 1.0]


def test_a_held_host_is_left_alone_for_as_long_as_said(gate: HostGate, clock: Clock) -> None:
    gate.hold(A, 120)
    gate.hold(A, 30)
    assert gate.try_acquire(A, "feed") == 120
    assert gate.held(A)[0] == 120
    assert gate.held(B) == (0.0, "")
    assert gate.holds() == {A: 120}
    clock.now += 121
    assert gate.held(A)[0] == 0
    assert gate.holds() == {}
    assert gate.try_acquire(A, "feed") == 0


@pytest.mark.parametrize("status", [429, 503])
def test_three_feeds_turned_away_within_a_minute_hold_the_host(gate: HostGate, clock: Clock, status: int) -> None:
    for number, wait in enumerate((100.0, 300.0, None)):
        assert gate.held(A)[0] == 0
        gate.note(A, turned_away(f"https://a.example/{number}", status=status, retry_after_s=wait))
        clock.now += 10
    assert gate.held(A) == (290.0, "it asked to be left alone")
    assert gate.held(B)[0] == 0


def test_a_host_that_does_not_say_for_how_long_gets_ten_minutes(gate: HostGate) -> None:
    for number in range(3):
        gate.note(A, turned_away(f"https://a.example/{number}"))
    assert gate.held(A)[0] == 600


def test_one_feed_turned_away_three_times_holds_only_itself(gate: HostGate) -> None:
    for _ in range(3):
        gate.note(A, turned_away("https://a.example/1", retry_after_s=300))
    assert gate.held(A)[0] == 0


def test_three_feeds_turned_away_over_many_minutes_do_not_hold_the_host(gate: HostGate, clock: Clock) -> None:
    for number in range(3):
        gate.note(A, turned_away(f"https://a.example/{number}"))
        clock.now += 45
    assert gate.held(A)[0] == 0


def test_a_host_that_is_down_does_not_keep_its_hundred_feeds_waiting(gate: HostGate) -> None:
    for number in range(3):
        assert gate.held(A)[0] == 0
        gate.note(A, silent(f"https://a.example/{number}"))
    assert gate.held(A) == (300.0, "it does not answer")


def test_a_host_that_answers_in_between_is_not_down(gate: HostGate) -> None:
    for number in range(4):
        gate.note(A, silent(f"https://a.example/{number}"))
        if number % 2:
            gate.note(A, Fetched(url="x", final_url="x", status=200))
    assert gate.held(A)[0] == 0


def test_our_own_refusals_are_not_held_against_a_host(gate: HostGate) -> None:
    for number in range(5):
        gate.note(A, FetchFailed(url=f"https://a.example/{number}", error=TooLarge("no")))
    assert gate.held(A)[0] == 0
