"""A network made of a function: for tests of everything above the wire."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from aggregator.errors import ConnectError, FetchTimeout, TooLarge
from aggregator.fetch import Outgoing
from tests.support.http_server import Asked, Reply, Routes, answer


@dataclass
class FakeTransport:
    """Answers from `handler` (a function of the request going out), or from `routes` by path, as a server would."""

    handler: Callable[[Outgoing], Reply] | None = None
    routes: Routes = field(default_factory=dict)
    sent: list[Outgoing] = field(default_factory=list)
    monotonic: Callable[[], float] = time.monotonic

    def send(self, request: Outgoing) -> FakeResponse:
        self.sent.append(request)
        reply = self.handler(request) if self.handler else answer(self.routes, _as_asked(request))
        if reply.reset or reply.raw is not None:
            raise ConnectError("The connection broke.")
        if reply.hang or reply.drip_s or self.monotonic() >= request.deadline:
            raise FetchTimeout("No complete answer came in time.")
        if sum(len(name) + len(value) + 4 for name, value in reply.headers) > request.max_header_bytes:
            raise TooLarge("The server sends more headers than we take.", transient=False)
        return FakeResponse(reply, request)

    @property
    def urls(self) -> list[str]:
        return [request.target.url for request in self.sent]


def _as_asked(request: Outgoing) -> Asked:
    path = "/" + request.target.url.split("/", 3)[3]
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Asked(method=request.method, target=path, headers=headers, body=request.body or b"")


class FakeResponse:
    def __init__(self, reply: Reply, request: Outgoing) -> None:
        self._reply = reply
        self._request = request
        self.status = reply.status
        self.headers: dict[str, str] = {}
        length = () if reply.length is None else (("Content-Length", str(reply.length)),)
        for name, value in (*reply.headers, *length):
            key = name.lower()
            self.headers[key] = f"{self.headers[key]}, {value}" if key in self.headers else value
        self.was_read = False
        self.was_closed = False

    def chunks(self) -> Iterator[bytes]:
        self.was_read = True
        body = self._reply.body
        if len(body) > self._request.max_header_bytes + self._request.max_body_bytes:
            raise TooLarge("The server sends without end.", transient=False)
        for start in range(0, len(body), 1000):
            yield body[start : start + 1000]
        if self._reply.declared is not None and self._reply.declared > len(body):
            raise ConnectError("The connection was closed before the whole answer had come.")

    def close(self) -> None:
        self.was_closed = True
