"""The `parse` filter: one JSON line for each file (`docs/reference/parse.md`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aggregator.errors import ParseError
from aggregator.parse.feed import read_document
from aggregator.text.html import reads_as_html, without_controls

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.parse.document import RawEntry, RawText

__all__ = ["parse_line"]

_BARE_AMPERSAND = re.compile(r"&(?!#?\w+;)")
_NEVER_OPENED = ("javascript:", "data:", "vbscript:", "file:", "blob:", "about:")


def parse_line(path: str, body: bytes) -> dict[str, Any]:
    """Return what the file at `path` says, in the shape and key order of the contract; `error` tells why it says nothing.

    Values are the publisher's own (feedparser's where it can read the file): a title may hold markup, a link may be
    relative, `id` is null where the feed gives none. Only control characters, lone surrogates and links that would run
    code are taken out.
    """
    line: dict[str, Any] = {
        "path": path,
        "feed": {"title": None, "link": None, "lang": None},
        "entries": [],
        "error": None,
    }
    try:
        document, _ = read_document(body)
    except ParseError as exc:
        line["error"] = exc.message
        return line
    line["feed"] = {"title": _title(document.title), "link": _link(document.link), "lang": _text(document.lang)}
    line["entries"] = [_entry_line(entry) for entry in document.entries]
    return line


def _entry_line(entry: RawEntry) -> dict[str, Any]:
    content = max(entry.contents, key=lambda text: len(text.value), default=None)
    return {
        "id": _text(entry.id),
        "title": _title(entry.title),
        "link": _link(entry.link),
        "published": _date(entry.published or entry.created),
        "updated": _date(entry.updated),
        "authors": [without_controls(name) for name in entry.authors],
        "summary": _value(entry.summary),
        "content": _value(content),
        "enclosures": [
            {"url": _text(e.href), "type": _text(e.type), "length": _text(e.length)}
            for e in entry.enclosures
            if _link(e.href)
        ],
    }


def _text(text: str | None) -> str | None:
    return None if text is None else without_controls(text)


def _value(text: RawText | None) -> str | None:
    return None if text is None else without_controls(text.value)


def _title(text: RawText | None) -> str | None:
    """Return a title as feedparser writes it: in one that is HTML a bare ampersand becomes an entity."""
    value = _value(text)
    if text is None or not value or "&" not in value or (text.plain and not reads_as_html(value)):
        return value
    return _BARE_AMPERSAND.sub("&amp;", value)


def _link(link: str | None) -> str | None:
    link = _text(link)
    return None if link and link.lower().lstrip().startswith(_NEVER_OPENED) else link


def _date(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
