"""Connections that know when to stop and where they may not go.

They are made to a checked address, and through a socket that counts what it takes and allows each read only what is
left of the total time: a server that drips a byte a second does not outlive the deadline, headers and TLS included.
"""

from __future__ import annotations

import socket
import ssl
import time
from functools import cache
from typing import Any, cast

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager, ProxyManager

from aggregator.errors import ConnectError, FetchTimeout, TooLarge
from aggregator.fetch.guard import Guard, Resolver
from aggregator.fetch.troubles import TOO_SLOW

__all__ = ["Allowance", "Dialler", "Pools", "ProxyPools"]

ADDRESSES_TRIED = 4
CONNECT_SHARE_S = 5.0  # for all addresses of a host but the last


class Allowance:
    """What the request now under way may still take. One per session, shared with its sockets."""

    __slots__ = ("bytes_left", "deadline", "has_dialled", "has_received", "trusted")

    def __init__(self) -> None:
        self.deadline = 0.0
        self.bytes_left = 0
        self.has_received = False
        self.has_dialled = False
        self.trusted = False

    def seconds_left(self) -> float:
        """What remains of the total time. Raises `FetchTimeout` if nothing does."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise FetchTimeout(TOO_SLOW)
        return left

    def take(self, size: int) -> None:
        """Count `size` bytes that came. Raises `TooLarge` if they are too many."""
        self.has_received = True
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise TooLarge("The server sends without end.", transient=False)


class _Socket(socket.socket):
    allowance: Allowance

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self.allowance.seconds_left())
        size = super().recv_into(buffer, nbytes, flags)
        self.allowance.take(size)
        return size


class _TLSSocket(ssl.SSLSocket):
    allowance: Allowance

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


class Dialler:
    """Opens connections for one session, to checked addresses only."""

    def __init__(self, guard: Guard, resolver: Resolver) -> None:
        self._guard = guard
        self._resolver = resolver
        self.allowance = Allowance()

    def dial(self, host: str, port: int, *, unguarded: bool) -> _Socket:
        """Connect to `host`, at the first of its addresses that answers.

        `unguarded` lets it be private. Raises `Refused` if any of its addresses may not be connected to, `ConnectError`
        and `FetchTimeout` if none of them can be.
        """
        addresses = self._resolver.resolve(host, self.allowance.seconds_left())
        if not unguarded:
            for address in addresses:
                self._guard.check(host, address)
        self.allowance.has_dialled = True
        trouble: OSError | None = None
        tried = addresses[:ADDRESSES_TRIED]
        for address in tried:
            left = self.allowance.seconds_left()
            try:
                return self._connect(address, port, left if address == tried[-1] else min(left / 2, CONNECT_SHARE_S))
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
    dialler: Dialler

    def _new_conn(self) -> socket.socket:
        unguarded = self.dialler.allowance.trusted or self.proxy is not None
        return self.dialler.dial(self._dns_host, self.port, unguarded=unguarded)


class _TLSConnection(HTTPSConnection):
    dialler: Dialler

    def _new_conn(self) -> socket.socket:
        unguarded = self.dialler.allowance.trusted or self.proxy is not None
        return self.dialler.dial(self._dns_host, self.port, unguarded=unguarded)

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, _TLSSocket):
            self.sock.allowance = self.dialler.allowance


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection
    dialler: Dialler

    def _new_conn(self) -> Any:
        connection = cast("_PlainConnection", super()._new_conn())
        connection.dialler = self.dialler
        return connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection
    dialler: Dialler

    def _new_conn(self) -> Any:
        connection = cast("_TLSConnection", super()._new_conn())
        connection.dialler = self.dialler
        return connection


class Pools(PoolManager):
    """Pools whose connections are dialled by us."""

    def __init__(self, dialler: Dialler, ca_file: str | None, *args: Any, **settings: Any) -> None:
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


class ProxyPools(Pools, ProxyManager):
    """The same through a proxy, whose address the owner chose."""
