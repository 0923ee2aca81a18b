"""What a feed document says: its entries as published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Enclosure", "ParsedEntry", "ParsedFeed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that an entry carries. `length` is in bytes as claimed."""

    url: str
    type: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One item as a feed published it.

    `id` is the guid as given, else the link, else a hash of title and text, so that it is never empty. `title` is plain
    text; `summary` and `content` are HTML as published (unsafe until sanitised), cleaned of NUL, control characters and
    lone surrogates. `link` is http(s) or None. Times are aware UTC, None if absent or impossible.
    """

    id: str
    title: str | None = None
    link: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    summary: str | None = None
    content: str | None = None
    lang: str | None = None
    categories: tuple[str, ...] = ()
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document. `warning` tells what was odd in a feed that could be read all the same.

    `ttl_s`, `skip_hours` (0-23, UTC) and `skip_days` (0 = Monday) are the publisher's wishes about polling; `hub` and
    `self_url` serve WebSub.
    """

    title: str | None = None
    link: str | None = None
    lang: str | None = None
    entries: tuple[ParsedEntry, ...] = ()
    warning: str | None = None
    ttl_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str | None = None
    self_url: str | None = None
