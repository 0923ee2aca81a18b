"""Who asks the servers: threads of this process, or the workers of a cluster, a shard at a time.

Both are a `Fetcher`. What hosts are to be left alone, and how far apart they are asked, is known in one place, the gate of
the process that polls; a cluster does the asking for it. A shard has some hosts to itself: while it is under way nobody
else asks them, so what the gate promises holds whatever the number of workers.
"""

from __future__ import annotations

import heapq
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from aggregator.fetch import (
    Client,
    Exchange,
    Fetched,
    FetchRequest,
    FetchResult,
    Harvest,
    HostGate,
    Shard,
    fetch_shard,
    fetch_ticking,
)

__all__ = ["IN_A_SHARD", "Answer", "Fetcher", "Read", "ShardedFetcher", "ThreadedFetcher", "as_it_came"]

T = TypeVar("T")
Answer = tuple[FetchRequest, FetchResult, T | None]
Read = Callable[[FetchRequest, Fetched], tuple[Fetched, T]]

MAX_WAIT_S = 60.0  # a host that may not be asked for longer is not waited for
LOOK_AGAIN_S = 0.25
IN_A_SHARD = 16  # requests: a lost worker costs few, and what dask adds to each is a tenth of a millisecond
FROM_A_HOST = 8
HOST_S = 10.0  # a host's gaps make no shard longer


class Fetcher(Protocol):
    """Fetches all requests; see `ThreadedFetcher`."""

    def __call__(
        self, requests: Iterable[FetchRequest], *, read: Read[T], stop: threading.Event | None = None
    ) -> Iterator[Answer[T] | None]:
        """Yield each request with its result, and what `read`, a module's function, made of a document.

        None is yielded whenever nothing has come for a quarter of a second. After `stop` nothing new is begun, and what is
        under way is not waited for longer than a moment.
        """


