"""Work spread over an executor, results in the order of the tasks, with few in flight."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

from aggregator.errors import AggregatorError

__all__ = ["in_order"]

A = TypeVar("A")
B = TypeVar("B")
AHEAD = 8


def in_order(
    executor: Executor, work: Callable[[A], B], tasks: Iterable[A], *, failed: Callable[[A, AggregatorError], B]
) -> Iterator[B]:
    """Yield `work(task)` for each task, in order; where the executor reports our error, `failed(task, error)` instead."""
    ahead: deque[tuple[A, Future[B]]] = deque()
    for task in tasks:
        ahead.append((task, executor.submit(work, task)))
        if len(ahead) > AHEAD:
            yield _result(*ahead.popleft(), failed)
    while ahead:
        yield _result(*ahead.popleft(), failed)


def _result(task: A, future: Future[B], failed: Callable[[A, AggregatorError], B]) -> B:
    try:
        return future.result()
    except AggregatorError as error:
        return failed(task, error)
