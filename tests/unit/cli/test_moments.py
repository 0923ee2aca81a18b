from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.cli.listing import moments

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-03-09T23:30:00Z", "10 Mar 00:30"),
        ("2026-03-01T08:05:00Z", "1 Mar 09:05"),
        ("2025-01-31T08:05:00Z", "31 Jan 2025"),
        ("2027-03-10T08:05:00Z", "10 Mar 2027"),
    ],
)
def test_a_list_shows_the_readers_hour_and_of_long_ago_the_year(time: str, shown: str) -> None:
    moment, wide = moments("Europe/Berlin", NOW)
    assert moment(time) == shown
    assert len(shown) <= -wide
