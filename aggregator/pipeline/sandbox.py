"""Executors for work on untrusted documents.

Parsers can hang, swell or crash on a document made for it. `SandboxExecutor` runs them in worker processes with limits
on time, processor and memory that the kernel enforces: what breaks a limit costs its own task only, and the worker is
replaced. `InlineExecutor` runs at once, for tests and small work. Both keep the `concurrent.futures` contract.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from aggregator.errors import WorkerDied
from aggregator.pipeline.sandbox_worker import MEMORY_EXIT, Limits, Outcome

__all__ = ["InlineExecutor", "SandboxExecutor"]

T = TypeVar("T")
MIB = 2**20
MAX_WORKERS = 2  # by default: each holds the parsers in memory
LATE_S = 5.0  # beyond the time limit, which the worker's own alarm enforces
STOP_S = 1.0
_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[2]); "
    "from aggregator.pipeline.sandbox_worker import serve; serve(sys.argv[1])"
)


class InlineExecutor(Executor):
    """Runs each task within `submit`."""

    def __init__(self) -> None:
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn` now; the future is done when this returns."""
        if self._closed:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as exc:  # noqa: BLE001 - it belongs to whoever asks for the result
            future.set_exception(exc)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - nothing is pending
        """Take no more tasks."""
        self._closed = True


class _Task:
    __slots__ = ("call", "future")

    def __init__(self, future: Future[Any], call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]) -> None:
        self.future = future
        self.call = call


class SandboxExecutor(Executor):
    """Runs module-level functions of importable modules in worker processes that can be killed.

    `workers` processes (by default as many as there are cores, at most two) start when there is work for them and
    import the modules of `preload` once. A task may take `timeout_s` seconds by the clock, `cpu_s` of processor (by
    default the same) and `memory_bytes` beyond what an idle worker has; past that, or if it crashes the interpreter, it
    fails with `WorkerDied` and the others go on. Arguments and results are pickled; pass tuples of documents rather
    than one at a time if they are small. Workers can neither open network connections nor start programs, ignore Ctrl-C
    (the parent decides) and end with their parent. The memory limit is exact on Linux, approximate elsewhere.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        timeout_s: float = 30.0,
        cpu_s: float | None = None,
        memory_bytes: int = 256 * MIB,
        preload: Sequence[str] = (),
    ) -> None:
        self._limits = Limits(
            wall_s=timeout_s,
            cpu_s=timeout_s if cpu_s is None else cpu_s,
            memory_bytes=memory_bytes,
            preload=tuple(preload),
        )
        self._most = workers or min(MAX_WORKERS, os.cpu_count() or 1)
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._keepers: list[_Keeper] = []
        self._idle = threading.Semaphore(0)
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Queue `fn(*args, **kwargs)` for a worker."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._tasks.put(_Task(future, (fn, args, kwargs)))
            if not self._idle.acquire(blocking=False) and len(self._keepers) < self._most:
                self._keepers.append(_Keeper(self._tasks, self._idle, self._limits))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; finish or cancel those queued. The workers end when they are done."""
        with self._lock:
            if cancel_futures:
                self._cancel_queued()
            if not self._closed:
                self._closed = True
                for _ in self._keepers:
                    self._tasks.put(None)
        if wait:
            for keeper in self._keepers:
                keeper.thread.join()

    def kill(self) -> None:
        """End the workers now, whatever they do; what they were at fails with `WorkerDied`."""
        with self._lock:
            self._closed = True
            self._cancel_queued()
            for keeper in self._keepers:
                self._tasks.put(None)
                keeper.kill()
        for keeper in self._keepers:
            keeper.thread.join()

    def _cancel_queued(self) -> None:
        ends = 0
        with contextlib.suppress(queue.Empty):
            while True:
                task = self._tasks.get_nowait()
                if task is None:
                    ends += 1
                else:
                    task.future.cancel()
        for _ in range(ends):
            self._tasks.put(None)


class _Keeper:
    """A thread that feeds one worker process and replaces it when it dies."""

    def __init__(self, tasks: queue.SimpleQueue[_Task | None], idle: threading.Semaphore, limits: Limits) -> None:
        self._tasks = tasks
        self._idle = idle
        self._limits = limits
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._killed = False
        self.thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self.thread.start()

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._worker is not None:
                self._worker.kill()

    def _run(self) -> None:
        while (task := self._next()) is not None:
            if task.future.set_running_or_notify_cancel():
                self._do(task)
            del task  # a waiting thread must not keep the last document and its result
        if self._worker is not None:
            self._worker.stop()

    def _next(self) -> _Task | None:
        try:
            return self._tasks.get_nowait()
        except queue.Empty:
            self._idle.release()
            return self._tasks.get()

    def _do(self, task: _Task) -> None:
        try:
            message = pickle.dumps(task.call, pickle.HIGHEST_PROTOCOL)
        except Exception as exc:  # noqa: BLE001 - anything may refuse to be pickled
            task.future.set_exception(exc)
            return
        try:
            outcome = self._ask(message)
        except WorkerDied as exc:
            self._worker = None
            task.future.set_exception(exc)
            return
        if outcome.retires and self._worker is not None:
            self._worker.stop()
            self._worker = None
        _settle(task.future, outcome)

    def _ask(self, message: bytes) -> Outcome:
        worker = self._worker or self._start()
        if not worker.send(message):
            # It was killed from outside between two tasks: this one is not to blame.
            worker.end()
            worker = self._start()
            worker.send(message)
        return worker.receive()

    def _start(self) -> _Worker:
        with self._lock:
            if self._killed:
                raise WorkerDied("The work was broken off.", limit="crash")
            try:
                self._worker = _Worker(self._limits)
            except OSError as exc:
                raise WorkerDied(
                    f"No process for reading documents could be started: {exc.strerror}.", limit="start"
                ) from exc
            return self._worker


def _settle(future: Future[Any], outcome: Outcome) -> None:
    if outcome.error is None:
        future.set_result(outcome.value)
        return
    if outcome.trace:
        outcome.error.add_note(f"In the worker:\n{outcome.trace}")
    future.set_exception(outcome.error)


class _Worker:
    """One worker process and the line to it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
                [sys.executable, "-c", _BOOT, str(theirs.fileno()), json.dumps(sys.path)],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._line = Connection(ours.detach())
        self._finalizer = weakref.finalize(self, _end, self.process)
        self.send(pickle.dumps(limits))

    def send(self, message: bytes) -> bool:
        """Whether the worker is there to take it."""
        try:
            self._line.send_bytes(message)
        except OSError:
            return False
        return True

    def receive(self) -> Outcome:
        """What became of the task. Raises `WorkerDied`."""
        try:
            # The alarm in the worker comes first; this is for one that cannot even take a signal.
            if not self._line.poll(self._limits.wall_s + LATE_S):
                self.kill()
            outcome: Outcome = pickle.loads(self._line.recv_bytes())  # our own worker
        except (EOFError, OSError) as exc:
            raise self._obituary() from exc
        except Exception as exc:
            self.end()
            raise WorkerDied(f"What the document was made into cannot be read: {exc}", limit="crash") from exc
        return outcome

    def _obituary(self) -> WorkerDied:
        code = self.end()
        limits = self._limits
        causes = {
            -signal.SIGALRM: ("time", f"it took more than {limits.wall_s:g} s"),
            -signal.SIGPROF: ("cpu", f"it took more than {limits.cpu_s:g} s of processor time"),
            MEMORY_EXIT: ("memory", f"it took more than {limits.memory_bytes // MIB} MiB of memory"),
        }
        limit, words = causes.get(code, ("crash", f"the process that read it ended ({_name(code)})"))
        return WorkerDied(f"The document was too much: {words}.", limit=limit)

    def stop(self) -> None:
        """Let it end by itself, as it does when its line is closed."""
        self.end()

    def kill(self) -> None:
        """End it now. Whoever waits for its answer gets a `WorkerDied`."""
        self.process.kill()

    def end(self) -> int:
        """Make sure that it is gone; its exit code, negative for a signal."""
        with contextlib.suppress(OSError):
            self._line.close()
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def _name(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else f"status {code}"
    except ValueError:
        return f"signal {-code}"


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
