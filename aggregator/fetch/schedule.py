"""Thousands of fetches over many hosts with a bounded number of threads, each host at its own pace."""

from __future__ import annotations

import heapq
import math
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import cast

from aggregator.fetch.client import Client
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.politeness import HostGate
from aggregator.fetch.values import Fetched, FetchRequest, FetchResult

__all__ = ["drive", "fetch_all", "fetch_ticking"]

WORKERS = 32  # beyond this, measured, more threads buy nothing
MAX_WAIT_S = 60.0
GRACE_S = 1.0
LOOK_AGAIN_S = 0.25
BUFFERED_BYTES = 32 * 2**20


Answer = tuple[FetchRequest, FetchResult]
Driven = tuple[Exchange, FetchResult | None]


def fetch_all(
    client: Client,
    requests: Iterable[FetchRequest],
    gate: HostGate,
    *,
    workers: int = WORKERS,
    stop: threading.Event | None = None,
    max_wait_s: float = MAX_WAIT_S,
) -> Iterator[Answer]:
    """Fetch all, yielding (request, result) as they come.

    Requests of one host start in the order given, hosts in the order of their first request. A request whose host may
    not be asked within `max_wait_s` comes back at once as a `FetchFailed` with `held`. After `stop` is set nothing new
    is started; what is under way gets a second to finish. Slow callers slow the fetching down: what waits for them is
    bounded in number and size.
    """
    for answer in fetch_ticking(client, requests, gate, workers=workers, stop=stop, max_wait_s=max_wait_s):
        if answer is not None:
            yield answer


def fetch_ticking(
    client: Client,
    requests: Iterable[FetchRequest],
    gate: HostGate,
    *,
    workers: int = WORKERS,
    stop: threading.Event | None = None,
    max_wait_s: float = MAX_WAIT_S,
) -> Iterator[Answer | None]:
    """As `fetch_all`, with None whenever nothing has come for a quarter of a second: time to do something else."""
    exchanges = (client.begin(request) for request in requests)
    for done in drive(exchanges, gate, workers=workers, stop=stop, max_wait_s=max_wait_s):
        yield (done[0].request, cast("FetchResult", done[1])) if done is not None else None


def drive(
    exchanges: Iterable[Exchange],
    gate: HostGate,
    *,
    workers: int = WORKERS,
    stop: threading.Event | None = None,
    max_wait_s: float = MAX_WAIT_S,
    stays: bool = False,
) -> Iterator[Driven | None]:
    """As `fetch_ticking`, for fetches that were begun.

    With `stays` only the hosts are asked that the fetches are at now: one that is led to another host comes back without
    a result, to be gone on with by whoever may ask that host.
    """
    run = _Run(
        exchanges, gate, stop=stop or threading.Event(), max_wait_s=max_wait_s, workers=max(1, workers), stays=stays
    )
    try:
        yield from run.results()
    finally:
        run.close()


class _Host:
    """Fetches waiting for one host, in order."""

    __slots__ = ("authority", "listed", "queue")

    def __init__(self, authority: str) -> None:
        self.authority = authority
        self.queue: deque[tuple[int, Exchange]] = deque()
        self.listed = False


