"""The facts of a page, each with where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.extract.blocks import Page
from aggregator.extract.bylines import find_authors
from aggregator.extract.dates import find_dates
from aggregator.extract.head import Head
from aggregator.extract.images import find_image
from aggregator.extract.iso import to_iso
from aggregator.extract.names import names_in
from aggregator.extract.rules import SiteRule
from aggregator.extract.titles import choose_title, clean, same_title
from aggregator.model import Article
from aggregator.text.urls import open_url, resolve_url, site_of

__all__ = ["find_facts", "own_address", "told_titles"]

_AROUND_TITLE = (6, 14)  # blocks before and after the headline where bylines and dates stand
_LAST_BLOCKS = 40
_LANG = re.compile(r"[A-Za-z]{2,3}")
_SUBDOMAINS = frozenset({"m", "amp", "mobile", "touch", "edition", "eu", "us", "uk", "int", "www1", "www2", "www3"})
_NO_SECTION = frozenset({"home", "homepage", "startseite", "accueil", "inicio", "news", "article", "articles"})


def find_facts(
    head: Head, parser: LexborHTMLParser, page: Page, *, html: str, url: str | None, rules: SiteRule | None = None
) -> Article:
    """All facts but text, quality, paywall and credit. Unknown is None."""
    sources: dict[str, str] = {}
    canonical, source = own_address(head, url)
    address = open_url(url) if url else canonical
    where = url or canonical
    _note(sources, "canonical_url", source)
    site, source = _site(head, where)
    _note(sources, "site", source)
    title, source = _title(head, parser, site=site, url=where, rules=rules)
    _note(sources, "title", source)
    texts = [block.text for block in page.blocks]
    near, last = _near_title(page, texts, title)
    authors, source = _authors(head, parser, lines=(*near, *last), title=title, site=site, rules=rules)
    _note(sources, "authors", source)
    lang, source = _language(head)
    _note(sources, "lang", source)
    dates = find_dates(head, parser=parser, html=html, url=where, lines=near, elsewhere=texts, lang=lang)
    ruled = _ruled(parser, rules.date if rules else None)
    published, source = (stamp, "rule") if (stamp := to_iso(ruled)) else (dates.published, dates.published_from)
    _note(sources, "published", source)
    _note(sources, "updated", dates.updated_from)
    section, source = _section(head, site)
    _note(sources, "section", source)
    image, source = find_image(head, parser, url=where)
    _note(sources, "image", source)
    return Article(
        url=address, canonical_url=canonical, title=title, authors=authors, published=published, updated=dates.updated,
        lang=lang, site=site, section=section, image=image, sources=sources,
    )  # fmt: skip


def own_address(head: Head, url: str | None) -> tuple[str | None, str | None]:
    """The address that the page calls its own: http(s), of the same site, not a front page unless this is one."""
    here = urlsplit(url).path.strip("/") if url else ""
    offers = [("link", next(iter(head.links.get("canonical", [])), None)), ("meta", head.first("og:url"))]
    main = head.article.get("mainEntityOfPage")
    told = head.article.get("url") or (main.get("@id") if isinstance(main, dict) else main)
    offers.append(("json-ld", told if isinstance(told, str) else None))
    for source, offer in offers:
        address = open_url(resolve_url(url, offer)) if offer else None
        if address is None or (url and not _related(address, url)):
            continue
        parts = urlsplit(address)
        if not parts.path.strip("/") and not parts.query and (here or not url):
            continue  # a template that points every page at the home page
        return address, source
    return None, None


def _related(one: str, other: str) -> bool:
    """Of one host, whatever its device or region. Neighbours on a platform of blogs are not related."""
    return _bare(one) == _bare(other)


def _bare(url: str) -> str:
    host = site_of(url) or ""
    first, _, rest = host.partition(".")
    return rest if first in _SUBDOMAINS and "." in rest else host


def _title(
    head: Head, parser: LexborHTMLParser, *, site: str | None, url: str | None, rules: SiteRule | None
) -> tuple[str | None, str | None]:
    if ruled := _ruled(parser, rules.title if rules else None):
        return clean(ruled), "rule"
    headings = [heading_text(node) for node in parser.css("h1")[:8]]
    names = (site, head.first("og:site_name", "application-name"))
    return choose_title(told=told_titles(head), headings=headings, site_names=names, url=url)


def told_titles(head: Head) -> list[tuple[str, str | None]]:
    """(source, title) as the page tells machines, best first, site names and all."""
    return [
        ("meta", head.first("og:title")),
        ("json-ld", _string(head.article.get("headline"))),
        ("meta", head.first("twitter:title", "dc.title", "sailthru.title", "parsely-title")),
        ("title", head.title),
    ]


def heading_text(node: LexborNode) -> str:
    """A heading's text; parts in elements of their own (a kicker above it) on lines of their own."""
    return node.text(separator="\n") if node.css_first("br, div, p, span, small") else node.text()


