"""The door to the network."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aggregator.fetch.exchange import Exchange, Surroundings
from aggregator.fetch.options import FetchOptions
from aggregator.fetch.robots import Robots
from aggregator.fetch.transport import RequestsTransport
from aggregator.fetch.values import FetchRequest, FetchResult
from aggregator.fetch.wire import Transport

__all__ = ["Client"]


class Client:
    """Fetches documents. Safe to share between threads.

    `transport` is how requests travel (by default over the network), `monotonic` and `now` are the clocks.
    """

    def __init__(
        self,
        options: FetchOptions | None = None,
        transport: Transport | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.options = options or FetchOptions()
        self.robots = Robots(self.options.user_agent, now=now)
        self._transport = transport or RequestsTransport(self.options)
        self._around = Surroundings(
            options=self.options, transport=self._transport, robots=self.robots, monotonic=monotonic, now=now
        )

    def begin(self, request: FetchRequest) -> Exchange:
        """A fetch to be driven request by request, by a scheduler that keeps hosts' pace."""
        return Exchange(request, self._around)

    def adopt(self, exchange: Exchange) -> Exchange:
        """Go on with a fetch that another client began."""
        exchange.go_on_with(self._around)
        return exchange

    def fetch(self, request: FetchRequest) -> FetchResult:
        """Fetch one document, at once.

        Trouble with the remote is a `FetchFailed`, never an exception. Takes at most the total time for the kind of
        request (a page may need robots.txt first).
        """
        exchange = self.begin(request)
        while True:
            result = exchange.advance()
            if result is not None:
                return result

    def close(self) -> None:
        """Close connections that are kept open."""
        close = getattr(self._transport, "close", None)
        if close is not None:
            close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
