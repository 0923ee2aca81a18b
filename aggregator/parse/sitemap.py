"""News sitemaps: the addresses and titles of the last two days that outlets keep for search engines.

An outlet without a feed often has one (https://www.google.com/schemas/sitemap-news/0.9). A sitemap without news is no feed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aggregator.parse.document import Document, RawEntry, RawText
from aggregator.text.dates import parse_date

if TYPE_CHECKING:
    from aggregator.parse.elements import Names

__all__ = ["read_news_sitemap"]


def read_news_sitemap(root: Any, names: Names) -> Document | None:
    """Return the entries of a `<urlset>`, one for each address with news about it; None if there is none."""
    document = Document()
    for url in root:
        facts = {names.of(element): (element.text or "").strip() for element in url.iter()}
        if facts.get("sitemap:loc") and facts.get("news:title"):
            document.title = document.title or _text(facts.get("news:name"))
            document.lang = document.lang or facts.get("news:language") or None
            document.entries.append(_entry(facts))
    return document if document.entries else None


def _entry(facts: dict[str, str]) -> RawEntry:
    return RawEntry(
        title=_text(facts["news:title"]),
        link=facts["sitemap:loc"],
        published=parse_date(facts.get("news:publication_date", "")),
        updated=parse_date(facts.get("sitemap:lastmod", "")),
        lang=facts.get("news:language") or None,
        categories=[keyword for k in facts.get("news:keywords", "").split(",") if (keyword := k.strip())],
        image=facts.get("image:loc") or None,
    )


def _text(value: str | None) -> RawText | None:
    return RawText(value, plain=True) if value else None
