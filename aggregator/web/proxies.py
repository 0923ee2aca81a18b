"""Behind a reverse proxy: what it says of the visitor is believed if it comes from an address that the settings name."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any

__all__ = ["BELIEVED", "BehindProxy"]

BELIEVED = "aggregator.proxy"  # in the WSGI environment of a request that came from a proxy of ours
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT",
             "HTTP_X_FORWARDED_BY", "HTTP_FORWARDED")  # fmt: skip

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class BehindProxy:
    """Puts the visitor's address and scheme in the place of the proxy's; what others forward is dropped."""

    def __init__(self, inner: Wsgi, blocks: Sequence[str]) -> None:
        self._inner = inner
        self._blocks = tuple(ipaddress.ip_network(block, strict=False) for block in blocks)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        if self._is_ours(environ.get("REMOTE_ADDR", "")):
            environ[BELIEVED] = True
            environ["REMOTE_ADDR"] = self._visitor(environ)
            if environ.get("HTTP_X_FORWARDED_PROTO", "").strip().lower() in ("http", "https"):
                environ["wsgi.url_scheme"] = environ["HTTP_X_FORWARDED_PROTO"].strip().lower()
        for name in FORWARDED:
            environ.pop(name, None)
        return self._inner(environ, start_response)

    def _visitor(self, environ: dict[str, Any]) -> str:
        """The last address on the way that is no proxy of ours: what stands before it anybody may have written."""
        hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        last = str(environ["REMOTE_ADDR"])
        for hop in reversed(hops):
            if not _is_address(hop):
                return last
            last = hop
            if not self._is_ours(hop):
                break
        return last

    def _is_ours(self, address: str) -> bool:
        if not _is_address(address):
            return False
        found = ipaddress.ip_address(address)
        mapped = getattr(found, "ipv4_mapped", None) or found
        return any(mapped in block for block in self._blocks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
