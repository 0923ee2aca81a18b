"""The server: waitress on one address, stopped from another thread."""

from __future__ import annotations

import errno
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

from waitress import create_server, wasyncore

from aggregator.app.app import App
from aggregator.errors import AggregatorError
from aggregator.web.application import create_app

__all__ = ["PageServer", "make_server"]

log = logging.getLogger(__name__)

THREADS = 8
BACKLOG = 512
LOOK_UP_EVERY_S = 0.5  # how long a stop may take to be seen
LONGEST_LAST_LOOK_S = 2  # of the five seconds in which a service has to end
MOST_CONNECTIONS = 1000  # so that a few hundred idle ones do not keep others out
IDLE_S = 30
MOST_BODY_BYTES = 8 * 2**20  # the largest OPML file taken
MOST_HEADER_BYTES = 32 * 1024


class PageServer:
    """A listening server. `run` serves until `close` is called, from whatever thread."""

    def __init__(self, server: Any, channels: dict[int, Any], address: str, warm_up: Callable[[], object]) -> None:
        self.address = address
        self._warm_up = warm_up
        self._server = server
        self._channels = channels
        self._stop = threading.Event()

    def run(self) -> None:
        """Serve until closed; what the first page needs is made ready meanwhile."""
        ready = threading.Thread(target=self._be_ready, name="first page", daemon=True)
        ready.start()
        while not self._stop.is_set():
            wasyncore.loop(timeout=LOOK_UP_EVERY_S, map=self._channels, use_poll=True, count=1)
        self._server.task_dispatcher.shutdown(timeout=LONGEST_LAST_LOOK_S)
        wasyncore.close_all(self._channels, ignore_all=True)
        ready.join(timeout=LONGEST_LAST_LOOK_S)  # it reads the database, which is closed next

    def _be_ready(self) -> None:
        try:
            self._warm_up()
        except AggregatorError as error:
            log.warning("the front page is not ready", extra={"error": str(error)})

    def close(self) -> None:
        """Stop taking requests; `run` returns."""
        self._stop.set()


def make_server(app: App, *, host: str, port: int) -> PageServer:
    """Bind the page to an address; port 0 takes a free one.

    Raises:
        AggregatorError: the address cannot be bound, or it is not loopback and nobody has a password.

    """
    if not _is_loopback(host) and app.accounts.is_open:
        raise AggregatorError(
            f"Without a password the page is served on this machine only, not on {host}. Set one: aggregator users set NAME"
        )
    listening = _bound(host, port)
    channels: dict[int, Any] = {}
    flask = create_app(app)

    def warm_up() -> None:
        app.front.page()
        for name in flask.jinja_env.list_templates(extensions=["html"]):
            flask.jinja_env.get_template(name)  # compiled, and kept

    server = create_server(
        flask,
        map=channels,
        sockets=[listening],
        threads=THREADS,
        connection_limit=MOST_CONNECTIONS,
        channel_timeout=IDLE_S,
        cleanup_interval=10,
        max_request_body_size=MOST_BODY_BYTES,
        max_request_header_size=MOST_HEADER_BYTES,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=False,  # `proxies` sees to them
        ident=None,
    )
    return PageServer(server, channels, _address(host, listening.getsockname()[1]), warm_up)


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise AggregatorError(_why_not(error, host, port)) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _why_not(error: Exception, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use by another program; choose another with --port."
    if isinstance(error, OSError) and error.errno == errno.EACCES:
        return f"Port {port} of {host} is not allowed to you; choose one above 1023 with --port."
    return f"The page cannot be served on {host}, port {port}: {error}."


def _address(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 (the address is only shown)
    return f"http://{shown}:{port}/"
