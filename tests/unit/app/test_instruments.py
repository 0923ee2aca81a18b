"""Counts of what a process does, and the moment from which it counts as hanging."""

from __future__ import annotations

from aggregator.app.instruments import LATE_AFTER_S, STUCK_AFTER_S, Instruments


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_durations_fall_into_cumulative_buckets() -> None:
    counts = Instruments()
    for seconds in (0.05, 0.06, 3.0, 1000.0):
        counts.feed("new", seconds)
    read = counts.read()
    buckets = dict(read.fetch_s.buckets)
    assert (buckets["0.05"], buckets["0.1"], buckets["5.0"], buckets["20.0"], buckets["+Inf"]) == (1, 2, 3, 3, 4)
    assert read.fetch_s.total_s == 1003.11
    assert read.feeds == {"new": 4}


def test_without_a_schedule_nothing_can_hang() -> None:
    clock = Hand()
    counts = Instruments(clock)
    clock.at += 10 * STUCK_AFTER_S
    assert counts.what_hangs() is None


def test_a_scheduler_that_stands_still_hangs() -> None:
    clock = Hand()
    counts = Instruments(clock)
    counts.tick()
    clock.at += LATE_AFTER_S
    assert counts.what_hangs() is None
    clock.at += 1
    assert "scheduler" in (counts.what_hangs() or "")


def test_a_long_poll_is_well_while_it_gets_on_and_hangs_when_it_does_not() -> None:
    clock = Hand()
    counts = Instruments(clock)
    with counts.poll():
        for _ in range(10):
            clock.at += STUCK_AFTER_S / 2
            counts.page("done")
        assert counts.what_hangs() is None
        clock.at += STUCK_AFTER_S + 1
        assert "poll" in (counts.what_hangs() or "")
    assert counts.what_hangs() is None
    assert dict(counts.read().poll_s.buckets) == {
        "1.0": 0, "5.0": 0, "15.0": 0, "60.0": 0, "300.0": 0, "900.0": 0, "3600.0": 0, "+Inf": 1,
    }  # fmt: skip
