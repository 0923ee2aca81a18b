"""The newsroom of seeds/ on the air, and an app that reads it: what most integration tests start from."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from aggregator.app.app import App, open_app
from aggregator.config import Config, FetchConfig, PagesConfig
from aggregator.model import Story
from aggregator.newsroom import Server, default_folder, load, serve

END = datetime(2026, 3, 7, 12, tzinfo=UTC)


def loopback(**over: object) -> Config:
    """Settings that let loopback addresses be polled without a pause."""
    fetch = FetchConfig(allow_networks=("127.0.0.0/8",), host_gap_s=0.0)
    return msgspec.structs.replace(Config(fetch=fetch, pages=PagesConfig(backfill=1000), timezone="UTC"), **over)


@contextlib.contextmanager
def on_the_air(now: datetime = END) -> Iterator[Server]:
    with serve(load(default_folder()), now=now) as server:
        yield server


@contextlib.contextmanager
def reading(server: Server, db: Path, *, now: datetime | None = None, config: Config | None = None) -> Iterator[App]:
    """An app on this database, subscribed to the newsroom, whose clock stands with the server's."""
    with open_app(config or loopback(), db=db, clock=lambda: now or server.now) as app:
        app.feeds.import_opml(server.opml())
        yield app


def run(
    *arguments: str | Path, db: Path, stdin: bytes = b"", now: datetime | None = None, check: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "aggregator", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        env=environment(db, now),
        timeout=120,
        check=check,
    )


def environment(db: Path, now: datetime | None = None) -> dict[str, str]:
    """The environment of a reader's shell, with a home directory of its own."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AGGREGATOR_", "XDG_"))}
    env |= {
        "HOME": str(db.parent),
        "AGGREGATOR_DB": str(db),
        "AGGREGATOR_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "AGGREGATOR_FETCH_HOST_GAP_S": "0",
        "AGGREGATOR_PAGES_BACKFILL": "1000",
        "AGGREGATOR_TIMEZONE": "UTC",
    }
    return env | ({"AGGREGATOR_NOW": now.isoformat()} if now else {})


def grouped(stories: tuple[Story, ...]) -> set[frozenset[str]]:
    """Events as sets of the paths of their stories: the newsroom's port differs from run to run."""
    events: dict[int | None, set[str]] = defaultdict(set)
    for story in stories:
        events[story.event_id].add((story.url or "").split("/", 3)[3] + story.outlet)
    return {frozenset(paths) for paths in events.values()}


def content(server: Server, db: Path) -> dict[str, object]:
    """All that a reader would miss, by address and text."""
    with reading(server, db) as app:
        stories = tuple(app.reading.stories(with_text=True))
        by_id = {s.id: s.url for s in stories}
        return {
            "feeds": sorted(f.url for f in app.feeds.all()),
            "stories": sorted((s.url, s.title, s.text, by_id.get(s.copy_of or 0)) for s in stories),
            "events": grouped(stories),
            "entries": app.store.connections.value("SELECT count(*) FROM entries"),
        }
