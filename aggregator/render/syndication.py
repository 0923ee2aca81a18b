"""Rows of stories and events as a feed for other readers: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from aggregator.model import Enclosure
from aggregator.render.links import web_link
from aggregator.text.html import SafeHTML
from aggregator.text.tongue import ENGLISH, Tongue

__all__ = ["FeedEntry", "atom_lines", "event_entry", "json_feed", "row_entry", "story_entry"]

_CALLED = ("title", "headline", "outlet", "feed", "of", "name")  # columns that say what a row is of
_TIMES = ("published", "seen", "first", "last", "published_at", "seen_at", "first_at", "last_at")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """What a feed says of one story or event. `id` stays the same for ever; times are ISO 8601 in UTC; `html` beats `text`."""

    id: str
    title: str
    link: str | None
    published: str
    updated: str
    authors: tuple[str, ...] = ()
    source: str | None = None
    text: str | None = None
    html: SafeHTML | None = None
    enclosures: tuple[Enclosure, ...] = ()


def story_entry(row: dict[str, Any]) -> FeedEntry:
    """A row of a story; its text is there if the row has it."""
    return FeedEntry(
        id=f"urn:x-aggregator:story:{row['id']}",
        title=row["title"] or row["url"] or "Untitled",
        link=web_link(row["url"]),
        published=row["published"],
        updated=row["seen"],
        authors=tuple(row["authors"]),
        source=row["outlet"],
        text=row.get("text"),
        enclosures=tuple(
            Enclosure(url=e["url"], type=e["type"], length=e["length"], duration_s=e["duration_s"])
            for e in row.get("enclosures", ())
        ),
    )


def event_entry(row: dict[str, Any], *, page: str, tongue: Tongue = ENGLISH) -> FeedEntry:
    """A row of an event; `page` is the address of its page with `{id}` in it."""
    counts = [
        tongue.ngettext("%(num)s outlet", "%(num)s outlets", row["outlets"]),
        tongue.ngettext("%(num)s independent report", "%(num)s independent reports", row["independent"]),
    ]
    said = [f"{tongue.together(counts)}.", row.get("why") or ""]
    return FeedEntry(
        id=f"urn:x-aggregator:event:{row['id']}",
        title=row["headline"],
        link=web_link(page.format(id=row["id"])),
        published=row["first"],
        updated=row["last"],
        text=" ".join(filter(None, said)),
    )


def row_entry(row: dict[str, Any], *, feed_id: str, at: str) -> FeedEntry:
    """Any row: its columns are the text, and those named as in lists and views are headline, address and times; else `at`.

    A row is known by its `id`, a count by what it is `of`, any other by all it says.
    """
    called = next((str(row[name]) for name in _CALLED if row.get(name)), None)
    shown = {name: " ".join(str(value).split()) for name, value in row.items() if value is not None}
    key = next((shown[name] for name in ("id", "of") if name in shown), None) or json.dumps(shown)
    times = [row[name] for name in _TIMES if _TIME.fullmatch(str(row.get(name)))]
    return FeedEntry(
        id=f"{feed_id}:{hashlib.sha256(key.encode(errors='replace')).hexdigest()[:16]}",
        title=called or ", ".join(shown.values()) or "Untitled",
        link=web_link(str(row["url"])) if row.get("url") else None,
        published=min(times, default=at),
        updated=max(times, default=at),
        text="\n".join(f"{name}: {value}" for name, value in shown.items()),
    )


def atom_lines(entries: Iterable[FeedEntry], *, title: str, feed_id: str, empty_at: str) -> Iterator[str]:
    """An Atom document, entry by entry; it is as old as its first entry, or `empty_at` without any."""
    rest = iter(entries)
    first = next(rest, None)
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
    yield f"<title>{_xml(title)}</title>\n<id>{_xml(feed_id)}</id>"
    yield f"<updated>{first.updated if first else empty_at}</updated>\n<author><name>aggregator</name></author>"
    for entry in itertools.chain([first] if first else [], rest):
        yield "\n".join(_atom_entry(entry))
    yield "</feed>"


def _atom_entry(entry: FeedEntry) -> Iterator[str]:
    yield f"<entry>\n<title>{_xml(entry.title)}</title>\n<id>{_xml(entry.id)}</id>"
    if entry.link:
        yield f'<link rel="alternate" href="{_xml(entry.link)}"/>'
    for file in entry.enclosures:
        more = (("type", file.type), ("length", file.length))
        attributes = "".join(f' {name}="{_xml(str(value))}"' for name, value in more if value)
        yield f'<link rel="enclosure" href="{_xml(file.url)}"{attributes}/>'
    yield f"<published>{entry.published}</published>\n<updated>{entry.updated}</updated>"
    for name in entry.authors or ((entry.source,) if entry.source else ()):
        yield f"<author><name>{_xml(name)}</name></author>"
    if entry.html:
        yield f'<content type="html">{_xml(entry.html)}</content>'
    elif entry.text:
        yield f"<content>{_xml(entry.text)}</content>"
    yield "</entry>"


def json_feed(entries: Iterable[FeedEntry], *, title: str) -> dict[str, Any]:
    """A JSON Feed."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "items": [_json_item(entry) for entry in entries],
    }


def _json_item(entry: FeedEntry) -> dict[str, Any]:
    item = {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_html": entry.html,
        "content_text": None if entry.html else entry.text or entry.title,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "attachments": [_attachment(file) for file in entry.enclosures],
        "authors": [{"name": name} for name in entry.authors or ((entry.source,) if entry.source else ())],
    }
    return {name: value for name, value in item.items() if value}


def _attachment(file: Enclosure) -> dict[str, Any]:
    return {
        "url": file.url,
        "mime_type": file.type or "application/octet-stream",
        **({"size_in_bytes": file.length} if file.length else {}),
        **({"duration_in_seconds": file.duration_s} if file.duration_s else {}),
    }


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
