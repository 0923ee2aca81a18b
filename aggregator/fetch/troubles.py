"""What libraries raise when the network misbehaves, in our words."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any, cast

import requests
from urllib3.exceptions import HTTPError, IncompleteRead

from aggregator.errors import ConnectError, FetchError, FetchTimeout, Refused, TLSError, TooLarge

__all__ = ["TOO_SLOW", "translate"]

TOO_SLOW = "No complete answer came in time."


def translate(exc: Exception) -> FetchError:
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
