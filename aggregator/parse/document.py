"""What a feed document says in the words of its publisher, before any of it is judged or cleaned.

Every reader (`wellformed`, `reference`, `jsonfeed`, `sitemap`) fills these; `feed` turns them into a `ParsedFeed`. The values
are those that feedparser gives, so that the two readers of XML can be compared field by field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Document", "RawEnclosure", "RawEntry", "RawText"]


@dataclass(slots=True)
class RawText:
    """A text as published. `plain` says that its publisher, or the format, calls it plain text, not HTML."""

    value: str
    plain: bool = False


@dataclass(slots=True)
class RawEnclosure:
    """A file that an entry names: `href` as given, `length` in bytes and `duration` as claimed, `alt` what is to be seen."""

    href: str
    type: str | None = None
    length: str | None = None
    duration: str | None = None
    alt: str | None = None


@dataclass(slots=True)
class RawEntry:
    """One entry as published: texts may hold markup, `link` may be relative, empty or no web address at all.

    `base` is the address that relative links start from, where the document names one. `media` are files that only Media RSS
    names; `duration`, `chapters` and `transcript` belong to the recording that the entry is about.
    """

    id: str | None = None
    title: RawText | None = None
    link: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    created: datetime | None = None
    authors: list[str] = field(default_factory=list)
    summary: RawText | None = None
    contents: list[RawText] = field(default_factory=list)
    lang: str | None = None
    base: str | None = None
    categories: list[str] = field(default_factory=list)
    image: str | None = None
    enclosures: list[RawEnclosure] = field(default_factory=list)
    media: list[RawEnclosure] = field(default_factory=list)
    duration: str | None = None
    chapters: str | None = None
    transcript: str | None = None


@dataclass(slots=True)
class Document:
    """A feed document as published. `warning` says what was odd in one that could be read all the same."""

    title: RawText | None = None
    link: str | None = None
    lang: str | None = None
    base: str | None = None
    entries: list[RawEntry] = field(default_factory=list)
    warning: str | None = None