def as_it_came(_request: FetchRequest, result: Fetched) -> tuple[Fetched, None]:
    """Make nothing of a document."""
    return result, None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadedFetcher:
    """Asks from here, with so many threads. Documents are read by whoever takes the answers."""

    client: Client
    gate: HostGate
    workers: int = 16

    def __call__(
        self, requests: Iterable[FetchRequest], *, read: Read[T], stop: threading.Event | None = None
    ) -> Iterator[Answer[T] | None]:
        """As `Fetcher` says."""
        for answer in fetch_ticking(self.client, requests, self.gate, workers=self.workers, stop=stop):
            if answer is None:
                yield None
                continue
            request, result = answer
            made = None
            if isinstance(result, Fetched):
                result, made = read(request, result)
            yield request, result, made


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardedFetcher:
    """Has `executor` ask, with at most so many requests out at once. What it learns of hosts is kept here."""

    client: Client
    gate: HostGate
    executor: Executor
    at_once: int

    def __call__(
        self, requests: Iterable[FetchRequest], *, read: Read[T], stop: threading.Event | None = None
    ) -> Iterator[Answer[T] | None]:
        """As `Fetcher` says."""
        run = _Run(self, requests, read, stop or threading.Event())
        try:
            yield from run.answers()
        finally:
            run.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What was given away in one shard."""

    exchanges: tuple[Exchange, ...]
    hosts: tuple[str, ...]


class _Run:
    """The state of one poll. All of it happens in the thread that takes the answers."""

    def __init__(
        self, fetcher: ShardedFetcher, requests: Iterable[FetchRequest], read: Read[Any], stop: threading.Event
    ) -> None:
        self._client, self._gate = fetcher.client, fetcher.gate
        self._executor, self._at_once = fetcher.executor, fetcher.at_once
        self._read = read
        self._stop = stop
        self._hosts: dict[str, deque[Exchange]] = {}
        self._ready: deque[str] = deque()
        self._later: list[tuple[float, str]] = []
        self._out: dict[Future[Harvest[Any]], _Given] = {}
        self._answers: deque[Answer[Any]] = deque()
        for request in requests:
            self._queue(self._client.begin(request))

    def answers(self) -> Iterator[Answer[Any] | None]:
        while self._answers or not self._stop.is_set():
            if not self._stop.is_set():
                self._hand_out()
            if self._answers:
                yield self._answers.popleft()
            elif self._out or self._later:
                landed = self._landed()
                if not landed:
                    yield None
                for future in landed:
                    self._take(future.result(), self._out.pop(future))
            else:
                return

    def close(self) -> None:
        """Give up what is still out; the workers are told."""
        for future, given in self._out.items():
            future.cancel()
            for authority in given.hosts:
                self._gate.release(authority, whole=True)

    def _queue(self, exchange: Exchange, *, first: bool = False) -> None:
        """Have a fetch wait for the host it is at."""
        authority = exchange.authority
        if authority is None:  # there is nobody to be asked
            self._answer(exchange, exchange.advance())
            return
        waiting = self._hosts.get(authority)
        if waiting is None:
            waiting = self._hosts[authority] = deque()
            self._ready.append(authority)
        if first:
            waiting.appendleft(exchange)
        else:
            waiting.append(exchange)

    def _answer(self, exchange: Exchange, result: FetchResult | None, made: Any = None) -> None:
        if result is not None:
            self._answers.append((exchange.request, result, made))

    def _hand_out(self) -> None:
        """Give away shards while there are hosts that may be asked, and few requests are out."""
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            self._ready.append(heapq.heappop(self._later)[1])
        out = sum(len(given.exchanges) for given in self._out.values())
        while self._ready and out + IN_A_SHARD <= max(self._at_once, IN_A_SHARD):
            given = self._take_hosts()
            if given.exchanges:
                robots = {record for e in given.exchanges if e.request.kind == "page" and (record := e.robots)}
                shard = Shard(exchanges=given.exchanges, robots=tuple(robots))
                self._out[self._executor.submit(fetch_shard, self._client.options, shard, self._read)] = given
                out += len(given.exchanges)

    def _take_hosts(self) -> _Given:
        """A shard's worth of hosts that may be asked now, which are ours from here on."""
        taken: list[Exchange] = []
        hosts: list[str] = []
        while self._ready and len(taken) < IN_A_SHARD:
            authority = self._ready.popleft()
            waiting = self._hosts[authority]
            kind = waiting[0].request.kind
            if kind == "page":  # robots.txt came with the shard before, whose own gate obeyed it
                self._gate.set_crawl_delay(authority, waiting[0].crawl_delay_s)
            wait_s = self._gate.try_acquire(authority, kind, whole=True)
            if wait_s == 0:
                most = min(
                    FROM_A_HOST, IN_A_SHARD - len(taken), int(HOST_S / max(self._gate.gap_s(authority, kind), 1.0))
                )
                taken += [waiting.popleft() for _ in range(min(len(waiting), max(1, most)))]
                hosts.append(authority)
            elif (held := self._gate.held(authority))[0] > MAX_WAIT_S:
                del self._hosts[authority]
                for exchange in waiting:
                    self._answer(exchange, exchange.held(*held))
            else:
                again = time.monotonic() + (wait_s if math.isfinite(wait_s) else LOOK_AGAIN_S)
                heapq.heappush(self._later, (again, authority))
        return _Given(exchanges=tuple(taken), hosts=tuple(hosts))

    def _landed(self) -> list[Future[Harvest[Any]]]:
        """Shards that are done; waits a moment for one, or for a host that may be asked again."""
        until = min(LOOK_AGAIN_S, max(0.001, self._later[0][0] - time.monotonic()) if self._later else LOOK_AGAIN_S)
        if not self._out:
            self._stop.wait(until)
            return []
        return list(wait(self._out, timeout=until, return_when=FIRST_COMPLETED).done)

    def _take(self, harvest: Harvest[Any], given: _Given) -> None:
        """Take in what came of a shard; its hosts are free again."""
        self._client.robots.load(harvest.robots)
        left = dict(enumerate(given.exchanges))
        for answer in harvest.answers:
            self._gate.note(answer.authority, answer.result)
            self._answer(left.pop(answer.place), answer.result, answer.made)
        for place, exchange in harvest.onward:
            exchange.request = left[place].request  # callers know it by its identity, not by its looks
            left[place] = exchange
        for exchange in reversed(left.values()):
            self._queue(self._client.adopt(exchange), first=True)
        for authority in given.hosts:
            self._gate.release(authority, whole=True)
            if self._hosts[authority]:
                self._ready.append(authority)
            else:
                del self._hosts[authority]
