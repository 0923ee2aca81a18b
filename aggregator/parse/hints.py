"""A publisher's wishes about polling, and the address of its hub: read from the part of a feed before its entries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

__all__ = ["Hints", "read_hints"]

_FIRST_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_HEAD_BYTES = 2**16
_TTL = re.compile(rb"<ttl>\s*(\d{1,7})\s*</ttl>", re.IGNORECASE)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*([A-Za-z]{3})[a-z]*\s*</day>", re.IGNORECASE)
_PERIOD = re.compile(rb"<sy:updatePeriod>\s*(\w+)\s*</sy:updatePeriod>", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s*(\d{1,4})\s*</sy:updateFrequency>", re.IGNORECASE)
_LINK = re.compile(rb"<(?:\w+:)?link\s([^<>]{1,2000})>", re.IGNORECASE)
_REL = re.compile(rb"""\brel\s*=\s*["']\s*(hub|self)\s*["']""", re.IGNORECASE)
_HREF = re.compile(rb"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_WEEK = (b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun")
_PERIODS_S = {b"hourly": 3600.0, b"daily": 86400.0, b"weekly": 604800.0, b"monthly": 2592000.0, b"yearly": 31536000.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """See `ParsedFeed`, which has the same fields."""

    ttl_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str | None = None
    self_url: str | None = None


def read_hints(data: bytes) -> Hints:
    """Read ttl, skipHours and skipDays (RSS 2.0), the syndication module (RSS 1.0), links to hub and self (WebSub)."""
    first = _FIRST_ENTRY.search(data, 0, _HEAD_BYTES)
    head = data[: first.start() if first else _HEAD_BYTES]
    links = _links(head)
    hours = {int(h) % 24 for h in _HOUR.findall(head) if int(h) <= 24}  # noqa: PLR2004 - RSS 0.91 counts 1 to 24
    return Hints(
        ttl_s=_ttl_s(head),
        skip_hours=frozenset(hours),
        skip_days=frozenset(_WEEK.index(d.lower()) for d in _DAY.findall(head) if d.lower() in _WEEK),
        hub=links.get("hub"),
        self_url=links.get("self"),
    )


def _ttl_s(head: bytes) -> float | None:
    if match := _TTL.search(head):
        return int(match[1]) * 60.0 or None
    if not (period := _PERIOD.search(head)) or (length_s := _PERIODS_S.get(period[1].lower())) is None:
        return None
    frequency = _FREQUENCY.search(head)
    return length_s / max(int(frequency[1]) if frequency else 1, 1)


def _links(head: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for link in _LINK.finditer(head):
        rel, href = _REL.search(link[1]), _HREF.search(link[1])
        if rel and href:
            address = unescape((href[1] or href[2] or b"").decode("utf-8", "replace")).strip()
            found.setdefault(rel[1].decode("ascii").lower(), address)
    return found