def _near_title(page: Page, texts: list[str], title: str | None) -> tuple[list[str], list[str]]:
    """Texts of the blocks around the headline, and of the last ones."""
    headings = [i for i, b in enumerate(page.blocks) if page.elements[b.element].tag == "h1"]
    least, most = (len(title) // 2, 2 * len(title)) if title else (1, 0)
    same = [i for i, text in enumerate(texts) if least <= len(text) <= most and same_title(text, title or "")]
    at = next((i for i in same if i in headings), same[0] if same else (headings[0] if headings else 0))
    before, after = _AROUND_TITLE
    return texts[max(0, at - before) : at + after], texts[-_LAST_BLOCKS:]


def _authors(
    head: Head,
    parser: LexborHTMLParser,
    *,
    lines: Sequence[str],
    title: str | None,
    site: str | None,
    rules: SiteRule | None,
) -> tuple[tuple[str, ...], str | None]:
    if rules and rules.author:
        named = tuple(
            dict.fromkeys(name for node in parser.css(rules.author) for name in names_in(node.text(), told=True))
        )
        if named:
            return named, "rule"
    return find_authors(head, parser, lines=lines, headline=title, site=site)


def _ruled(parser: LexborHTMLParser, selector: str | None) -> str | None:
    """What a site rule's selector finds: the machine-readable value of an element, else its text."""
    node = parser.css_first(selector) if selector else None
    if node is None:
        return None
    attributes = node.attributes
    return attributes.get("datetime") or attributes.get("content") or node.text().strip() or None


def _site(head: Head, url: str | None) -> tuple[str | None, str | None]:
    if named := clean(head.first("og:site_name")):
        return named, "meta"
    for said in (head.article.get("publisher"), *head.of_type("WebSite", "NewsMediaOrganization")):
        value = head.resolve(said)
        if isinstance(value, dict) and (named := clean(_string(value.get("name")))):
            return named, "json-ld"
    if named := clean(head.first("application-name", "apple-mobile-web-app-title", "dc.publisher")):
        return named, "meta"
    host = site_of(url) if url else None
    return host, "url" if host else None


def _section(head: Head, site: str | None) -> tuple[str | None, str | None]:
    value = head.article.get("articleSection")
    value = value[0] if isinstance(value, list) and value else value
    if named := clean(_string(value)):
        return named, "json-ld"
    if named := clean(
        head.first(
            "article:section",
            "og:article:section",
            "section",
            "parsely-section",
            "cxenseparse:section",
            "sailthru.section",
        )
    ):
        return named, "meta"
    crumbs = list(_crumbs(head))
    crumb = next(
        (
            c
            for c in crumbs[1:-1] or crumbs[:-1]
            if c and c.casefold() not in _NO_SECTION and not same_title(c, site or "")
        ),
        None,
    )
    return crumb, "json-ld" if crumb else None


def _crumbs(head: Head) -> Iterator[str]:
    for node in head.of_type("BreadcrumbList"):
        entries = node.get("itemListElement")
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                inner = entry.get("item")
                yield clean(
                    _string(entry.get("name")) or (_string(inner.get("name")) if isinstance(inner, dict) else None)
                )
        return


def _language(head: Head) -> tuple[str | None, str | None]:
    """What the page says: its html element, OpenGraph, JSON-LD. Checked against the text later."""
    for source, value in (
        ("html", head.lang), ("meta", head.first("og:locale", "content-language", "language", "dc.language")),
        ("json-ld", _string(head.article.get("inLanguage"))),
    ):  # fmt: skip
        if value and (code := _LANG.match(value.strip())):
            return code.group().lower()[:2] if len(code.group()) == 2 else code.group().lower(), source
    return None, None


def _note(sources: dict[str, str], fact: str, source: str | None) -> None:
    if source:
        sources[fact] = source


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) else None
