"""What a feed document says: its entries as published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import urlsplit

__all__ = ["Chapter", "Enclosure", "ParsedEntry", "ParsedFeed", "StoredEnclosure"]

_KINDS = frozenset({"audio", "video", "image"})
_BY_ENDING = {
    **dict.fromkeys((".mp3", ".m4a", ".aac", ".ogg", ".oga", ".opus", ".flac", ".wav"), "audio"),
    **dict.fromkeys((".mp4", ".m4v", ".webm", ".ogv", ".mov"), "video"),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"), "image"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that an entry carries. `length` is in bytes, `duration_s` in seconds, as claimed; `alt` says what is to be seen.

    `chapters` and `transcript` are addresses of what its publisher wrote to it (Podcasting 2.0).
    """

    url: str
    type: str | None = None
    length: int | None = None
    duration_s: int | None = None
    alt: str | None = None
    chapters: str | None = None
    transcript: str | None = None

    @property
    def place(self) -> str:
        """Its address without the query, which some servers make anew for every visitor."""
        return self.url.partition("?")[0]

    @property
    def kind(self) -> str:
        """What it is to a reader: audio, video, image or file."""
        named = (self.type or "").partition("/")[0].lower()
        if named in _KINDS:
            return named
        return _BY_ENDING.get(PurePosixPath(urlsplit(self.url).path).suffix.lower(), "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Where a part of a recording begins, in seconds."""

    start_s: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEnclosure(Enclosure):
    """An enclosure of a stored story; `position_s` is how far the reader has heard or seen it.

    `chapter_list` is what stands at `chapters`, None until it was asked for.
    """

    id: int
    story_id: int
    position_s: int = 0
    chapter_list: tuple[Chapter, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One item as a feed published it.

    `id` is the guid as given, else the link, else a hash of title and text, so that it is never empty. `title` is plain
    text; `summary` and `content` are HTML as published (never shown as it stands), cleaned of NUL, control characters and
    lone surrogates. `link` is http(s) or None. Times are aware UTC, None if absent or impossible. `outlet` is key and name of
    who publishes it, where the feed itself is not of one outlet: then it is told whole, and its page is not asked for.
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
    outlet: tuple[str, str] | None = None


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
