"""The real transport: requests, with sockets that know when to stop and where they may not go.

requests' own timeout is per read, so a server that drips a byte a second never trips it; and it looks names up out of
our sight. So the connections below it are made here: to a checked address, through a socket that counts what it takes
and allows each read only what is left of the total time.
"""

from __future__ import annotations

import http.client
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, cast
from weakref import WeakSet

import certifi
import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, IncompleteRead
from urllib3.poolmanager import PoolManager, ProxyManager
from urllib3.response import BaseHTTPResponse

from aggregator.errors import ConnectError, FetchError, FetchTimeout, Refused, TLSError, TooLarge
from aggregator.fetch.guard import Guard, Resolver
from aggregator.fetch.options import FetchOptions
from aggregator.fetch.wire import Incoming, Outgoing

__all__ = ["RequestsTransport"]

CHUNK = 65536
HOSTS_KEPT = 4  # per thread: a worker stays with a host, so a few open connections are enough
ADDRESSES_TRIED = 4
CONNECT_SHARE_S = 5.0  # for all addresses of a host but the last
LEFTOVER = 16384  # a body of this size is read off to keep the connection
LEFTOVER_S = 1.0
TOO_SLOW = "No complete answer came in time."
_DIGITS = re.compile(r"[0-9]{1,15}")

# urllib3 writes addresses into its warnings, and addresses carry keys; what went wrong is in our errors anyway.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class _Allowance:
    """What the request now under way may still take. One per session, shared with its sockets."""

    __slots__ = ("bytes_left", "connected", "deadline", "received", "trusted")

    def __init__(self) -> None:
        self.deadline = 0.0
        self.bytes_left = 0
        self.received = False
        self.connected = False
        self.trusted = False

    def seconds_left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise FetchTimeout(TOO_SLOW)
        return left

    def take(self, size: int) -> None:
        self.received = True
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise TooLarge("The server sends without end.", transient=False)


class _Socket(socket.socket):
    allowance: _Allowance

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self.allowance.seconds_left())
        size = super().recv_into(buffer, nbytes, flags)
        self.allowance.take(size)
        return size


class _TLSSocket(ssl.SSLSocket):
    allowance: _Allowance

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.allowance.seconds_left())
        size = super().recv_into(buffer, nbytes, flags)
        self.allowance.take(size)
        return size


@cache
def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    """One for all connections: reading the certificates costs more than a handshake."""
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        context.load_verify_locations(ca_file)
    context.sslsocket_class = _TLSSocket
    return context


class _Dialler:
    """Opens connections for one session, to checked addresses only."""

    def __init__(self, guard: Guard, resolver: Resolver) -> None:
        self._guard = guard
        self._resolver = resolver
        self.allowance = _Allowance()

    def dial(self, host: str, port: int, *, unguarded: bool) -> _Socket:
        addresses = self._resolver.resolve(host, self.allowance.seconds_left())
        if not unguarded:
            for address in addresses:
                self._guard.check(host, address)
        self.allowance.connected = True
        trouble: OSError | None = None
        tried = addresses[:ADDRESSES_TRIED]
        for address in tried:
            left = self.allowance.seconds_left()
            try:
                return self._connect(address, port, left if address == tried[-1] else min(left / 2, CONNECT_SHARE_S))
            except TimeoutError as exc:
                trouble = exc
            except OSError as exc:
                trouble = exc
        if isinstance(trouble, TimeoutError):
            raise FetchTimeout(f"{host} does not take connections: no answer in time.") from trouble
        reason = (trouble.strerror or str(trouble)) if trouble else "it has no address"
        raise ConnectError(f"No connection to {host} port {port}: {reason.lower()}.") from trouble

    def _connect(self, address: str, port: int, timeout_s: float) -> _Socket:
        sock = _Socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.allowance = self.allowance
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(timeout_s)
            sock.connect((address, port))
            sock.settimeout(self.allowance.seconds_left())
        except BaseException:
            sock.close()
            raise
        return sock


class _PlainConnection(HTTPConnection):
    dialler: _Dialler

    def _new_conn(self) -> socket.socket:
        unguarded = self.dialler.allowance.trusted or self.proxy is not None
        return self.dialler.dial(self._dns_host, self.port, unguarded=unguarded)


