"""What is computed from each story's text alone: by other processes while the stories before are decided, or here."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass, field

from aggregator.errors import WorkerDied
from aggregator.model import StoryLine
from aggregator.pipeline.window import Prepared, prepare, prepare_many

__all__ = ["Preparer"]

SMALL = 64  # below this many stories, another process costs more than it saves


@dataclass(frozen=True, slots=True)
class _Begun:
    """A story that was given to another process, and where in the answer it will be."""

    line: StoryLine
    answer: Future[tuple[Prepared, ...]]
    place: int


@dataclass(slots=True)
class Preparer:
    """Prepares stories for a window. What will be asked for next can be begun before, where there are other processes."""

    executor: Executor | None = None
    across: bool = False  # languages
    _begun: dict[str, _Begun] = field(default_factory=dict)

    def begin(self, lines: Sequence[StoryLine]) -> None:
        """Have other processes begin with these, if there are any and the stories are worth it."""
        fresh = [line for line in lines if line.id not in self._begun]
        if self.executor is None or len(fresh) < SMALL:
            return
        with contextlib.suppress(BrokenExecutor):
            for start in range(0, len(fresh), SMALL):
                batch = tuple(fresh[start : start + SMALL])
                answer = self.executor.submit(prepare_many, batch, across=self.across)
                self._begun |= {line.id: _Begun(line, answer, place) for place, line in enumerate(batch)}

    def prepared(self, lines: Sequence[StoryLine]) -> list[Prepared]:
        """These stories; each begun one is given once. We make those that nobody works at yet, from the last on."""
        self.begin(lines)
        begun = [self._begun.pop(line.id, None) for line in lines]
        ours = {
            line.id: self._made(line)
            for line, there in zip(reversed(lines), reversed(begun), strict=True)
            if there is None or there.line != line or there.answer.cancel()
        }
        return [ours.get(line.id) or self._answer(line, there) for line, there in zip(lines, begun, strict=True)]

    def forget(self) -> None:
        """Let go what was begun and not asked for."""
        self._begun.clear()

    def _made(self, line: StoryLine) -> Prepared:
        return prepare(line, across=self.across)

    def _answer(self, line: StoryLine, there: _Begun | None) -> Prepared:
        """What a worker made of a story; if it could not, we make it, for all are to be decided."""
        if there is not None:
            with contextlib.suppress(WorkerDied, CancelledError, BrokenExecutor):
                return there.answer.result()[there.place]
        return self._made(line)
