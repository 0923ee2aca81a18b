"""The fast reader: well-formed RSS and Atom through libxml2.

It answers only where it is sure to agree with feedparser; anything else it leaves to `reference` by returning None. That they
agree, field by field, is what `tests/integration/test_parse_real_feeds.py` checks.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from aggregator.parse.constructs import Odd, language_of
from aggregator.parse.document import Document, RawEntry
from aggregator.parse.elements import EntryReader, Names
from aggregator.parse.mending import mended
from aggregator.parse.sitemap import read_news_sitemap

__all__ = ["read_well_formed"]

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_CDF_ATTRIBUTES = frozenset({"href", "lastmod"})  # Microsoft's Channel Definition Format
_ENTRIES = frozenset({"item", "entry"})
_ABOUT_FEED = frozenset({"title", "dc:title", "link", "id", "guid", "language", "dc:language"})
_DESCRIPTIONS = frozenset({"description", "dc:description", "media:description"})
_CONTENTS = frozenset({"content", "content:encoded", "fullitem"})
_TEXTS = _DESCRIPTIONS | _CONTENTS | {"summary", "itunes:summary"}
_ASIDES = frozenset({"image", "textinput"})


def read_well_formed(data: bytes) -> Document | None:
    """Read UTF-8 XML without declaration and DOCTYPE; None where it is not well-formed or holds anything unusual.

    libxml2's own limits hold (256 levels, 10 MB a text, no entities): bounded in time and memory by the size of `data`.
    """
    try:
        root = _unwrapped(_tree(data))
        return _read(root, Names(root, has_bases=b"base=" in data or b"base =" in data))
    except (etree.XMLSyntaxError, Odd):
        return None


def _tree(data: bytes) -> Any:
    """Return the root of the tree; what is commonly wrong in feeds is mended if the document cannot be read without."""
    try:
        return etree.fromstring(data, _parser())
    except etree.XMLSyntaxError:
        mended_data = mended(data)
        if mended_data == data:
            raise
        return etree.fromstring(mended_data, _parser())


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _unwrapped(root: Any) -> Any:
    """Some feeds stand in an HTML page of their own: return the innermost element that is alone at its level."""
    while len(root) == 1 and root.tag.rpartition("}")[2] in {"html", "body"}:
        root = root[0]
    return root


def _read(root: Any, names: Names) -> Document:
    name = names.of(root)
    if name == "sitemap:urlset" and (news := read_news_sitemap(root, names)):
        return news
    if name not in {"rss", "rdf:rdf", "feed", "channel"}:
        raise Odd
    document = Document(base=names.base_of(root) or None, lang=language_of(root.get(_XML_LANG) or root.get("lang")))
    if name in {"feed", "channel"}:
        _read_feed(root, document, names, depth=2)
    else:
        _read_around_channel(root, document, names)
    return document


def _read_around_channel(root: Any, document: Document, names: Names) -> None:
    """RSS 2.0 holds its items in the channel, RSS 0.9 and 1.0 beside it."""
    for child in root:
        name = names.of(child)
        if name == "channel":
            document.base = names.base_of(child) or document.base
            _read_feed(child, document, names, depth=3)
        elif name in _ENTRIES:
            document.entries.append(_read_entry(child, names, depth=2))
        elif name in _ASIDES:
            names.title_depth = -1
        else:
            _refuse_entries_inside(child, names)


def _read_feed(channel: Any, document: Document, names: Names, *, depth: int) -> None:
    about = EntryReader(RawEntry(), names, depth=depth)
    has_summary = False
    for child in channel:
        name = names.of(child)
        if name in _ENTRIES:
            document.entries.append(_read_entry(child, names, depth))
        elif name in _ASIDES:
            names.title_depth = -1
        elif name in _ABOUT_FEED:
            about.read_one(child)
        elif name in _TEXTS:
            names.has_content = names.has_content or has_summary or name in _CONTENTS
            has_summary = has_summary or name not in _DESCRIPTIONS
        else:
            _refuse_entries_inside(child, names)
    document.title, document.link = about.entry.title or document.title, about.entry.link or document.link
    document.lang = about.entry.lang or document.lang


def _refuse_entries_inside(child: Any, names: Names) -> None:
    if len(child) and any(names.of(d) in _ENTRIES | {"title", "link"} for d in child.iterdescendants()):
        raise Odd


def _read_entry(item: Any, names: Names, depth: int) -> RawEntry:
    if len(item.attrib) and any(name.lower() in _CDF_ATTRIBUTES for name in item.attrib):
        raise Odd
    entry = RawEntry(
        id=item.get(_RDF_ABOUT) or None,
        lang=language_of(item.get(_XML_LANG) or item.get("lang")),
        base=names.base_of(item) or None,
    )
    names.title_depth = -1
    EntryReader(entry, names, depth=depth + 1).read(item)
    names.has_content = False
    return entry
