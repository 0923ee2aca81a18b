"""Work spread over the machines of a dask cluster, by the same contract as on this machine.

What is spread is fetching and reading: feeds, pages, fingerprints. Whom to ask and when,
deciding and storing stay with the one process that holds the lease, so that each host is asked at its pace and nothing is
stored twice.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, InvalidStateError, wait
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from aggregator import __version__
from aggregator.errors import AggregatorError
from aggregator.pipeline.sandbox_worker import Limits, Outcome
from aggregator.pipeline.spread_worker import perform, perform_waiting, version

__all__ = ["Cluster", "PinnedExecutor", "SpreadExecutor"]

log = logging.getLogger(__name__)

T = TypeVar("T")
CONNECT_S = 10.0
LOOK_EVERY_S = 2.0
FORSAKEN_AFTER_S = 30.0  # a worker that is started anew is there sooner
QUIET_S = 5.0
TRIES = 3  # after dask's own, which gives a task to another worker four times
TOGETHER = 16  # documents in one task of dask's, half a second of work: what a task costs is a hundredth of that
AHEAD = 2  # tasks for each core, so that none waits for its next


class Cluster:
    """A connection to a scheduler and its workers."""

    def __init__(self, scheduler: str, *, connect_s: float | None = None) -> None:
        """Connect, and see that there are workers, of our own version.

        Raises:
            AggregatorError: dask is not installed, nobody answers, or the workers would not read documents as we do.

        """
        try:
            import distributed  # noqa: PLC0415 - an extra, and slow to load
        except ImportError as error:
            raise AggregatorError(
                "[workers] engine is dask, which is not installed; type: pip install 'aggregator[dask]'"
            ) from error
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is lost, and what it cost, we say ourselves
        connect_s = CONNECT_S if connect_s is None else connect_s
        self.scheduler = scheduler
        self._closed = threading.Event()
        try:
            self._client = distributed.Client(scheduler, timeout=connect_s, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise AggregatorError(f"No dask scheduler answers at {scheduler} ({error}).") from error
        try:
            self._client.wait_for_workers(1, timeout=connect_s)
            versions = set(self._client.run(version).values())
        except Exception as error:
            self.close()
            raise AggregatorError(f"The dask scheduler at {scheduler} has no workers that answer ({error}).") from error
        if others := versions - {__version__}:
            self.close()
            raise AggregatorError(
                f"Workers of {scheduler} have aggregator {', '.join(sorted(others))}, and this is {__version__}; "
                "install the same everywhere, or copies and events would depend on who read a story."
            )

        self._forsaken = threading.Event()
        self._when_lost: list[Callable[[str], None]] = []
        self._present = dict(self._client.nthreads())
        threading.Thread(target=self._watch, name="cluster", daemon=True).start()

    @property
    def is_up(self) -> bool:
        """Whether the scheduler is there, with workers."""
        return bool(self._client.status == "running") and not self._forsaken.is_set()

    def when_lost(self, tell: Callable[[str], None]) -> None:
        """Have this called with the name of each worker that is lost.

        If there have been no workers, or no answer, for so long that none is to be expected it is told of all that there were.
        """
        self._when_lost.append(tell)

    def no_more(self, tell: Callable[[str], None]) -> None:
        """Have this not called any more."""
        with contextlib.suppress(ValueError):
            self._when_lost.remove(tell)

    def _watch(self) -> None:
        """See which workers come and go. A scheduler without workers keeps its tasks for ever."""
        seen_at, missed = time.monotonic(), set[str]()
        while not self._closed.wait(LOOK_EVERY_S):
            try:
                present = dict(self._client.nthreads())
            except Exception as error:  # noqa: BLE001 - gone for a moment, or for good: dask tells most who wait, not all
                log.debug("the cluster gives no answer", extra={"error": str(error)})
            else:
                # Not before it was missed twice: by then nothing of it can be under way any more, even if it was only cut off.
                known = set(self._present) | missed
                lost, missed, self._present = missed - set(present), known - missed - set(present), present
                for worker in lost:
                    log.warning(
                        "a worker of the cluster was lost; what it was at is done again", extra={"worker": worker}
                    )
                    self._tell(worker)
                if present:
                    seen_at = time.monotonic()
            if time.monotonic() - seen_at >= FORSAKEN_AFTER_S:  # by the clock, for to ask in vain takes long as well
                self._forsaken.set()
                self._tell("")
                return

    def _tell(self, worker: str) -> None:
        for tell in tuple(self._when_lost):
            tell(worker)

    @property
    def workers(self) -> dict[str, int]:
        """The workers that there are, with how many cores each gives us."""
        return self._present

    @property
    def cores(self) -> int:
        """How many documents the workers read at once."""
        return sum(self._present.values())

    def executor(self, worker: str | None = None) -> Executor:
        """Dask's own executor, for this worker only if it is named; equal calls are different tasks."""
        there = {"workers": [worker], "allow_other_workers": False} if worker else {}
        made: Executor = self._client.get_executor(pure=False, **there)
        return made

    def close(self) -> None:
        """Leave the cluster; its workers stay."""
        self._closed.set()
        self._client.close(timeout=1)


