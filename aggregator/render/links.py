"""Addresses that may be put into a link."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, urlsplit

__all__ = ["web_link"]


@lru_cache(maxsize=8192)  # the same few addresses stand on every page
def web_link(url: str | None) -> str | None:
    """`url` if it is http or https and has a host, with what would end a link early percent-encoded; else None."""
    if not url or len(url) > 4096:  # noqa: PLR2004 (longer ones break mail readers)
        return None
    try:
        parts = urlsplit(url.strip())
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return None
    except ValueError:
        return None
    return quote(url.strip(), safe="%/:?#[]@!$&'()*+,;=~-._").replace("(", "%28").replace(")", "%29")
