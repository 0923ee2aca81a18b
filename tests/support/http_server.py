"""A small HTTP server on loopback that does as it is told, however bad.

with Server({"/feed": Reply(body=b"<rss/>"), "/slow": Reply(drip_s=0.5)}) as server:
    ... server.url("/feed") ... server.asked ...
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

MAX_S = 20.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it arrived. Header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    connection: int = 0
    at: float = 0.0

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What to answer, and how badly.

    `declared` is the Content-Length to claim (None: the true one, -1: none at all). `drip_s` is the pause after each
    byte, header included. `hang` answers nothing. `reset` breaks the connection. `raw` is sent instead of everything.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    declared: int | None = None
    chunked: bool = False
    drip_s: float = 0.0
    hang: bool = False
    reset: bool = False
    close: bool = False
    raw: bytes | None = None

    @property
    def length(self) -> int | None:
        """What the header says."""
        if self.chunked or self.declared == -1:
            return None
        return len(self.body) if self.declared is None else self.declared

    def on_the_wire(self) -> bytes:
        if self.raw is not None:
            return self.raw
        lines = [f"HTTP/1.1 {self.status} {'OK' if self.status < 300 else 'Whatever'}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.length is not None and self.status != 304:
            lines.append(f"Content-Length: {self.length}")
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
        if self.ends_connection:
            lines.append("Connection: close")
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(self.body), self.body) if self.chunked else self.body
        return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body

    @property
    def ends_connection(self) -> bool:
        return self.close or self.raw is not None or self.declared is not None


Answer = Reply | Callable[[Asked], Reply]
Routes = Mapping[str, Answer]
NOTHING = Reply(status=404, body=b"nothing here")


def answer(routes: Routes, asked: Asked) -> Reply:
    """The reply to `asked`, by its path."""
    found = routes.get(asked.path, NOTHING)
    return found(asked) if callable(found) else found


@dataclass
class Server:
    """Serves `routes` (path to reply, or to a function of the request) on a free port of 127.0.0.1."""

    routes: Routes
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((self.host, 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        # Closing alone does not wake a thread that waits in accept.
        with socket.create_connection((self.host, self.port)):
            self._threads[0].join(5)
        self._listener.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            _shut(connection)
        for thread in self._threads:
            thread.join(5)

    def url(self, path: str = "/") -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}{path}"

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        number = 0
        while True:
            connection, _ = self._listener.accept()
            if self._stop.is_set():
                connection.close()
                return
            number += 1
            with self._lock:
                self._connections.append(connection)
            self._start(self._serve, connection, number)

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            connection.settimeout(MAX_S)
            with connection, connection.makefile("rb") as lines:
                while (asked := _read(lines, number)) is not None:
                    with self._lock:
                        self.asked.append(asked)
                    if not self._send(connection, answer(self.routes, asked)):
                        return
        except OSError:
            pass
        finally:
            connection.close()

    def _send(self, connection: socket.socket, reply: Reply) -> bool:
        """Whether the connection stays open."""
        if reply.hang:
            self._stop.wait(MAX_S)
            return False
        if reply.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        data = reply.on_the_wire()
        if reply.drip_s:
            for byte in data:
                connection.sendall(bytes([byte]))
                if self._stop.wait(reply.drip_s):
                    return False
        else:
            connection.sendall(data)
        return not reply.ends_connection


def _read(lines: object, number: int) -> Asked | None:
    first = lines.readline().decode("latin-1").split()
    if len(first) < 2:
        return None
    headers: dict[str, str] = {}
    while line := lines.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = lines.read(int(headers.get("content-length", "0")))
    return Asked(method=first[0], target=first[1], headers=headers, body=body, connection=number, at=time.monotonic())


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
