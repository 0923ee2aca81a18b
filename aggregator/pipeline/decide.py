"""Deduplicate and cluster what is new: from stale stories, through a window, to decisions in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event as StopSignal
from time import monotonic

from aggregator.model import StoryLine
from aggregator.pipeline.held import HeldWindow
from aggregator.pipeline.preparing import Preparer
from aggregator.store import Store

__all__ = ["Decider"]

BATCH, LEAST = 500, 60
PATIENCE_S = 2.0  # a batch that takes longer is followed by a smaller one, so that a stop is heard soon
PIECE = timedelta(days=2)  # stories further apart are decided one after the other, so that the window stays small


@dataclass(slots=True)
class Decider:
    """Brings copies and events of a store up to date, and keeps the window of its latest stories from one run to the next.

    What is published so long before these that none of them is near is decided in a window of its own, which goes with
    the run: memory follows the days looked at, not the archive.
    """

    store: Store
    executor: Executor | None = None
    across: bool = False  # languages
    _preparer: Preparer = field(init=False)
    _latest: HeldWindow = field(init=False)
    _aside: HeldWindow | None = None

    def __post_init__(self) -> None:
        self._preparer = Preparer(across=self.across)
        self._latest = HeldWindow(self.store, self._preparer)

    def run(
        self,
        *,
        stop: StopSignal | None = None,
        progress: Callable[[int], None] = lambda _done: None,
    ) -> int:
        """Decide every story that waits; returns how many were decided. A stop takes effect between two batches."""
        self.store.read_unmapped()
        self._preparer.executor = self.executor  # it may be another for a long run
        self._aside = None  # that of a run which failed
        done, size, used = 0, BATCH, {}
        while not (stop and stop.is_set()):
            began = monotonic()
            lines = self._stale(size)
            if not lines:
                break
            for piece in _pieces(lines):
                held = self._window_for(piece)
                held.decide(piece)
                used[id(held)] = held
            done += len(lines)
            progress(done)
            size = max(LEAST, size // 2) if monotonic() - began > PATIENCE_S else min(BATCH, size * 2)
        for held in used.values():
            held.finish()
        self._aside = None
        self._preparer.forget()
        return done

    def _stale(self, size: int) -> Sequence[StoryLine]:
        """The next stories to decide; as many after them are begun, so that the other processes have work meanwhile."""
        if self.executor is None:
            return self.store.decisions.stale(limit=size)
        lines = self.store.decisions.stale(limit=2 * size)
        self._preparer.begin(lines)
        return lines[:size]

    def forget(self, keys: Iterable[str]) -> None:
        """Take stories out of memory that are no longer stored."""
        for key in keys:
            self._latest.window.remove(key)

    def _window_for(self, piece: Sequence[StoryLine]) -> HeldWindow:
        if self._latest.reaches(piece[-1].published_at):
            return self._latest
        if self._aside is None:
            self._aside = HeldWindow(self.store, self._preparer, keeps=False)
        return self._aside


def _pieces(lines: Sequence[StoryLine]) -> Iterator[Sequence[StoryLine]]:
    """Runs of stories, by time, that are near each other."""
    first = 0
    for place, line in enumerate(lines):
        if line.published_at - lines[first].published_at > PIECE:
            yield lines[first:place]
            first = place
    yield lines[first:]
