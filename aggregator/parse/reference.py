"""The reader of last resort and the one that is right by definition: feedparser, well-formed or not.

feedparser is always given a stream: a bare string or bytes it would take for the name of a file or an address and open
that. Its sanitiser and its resolution of relative links are off (both are slow, the first lets scripts through):
`feed` resolves links, and what is shown is text.
"""

from __future__ import annotations

import io
import re
import warnings
from datetime import UTC, datetime
from typing import Any

import feedparser

from aggregator.errors import ParseError
from aggregator.parse.document import Document, RawEnclosure, RawEntry, RawText
from aggregator.parse.mending import legal_references
from aggregator.parse.repair import person_name
from aggregator.text.dates import parse_date

__all__ = ["read_anything"]

_PROLOG = b'<?xml version="1.0" encoding="utf-8"?>\n'
_FIRST_ELEMENT = re.compile(rb"<[A-Za-z_]")
_PLACE = re.compile(r"^<unknown>:\d+:\d+:\s*")  # of the document as feedparser sees it, not as it was served
_VOID_END = re.compile(r"</(?:area|br|col|embed|hr|img|input|source|track|wbr)>")


def read_anything(data: bytes, url: str = "") -> Document:
    """Read UTF-8 without XML declaration; raise ParseError if it is not a feed.

    Slow (about 2 MB/s), and not to be trusted with hostile input outside of a process that can be killed.
    """
    start = _FIRST_ELEMENT.search(data)
    if start is None:
        raise ParseError("the document is text, not a feed", url=url)
    # Without what stands before the first element: feedparser's search there for a DOCTYPE takes forever on blank lines.
    stream = io.BytesIO(_PROLOG + legal_references(data[start.start() :]))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            parsed = feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)
            document = _document(parsed)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, OverflowError) as exc:
        raise ParseError(f"the document is too broken to be read as a feed ({exc})", url=url) from exc
    if not parsed.get("version") and not document.entries:
        raise ParseError("the document is XML or text, but not a feed", url=url)
    return document


def _document(parsed: Any) -> Document:
    feed = parsed.feed
    return Document(
        title=_text(feed.get("title_detail"), feed.get("title")),
        link=feed.get("link"),
        lang=feed.get("language"),
        entries=[_entry(e) for e in parsed.entries],
        warning=_warning(parsed),
    )


def _warning(parsed: Any) -> str | None:
    if not parsed.get("bozo"):
        return None
    what = _PLACE.sub("", str(parsed.get("bozo_exception")))
    return f"not well-formed, read with guesses ({what})"


def _entry(entry: Any) -> RawEntry:
    details = [entry.get("title_detail"), entry.get("summary_detail"), *entry.get("content", [])]
    return RawEntry(
        id=entry.get("id"),
        title=_text(entry.get("title_detail"), entry.get("title")),
        link=entry.get("link"),
        published=_date(entry, "published"),
        updated=_date(entry, "updated"),
        created=_date(entry, "created"),
        authors=_authors(entry),
        summary=_text(entry.get("summary_detail"), entry.get("summary")),
        contents=[t for c in entry.get("content", []) if (t := _text(c, c.get("value")))],
        lang=next((d["language"] for d in details if d and d.get("language")), None),
        base=next((d["base"] for d in details if d and d.get("base")), None),
        categories=[t for tag in entry.get("tags", []) if (t := tag.get("label") or tag.get("term"))],
        image=_image(entry),
        enclosures=[
            RawEnclosure(link["href"], link.get("type"), link.get("length"))
            for link in entry.get("links", [])
            if link.get("rel") == "enclosure" and link.get("href")
        ],
        media=[
            RawEnclosure(m["url"], m.get("type") or f"{m['medium']}/*", m.get("filesize"), m.get("duration"))
            for m in entry.get("media_content", [])
            if m.get("url") and (m.get("type") or m.get("medium") or "").startswith(("audio", "video", "image"))
        ],
        duration=entry.get("itunes_duration"),
        chapters=_address(entry.get("podcast_chapters")),
        transcript=_address(entry.get("podcast_transcript")),
    )


def _address(element: Any) -> str | None:
    return element.get("url") if isinstance(element, dict) else None


def _text(detail: Any, value: Any) -> RawText | None:
    if not isinstance(value, str):
        return None
    kind = (detail or {}).get("type")
    if kind == "application/xhtml+xml":
        value = _VOID_END.sub("", value)
    return RawText(value, plain=kind == "text/plain")


def _date(entry: Any, name: str) -> datetime | None:
    """Read a date ourselves where we can, so that both readers agree; else take what feedparser made of it."""
    written = dict.get(entry, name)
    if isinstance(written, str) and (read := parse_date(written)) is not None:
        return read
    parsed = dict.get(entry, f"{name}_parsed")
    try:
        year, month, day, hour, minute, second = parsed[:6] if parsed else (0,) * 6
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _authors(entry: Any) -> list[str]:
    named = [a.get("name") or a.get("email") for a in entry.get("authors", [])]
    names = [n for n in named if isinstance(n, str) and n]
    if not names and isinstance(entry.get("author"), str) and (name := person_name(entry["author"])):
        names.append(name)
    return names


def _image(entry: Any) -> str | None:
    for picture in [*entry.get("media_thumbnail", []), *entry.get("media_content", [])]:
        kind = picture.get("type") or picture.get("medium") or "image"
        if picture.get("url") and kind.startswith("image"):
            return str(picture["url"])
    href = entry.get("image", {}).get("href") if isinstance(entry.get("image"), dict) else None
    return href if isinstance(href, str) else None
