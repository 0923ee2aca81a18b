"""Serve the newsroom over real HTTP on loopback, every outlet at an address of its own, with a clock that can be moved."""

from __future__ import annotations

import errno
import socketserver
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from xml.sax.saxutils import quoteattr

from aggregator.newsroom.site import answer
from aggregator.newsroom.values import Newsroom, Outlet, Story

__all__ = ["Request", "Server", "serve"]

HOSTS = "127.0.2.{}"  # the outlets' addresses, by number; all of 127.0.0.0/8 is loopback on Linux
_ATTEMPTS = 20
_IDLE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it was answered."""

    outlet: str
    method: str
    target: str
    status: int
    conditional: bool


def serve(newsroom: Newsroom, *, now: datetime, port: int = 0) -> Server:
    """Serve `newsroom` as it stands at `now`. Use as a context manager, or call `close()`.

    Outlets are at 127.0.2.1, 127.0.2.2, … with one `port` (0: a free one). Where those addresses cannot be bound (macOS)
    they are at 127.0.0.1 with a port each, counted from `port`. Raises OSError if nothing can be bound.
    """
    return Server(newsroom, now=now, port=port)


class Server:
    """The running newsroom. `now` is what its clock says; `requests` what was asked so far."""

    def __init__(self, newsroom: Newsroom, *, now: datetime, port: int = 0) -> None:
        self.newsroom = newsroom
        self._now = _aware(now)
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._listeners = _bind(newsroom.outlets, port)
        self.addresses: dict[str, str] = {}
        for outlet, listener in zip(newsroom.outlets, self._listeners, strict=True):
            host, bound = listener.server_address[:2]
            self.addresses[outlet.key] = f"http://{host!s}:{bound}"
            listener.newsroom_server, listener.outlet = self, outlet
        self._threads = [threading.Thread(target=s.serve_forever, args=(0.05,), daemon=True) for s in self._listeners]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening. May be called twice."""
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.shutdown()
            listener.server_close()
        for thread in self._threads:
            thread.join(timeout=5)

    @property
    def now(self) -> datetime:
        """What the newsroom's clock says, in UTC."""
        return self._now

    def set_now(self, now: datetime) -> None:
        """Move the clock: stories and corrections up to then are out."""
        self._now = _aware(now)

    @property
    def feed_urls(self) -> tuple[str, ...]:
        """The addresses of all feeds, in the order of the outlets."""
        return tuple(self.addresses[o.key] + o.feed.path for o in self.newsroom.outlets)

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request so far, in the order of the answers."""
        with self._lock:
            return tuple(self._requests)

    def url(self, story: Story) -> str:
        """The address of a story's page."""
        return self.addresses[story.outlet] + story.path

    def opml(self) -> bytes:
        """The list of all feeds in folders, as OPML 2.0."""
        folders: dict[str, list[Outlet]] = {}
        for outlet in self.newsroom.outlets:
            folders.setdefault(outlet.folder, []).append(outlet)
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
        lines += ["  <head><title>The demo newsroom</title></head>", "  <body>"]
        for folder, outlets in folders.items():
            lines.append(f"    <outline text={quoteattr(folder)}>")
            lines += [f"      {self._outline(o)}" for o in outlets]
            lines.append("    </outline>")
        return "\n".join([*lines, "  </body>", "</opml>", ""]).encode()

    def _outline(self, outlet: Outlet) -> str:
        base = self.addresses[outlet.key]
        return (
            f'<outline type="rss" text={quoteattr(outlet.name)} xmlUrl={quoteattr(base + outlet.feed.path)}'
            f" htmlUrl={quoteattr(base + '/')} language={quoteattr(outlet.lang)}/>"
        )

    def gold(self) -> dict[str, dict[str, str | None]]:
        """For the address of every story that is out: its `event`, its `lang`, the address it is a `copy_of`, and the `kind`."""
        visible = [s for s in self.newsroom.stories if s.at <= self._now]
        urls = {s.id: self.url(s) for s in visible}
        langs = {o.key: o.lang for o in self.newsroom.outlets}
        return {
            urls[s.id]: {
                "event": s.event,
                "lang": langs[s.outlet],
                "copy_of": urls[s.copy_of] if s.copy_of else None,
                "kind": s.kind,
            }
            for s in visible
        }

    def note(self, request: Request) -> None:
        """Remember a request."""
        with self._lock:
            self._requests.append(request)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"the newsroom's clock needs a zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


# ---------------------------------------------------------------------------------------------------------- sockets


class _Listener(ThreadingHTTPServer):
    request_queue_size = 128
    newsroom_server: Server
    outlet: Outlet

    def server_bind(self) -> None:
        # HTTPServer looks its own name up in the DNS here, which may take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Newsroom/1.0", ""
    timeout = _IDLE_S
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        owner, outlet = self.server.newsroom_server, self.server.outlet
        headers = {name.lower(): value for name, value in self.headers.items()}
        given = answer(owner.newsroom, outlet, self.path, headers, base=owner.addresses[outlet.key], now=owner.now)
        owner.note(
            Request(
                outlet=outlet.key,
                method=self.command,
                target=self.path,
                status=given.status,
                conditional="if-none-match" in headers or "if-modified-since" in headers,
            )
        )
        self.send_response(given.status)
        for name, value in given.headers.items():
            self.send_header(name, value)
        if given.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(given.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(given.body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: `Server.requests` keeps what was asked."""


def _bind(outlets: tuple[Outlet, ...], port: int) -> list[_Listener]:
    for _ in range(_ATTEMPTS):
        try:
            return _bind_all([(HOSTS.format(o.number), port) for o in outlets])
        except OSError as exc:
            if exc.errno == errno.EADDRNOTAVAIL:
                return _bind_all([("127.0.0.1", port + n if port else 0) for n in range(len(outlets))], common=False)
            if port or exc.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, "no port is free on all of the newsroom's addresses")


def _bind_all(places: list[tuple[str, int]], *, common: bool = True) -> list[_Listener]:
    """Listen at all places, or at none. With `common`, a port of 0 becomes the first one's port for all."""
    listeners: list[_Listener] = []
    try:
        for host, port in places:
            wanted = listeners[0].server_port if common and listeners else port
            listeners.append(_Listener((host, wanted), _Handler))
    except OSError:
        for listener in listeners:
            listener.server_close()
        raise
    return listeners
