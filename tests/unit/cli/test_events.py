from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.cli.events import print_events

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_a_list_counts_outlets_and_independent_reports(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"id": 3, "headline": "Storm", "last": "2026-03-10T08:00:00Z", "outlets": 5, "reports": 7, "independent": 4}
    print_events([row], "UTC", NOW)
    shown = capsys.readouterr()
    assert "outlets / independent reports" in shown.err
    assert shown.out.split() == ["3", "10", "Mar", "08:00", "5", "/", "4", "Storm"]
