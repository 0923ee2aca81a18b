"""Lengths of time are said as people say them."""

from __future__ import annotations

import pytest

from aggregator.text.spans import say_span


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (80, "80 s"), (90, "2 min"), (4800, "80 min"), (5400, "2 h"), (144_000, "40 h"), (604_800, "7 days")],
)
def test_spans_are_said_in_the_unit_that_a_person_takes(seconds: float, said: str) -> None:
    assert say_span(seconds) == said
