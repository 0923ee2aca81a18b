"""Work handed to an executor, and its results as they come back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from threading import Event as StopSignal
from typing import TypeVar

__all__ = ["landed"]

T = TypeVar("T")
V = TypeVar("V")
LOOK_AGAIN_S = 0.25


def landed(under_way: dict[Future[T], V], *, most: int, stop: StopSignal | None) -> Iterator[tuple[Future[T], V]]:
    """Take finished work out of `under_way`; waits while more than `most` are in it.

    After a stop nothing is waited for: what is not finished was not asked for, and is due again.
    """
    while under_way:
        done = [future for future in under_way if future.done()]
        if not done:
            if len(under_way) <= most or (stop and stop.is_set()):
                return
            wait(under_way, timeout=LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
        for future in done:
            yield future, under_way.pop(future)
