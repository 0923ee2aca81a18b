"""Stories that other processes prepare: what comes back is what this process would make of them, whatever happens there."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.model import StoryLine
from aggregator.pipeline import preparing
from aggregator.pipeline.preparing import Preparer
from aggregator.pipeline.window import Prepared, prepare

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
LINES = tuple(
    StoryLine(id=str(n), published_at=NOW, title=f"Storm {n}", text=f"Storm number {n} reached the coast.")
    for n in range(6)
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "SMALL", 2)


def _told(stories: list[Prepared]) -> list[tuple[str, bytes, bytes]]:
    return [(s.id, s.fingerprint.to_bytes(), s.features.to_bytes()) for s in stories]


ALONE = _told([prepare(line) for line in LINES])


def test_what_was_begun_before_is_not_begun_again() -> None:
    with ThreadPoolExecutor(1) as threads:
        asked: list[Any] = []

        class Counted(Executor):
            def submit(self, work: Any, /, *args: Any, **named: Any) -> Future[Any]:
                asked.extend(args[0])
                return threads.submit(work, *args, **named)

        preparer = Preparer(Counted())
        preparer.begin(LINES[:4])
        assert _told(preparer.prepared(LINES[1:])) == ALONE[1:]
        assert asked == list(LINES)


def test_a_story_that_changed_since_it_was_begun_is_prepared_as_it_is_now() -> None:
    with ThreadPoolExecutor(1) as threads:
        preparer = Preparer(threads)
        preparer.begin([replace(LINES[0], text="Something else altogether."), *LINES[1:]])
        assert _told(preparer.prepared(LINES)) == ALONE


def test_workers_that_died_leave_their_work_to_this_process() -> None:
    class Dying(Executor):
        left = 2

        def submit(self, _work: Any, /, *_args: Any, **_named: Any) -> Future[Any]:
            self.left -= 1
            if self.left < 0:
                raise BrokenExecutor
            answer: Future[Any] = Future()
            answer.set_exception(BrokenExecutor())
            return answer

    preparer = Preparer(Dying())
    assert _told(preparer.prepared(LINES)) == ALONE
    assert _told(preparer.prepared(LINES)) == ALONE