class _TLSConnection(HTTPSConnection):
    dialler: _Dialler

    def _new_conn(self) -> socket.socket:
        unguarded = self.dialler.allowance.trusted or self.proxy is not None
        return self.dialler.dial(self._dns_host, self.port, unguarded=unguarded)

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, _TLSSocket):
            self.sock.allowance = self.dialler.allowance


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection
    dialler: _Dialler

    def _new_conn(self) -> Any:
        connection = cast("_PlainConnection", super()._new_conn())
        connection.dialler = self.dialler
        return connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection
    dialler: _Dialler

    def _new_conn(self) -> Any:
        connection = cast("_TLSConnection", super()._new_conn())
        connection.dialler = self.dialler
        return connection


class _Pools(PoolManager):
    """Pools whose connections are dialled by us."""

    def __init__(self, dialler: _Dialler, ca_file: str | None, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._dialler = dialler
        self._ca_file = ca_file
        self.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}

    def _new_pool(
        self, scheme: str, host: str, port: int, request_context: dict[str, Any] | None = None
    ) -> HTTPConnectionPool:
        context = dict(request_context if request_context is not None else self.connection_pool_kw)
        if scheme == "https":
            context["ssl_context"] = _tls_context(self._ca_file)
        pool = cast("_PlainPool | _TLSPool", super()._new_pool(scheme, host, port, request_context=context))
        pool.dialler = self._dialler
        return pool


class _ProxyPools(_Pools, ProxyManager):
    """The same through a proxy, whose address the owner chose."""


class _Adapter(HTTPAdapter):
    """requests' adapter on our pools."""

    def __init__(self, dialler: _Dialler, ca_file: str | None) -> None:
        self._dialler = dialler
        self._ca_file = ca_file
        super().__init__(pool_connections=HOSTS_KEPT, pool_maxsize=1)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        settings = {"num_pools": connections, "maxsize": maxsize, "block": block, **pool_kwargs}
        self.poolmanager = _Pools(self._dialler, self._ca_file, **settings)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        manager = self.proxy_manager.get(proxy)
        if manager is None:
            settings = {
                "num_pools": HOSTS_KEPT,
                "maxsize": 1,
                "proxy_headers": self.proxy_headers(proxy),
                **proxy_kwargs,
            }
            manager = _ProxyPools(self._dialler, self._ca_file, proxy, **settings)
            self.proxy_manager[proxy] = manager
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add: our context verifies, and naming a file here would make urllib3 read it per connection."""


class _Link:
    """A session with what belongs to it. Used by one thread."""

    def __init__(self, guard: Guard, resolver: Resolver, ca_file: str | None) -> None:
        self.dialler = _Dialler(guard, resolver)
        self.session = requests.Session()
        self.session.trust_env = False
        adapter = _Adapter(self.dialler, ca_file)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)


class RequestsTransport:
    """Sends requests over the network. Safe to share between threads: each has sessions of its own.

    Connections for trusted requests live in a session apart, so that one to a private address never serves another.
    """

    def __init__(self, options: FetchOptions, *, resolver: Resolver | None = None) -> None:
        self._options = options
        self._guard = Guard(options.allow_networks)
        self._resolver = resolver or Resolver()
        self._threads = threading.local()
        self._links: WeakSet[_Link] = WeakSet()
        self._lock = threading.Lock()

    def _link(self, *, trusted: bool) -> _Link:
        name = "trusted" if trusted else "public"
        link: _Link | None = getattr(self._threads, name, None)
        if link is None:
            link = _Link(self._guard, self._resolver, self._options.ca_file)
            setattr(self._threads, name, link)
            with self._lock:
                self._links.add(link)
        return link

    def send(self, request: Outgoing) -> Incoming:
        """Send one request. Raises `FetchError`s, without the address in the message."""
        if request.proxy and not request.trusted:
            self._guard.check_unresolved(request.target.host)
        link = self._link(trusted=request.trusted)
        allowance = link.dialler.allowance
        allowance.deadline = request.deadline
        allowance.trusted = request.trusted
        prepared = _prepare(request)
        while True:
            allowance.bytes_left = request.max_header_bytes
            allowance.received = allowance.connected = False
            try:
                return _Response(_send(link, prepared, request, allowance.seconds_left()), request, allowance)
            except FetchError:
                raise
            except Exception as exc:
                # A connection kept from before may have been closed at the other end meanwhile: that is nobody's fault.
                if allowance.connected or allowance.received or request.method != "GET":
                    raise _translate(exc) from exc

    def close(self) -> None:
        """Close the connections that are kept open."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.session.close()


def _prepare(request: Outgoing) -> requests.PreparedRequest:
    """What `Session.prepare_request` would make, without its checks: target and headers are ours already."""
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = request.target.url
    prepared.headers = cast("Any", dict(request.headers))
    prepared.body = request.body
    if request.body is not None:
        prepared.headers["Content-Length"] = str(len(request.body))
    return prepared


