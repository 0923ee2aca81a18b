"""Which addresses may be connected to, and finding them by name.

A feed can name any host, and a name can lead anywhere: to this machine, to the router, to a cloud's metadata service.
So every address is checked after the name is resolved, and the connection goes to the address that was checked.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import lru_cache
from typing import Any

from aggregator.errors import ConfigError, ConnectError, FetchTimeout, Refused

__all__ = ["Guard", "Resolver", "refusal"]

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Beside what `is_global` knows (IANA's special-purpose registries as of the running Python).
_NEVER: tuple[tuple[str, Network], ...] = tuple(
    (word, ipaddress.ip_network(block))
    for word, block in (
        ("shared (carrier)", "100.64.0.0/10"),
        ("protocol assignment", "192.0.0.0/24"),
        ("relay", "192.88.99.0/24"),
        ("cloud metadata", "168.63.129.16/32"),
        ("local translation", "64:ff9b:1::/48"),
        ("site-local", "fec0::/10"),
        ("documentation", "3fff::/20"),
        ("segment routing", "5f00::/16"),
    )
)
# Names for this machine or the local network (RFC 6761, RFC 6762, RFC 8375), and numbers in disguise: 127.1, 0x7f000001.
_NUMBER = r"(?:0x[0-9a-f]*|[0-9]+)"
_LOCAL_NAME = re.compile(
    r"(?i)(?:^|\.)(?:localhost|local|internal|home\.arpa|localdomain)\.?$|^[^.]+\.?$|"
    rf"^{_NUMBER}(?:\.{_NUMBER})*\.?$"
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOW_32 = 0xFFFFFFFF
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the interface identifier before the embedded IPv4 address


def _embedded(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """IPv4 addresses that a packet to `address` may end up at: mapped, translated or tunnelled."""
    number = int(address)
    found = []
    if address.ipv4_mapped:
        found.append(address.ipv4_mapped)
    if address.sixtofour:
        found.append(address.sixtofour)
    if address.teredo:
        found.extend(address.teredo)
    compatible = number >> 32 == 0 and number > 1
    if compatible or address in _NAT64 or (number >> 32) & _LOW_32 in _ISATAP:
        found.append(ipaddress.IPv4Address(number & _LOW_32))
    return found


_WORDS = (
    ("loopback", "is_loopback"),
    ("unspecified", "is_unspecified"),
    ("link-local", "is_link_local"),
    ("multicast", "is_multicast"),
    ("private", "is_private"),
    ("reserved", "is_reserved"),
)


def _own_refusal(address: IPAddress) -> str | None:
    for word, attribute in _WORDS:
        if getattr(address, attribute):
            return word
    for word, network in _NEVER:
        if address.version == network.version and address in network:
            return word
    return None if address.is_global else "reserved"


@lru_cache(maxsize=4096)
def refusal(address: str) -> str | None:
    """Why `address` (a literal) is not public: a word such as "loopback"; None if it is."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _embedded(ip)
        words = [word for word in map(_own_refusal, inner) if word]
        if words:
            return words[0]
        if inner and ip.ipv4_mapped:
            return None
        if inner and ip in _NAT64:
            return None
    return _own_refusal(ip)


class Guard:
    """The check of one address against the rules and the owner's exceptions."""

    def __init__(self, allow_networks: Iterable[str] = ()) -> None:
        try:
            self._allowed = tuple(ipaddress.ip_network(block, strict=False) for block in allow_networks)
        except ValueError as exc:
            raise ConfigError(f"[fetch] allow_networks: {exc}; write blocks such as 192.168.1.0/24.") from exc

    def _is_allowed(self, address: str) -> bool:
        ip = ipaddress.ip_address(address.partition("%")[0])
        candidates: list[IPAddress] = [ip]
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
            candidates.append(ip.ipv4_mapped)
        return any(c.version == n.version and c in n for c in candidates for n in self._allowed)

    def check(self, host: str, address: str) -> None:
        """Raise `Refused` unless `address`, which `host` resolved to, may be connected to."""
        word = refusal(address)
        if word is None or (self._allowed and self._is_allowed(address)):
            return
        length = 128 if ":" in address else 32
        where = f"{host} is a {word} address" if host == address else f"{host} leads to {address}, a {word} address"
        raise Refused(
            f"{where}. Feeds and pages are fetched from public addresses only; if this one is yours, add "
            f'"{address.partition("%")[0]}/{length}" to allow_networks under [fetch].',
            transient=False,
        )

    def check_unresolved(self, host: str) -> None:
        """As `check`, for a host that somebody else (a proxy) will look up: as far as the name itself tells."""
        if _is_literal(host):
            self.check(host, host)
        elif _LOCAL_NAME.search(host):
            raise Refused(f"{host} is a name of this machine or of the local network.", transient=False)


Lookup = Callable[..., list[tuple[Any, ...]]]


class Resolver:
    """Names to addresses, within a time limit, remembered for a minute.

    Every name is looked up twice and both answers count: one that changes within a moment (DNS rebinding) shows all of
    its faces to the guard.
    """

    KEEP_S = 60.0
    MAX_NAMES = 4096

    def __init__(self, lookup: Lookup | None = None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lookup = lookup
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Future[tuple[str, ...]]]] = {}

    def resolve(self, host: str, timeout_s: float) -> tuple[str, ...]:
        """Addresses of `host`, as literals. Raises `ConnectError` if there are none, `FetchTimeout` if it takes too long."""
        if _is_literal(host):
            return (host,)
        answer = self._answer(host)
        try:
            return answer.result(timeout_s)
        except TimeoutError as exc:
            raise FetchTimeout(f"Looking up {host} took too long.") from exc
        except (OSError, UnicodeError) as exc:
            raise ConnectError(f"There is no host {host}: {_reason(exc)}.") from exc

    def _answer(self, host: str) -> Future[tuple[str, ...]]:
        now = self._monotonic()
        with self._lock:
            kept_until, answer = self._known.get(host, (0.0, None))
            if answer is not None and now < kept_until:
                return answer
            if len(self._known) >= self.MAX_NAMES:
                self._known.clear()
            answer = Future()
            self._known[host] = (now + self.KEEP_S, answer)
        # getaddrinfo knows no timeout: it runs beside us, and we stop waiting for it when our time is up.
        threading.Thread(target=self._look_up, args=(host, answer), name="look-up", daemon=True).start()
        return answer

    def _look_up(self, host: str, answer: Future[tuple[str, ...]]) -> None:
        lookup = self._lookup or socket.getaddrinfo
        try:
            rows = [row for _ in range(2) for row in lookup(host, 0, type=socket.SOCK_STREAM)]
            answer.set_result(tuple(dict.fromkeys(str(row[4][0]) for row in rows)))
        except Exception as exc:  # noqa: BLE001 - handed to whoever waits for the answer
            with self._lock:
                self._known.pop(host, None)
            answer.set_exception(exc)


def _is_literal(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host.partition("%")[0])
        except (OSError, ValueError):
            continue
        return True
    return False


def _reason(exc: Exception) -> str:
    return (getattr(exc, "strerror", None) or str(exc) or type(exc).__name__).rstrip(".").lower()
