from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from aggregator.cli import cli
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


def test_a_feed_is_shown_with_the_readers_hours_and_as_data_with_those_of_the_database(tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_text('<opml><body><outline xmlUrl="https://a.example/feed"/></body></opml>')
    (tmp_path / "config.toml").write_text('timezone = "Asia/Tokyo"\n')
    top = ["--db", str(tmp_path / "a.db"), "--config", str(tmp_path / "config.toml"), "--now", "2026-03-10T20:00:00Z"]
    CliRunner().invoke(cli, [*top, "feeds", "import", str(tmp_path / "feeds.opml")], catch_exceptions=False)
    shown = CliRunner().invoke(cli, [*top, "feeds", "show", "https://a.example/feed"], catch_exceptions=False)
    assert "11 Mar 05:00" in shown.output
    data = CliRunner().invoke(cli, [*top, "feeds", "show", "https://a.example/feed", "--json"], catch_exceptions=False)
    assert '"2026-03-10T20:00:00Z"' in data.output
