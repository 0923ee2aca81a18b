"""A page without a feed, read as one: CSS selectors say which part of it is an entry.

For pages that list news, such as an authority's press releases. The selectors come from the subscription.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aggregator.errors import ParseError
from aggregator.parse.cleaning import cleaned
from aggregator.parse.document import Document, RawEntry, RawText
from aggregator.parse.hints import Hints
from aggregator.text.dates import parse_date
from aggregator.text.encoding import to_utf8
from aggregator.text.html import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.model import PageSelectors, ParsedFeed

__all__ = ["parse_page"]

_MAX_PAGE_BYTES = 4 * 2**20
_MAX_ENTRIES = 500


def parse_page(body: bytes, *, url: str, selectors: PageSelectors, content_type: str | None = None) -> ParsedFeed:
    """Read the HTML page at `url` as a feed; raise ParseError if a selector is wrong or no entry is found with it."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError  # noqa: PLC0415 - feeds are read without it

    tree = LexborHTMLParser(to_utf8(body[:_MAX_PAGE_BYTES], content_type).decode("utf-8"))
    try:
        found = tree.css(selectors.entry)[:_MAX_ENTRIES]
        entries = [entry for node in found if (entry := _entry(node, selectors)).link]
    except (SelectolaxError, ValueError) as exc:
        raise ParseError(f"a CSS selector of this page cannot be read ({exc})", url=url) from exc
    if not entries:
        raise ParseError(f"nothing on this page matches {selectors.entry!r}: it may have changed", url=url)
    title, root = tree.css_first("title"), tree.css_first("html")
    document = Document(
        title=_text(title),
        link=url,
        lang=(root.attributes.get("lang") if root else None) or None,
        entries=entries,
    )
    return cleaned(document, Hints(), url)


def _entry(node: Any, selectors: PageSelectors) -> RawEntry:
    link = _first(node, selectors.link or "a[href]")
    if link is None and node.tag == "a":
        link = node
    title = _first(node, selectors.title) if selectors.title else link
    summary = _first(node, selectors.summary)
    return RawEntry(
        title=_text(title),
        link=link.attributes.get("href") if link is not None else None,
        published=_date(_first(node, selectors.date or "time")),
        summary=RawText(summary.html or "") if summary is not None else None,
    )


def _first(node: Any, selector: str | None) -> Any:
    return node.css_first(selector) if selector else None


def _text(node: Any) -> RawText | None:
    return RawText(one_line(node.text(separator=" ")), plain=True) if node is not None else None


def _date(node: Any) -> datetime | None:
    if node is None:
        return None
    return parse_date(node.attributes.get("datetime") or "") or parse_date(one_line(node.text()))
