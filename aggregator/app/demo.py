"""The demo: a made-up newsroom on loopback, read through the real pipeline, day by day."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import msgspec

from aggregator.app.app import App, open_app
from aggregator.app.polling import OnProgress, PollOptions
from aggregator.config import Config
from aggregator.model import Digest
from aggregator.newsroom import Server, default_folder, load, serve

__all__ = ["DayRead", "Demo", "opened"]

MORNING = time(7, tzinfo=UTC)
POLL_EVERY = timedelta(hours=6)
LOOPBACK = "127.0.0.0/8"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRead:
    """One morning of the demo: the time, and the digest of what came since the morning before."""

    at: datetime
    digest: Digest


class _Clock:
    """A clock that stands where it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's app with the newsroom that it reads."""

    app: App
    server: Server
    clock: _Clock
    mornings: tuple[datetime, ...]

    def days(self, *, on_progress: OnProgress = lambda _p: None) -> Iterator[DayRead]:
        """Live through the days: poll every six hours, and read the digest each morning."""
        for morning in self.mornings:
            while self.clock.now < morning:
                self.clock.now = min(self.clock.now + POLL_EVERY, morning)
                self.server.set_now(self.clock.now)
                self.app.polling.poll(PollOptions(force=True), command="demo", on_progress=on_progress)
            yield DayRead(at=morning, digest=self.app.digests.make(name="demo"))


@contextlib.contextmanager
def opened(config: Config, db: Path) -> Iterator[Demo]:
    """The newsroom served, and an app subscribed to it on a database of its own."""
    newsroom = load(default_folder())
    first, last = newsroom.stories[0].at, newsroom.stories[-1].at
    mornings = _mornings(first, last)
    clock = _Clock(datetime.combine(first.date(), time(0, tzinfo=UTC)))
    fetch = msgspec.structs.replace(
        config.fetch, allow_networks=(*config.fetch.allow_networks, LOOPBACK), host_gap_s=0.0
    )
    with (
        serve(newsroom, now=clock.now) as server,
        open_app(msgspec.structs.replace(config, fetch=fetch), db=db, clock=clock) as app,
    ):
        app.feeds.import_opml(server.opml())
        yield Demo(app, server, clock, mornings)


def _mornings(first: datetime, last: datetime) -> tuple[datetime, ...]:
    """Seven o'clock of every day after the first, until everything is out."""
    day = first.date() + timedelta(days=1)
    mornings: list[datetime] = []
    while not mornings or mornings[-1] < last:
        mornings.append(datetime.combine(day, MORNING))
        day += timedelta(days=1)
    return tuple(mornings)
