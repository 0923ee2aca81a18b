"""The inside of a sandbox: a process that takes tasks from a line and does them within limits.

The limits are the kernel's, so that they hold even where Python does not get a word in: an alarm for the time, a
profiling timer for the processor, an address-space limit for memory.
"""

from __future__ import annotations

import importlib
import os
import pickle
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from aggregator.errors import AggregatorError

__all__ = ["MEMORY_EXIT", "Limits", "Outcome", "serve"]

MEMORY_EXIT = 77
WATCH_S = 0.05
_STATM = "/proc/self/statm"
_FORBIDDEN = (
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "socket.sendto",
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one task may use, and the modules that are imported before the first."""

    wall_s: float
    cpu_s: float
    memory_bytes: int
    preload: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a task. `retires` says that the worker ends after it."""

    value: Any = None
    error: BaseException | None = None
    trace: str = ""
    retires: bool = False


def serve(descriptor: str) -> None:
    """Do tasks until the line is closed: by the parent, or by its death."""
    # Ctrl-C reaches every process of the terminal; what it means is the parent's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = Connection(int(descriptor))
    try:
        limits: Limits = pickle.loads(line.recv_bytes())  # from our parent
        for name in limits.preload:
            importlib.import_module(name)
        memory = _Memory(limits.memory_bytes)
        sys.addaudithook(_forbid)
        while True:
            reply = _perform(line.recv_bytes(), limits, memory)
            line.send_bytes(reply)
    except (EOFError, OSError):
        return


def _forbid(event: str, _arguments: tuple[Any, ...]) -> None:
    """A document can make a parser open addresses (feedparser, DTDs): not in here."""
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} is not for workers that read documents")


def _perform(message: bytes, limits: Limits, memory: _Memory) -> bytes:
    try:
        function, arguments, named = pickle.loads(message)  # from our parent
    except Exception as exc:  # noqa: BLE001 - a module that cannot be imported, say
        return _packed(_failure(exc))
    # The modules that came with it are ours; what is used from here on is the document's.
    memory.grant(str(getattr(function, "__module__", "")))
    # No handlers: the default action of both signals is to end the process, whatever it is at.
    signal.setitimer(signal.ITIMER_REAL, limits.wall_s)
    signal.setitimer(signal.ITIMER_PROF, limits.cpu_s)
    try:
        reply = _packed(_call(function, arguments, named), retires=memory.is_worn)
    except MemoryError:
        os._exit(MEMORY_EXIT)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return reply


def _call(function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Outcome:
    try:
        return Outcome(value=function(*arguments, **named))
    except MemoryError:
        raise
    except BaseException as exc:  # noqa: BLE001 - it belongs to whoever asks for the result
        return _failure(exc)


def _failure(exc: BaseException) -> Outcome:
    return Outcome(error=_portable(exc), trace="".join(traceback.format_exception(exc, limit=-8)))


def _portable(exc: BaseException) -> BaseException:
    """`exc`, or what can be said of it if it does not survive the journey."""
    try:
        pickle.loads(pickle.dumps(exc))  # our own bytes
    except Exception:  # noqa: BLE001 - anything may refuse to be pickled
        return AggregatorError(f"{type(exc).__name__}: {exc}")
    return exc


def _packed(outcome: Outcome, *, retires: Callable[[], bool] = bool) -> bytes:
    try:
        return pickle.dumps(replace(outcome, retires=retires()), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        raise
    except Exception as exc:  # noqa: BLE001 - anything may refuse to be pickled
        error = AggregatorError(f"The result cannot be sent back: {exc}")
        return pickle.dumps(Outcome(error=error, retires=retires()), pickle.HIGHEST_PROTOCOL)


class _Memory:
    """The memory limit: by the kernel where it can be told (Linux), else by watching ourselves."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._modules: set[str] = set()
        self._by_kernel = os.path.exists(_STATM)  # noqa: PTH110 - pathlib is not needed for anything else here
        self._start = self._size()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if not self._by_kernel:
            threading.Thread(target=self._watch, daemon=True).start()

    def grant(self, module: str) -> None:
        """Give the full allowance, counted from what the process has now if functions of `module` are new to it."""
        if module in self._modules:
            return
        self._modules.add(module)
        self._start = self._size()
        if self._by_kernel:
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            most = self._start + self._allowed
            resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))

    def is_worn(self) -> bool:
        """Whether earlier tasks left so much behind that the next would have less than half of its due."""
        return self._size() - self._start > self._allowed / 2

    def _size(self) -> int:
        try:
            with open(_STATM, "rb") as file:  # noqa: PTH123 - as above
                return int(file.read().split()[0]) * resource.getpagesize()
        except OSError:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            return peak if sys.platform == "darwin" else peak * 1024

    def _watch(self) -> None:
        while self._size() - self._start <= self._allowed:
            time.sleep(WATCH_S)
        os._exit(MEMORY_EXIT)