def _send(link: _Link, prepared: requests.PreparedRequest, request: Outgoing, timeout_s: float) -> BaseHTTPResponse:
    proxies = {"http": request.proxy, "https": request.proxy} if request.proxy else {}
    # Not Session.send: it would read the whole body of a redirect, and keep cookies.
    adapter = link.session.get_adapter(request.target.url)
    response = adapter.send(prepared, stream=True, timeout=timeout_s, verify=True, proxies=cast("Any", proxies))
    return cast("BaseHTTPResponse", response.raw)


class _Response:
    """One response on its socket."""

    def __init__(self, raw: BaseHTTPResponse, request: Outgoing, allowance: _Allowance) -> None:
        self._raw = raw
        self._allowance = allowance
        self.status = raw.status
        self.headers: Mapping[str, str] = _lower(raw)
        allowance.bytes_left = request.max_header_bytes + request.max_body_bytes

    def chunks(self) -> Iterator[bytes]:
        try:
            yield from self._raw.stream(CHUNK, decode_content=False)
        except FetchError:
            raise
        except Exception as exc:
            raise _translate(exc) from exc

    def close(self) -> None:
        if self._has_small_rest():
            self._allowance.deadline = min(self._allowance.deadline, time.monotonic() + LEFTOVER_S)
            try:
                for _ in self.chunks():
                    pass
            except FetchError:
                pass
        if self._raw.closed or not self._raw.length_remaining:
            self._raw.release_conn()
        else:
            self._raw.close()

    def _has_small_rest(self) -> bool:
        rest = self._raw.length_remaining
        return not self._raw.closed and rest is not None and rest <= LEFTOVER


def _lower(raw: BaseHTTPResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _translate(exc: Exception) -> FetchError:
    """Whatever requests, urllib3, http.client, ssl or a socket raised, in our words. Addresses are left out.

    The telling cause may stand anywhere in the chain; the most telling kind decides.
    """
    chain = list(_causes(exc))
    for kind, words in _MEANINGS:
        for cause in chain:
            if isinstance(cause, kind):
                return words(cause)
    return ConnectError(f"The exchange failed ({type(exc).__name__}).")


def _as_it_is(cause: Any) -> FetchError:
    return cast("FetchError", cause)


def _too_long(_: Any) -> FetchError:
    return FetchTimeout(TOO_SLOW)


def _bad_certificate(cause: Any) -> FetchError:
    return TLSError(f"The certificate does not hold: {cause.verify_message or 'verification failed'}.")


def _bad_handshake(cause: Any) -> FetchError:
    return TLSError(
        f"No secure connection could be made: {(cause.reason or 'the handshake failed').lower().replace('_', ' ')}."
    )


def _no_answer(_: Any) -> FetchError:
    return ConnectError("The server closed the connection without an answer.")


def _too_many_headers(_: Any) -> FetchError:
    return TooLarge("The server sends more headers than we take.", transient=False)


def _cut_off(_: Any) -> FetchError:
    return ConnectError("The connection was closed before the whole answer had come.")


def _bad_proxy(_: Any) -> FetchError:
    return ConnectError("The proxy does not let the request through: see proxy under [fetch], or the feed's own.")


def _bad_address(_: Any) -> FetchError:
    return Refused("This is not a valid address.", transient=False)


def _bad_http(cause: Any) -> FetchError:
    return ConnectError(f"The server does not speak HTTP properly ({type(cause).__name__}).")


def _broken(cause: Any) -> FetchError:
    return ConnectError(f"The connection broke: {(cause.strerror or type(cause).__name__).lower()}.")


_MEANINGS: tuple[tuple[Any, Callable[[Any], FetchError]], ...] = (
    (FetchError, _as_it_is),
    ((TimeoutError, requests.Timeout), _too_long),
    (ssl.SSLCertVerificationError, _bad_certificate),
    (ssl.SSLError, _bad_handshake),
    (requests.exceptions.ProxyError, _bad_proxy),
    ((IncompleteRead, http.client.IncompleteRead), _cut_off),
    (http.client.RemoteDisconnected, _no_answer),
    (http.client.LineTooLong, _too_many_headers),
    ((BrokenPipeError, ConnectionError, socket.gaierror), _broken),
    (http.client.HTTPException, _bad_http),
    ((requests.exceptions.InvalidURL, UnicodeError), _bad_address),
    (HTTPError, _bad_http),
)


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """`exc` and all that stands behind it, outermost first."""
    seen: set[int] = set()
    pending: list[BaseException] = [exc]
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        behind = [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
        pending.extend(b for b in behind if isinstance(b, BaseException))
