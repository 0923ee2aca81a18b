"""From what a document says to what we keep: plain titles, web addresses, clean texts, a key for every entry."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from aggregator.model import Enclosure, ParsedEntry, ParsedFeed
from aggregator.parse.links import absolute_links
from aggregator.text.html import clean_text, html_to_text, one_line, reads_as_html
from aggregator.text.urls import resolve_url, web_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aggregator.parse.document import Document, RawEnclosure, RawEntry, RawText
    from aggregator.parse.hints import Hints

__all__ = ["cleaned"]

# Far above what any outlet writes: keeps a hostile document from filling the database with one entry.
_MAX_TITLE_CHARS = 1000
_MAX_TEXT_CHARS = 1_000_000
_MAX_ID_CHARS = 2000
_MAX_ADDRESS_CHARS = 8000
_MAX_LINE_CHARS = 200
_MAX_LENGTH_DIGITS = 15
_MOST_ENCLOSURES = 50
_DURATION = re.compile(r"([0-9]{1,6}(?::[0-9]{1,2}){0,2})(?:\.[0-9]*)?")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")


def cleaned(document: Document, hints: Hints, url: str | None) -> ParsedFeed:
    """Return the feed that `document`, fetched from `url`, describes."""
    link = _web_address(document.link, document.base or url)
    entries = [e for raw in document.entries if (e := _entry(raw, url or link)) is not None]
    return ParsedFeed(
        title=_title(document.title),
        link=link,
        lang=_line(document.lang),
        entries=tuple(_with_keys_of_their_own(entries)),
        warning=_line(document.warning),
        ttl_s=hints.ttl_s,
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
        hub=_web_address(hints.hub, url),
        self_url=_web_address(hints.self_url, url),
    )


def _entry(raw: RawEntry, base: str | None) -> ParsedEntry | None:
    """Return the entry, or None if there is nothing in it to read or to open."""
    base = resolve_url(base, raw.base) if raw.base else base
    link = _web_address(raw.link, base)
    inner_base = base if raw.base else link or base
    title = _title(raw.title)
    longest = max(_texts(raw), key=lambda text: len(text.value), default=None)
    content = _html(longest, inner_base)
    summary = content if raw.summary is longest else _html(raw.summary, inner_base)
    if not (link or title or summary or content):
        return None
    return ParsedEntry(
        id=_line(raw.id, _MAX_ID_CHARS) or link or _fingerprint(title, summary, content),
        title=title,
        link=link,
        published_at=raw.published or raw.created,
        updated_at=raw.updated,
        authors=_lines(raw.authors),
        summary=summary,
        content=content,
        lang=_line(raw.lang),
        categories=_lines(raw.categories),
        image=_web_address(raw.image, base),
        enclosures=tuple(_enclosures(raw, base, is_post=title is None)),
    )


def _with_keys_of_their_own(entries: list[ParsedEntry]) -> Iterator[ParsedEntry]:
    """Yield each entry once. A guid that entries with different links share is no key: their links are then."""
    links: defaultdict[str, set[str | None]] = defaultdict(set)
    for entry in entries:
        links[entry.id].add(entry.link)
    seen: set[str] = set()
    for entry in entries:
        key = entry.id
        if len(links[key]) > 1:
            key = entry.link or _fingerprint(entry.title, entry.summary, entry.content)
        if key in seen:
            continue
        seen.add(key)
        yield entry if key == entry.id else replace(entry, id=key)


def _title(raw: RawText | None) -> str | None:
    """Return a title as one line of plain text."""
    if raw is None:
        return None
    value = raw.value[: 8 * _MAX_TITLE_CHARS]
    if ("<" in value or "&" in value) and (not raw.plain or reads_as_html(value)):
        value = html_to_text(value)
    return _line(value, _MAX_TITLE_CHARS)


def _html(raw: RawText | None, base: str | None) -> str | None:
    """Return a text as HTML, its links absolute, cleaned of what no database or page can hold."""
    if raw is None or not raw.value:
        return None
    value = clean_text(raw.value[:_MAX_TEXT_CHARS])
    if raw.plain and not reads_as_html(value):
        paragraphs = _BLANK_LINE.split(escape(value, quote=False))
        return paragraphs[0] if len(paragraphs) == 1 else "".join(f"<p>{p}</p>" for p in paragraphs)
    return absolute_links(value, base) or None


def _line(text: str | None, most: int = _MAX_LINE_CHARS) -> str | None:
    """Return a text on one line, cut to a length; None if there is nothing in it."""
    if not text:
        return None
    if len(text) <= most and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip() or None  # as nine in ten are
    return one_line(text[: 4 * most])[:most].strip() or None


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for text in texts if (line := _line(text)))) if texts else ()


def _web_address(address: str | None, base: str | None) -> str | None:
    """Return an absolute http(s) address; None for anything that a browser would not fetch as a page."""
    if not address or len(address) > _MAX_ADDRESS_CHARS or not (address := address.strip()):
        return None
    return web_url(resolve_url(base, address))


def _texts(raw: RawEntry) -> list[RawText]:
    """Return the contents of an entry; feedparser takes what is said of its pictures for content as well."""
    described = {media.alt for media in raw.media if media.alt}
    return [text for text in raw.contents if text.value not in described] if described else raw.contents


def _enclosures(raw: RawEntry, base: str | None, *, is_post: bool) -> Iterator[Enclosure]:
    """Yield the files of an entry once each; those of its recording go with the first sound or film.

    Pictures count in posts, which have no title: elsewhere they are the lead picture in many sizes.
    """
    if not (raw.enclosures or raw.media):
        return
    found: dict[str, Enclosure] = {}
    for given in [*raw.enclosures, *raw.media][:_MOST_ENCLOSURES]:
        file = _enclosure(given, base)
        if file is not None and (is_post or file.kind != "image"):
            known = found.get(file.url, file)
            found[file.url] = replace(known, duration_s=known.duration_s or file.duration_s, alt=known.alt or file.alt)
    recording = next((file for file in found.values() if file.kind in {"audio", "video"}), None)
    for file in found.values():
        yield (
            file
            if file is not recording
            else replace(
                file,
                duration_s=_seconds(raw.duration) or file.duration_s,
                chapters=_web_address(raw.chapters, base),
                transcript=_web_address(raw.transcript, base),
            )
        )


def _enclosure(raw: RawEnclosure, base: str | None) -> Enclosure | None:
    address = _web_address(raw.href, base)
    digits = (raw.length or "").strip()
    is_length = digits.isascii() and digits.isdigit() and len(digits) <= _MAX_LENGTH_DIGITS
    if address is None:
        return None
    return Enclosure(
        url=address,
        type=_line(raw.type),
        length=int(digits) if is_length else None,
        duration_s=_seconds(raw.duration),
        alt=_line(raw.alt, _MAX_TITLE_CHARS),
    )


def _seconds(duration: str | None) -> int | None:
    """Return seconds from 2890, 2890.5, 48:10 or 1:02:03."""
    match = _DURATION.fullmatch((duration or "").strip())
    return (
        sum(int(part) * 60**power for power, part in enumerate(reversed(match[1].split(":")))) or None
        if match
        else None
    )


def _fingerprint(*texts: str | None) -> str:
    """Return a key made from the texts of an entry: the same texts give the same key."""
    digest = hashlib.sha256("\x1f".join(t or "" for t in texts).encode("utf-8"))
    return f"sha256:{digest.hexdigest()[:32]}"
