"""Thirty simulated days of polls, digests and housekeeping in one process: memory, open files and the database stay bounded.

Runs with SOAK=1 (`make soak`), ten minutes on two idle cores; SOAK_FIGURES names a file for the figures of each day.
"""

from __future__ import annotations

import csv
import gc
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from aggregator.app.app import App, open_app
from aggregator.app.polling import PollOptions
from aggregator.config import RetentionConfig
from aggregator.newsroom import Server, default_folder, load, serve
from tests.support.invariant import faults
from tests.support.newsroom import loopback
from tests.support.years import LENGTH, season

DAYS = int(os.environ.get("SOAK_DAYS") or 30)
WARM_DAYS = 12  # retention has begun, and the window of the last days is as full as it gets
POLLS_A_DAY = 4
KEPT = RetentionConfig(days=6)

pytestmark = pytest.mark.skipif(not os.environ.get("SOAK"), reason="minutes; make soak runs it")


def test_thirty_days_leave_memory_files_and_database_as_they_were_after_twelve(tmp_path: Path) -> None:
    newsroom = load(default_folder())
    begin = datetime.combine(newsroom.stories[0].at.date(), datetime.min.time(), tzinfo=UTC)
    clock = [begin]
    config = msgspec.structs.replace(loopback(), retention=KEPT)
    rows = []
    with (
        serve(newsroom, now=begin) as server,
        open_app(config, db=tmp_path / "a.db", clock=lambda: clock[0]) as app,
    ):
        app.feeds.import_opml(server.opml())
        for day in range(DAYS):
            server.newsroom = season(newsroom, day // LENGTH.days)
            for _ in range(POLLS_A_DAY):
                clock[0] += timedelta(days=1) / POLLS_A_DAY
                server.set_now(clock[0])
                assert app.polling.poll(PollOptions(force=True)).failed == []
            app.digests.make(name="morning")
            app.front.page()
            app.keeping.tidy()
            rows.append(measured(app, server, day + 1))
    keep(rows)
    assert faults(tmp_path / "a.db") == []
    warm, last = rows[WARM_DAYS - 1 : WARM_DAYS + 5], rows[-5:]
    assert max(r["files"] for r in last) <= max(r["files"] for r in warm)
    assert max(r["threads"] for r in last) <= max(r["threads"] for r in warm)
    assert max(r["memory_mb"] for r in last) <= 1.1 * max(r["memory_mb"] for r in warm)
    assert max(r["stories"] for r in last) <= 1.2 * max(r["stories"] for r in warm)
    assert max(r["database_mb"] for r in last) <= 1.2 * max(r["database_mb"] for r in warm)


def measured(app: App, server: Server, day: int) -> dict[str, Any]:
    server._requests.clear()  # what the newsroom remembers is the test's, not the product's
    gc.collect()
    us = psutil.Process()
    stored = app.watching.figures().stored
    return {
        "day": day,
        "memory_mb": round(us.memory_info().rss / 1e6, 1),
        "files": us.num_fds(),
        "threads": us.num_threads(),
        "children": len(us.children(recursive=True)),
        "stories": stored.stories,
        "events": stored.events,
        "database_mb": round(stored.size_bytes / 1e6, 2),
    }


def keep(rows: list[dict[str, Any]]) -> None:
    if place := os.environ.get("SOAK_FIGURES"):
        with Path(place).open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, rows[0])
            table.writeheader()
            table.writerows(rows)
