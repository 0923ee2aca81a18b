"""What no feed needs, taken out or refused before any parser sees it: linear passes over the bytes.

feedparser takes seconds for a hundred thousand nested or unclosed tags or attributes, and entity declarations can make a
kilobyte into gigabytes. The limits are far above what feeds in the wild reach: of 2,700 the deepest had 11 levels, the
widest tag 14 attributes, three had an entity declaration, none of them nested.
"""

from __future__ import annotations

import re

from aggregator.errors import ParseError

__all__ = [
    "MAX_SIZE_BYTES",
    "refuse_costly_markup",
    "refuse_too_large",
    "refuse_too_many_tags",
    "without_doctype",
]

MAX_SIZE_BYTES = 32 * 2**20
_MAX_DEPTH = 200
_MAX_TAGS = 300_000
_MAX_TAG_BYTES = 2**16
_MAX_ATTRIBUTES = 250
_MAX_NAMESPACES = 1000
_MAX_SHORT_BYTES = 4096  # an author, a list of keywords
_MAX_SQUARES = 1_000_000  # comparisons of categories: a second of work, 1,400 categories in one entry
_ENTRIES = frozenset({b"item", b"entry"})
_CATEGORIES = frozenset({b"category", b"keywords", b"subject"})
_SHORT_TEXTS = frozenset(
    {b"author", b"creator", b"managingeditor", b"webmaster", b"publisher", b"owner", b"name", b"keywords", b"tags"}
)
_MAX_ENTITIES = 300
_MAX_ENTITY_BYTES = 200
_MAX_GROWTH_BYTES = 2**20

# Comments, CDATA and processing instructions are stepped over; one that is not closed reaches to the end: so it is linear.
_TOKEN = re.compile(
    rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"
    rb"|<(?P<close>/?)(?P<name>[A-Za-z_][^\s/><]*+)(?P<rest>[^<>]*+)",
    re.DOTALL,
)
_PROLOG = re.compile(rb"(?:\s*+(?:<!--(?:[^-]++|-(?!->))*-->|<\?(?:[^?]++|\?(?!>))*\?>))*\s*+")
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_ANY_ENTITY = re.compile(rb"<!ENTITY[^>]*+>?", re.IGNORECASE)
_FIRST_ELEMENT = re.compile(rb"<[A-Za-z_]")
_ENTITY = re.compile(rb"""<!ENTITY\s+([A-Za-z_][\w.\-]*)\s+(?:"([^"&%<]*|&\#\w{1,9};)"|'([^'&%<]*|&\#\w{1,9};)')\s*>""")
_REFERENCE = re.compile(rb"&([A-Za-z_][\w.\-]*);")


def refuse_too_large(body: bytes, url: str = "") -> None:
    """Raise ParseError for a document larger than any feed."""
    if len(body) > MAX_SIZE_BYTES:
        raise ParseError(f"the document is larger than {MAX_SIZE_BYTES // 2**20} MiB, no feed is", url=url)


def refuse_too_many_tags(data: bytes, url: str = "") -> None:
    """Raise ParseError if there are more tags than a parser that bounds the rest itself should be given (1 GB/s)."""
    if data.count(b"<") > _MAX_TAGS and sum(1 for token in _TOKEN.finditer(data) if token["name"]) > _MAX_TAGS:
        raise ParseError(f"the document has more than {_MAX_TAGS} tags, no feed has", url=url)


def refuse_costly_markup(data: bytes, url: str = "") -> None:
    """Raise ParseError for what feedparser would take minutes over (13 MB/s).

    Its time grows with the square of the categories of an entry, of the names of namespaces, of a long author, and far
    too fast with depth, unclosed tags and attributes.
    """
    refuse_too_many_tags(data, url)
    if data.count(b"xmlns:") > _MAX_NAMESPACES:
        raise ParseError("the document declares more namespaces than any feed needs", url=url)
    depth = 0
    shape = _Shape()
    for token in _TOKEN.finditer(data):
        rest = token["rest"]
        if rest is None:
            continue
        depth += -1 if token["close"] else not rest.endswith(b"/")
        if depth > _MAX_DEPTH:
            raise ParseError(f"tags are nested more than {_MAX_DEPTH} deep, or not closed", url=url)
        if len(rest) > _MAX_TAG_BYTES or rest.count(b"=") > _MAX_ATTRIBUTES:
            raise ParseError("a tag has more attributes than any feed needs", url=url)
        if not shape.allows(token["name"].rpartition(b":")[2].lower(), token.start()):
            raise ParseError("an entry has more categories, or a longer author, than any feed needs", url=url)


class _Shape:
    """What has been seen of the entry so far: how many categories, and where the last short text began."""

    def __init__(self) -> None:
        self.categories = self.squares = 0
        self.short_from: int | None = None

    def allows(self, name: bytes, at: int) -> bool:
        if self.short_from is not None and at - self.short_from > _MAX_SHORT_BYTES:
            return False
        self.short_from = at if name in _SHORT_TEXTS else None
        if name in _ENTRIES:
            self.categories = 0
        elif name in _CATEGORIES:
            self.categories += 1
            self.squares += self.categories
        return self.squares <= _MAX_SQUARES


def without_doctype(data: bytes) -> bytes:
    """Return XML without its document type declaration, the short plain entities that it declares put in their places.

    Entities that hold others, that are long, external or parameters are not expanded: references to them stay as they are
    written. So neither "billion laughs" nor quadratic growth nor a look at another file can happen in any parser after this.
    """
    prolog = _PROLOG.match(data)
    start = prolog.end() if prolog else 0
    if not _DOCTYPE.match(data, start):
        return _without_stray_entities(data)
    end = _end_of_doctype(data, start)
    entities: dict[bytes, bytes] = {}
    for match in _ENTITY.finditer(data, start, end):
        value = match[2] if match[2] is not None else match[3]
        if len(value) <= _MAX_ENTITY_BYTES and len(entities) < _MAX_ENTITIES:
            entities.setdefault(match[1], value)
    rest = _without_stray_entities(data[:start] + data[end:])
    return _with_entities(rest, entities) if entities else rest


def _without_stray_entities(data: bytes) -> bytes:
    """Cut declarations that stand where no declaration may: libxml2 refuses them, feedparser would use them."""
    first = _FIRST_ELEMENT.search(data)
    head_ends = first.start() if first else len(data)
    if not _ANY_ENTITY.search(data, 0, head_ends):
        return data
    return _ANY_ENTITY.sub(b"", data[:head_ends]) + data[head_ends:]


def _end_of_doctype(data: bytes, start: int) -> int:
    """Return where the declaration at `start` ends: after `>`, or after `]` and `>` if it has an internal subset."""
    opened, closed = data.find(b"[", start), data.find(b">", start)
    if 0 <= opened < closed:
        subset_end = data.find(b"]", opened)
        closed = data.find(b">", subset_end) if subset_end >= 0 else -1
    return closed + 1 if closed >= 0 else len(data)


def _with_entities(data: bytes, entities: dict[bytes, bytes]) -> bytes:
    growth = sum(len(entities.get(name, b"")) for name in _REFERENCE.findall(data))
    if growth > _MAX_GROWTH_BYTES:
        return data
    return _REFERENCE.sub(lambda m: entities.get(m[1], m[0]), data)
