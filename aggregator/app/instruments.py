"""What this process does, counted as it happens, and whether it still gets on: for instruments and watchdogs."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Histogram", "Instruments", "Reading"]

FETCH_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
POLL_SECONDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
# A job that gives no sign of life for so long hangs. Its longest step is a window of 40,000 stories read from a slow
# disk, or a batch of 24 pages of one host that wants a minute between two.
STUCK_AFTER_S = 1800.0
LATE_AFTER_S = 60.0  # the scheduler says every few seconds that it is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How many durations were at most each bound (cumulative, the last bound being infinite), and their sum in seconds."""

    buckets: tuple[tuple[str, int], ...]
    total_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All counts at one moment: `feeds` by outcome, `pages` by outcome, `digests` by outcome."""

    feeds: dict[str, int]
    pages: dict[str, int]
    digests: dict[str, int]
    failed_jobs: dict[str, int]
    fetch_s: Histogram
    poll_s: Histogram


class _Durations:
    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._total_s = 0.0

    def add(self, seconds: float) -> None:
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._total_s += seconds

    def read(self) -> Histogram:
        so_far, buckets = 0, []
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            so_far += count
            buckets.append((bound, so_far))
        return Histogram(buckets=tuple(buckets), total_s=self._total_s)


class Instruments:
    """Counts since the process began, and signs of life of its jobs. Safe to share between threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._feeds: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()
        self._digests: Counter[str] = Counter()
        self._failed_jobs: Counter[str] = Counter()
        self._fetch_s = _Durations(FETCH_SECONDS)
        self._poll_s = _Durations(POLL_SECONDS)
        self._at_work: dict[str, float] = {}
        self._ticked: float | None = None

    def feed(self, outcome: str, seconds: float) -> None:
        """One feed was asked: what came of it, and how long it took."""
        with self._lock:
            self._feeds[outcome] += 1
            self._fetch_s.add(seconds)
            self._touch()

    def page(self, outcome: str) -> None:
        """One article page was asked for."""
        with self._lock:
            self._pages[outcome] += 1
            self._touch()

    def digest(self, outcome: str, count: int = 1) -> None:
        """So many digests were made, or mails of them sent, put off or refused."""
        with self._lock:
            self._digests[outcome] += count

    def step(self) -> None:
        """Whoever is at work has got on."""
        with self._lock:
            self._touch()

    def _touch(self) -> None:
        now = self._monotonic()
        for job in self._at_work:
            self._at_work[job] = now

    @contextmanager
    def poll(self) -> Iterator[None]:
        """A poll, timed; one that fails counts by how long it tried."""
        begun = self._monotonic()
        with self._lock:
            self._at_work["poll"] = begun
        try:
            yield
        finally:
            with self._lock:
                self._at_work.pop("poll", None)
                self._poll_s.add(self._monotonic() - begun)

    def failed(self, job: str) -> None:
        """A job ended in trouble."""
        with self._lock:
            self._failed_jobs[job] += 1

    def tick(self) -> None:
        """The scheduler is there."""
        with self._lock:
            self._ticked = self._monotonic()

    def what_hangs(self) -> str | None:
        """What gives no sign of life any more, in a sentence; None if all is well, or nothing runs by schedule here."""
        now = self._monotonic()
        with self._lock:
            if self._ticked is not None and now - self._ticked > LATE_AFTER_S:
                return f"The scheduler has not moved for {now - self._ticked:.0f} seconds."
            for job, at in self._at_work.items():
                if now - at > STUCK_AFTER_S:
                    return f"The {job} has not got on for {(now - at) / 60:.0f} minutes."
        return None

    def read(self) -> Reading:
        """All counts now."""
        with self._lock:
            return Reading(
                feeds=dict(self._feeds),
                pages=dict(self._pages),
                digests=dict(self._digests),
                failed_jobs=dict(self._failed_jobs),
                fetch_s=self._fetch_s.read(),
                poll_s=self._poll_s.read(),
            )