@dataclass(slots=True, eq=False)
class _Load:
    """What is sent in one task of dask's: calls, with what was promised of each; and what dask promised."""

    promised: list[tuple[Future[Any], tuple[Any, ...]]]
    tries: int = 0
    worker: str = ""
    inner: Future[Any] | None = None

    def cancel(self) -> None:
        if self.inner is not None:
            self.inner.cancel()


class _Spread(Executor):
    """Runs module-level functions on the workers of a cluster.

    A lost worker costs its tasks another try elsewhere; with the scheduler lost, or when one task sees worker after worker
    die, the work is done by `local`, an executor of this machine that is made when it is first needed.
    """

    def __init__(self, cluster: Cluster, *, local: Callable[[], Executor]) -> None:
        self._cluster = cluster
        self._make_local = local
        self._here: Executor | None = None
        self._lock = threading.RLock()
        self._open: set[Future[Any]] = set()
        self._waiting: deque[tuple[Future[Any], tuple[Any, ...]]] = deque()
        self._out: set[_Load] = set()
        cluster.when_lost(self._lost)
        self._closed = False
        self._is_told = False
        self._named_here: dict[str, Any] = {}  # arguments that a worker is given by itself

    def _is_full(self) -> bool:
        """Whether the workers have so much to do that what is handed in can wait to be sent together."""
        return False

    def _together(self) -> int:
        """How many of the calls that wait are sent in one task of dask's."""
        return 1

    def _start(self, load: _Load, calls: bytes) -> Future[Any] | None:
        """Hand pickled calls to dask, as bytes, for it would look for tasks of its own in them; None if nobody is there."""
        raise NotImplementedError

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have `fn(*args, **kwargs)` done by a worker."""
        outer: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._open.add(outer)
            self._waiting.append((outer, (fn, args, kwargs)))
        outer.add_done_callback(self._forget)
        self._send_waiting()
        return outer

    def _send_waiting(self) -> None:
        """Send what waits, as long as there are workers that would have nothing else to do."""
        while True:
            with self._lock:
                if not self._waiting or self._is_full():
                    return
                load = _Load([self._waiting.popleft() for _ in range(self._together())])
                self._out.add(load)
            self._send(load)

    def _send(self, load: _Load) -> None:
        load.promised = [(outer, call) for outer, call in load.promised if not outer.done()]
        if not load.promised or load.tries >= TRIES or not self._cluster.is_up:
            self._do_here(load)
            return
        try:
            inner = self._start(load, pickle.dumps([call for _, call in load.promised], pickle.HIGHEST_PROTOCOL))
        except Exception as error:  # noqa: BLE001 - it cannot be pickled, or the connection has just gone
            if not self._cluster.is_up:
                self._do_here(load)
            elif len(load.promised) > 1:  # one of them is to blame
                with self._lock:
                    self._out.discard(load)
                    alone = [_Load([one]) for one in load.promised]
                    self._out.update(alone)
                for one in alone:
                    self._send(one)
            else:
                self._settle(load, [Outcome(error=error)])
            return
        if inner is None:
            self._do_here(load)
            return
        load.inner = inner
        inner.add_done_callback(lambda done: self._came_back(load, done))
        if not self._cluster.is_up:  # it went meanwhile, and may not tell
            inner.cancel()

    def _forget(self, outer: Future[Any]) -> None:
        with self._lock:
            self._open.discard(outer)
            loads = tuple(self._out) if outer.cancelled() else ()
        for load in loads:
            if all(promised.cancelled() for promised, _ in load.promised):
                load.cancel()

    def _lost(self, worker: str) -> None:
        """Take back what this worker was at, or everything if no worker is named."""
        with self._lock:
            lost = [load for load in self._out if load.worker == worker or not worker]
        for load in lost:
            load.cancel()

    def _came_back(self, load: _Load, inner: Future[Any]) -> None:
        """In dask's thread: pass on what came, or try again if nobody was there to do it."""
        error = None if inner.cancelled() else inner.exception()
        if inner.cancelled() or (error is not None and _is_loss(error)):
            load.tries += 1
            self._send(load)
        elif error is not None:
            self._settle(load, [Outcome(error=error)] * len(load.promised))
        else:
            self._settle(load, inner.result())
        self._send_waiting()

    def _settle(self, load: _Load, outcomes: list[Outcome]) -> None:
        """Keep what was promised."""
        with self._lock:
            self._out.discard(load)
        for (outer, _), outcome in zip(load.promised, outcomes, strict=True):
            _settle(outer, outcome)

    def _do_here(self, load: _Load) -> None:
        promised = [(outer, call) for outer, call in load.promised if not outer.done()]
        with self._lock:
            self._out.discard(load)
            if not promised:
                return
            if self._here is None:
                self._here = self._make_local()
            if not self._is_told and not self._cluster.is_up:
                self._is_told = True
                log.warning(
                    "the cluster is gone; this machine goes on alone", extra={"scheduler": self._cluster.scheduler}
                )
        here = self._here
        for outer, (fn, args, kwargs) in promised:
            try:
                inner = here.submit(fn, *args, **kwargs, **self._named_here)
            except RuntimeError as error:  # shut down meanwhile
                _settle(outer, Outcome(error=error))
            else:
                inner.add_done_callback(partial(_copy, outer))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; finish or cancel those that are under way. The cluster stays."""
        with self._lock:
            self._closed = True
            under_way = set(self._open)
        if cancel_futures:
            for future in under_way:
                if future.cancel():
                    future.set_running_or_notify_cancel()  # so that who waits for it is told
        if wait:
            _wait_for(under_way)
        self._cluster.no_more(self._lost)
        if self._here is not None:
            self._here.shutdown(wait=wait, cancel_futures=cancel_futures)


class SpreadExecutor(_Spread):
    """Has documents read on the workers, in sandboxes with limits: one in a task while workers are idle, else several."""

    def __init__(self, cluster: Cluster, limits: Limits, *, local: Callable[[], Executor]) -> None:
        super().__init__(cluster, local=local)
        self._limits = limits
        self._there = cluster.executor()

    def _most_out(self) -> int:
        return AHEAD * max(1, self._cluster.cores)

    def _is_full(self) -> bool:
        return len(self._out) >= self._most_out()

    def _together(self) -> int:
        """An even share of what waits, so that towards the end no worker is left alone with many."""
        return min(TOGETHER, 1 + len(self._waiting) // self._most_out())

    def _start(self, load: _Load, calls: bytes) -> Future[Any] | None:
        del load
        return self._there.submit(perform, self._limits, calls)


class PinnedExecutor(_Spread):
    """Runs functions that wait more than they work, each on one worker and in the worker's own process.

    dask must not give such a task to another worker by itself: what the lost one was at is begun again only when it is
    certain to have ended. The functions take a named argument `stop`.
    """

    def __init__(self, cluster: Cluster, *, local: Callable[[], Executor]) -> None:
        super().__init__(cluster, local=local)
        self._ending = threading.Event()
        self._named_here = {"stop": self._ending}

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As others; with `cancel_futures` what is done here begins nothing new."""
        if cancel_futures:
            self._ending.set()
        super().shutdown(wait, cancel_futures=cancel_futures)

    def _start(self, load: _Load, calls: bytes) -> Future[Any] | None:
        with self._lock:
            busy = Counter(other.worker for other in self._out)
            workers = self._cluster.workers
            load.worker = min(workers, key=lambda name: busy[name] / workers[name], default="")
        return self._cluster.executor(load.worker).submit(perform_waiting, calls) if load.worker else None

    def _do_here(self, load: _Load) -> None:
        """As others do, once a worker that lost its scheduler must have seen it and stopped."""
        if load.inner is None or load.tries == TRIES:
            super()._do_here(load)
        else:
            waited = threading.Timer(QUIET_S, super()._do_here, (load,))
            waited.daemon = True
            waited.start()


def _wait_for(futures: set[Future[Any]]) -> None:
    wait(futures)


def _is_loss(error: BaseException) -> bool:
    """Whether this says that nobody was there to do the task, rather than what came of it."""
    import distributed  # noqa: PLC0415 - it is loaded already
    from distributed.comm import CommClosedError  # noqa: PLC0415

    return isinstance(error, distributed.KilledWorker | CommClosedError | distributed.CancelledError)


def _settle(outer: Future[Any], outcome: Outcome) -> None:
    with contextlib.suppress(InvalidStateError):  # it was cancelled at this very moment
        if outcome.error is not None:
            outer.set_exception(outcome.error)
        else:
            outer.set_result(outcome.value)


def _copy(outer: Future[Any], inner: Future[Any]) -> None:
    if inner.cancelled():
        outer.cancel()
    else:
        error = inner.exception()
        _settle(outer, Outcome(error=error) if error is not None else Outcome(value=inner.result()))
