"""Work on documents spread over the machines of a dask cluster, by the same contract as on this machine.

The only room that knows dask. What is spread is reading: feeds, pages, fingerprints. Fetching, deciding and storing stay
with the one process that holds the lease, so that each host is asked at its pace and nothing is stored twice.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, InvalidStateError, wait
from typing import Any, TypeVar

from aggregator import __version__
from aggregator.errors import AggregatorError
from aggregator.pipeline.sandbox_worker import Limits
from aggregator.pipeline.spread_worker import perform, version

__all__ = ["Cluster", "SpreadExecutor"]

log = logging.getLogger(__name__)

T = TypeVar("T")
CONNECT_S = 10.0
LOOK_EVERY_S = 5.0
FORSAKEN_AFTER_S = 30.0  # a worker that is started anew is there sooner
TRIES = 3  # after dask's own, which gives a task to another worker four times


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
        self._when_forsaken: list[Callable[[], None]] = []
        threading.Thread(target=self._watch, name="cluster", daemon=True).start()

    @property
    def is_up(self) -> bool:
        """Whether the scheduler is there, with workers."""
        return bool(self._client.status == "running") and not self._forsaken.is_set()

    def when_forsaken(self, tell: Callable[[], None]) -> None:
        """Have this called when there have been no workers for so long that none is to be expected."""
        self._when_forsaken.append(tell)

    def _watch(self) -> None:
        """A scheduler without workers keeps its tasks for ever."""
        without = 0
        while not self._closed.wait(LOOK_EVERY_S):
            try:
                without = 0 if self._client.nthreads() else without + 1
            except Exception:  # noqa: BLE001 - it is gone, which dask tells those who wait
                return
            if without * LOOK_EVERY_S >= FORSAKEN_AFTER_S:
                self._forsaken.set()
                for tell in self._when_forsaken:
                    tell()
                return

    @property
    def cores(self) -> int:
        """How many documents the workers read at once."""
        return sum(self._client.nthreads().values())

    def executor(self) -> Executor:
        """Dask's own executor; equal calls are different tasks."""
        made: Executor = self._client.get_executor(pure=False)
        return made

    def close(self) -> None:
        """Leave the cluster; its workers stay."""
        self._closed.set()
        self._client.close(timeout=1)


class SpreadExecutor(Executor):
    """Runs module-level functions on the workers of a cluster, there in a sandbox with limits.

    A lost worker costs its tasks another try elsewhere; with the scheduler lost, or when one task sees worker after worker
    die, the work is done by `local`, an executor of this machine that is made when it is first needed.
    """

    def __init__(self, cluster: Cluster, limits: Limits, *, local: Callable[[], Executor]) -> None:
        self._cluster = cluster
        self._limits = limits
        self._there = cluster.executor()
        self._make_local = local
        self._here: Executor | None = None
        self._lock = threading.Lock()
        self._open: set[Future[Any]] = set()
        self._given: dict[Future[Any], Future[Any]] = {}  # what was promised -> what dask promised
        cluster.when_forsaken(self._take_back)
        self._closed = False
        self._is_told = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have `fn(*args, **kwargs)` done by a worker."""
        outer: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._open.add(outer)
        outer.add_done_callback(self._forget)
        self._give(outer, (fn, args, kwargs), tries=0)
        return outer

    def _give(self, outer: Future[Any], call: tuple[Any, ...], *, tries: int) -> None:
        if tries >= TRIES or not self._cluster.is_up:
            self._do_here(outer, call)
            return
        try:
            # As bytes: dask would look for tasks of its own in what it is given.
            inner = self._there.submit(perform, self._limits, pickle.dumps(call, pickle.HIGHEST_PROTOCOL))
        except Exception as error:  # noqa: BLE001 - it cannot be pickled, or the connection has just gone
            if self._cluster.is_up:
                _settle(outer, error=error)
            else:
                self._do_here(outer, call)
            return
        self._given[outer] = inner
        inner.add_done_callback(lambda done: self._came_back(outer, done, call, tries))

    def _forget(self, outer: Future[Any]) -> None:
        self._open.discard(outer)
        inner = self._given.pop(outer, None)
        if inner is not None and outer.cancelled():
            inner.cancel()

    def _take_back(self) -> None:
        for inner in list(self._given.values()):
            inner.cancel()

    def _came_back(self, outer: Future[Any], inner: Future[Any], call: tuple[Any, ...], tries: int) -> None:
        """In dask's thread: pass on what came, or try again if nobody was there to do it."""
        if outer.cancelled():
            return
        error = None if inner.cancelled() else inner.exception()
        if inner.cancelled() and not self._cluster.is_up:
            self._do_here(outer, call)
        elif inner.cancelled() or (error is not None and _is_loss(error)):
            log.warning("a worker of the cluster was lost; its task is done again", extra={"tries": tries + 1})
            self._give(outer, call, tries=tries + 1)
        elif error is not None:
            _settle(outer, error=error)
        else:
            _settle(outer, result=inner.result())

    def _do_here(self, outer: Future[Any], call: tuple[Any, ...]) -> None:
        with self._lock:
            if self._here is None:
                self._here = self._make_local()
        if not self._is_told and not self._cluster.is_up:
            self._is_told = True
            log.warning("the cluster is gone; this machine goes on alone", extra={"scheduler": self._cluster.scheduler})
        fn, args, kwargs = call
        try:
            inner = self._here.submit(fn, *args, **kwargs)
        except RuntimeError as error:  # shut down meanwhile
            _settle(outer, error=error)
            return
        inner.add_done_callback(lambda done: _copy(done, outer))

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
        if self._here is not None:
            self._here.shutdown(wait=wait, cancel_futures=cancel_futures)


def _wait_for(futures: set[Future[Any]]) -> None:
    wait(futures)


def _is_loss(error: BaseException) -> bool:
    """Whether this says that nobody was there to do the task, rather than what came of it."""
    import distributed  # noqa: PLC0415 - it is loaded already
    from distributed.comm import CommClosedError  # noqa: PLC0415

    return isinstance(error, distributed.KilledWorker | CommClosedError | distributed.CancelledError)


def _settle(outer: Future[Any], *, result: Any = None, error: BaseException | None = None) -> None:
    with contextlib.suppress(InvalidStateError):  # it was cancelled at this very moment
        if error is not None:
            outer.set_exception(error)
        else:
            outer.set_result(result)


def _copy(inner: Future[Any], outer: Future[Any]) -> None:
    if inner.cancelled():
        outer.cancel()
    elif (error := inner.exception()) is not None:
        _settle(outer, error=error)
    else:
        _settle(outer, result=inner.result())
