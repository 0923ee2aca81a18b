"""The boundary to the network: one request out, one response in. No redirects, no decoding, no opinions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aggregator.fetch.address import Target

__all__ = ["Incoming", "Outgoing", "Transport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One request as it goes out.

    `deadline` is a reading of the monotonic clock: whatever the server does, all is over by then. `max_header_bytes` and
    `max_body_bytes` cap what is taken from the wire, framing included. `trusted` lets the connection go to a private
    address.
    """

    target: Target
    headers: Mapping[str, str]
    deadline: float
    max_header_bytes: int
    max_body_bytes: int
    method: str = "GET"
    body: bytes | None = None
    proxy: str | None = field(default=None, repr=False)
    trusted: bool = False


class Incoming(Protocol):
    """One response: status and headers are there, the body is read on demand and once."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Lower-case names; repeated headers joined by a comma."""

    def chunks(self) -> Iterator[bytes]:
        """The body as sent, still compressed. Raises `FetchError`s, among them one for a body that ends too early."""

    def close(self) -> None:
        """Be done with it. If the body was read to its end the connection may serve again."""


class Transport(Protocol):
    """Sends one request. Every trouble is a `FetchError`, without the address in its message."""

    def send(self, request: Outgoing) -> Incoming:
        """Send `request` and wait for status and headers of the answer."""