class _Run:
    """The state of one `fetch_all`. Everything but `_drive` happens under one lock."""

    def __init__(
        self,
        exchanges: Iterable[Exchange],
        gate: HostGate,
        *,
        stop: threading.Event,
        max_wait_s: float,
        workers: int,
        stays: bool,
    ) -> None:
        self._gate = gate
        self._stays = stays
        self._stop = stop
        self._max_wait_s = max_wait_s
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._done = threading.Condition(self._lock)
        self._room = threading.Condition(self._lock)
        self._hosts: dict[str, _Host] = {}
        self._ready: list[tuple[int, str]] = []
        self._later: list[tuple[float, str]] = []
        self._results: deque[Driven] = deque()
        self._buffered = 0
        self._left = 0
        self._closing = False
        self._grace_ends = math.inf
        self._crash: BaseException | None = None
        self._most_results = workers * 2
        with self._lock:
            for order, exchange in enumerate(exchanges):
                self._left += 1
                self._enqueue(order, exchange)
        count = min(workers, self._left)
        self._threads = [threading.Thread(target=self._serve, name=f"fetch-{n}", daemon=True) for n in range(count)]

    # -- the caller's side

    def results(self) -> Iterator[Driven | None]:
        for thread in self._threads:
            thread.start()
        while True:
            with self._lock:
                if not self._results and self._left and self._crash is None:
                    if self._is_given_up():
                        return
                    self._done.wait(LOOK_AGAIN_S)
                if self._crash is not None:
                    raise self._crash
                if not self._results and not self._left:
                    return
                answer = self._results.popleft() if self._results else None
                if answer is not None:
                    self._buffered -= _size(answer[1])
                    self._room.notify()
            yield answer

    def _is_given_up(self) -> bool:
        """Whether there was a stop, and what was under way then has had its time."""
        if not self._stop.is_set():
            return False
        self._closing = True
        self._work.notify_all()
        self._grace_ends = min(self._grace_ends, time.monotonic() + GRACE_S)
        return time.monotonic() >= self._grace_ends or not any(t.is_alive() for t in self._threads)

    def close(self) -> None:
        with self._lock:
            self._closing = True
            self._work.notify_all()
            self._room.notify_all()

    # -- the workers' side

    def _enqueue(self, order: int, exchange: Exchange) -> None:
        authority = exchange.authority or ""
        host = self._hosts.get(authority)
        if host is None:
            host = self._hosts[authority] = _Host(authority)
        host.queue.append((order, exchange))
        self._list(host)

    def _list(self, host: _Host, wait_s: float = 0.0) -> None:
        """Offer a host to the workers, once."""
        if host.listed or not host.queue:
            return
        host.listed = True
        if wait_s > 0:
            heapq.heappush(self._later, (time.monotonic() + wait_s, host.authority))
        else:
            heapq.heappush(self._ready, (host.queue[0][0], host.authority))
        self._work.notify()

    def _serve(self) -> None:
        try:
            host: _Host | None = None
            while (taken := self._take(host)) is not None:
                host, order, exchange = taken
                self._drive(host, order, exchange)
        except BaseException as exc:  # noqa: BLE001 - a fault of ours must reach the caller, not die with a thread
            with self._lock:
                self._crash = exc
                self._done.notify_all()

    def _take(self, last: _Host | None) -> tuple[_Host, int, Exchange] | None:
        """The next fetch to go on with, preferably of the host just served: its connection is still open."""
        with self._lock:
            while not self._closing and not self._stop.is_set() and self._left:
                host, last = last or self._next_host(), None
                if host is None:
                    self._work.wait(self._until_later())
                    continue
                if host.queue and self._admit(host):
                    order, exchange = host.queue.popleft()
                    self._list(host)
                    return host, order, exchange
            return None

    def _next_host(self) -> _Host | None:
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            host = self._hosts[heapq.heappop(self._later)[1]]
            if host.queue:
                heapq.heappush(self._ready, (host.queue[0][0], host.authority))
            else:
                host.listed = False
        if not self._ready:
            return None
        host = self._hosts[heapq.heappop(self._ready)[1]]
        host.listed = False
        return host

    def _until_later(self) -> float:
        return max(0.001, min(self._later[0][0] - time.monotonic(), LOOK_AGAIN_S)) if self._later else LOOK_AGAIN_S

    def _admit(self, host: _Host) -> bool:
        """Whether the host's next request may start; if not, it is listed for later, or given back as held."""
        wait = self._gate.try_acquire(host.authority, host.queue[0][1].request.kind) if host.authority else 0.0
        if wait == 0:
            return True
        held_s, because = self._gate.held(host.authority)
        if held_s > self._max_wait_s:
            for _, exchange in host.queue:
                self._finish(exchange, exchange.held(held_s, because))
            host.queue.clear()
            return False
        self._list(host, wait if math.isfinite(wait) else LOOK_AGAIN_S)
        return False

    def _drive(self, host: _Host, order: int, exchange: Exchange) -> None:
        """One request, outside the lock."""
        try:
            result = exchange.advance()
        finally:
            if host.authority:
                self._gate.release(host.authority)
        if exchange.request.kind == "page" and exchange.authority == host.authority:
            self._gate.set_crawl_delay(host.authority, exchange.crawl_delay_s)
        if result is not None and host.authority:
            self._gate.note(host.authority, result)
        with self._lock:
            if result is None:
                self._go_on(host, order, exchange)
                return
            while not self._closing and self._is_full(result):
                self._room.wait()
            self._finish(exchange, result)

    def _go_on(self, host: _Host, order: int, exchange: Exchange) -> None:
        """A redirect or robots.txt was answered; the next request comes before others of its host."""
        authority = exchange.authority or ""
        if self._stays and authority not in self._hosts:
            self._finish(exchange, None)
            return
        target = host if authority == host.authority else self._hosts.setdefault(authority, _Host(authority))
        target.queue.appendleft((order, exchange))
        if target is not host:
            self._list(target)

    def _is_full(self, result: FetchResult) -> bool:
        if not self._results:
            return False
        return len(self._results) >= self._most_results or self._buffered + _size(result) > BUFFERED_BYTES

    def _finish(self, exchange: Exchange, result: FetchResult | None) -> None:
        self._results.append((exchange, result))
        self._buffered += _size(result)
        self._left -= 1
        self._done.notify()
        if not self._left:
            self._work.notify_all()


def _size(result: FetchResult | None) -> int:
    return len(result.body) if isinstance(result, Fetched) else 0
