"""The inside of a worker of a cluster: documents go to sandboxes of its own, for they are hostile there too."""

from __future__ import annotations

import os
import pickle
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from aggregator import __version__
from aggregator.pipeline.sandbox import SandboxExecutor
from aggregator.pipeline.sandbox_worker import Limits, Outcome

if TYPE_CHECKING:
    from distributed import Worker

__all__ = ["perform", "perform_waiting", "version"]

_lock = threading.Lock()
_sandboxes: dict[Limits, SandboxExecutor] = {}


def perform(limits: Limits, calls: bytes) -> list[Outcome]:
    """Do pickled (function, arguments, named arguments), one after the other, in a process with these limits."""
    sandbox = _sandbox(limits)
    return [
        _outcome(sandbox.submit(function, *arguments, **named))
        for function, arguments, named in pickle.loads(calls)  # from the process that holds the lease
    ]


def perform_waiting(calls: bytes) -> list[Outcome]:
    """Do pickled calls in this very process; they wait, so they are no reason for this worker not to take on others."""
    from distributed import get_worker, secede  # noqa: PLC0415 - only workers have a need of it

    stop = _Unwanted(get_worker())
    secede()
    return [
        Outcome(value=function(*arguments, **named, stop=stop))
        for function, arguments, named in pickle.loads(calls)  # as above
    ]


class _Unwanted(threading.Event):
    """A signal to stop, for a task whose result nobody will take: it was given up, or this worker lost its scheduler."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker
        self._key = worker.get_current_task()

    def is_set(self) -> bool:
        task = self._worker.state.tasks.get(self._key)
        return task is None or task.state == "cancelled" or self._worker.status.name not in {"running", "paused"}


def _outcome(future: Future[Any]) -> Outcome:
    error = future.exception()
    return Outcome(error=error) if error is not None else Outcome(value=future.result())


def version() -> str:
    """The version of the code that this worker runs."""
    return __version__


def _sandbox(limits: Limits) -> SandboxExecutor:
    with _lock:
        if limits not in _sandboxes:
            _sandboxes[limits] = SandboxExecutor(
                os.cpu_count() or 1,  # processes start when there is work: as many as dask gives tasks at once
                timeout_s=limits.wall_s,
                cpu_s=limits.cpu_s,
                memory_bytes=limits.memory_bytes,
                preload=limits.preload,
            )
        return _sandboxes[limits]
