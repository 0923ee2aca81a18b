"""Texts, dates and attributes as elements of a feed hold them: plain, escaped or as XHTML (RFC 4287, section 3.1)."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from lxml import etree

from aggregator.parse.document import RawText
from aggregator.parse.repair import repaired
from aggregator.text.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

__all__ = [
    "CONTENT_TYPES",
    "XHTML",
    "Odd",
    "attribute_of",
    "content_of",
    "date_of",
    "language_of",
    "stands_elsewhere",
    "text_of",
]

XHTML = "application/xhtml+xml"
CONTENT_TYPES = {
    "text": "text/plain", "plain": "text/plain", "text/plain": "text/plain",
    "html": "text/html", "text/html": "text/html",
    "xhtml": XHTML, XHTML: XHTML,
}  # fmt: skip
_ATOM = "{http://www.w3.org/2005/Atom}"
_FOREIGN = ("{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1998/Math/MathML}")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# In markup that nobody escaped, feedparser takes the end of one of these for the end of an element of the feed.
_MEANINGFUL = frozenset({
    "abstract", "author", "body", "category", "cloud", "content", "contributor", "copyright", "created", "creator", "date",
    "description", "email", "encoded", "enclosure", "entry", "expirationdate", "feed", "fullitem", "generator", "group",
    "guid", "height", "homepage", "id", "image", "info", "issued", "item", "keywords", "language", "lastbuilddate", "link",
    "managingeditor", "modified", "name", "newlocation", "pubdate", "published", "rights", "rss", "source", "subject",
    "subtitle", "summary", "svg", "tagline", "tags", "textinput", "thumbnail", "title", "updated", "uri", "url", "webmaster",
    "width",
})  # fmt: skip


class Odd(Exception):
    """The document holds something whose meaning only feedparser knows: no error, but a note that it has to look."""


def text_of(element: Any) -> str:
    """Return the text of an element that holds nothing else."""
    if len(element):
        raise Odd
    return element.text or ""


def date_of(element: Any) -> datetime | None:
    """Return the moment that an element names."""
    return parse_date(repaired(text_of(element)))


def language_of(name: str | None) -> str | None:
    """Return a language tag as `en-GB`, or None."""
    return (name or "").strip().replace("_", "-") or None


def attribute_of(element: Any, name: str, default: str | None = None) -> Any:
    """Return an attribute whatever the case of its name."""
    value = element.get(name)
    if value is not None or not len(element.attrib):
        return default if value is None else value
    name = name.lower()
    return next((v for k, v in element.attrib.items() if k.lower() == name), default)


def content_of(element: Any, default: str) -> RawText:
    """Return a text construct as HTML or plain text; `default` is its type where it names none."""
    kind = default
    if len(element.attrib):
        kind = CONTENT_TYPES.get((attribute_of(element, "type") or default).lower(), "")
        if not kind or attribute_of(element, "mode") == "base64":
            raise Odd
    if kind != XHTML and not len(element):
        return RawText(repaired(element.text or ""), plain=kind == "text/plain")
    return RawText(repaired(_markup(element, is_declared=kind == XHTML)))


def stands_elsewhere(element: Any) -> bool:
    """Whether this is content by its address only, of a type that is no text (RFC 4287, section 4.1.3.2)."""
    kind = attribute_of(element, "type")
    return bool(kind) and kind.lower() not in CONTENT_TYPES and not len(element) and not (element.text or "").strip()


def _markup(element: Any, *, is_declared: bool) -> str:
    """Return what stands in an element as HTML, without the `<div>` that RFC 4287 puts around XHTML.

    If the element does not declare it as XHTML, nobody escaped it, and the text before the first tag is HTML as it stands.
    """
    if any(_local(node) in _MEANINGFUL and not node.tag.startswith(_FOREIGN) for node in element.iterdescendants()):
        raise Odd
    is_title = _local(element) == "title"
    divs = [child for child in element if _local(child) == "div"]
    if not is_declared:
        if is_title or divs:
            raise Odd
        return (element.text or "") + "".join(_pieces(element))
    if is_title and divs and not element.tag.startswith(_ATOM):
        raise Odd
    if divs and len(element) == 1 and not f"{element.text or ''}{divs[0].tail or ''}".strip():
        element = divs[0]
    return escape(element.text or "", quote=False) + "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node is element:
            continue
        name = _local(node)
        if event == "start":
            attributes = "".join(f' {k.rpartition("}")[2]}="{escape(v)}"' for k, v in node.attrib.items())
            yield f"<{name}{attributes}>{escape(node.text or '', quote=False)}"
        else:
            yield ("" if name in _VOID else f"</{name}>") + escape(node.tail or "", quote=False)


def _local(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]
