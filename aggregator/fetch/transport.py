"""The real transport: requests, on connections of our own making."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, cast
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3.response import BaseHTTPResponse

from aggregator.errors import ConnectError, FetchError
from aggregator.fetch.address import read_target
from aggregator.fetch.guard import Guard, Resolver
from aggregator.fetch.options import FetchOptions
from aggregator.fetch.sockets import Allowance, Dialler, Pools, ProxyPools
from aggregator.fetch.troubles import translate
from aggregator.fetch.wire import Incoming, Outgoing

__all__ = ["RequestsTransport"]

CHUNK = 65536
HOSTS_KEPT = 2  # per thread: a worker stays with a host, and no host should hold open what we no longer use
LEFTOVER = 16384  # a body of this size is read off to keep the connection
LEFTOVER_S = 1.0

# urllib3 writes addresses into its warnings, and addresses carry keys; what went wrong is in our errors anyway.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class _Adapter(HTTPAdapter):
    """requests' adapter on our pools."""

    def __init__(self, dialler: Dialler, ca_file: str | None) -> None:
        self._dialler = dialler
        self._ca_file = ca_file
        super().__init__(pool_connections=HOSTS_KEPT, pool_maxsize=1)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        settings = {"num_pools": connections, "maxsize": maxsize, "block": block, **pool_kwargs}
        self.poolmanager = Pools(self._dialler, self._ca_file, **settings)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        manager = self.proxy_manager.get(proxy)
        if manager is None:
            settings = {
                "num_pools": HOSTS_KEPT,
                "maxsize": 1,
                "proxy_headers": self.proxy_headers(proxy),
                **proxy_kwargs,
            }
            manager = ProxyPools(self._dialler, self._ca_file, proxy, **settings)
            self.proxy_manager[proxy] = manager
        return manager

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Its pool by the host; requests would read the address again, and say of each request how TLS is verified."""
        if proxies:
            return super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
        target = read_target(str(request.url))
        return self.poolmanager.connection_from_host(target.host, target.port, target.scheme)

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """What is asked for on the connection: but for a proxy, the path."""
        return super().request_url(request, proxies) if proxies else request.path_url

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:  # noqa: ARG002 - as theirs
        """The bare answer: nobody reads headers, cookies or encoding from it but `_Response`."""
        response = requests.Response()
        response.raw = resp
        return response

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to add: our context verifies, and naming a file here would make urllib3 read it per connection."""


class _Link:
    """A session with what belongs to it. Used by one thread."""

    def __init__(self, guard: Guard, resolver: Resolver, ca_file: str | None) -> None:
        self.dialler = Dialler(guard, resolver)
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
        for may_be_stale in (request.method == "GET", False):
            allowance.bytes_left = request.max_header_bytes
            allowance.has_received = allowance.has_dialled = False
            try:
                return _Response(_send(link, request, allowance.seconds_left()), request, allowance)
            except FetchError:
                raise
            except Exception as exc:
                # A connection kept from before may have been closed at the other end meanwhile: that is nobody's fault.
                is_stale = may_be_stale and not allowance.has_dialled and not allowance.has_received
                if not (is_stale and isinstance(exc, requests.ConnectionError)):
                    raise translate(exc) from exc
        raise ConnectError("No connection could be kept up.")

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


def _send(link: _Link, request: Outgoing, timeout_s: float) -> BaseHTTPResponse:
    proxies = {"http": request.proxy, "https": request.proxy} if request.proxy else {}
    # Not Session.send: it would read the whole body of a redirect, and keep cookies.
    adapter = link.session.get_adapter(request.target.url)
    response = adapter.send(
        _prepare(request), stream=True, timeout=timeout_s, verify=True, proxies=cast("Any", proxies)
    )
    return cast("BaseHTTPResponse", response.raw)


class _Response:
    """One response on its socket."""

    def __init__(self, raw: BaseHTTPResponse, request: Outgoing, allowance: Allowance) -> None:
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
            raise translate(exc) from exc

    def close(self) -> None:
        if self._has_small_rest():
            self._allowance.deadline = min(self._allowance.deadline, time.monotonic() + LEFTOVER_S)
            try:
                for _ in self.chunks():
                    pass
            except FetchError:
                pass
        if not self._raw.closed and self._raw.length_remaining != 0:
            self._raw.close()
        self._raw.release_conn()

    def _has_small_rest(self) -> bool:
        rest = self._raw.length_remaining
        return not self._raw.closed and rest is not None and rest <= LEFTOVER


def _lower(raw: BaseHTTPResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers
