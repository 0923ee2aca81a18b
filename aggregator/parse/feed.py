"""From bytes to a `ParsedFeed`: which reader is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aggregator.errors import ParseError
from aggregator.parse.bounds import refuse_costly_markup, refuse_too_large, refuse_too_many_tags, without_doctype
from aggregator.parse.cleaning import cleaned
from aggregator.parse.hints import Hints, read_hints
from aggregator.parse.jsonfeed import read_json_feed
from aggregator.parse.wellformed import read_well_formed
from aggregator.text.encoding import to_utf8, without_declaration

if TYPE_CHECKING:
    from aggregator.model import ParsedFeed
    from aggregator.parse.document import Document

__all__ = ["parse_feed", "parse_well_formed", "read_document"]

_GZIP = b"\x1f\x8b"
_HTML_PAGE = re.compile(rb"(?:<!--(?:[^-]++|-(?!->))*-->\s*+)*(?:<!doctype\s+html|<html|<head|<body)", re.IGNORECASE)
_FEED_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF|channel)[\s>]", re.IGNORECASE)


def parse_feed(body: bytes, *, url: str | None = None, content_type: str | None = None) -> ParsedFeed:
    """Read a feed: RSS of any version, Atom, JSON Feed.

    `url` is where it was fetched from: relative links are seen from there. `content_type` is the server's header. Raises
    ParseError, with a line for the reader, if the bytes are no feed. Trouble in one entry never loses the others.

    A feed that is not well-formed goes to feedparser, which takes a second for 2 MB; `parse_well_formed` never asks it.
    """
    document, hints = read_document(body, url=url, content_type=content_type)
    return cleaned(document, hints, url)


def parse_well_formed(body: bytes, *, url: str | None = None, content_type: str | None = None) -> ParsedFeed | None:
    """Read a feed as `parse_feed` does if that is quick and safe in this process; None if it takes feedparser.

    Time and memory are bounded by the size of `body`. Raises ParseError where `parse_feed` would.
    """
    found = _read_quickly(body, url or "", content_type)
    return cleaned(found[0], found[1], url) if isinstance(found, tuple) else None


def read_document(body: bytes, *, url: str | None = None, content_type: str | None = None) -> tuple[Document, Hints]:
    """Return what the document says, uncleaned, and the publisher's wishes about polling. Raises as `parse_feed`."""
    found = _read_quickly(body, url or "", content_type)
    if isinstance(found, tuple):
        return found
    from aggregator.parse.reference import read_anything  # noqa: PLC0415 - feedparser loads slowly and is rarely asked

    refuse_costly_markup(found, url or "")
    return read_anything(found, url or ""), read_hints(found)


def _read_quickly(body: bytes, url: str, content_type: str | None) -> tuple[Document, Hints] | bytes:
    """Return what the document says or, if only feedparser can tell, its well-encoded bytes."""
    refuse_too_large(body, url)
    if body.startswith(_GZIP):
        raise ParseError("the document is compressed (gzip) without saying so, not a feed", url=url)
    data = without_declaration(to_utf8(body, content_type))
    if not data:
        raise ParseError("the document is empty", url=url)
    if data[:1] in {b"{", b"["} or "json" in (content_type or ""):
        return read_json_feed(data, url)
    if b"<" not in data:
        raise ParseError("the document is not a feed: it holds no markup at all", url=url)
    if _HTML_PAGE.match(data) and not _FEED_ROOT.search(data):
        raise ParseError("this is an HTML page, not a feed", url=url)
    data = without_doctype(data)
    refuse_too_many_tags(data, url)
    document = read_well_formed(data)
    return (document, read_hints(data)) if document else data
