"""Relative addresses inside the HTML of an entry, made absolute: the reader sees the text far from its page."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

from aggregator.text.urls import resolve_url

__all__ = ["absolute_links"]

# An attribute in quotes whose value begins with neither a scheme nor a fragment; found by its equals sign, which is quick.
_RELATIVE = re.compile(
    r"""=(?:(?<=\shref=)|(?<=\ssrc=)|(?<=\sposter=)|(?<=\scite=))(?P<quote>["'])"""
    r"""(?!\s*(?:[A-Za-z][A-Za-z0-9+.\-]{0,20}:|\#|["']))(?P<address>[^"'<>]{1,2000}+)(?P=quote)""",
    re.IGNORECASE,
)


_CLEAN = re.compile(r"[A-Za-z0-9%/:=?~#+!$,;@()*\[\]._\-]*")


def absolute_links(html: str, base: str | None) -> str:
    """Return `html` with the relative addresses in its links and images resolved against `base`."""
    if not base or "=" not in html:
        return html
    return _RELATIVE.sub(lambda m: f"={m['quote']}{_resolved(base, m['address'])}{m['quote']}", html)


def _resolved(base: str, address: str) -> str:
    address = unescape(address) if "&" in address else address
    absolute = resolve_url(base, address.strip())
    if _CLEAN.fullmatch(absolute):
        return absolute
    return quote(absolute, safe="%/:=&?~#+!$,;@()*[]").replace("&", "&amp;")
