"""How often a host is asked: few requests at once, a gap between starts, and silence when it asks for it."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from aggregator.errors import ConnectError, FetchTimeout, TLSError
from aggregator.fetch.options import FetchOptions
from aggregator.fetch.values import FetchFailed, FetchResult, Kind

__all__ = ["HostGate"]

OVERLOADED = frozenset({429, 503})
COMPLAINTS = 3  # different addresses of one host ...
COMPLAINT_WINDOW_S = 60.0  # ... that were turned away within this time hold the whole host
DEFAULT_HOLD_S = 600.0  # if none of them said for how long
SILENT = 3  # different addresses in a row without any answer: the host is down
DOWN_HOLD_S = 300.0


@dataclass(slots=True)
class _Host:
    in_flight: int = 0
    last_start: float = -math.inf
    crawl_delay_s: float = 0.0
    held_until: float = -math.inf
    held_because: str = ""
    complaints: deque[tuple[float, str, float]] = field(default_factory=deque)
    silent: set[str] = field(default_factory=set)


class HostGate:
    """Who may start a request now. Nothing here waits: callers are told how long to.

    Hosts are authorities, `host:port`; `options` say how many at once and how far apart. `monotonic` is the clock.
    Safe to share between threads and between runs.
    """

    def __init__(self, options: FetchOptions | None = None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        options = options or FetchOptions()
        self._parallel = max(1, options.host_parallel)
        self._page_gap_s = options.host_gap_s
        self._feed_gap_s = options.feed_gap_s
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}

    def try_acquire(self, authority: str, kind: Kind, *, whole: bool = False) -> float:
        """0.0 if a request may start now: it counts as started, and `release` must follow.

        Otherwise seconds to wait before asking again, infinite while too many requests of this host are under way. With
        `whole` the host is to be had for oneself, with all requests that it may get at once.
        """
        now = self._monotonic()
        with self._lock:
            host = self._hosts.setdefault(authority, _Host())
            if host.held_until > now:
                return host.held_until - now
            if host.in_flight > (0 if whole else self._parallel - 1):
                return math.inf
            wait = host.last_start + self._gap_s(host, kind) - now
            if wait > 0:
                return wait
            host.in_flight += self._parallel if whole else 1
            host.last_start = now
            return 0.0

    def gap_s(self, authority: str, kind: Kind) -> float:
        """Seconds between the starts of two requests."""
        with self._lock:
            return self._gap_s(self._hosts.setdefault(authority, _Host()), kind)

    def _gap_s(self, host: _Host, kind: Kind) -> float:
        return max(self._page_gap_s, host.crawl_delay_s) if kind == "page" else self._feed_gap_s

    def release(self, authority: str, *, whole: bool = False) -> None:
        """The request is over. With `whole` so are all, and the last may just have begun: the gap counts from now."""
        with self._lock:
            host = self._hosts[authority]
            host.in_flight -= self._parallel if whole else 1
            if whole:
                host.last_start = self._monotonic()

    def hold(self, authority: str, seconds: float, because: str = "it asked to be left alone") -> None:
        """Ask nothing of this host for `seconds`. A longer hold stays."""
        until = self._monotonic() + seconds
        with self._lock:
            host = self._hosts.setdefault(authority, _Host())
            if until > host.held_until:
                host.held_until, host.held_because = until, because

    def held(self, authority: str) -> tuple[float, str]:
        """Seconds that the host is still to be left alone, 0 if it is not, and why."""
        with self._lock:
            host = self._hosts.get(authority)
            return (max(0.0, host.held_until - self._monotonic()), host.held_because) if host else (0.0, "")

    def holds(self) -> dict[str, float]:
        """All hosts that are to be left alone, and for how many seconds: what to remember between runs."""
        now = self._monotonic()
        with self._lock:
            return {name: host.held_until - now for name, host in self._hosts.items() if host.held_until > now}

    def set_crawl_delay(self, authority: str, seconds: float) -> None:
        """Keep at least this gap between pages of the host."""
        with self._lock:
            self._hosts.setdefault(authority, _Host()).crawl_delay_s = seconds

    def note(self, authority: str, result: FetchResult) -> None:
        """Take in what came of a request.

        Three different addresses turned away (429, 503) within a minute hold the whole host for as long as they said;
        three in a row that got no answer at all hold it for five minutes, so that a dead host of many feeds does not
        keep a poll waiting.
        """
        if isinstance(result, FetchFailed) and result.status is None:
            if isinstance(result.error, ConnectError | FetchTimeout | TLSError):
                self._note_silence(authority, result.url)
            return
        with self._lock:
            self._hosts.setdefault(authority, _Host()).silent.clear()
        if result.status in OVERLOADED:
            self._note_complaint(authority, result.url, result.retry_after_s or 0.0)

    def _note_silence(self, authority: str, url: str) -> None:
        with self._lock:
            silent = self._hosts.setdefault(authority, _Host()).silent
            silent.add(url)
            is_down = len(silent) >= SILENT
            if is_down:
                silent.clear()
        if is_down:
            self.hold(authority, DOWN_HOLD_S, "it does not answer")

    def _note_complaint(self, authority: str, url: str, retry_after_s: float) -> None:
        now = self._monotonic()
        with self._lock:
            complaints = self._hosts.setdefault(authority, _Host()).complaints
            complaints.append((now, url, retry_after_s))
            while complaints[0][0] <= now - COMPLAINT_WINDOW_S:
                complaints.popleft()
            is_crowd = len({complaint[1] for complaint in complaints}) >= COMPLAINTS
            wait = max(complaint[2] for complaint in complaints)
        if is_crowd:
            self.hold(authority, wait or DEFAULT_HOLD_S)
