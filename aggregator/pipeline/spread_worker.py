"""The inside of a worker of a cluster: tasks are handed on to sandboxes of its own, for documents are hostile there too."""

from __future__ import annotations

import os
import pickle
import threading
from typing import Any

from aggregator import __version__
from aggregator.pipeline.sandbox import SandboxExecutor
from aggregator.pipeline.sandbox_worker import Limits

__all__ = ["perform", "version"]

_lock = threading.Lock()
_sandboxes: dict[Limits, SandboxExecutor] = {}


def perform(limits: Limits, call: bytes) -> Any:
    """Do a pickled (function, arguments, named arguments) in a process with these limits, and return what came of it."""
    function, arguments, named = pickle.loads(call)  # noqa: S301 - from the process that holds the lease
    return _sandbox(limits).submit(function, *arguments, **named).result()


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
