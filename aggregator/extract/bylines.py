"""Who wrote it: names from JSON-LD, meta and the byline a reader sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from aggregator.extract.han_names import han_names
from aggregator.extract.head import Head
from aggregator.extract.marked_byline import linked_author, marked_authors
from aggregator.extract.names import each_name, name_key, names_in
from aggregator.extract.titles import clean

__all__ = ["find_authors"]

_AUTHOR_META = tuple(
    "parsely-author sailthru.author cxenseparse:author citation_author author article:author_name article:author og:article:author byl "
    "dc.creator dcterms.creator dc.contributor authors lp.article:author".split()
)
_WRITTEN_BY = re.compile(
    r"writ|\bby\b|auth|autor|auteur|verf|geschr|escr|écrit|autore|skrev|opublik|작성|作者|著者|執筆|yazan|автор|kirjo"
)
_ORGANISATION = re.compile(
    r"\b(?:the [A-Z]\w+|staff|team|desk|news|newsroom|press|journal|gazette|tribune|herald|times|post|media|network|magazine|university|school|institute|"
    r"foundation|bank|company|inc|ltd|llc|gmbh|e\.v|editors?|editorial|redaktion|redaction|rédaction|redacción|redazione|board|agency|agencies|association|"
    r"contributors?|reporters?|writers?|report|afp|reuters|dpa|ap|ansa|efe|tass|xinhua|stiftung|blog|group|studio|services?|department|office)\b"
    r"|[\u4e00-\u9fff](?:网络?|網路?|报社?|報社?|日报|日報|晚报|社|台|公司|集团|集團|中心|编辑部|編輯部|政府|委员会|委員會|大学|大學|协会|協會)$",
    re.IGNORECASE,
)
_LINE_BY = re.compile(
    r"^\W{0,3}(?i:by|von|par|por|di|door|av|af|texte?|text by|written by|autor(?:in)?:|geschrieben von|escrito por|publié par)\s+((?:[^\W\d_a-zß-ÿ][\w.'’-]*|\b(?:de|van|von|der|la|le|al|bin|and|und|et|y|e)\b|&|,|\s){3,80}?)(?:\s*(?:[|•·–—(]|\d|,\s+[A-Z]{2,}|$).*)?$"
)
_DATED_BY = re.compile(r"^(?=.*\b(?:19|20)\d\d\b).{6,60}?\s(?i:by|von|par|por|door)\s+([^\W\d_][\w.'’ -]{2,40})$")
_BY_ALONE = re.compile(
    r"\W*(?:(?:written|posted|words|story)\s+by|by|author|autor(?:in)?|von|par|por)\W*", re.IGNORECASE
)
_SIGNED = re.compile(
    r"^\W{0,3}(?i:text|autor(?:in)?|author|words|texto|testo)\s?:\s*([^\W\d_][\w.'’ -]{3,40}?)(?:,\s.{3,80})?$"
)
_INITIALS = re.compile(r"[a-zäöü]{2,4}$")  # "det/dpa": an editor's mark beside the agency's


def find_authors(
    head: Head,
    parser: LexborHTMLParser | None = None,
    *,
    lines: Sequence[str] = (),
    headline: str | None = None,
    site: str | None = None,
) -> tuple[tuple[str, ...], str | None]:
    """Names in the order of the byline, and where they came from.

    `lines` are the page's blocks around its headline and at its end. Order of trust on the pages measured: people in
    JSON-LD, in the publisher's meta, in the byline a reader sees; then organisations in the same order. "Staff" and
    "Admin" are nobody.
    """
    site_keys = {name_key(name) for name in (site, *_publishers(head)) if name}
    offers: tuple[tuple[str, Callable[[], Iterable[tuple[str, ...]]]], ...] = (
        ("json-ld", lambda: (names_in(text, told=True) for text in _ld_names(head))),
        ("meta", lambda: (names_in(text, told=True) for text in _meta_names(head))),
        ("byline", lambda: [marked_authors(parser, headline)] if parser is not None else ()),
        ("text", lambda: [_spoken(lines) or han_names(lines)]),
    )
    spare: tuple[tuple[str, ...], str | None] = ((), None)
    for source, offer in offers:
        names, people = _people(offer(), site_keys)
        if people:
            return names, source
        spare = spare if spare[0] else (names, source)
    linked = linked_author(parser) if parser is not None and not spare[0] else ()
    return (linked, "link") if linked else spare


def _people(strings: Iterable[tuple[str, ...]], site_keys: set[str]) -> tuple[tuple[str, ...], bool]:
    """All names of a byline and whether a person is among them.

    Within one string, an organisation behind a person is where they work ("Ann Lee, Daily Journal") and what follows an
    organisation is its address; the site itself is left out beside anybody else.
    """
    names: list[str] = []
    some = False
    for parts in strings:
        people = [n for n in parts if not _is_organisation(n, site_keys)]
        if people and people[0] == parts[0]:
            names += parts if _INITIALS.match(parts[0]) else people
            some = True
        else:
            names += parts[:1]
    kept = [n for n in names if name_key(n) not in site_keys] or names
    return each_name(kept), some


def _publishers(head: Head) -> Iterator[str]:
    for value in (
        head.article.get("publisher"),
        *(node for node in head.of_type("Organization", "NewsMediaOrganization", "WebSite")),
    ):
        yield from _names_of(value, head, 1)


def _is_organisation(name: str, site_keys: set[str]) -> bool:
    key = name_key(name)
    return key in site_keys or bool(_ORGANISATION.search(name)) or ("." in name.strip(".") and " " not in name)


def _ld_names(head: Head) -> list[str]:
    return list(_names_of(head.article.get("author"), head, 0)) or list(_names_of(head.article.get("creator"), head, 0))


def _names_of(value: Any, head: Head, depth: int) -> Iterator[str]:
    value = head.resolve(value)
    if isinstance(value, str):
        yield clean(value)
    elif isinstance(value, list) and depth < 3:
        for one in value[:20]:
            yield from _names_of(one, head, depth + 1)
    elif isinstance(value, dict) and depth < 3:
        yield from _names_of(value.get("name"), head, depth + 1)


def _meta_names(head: Head) -> Iterator[str]:
    for key in _AUTHOR_META:
        found = [v for v in head.meta.get(key, []) if not v.startswith(("http:", "https:", "//", "www.", "/", "@"))]
        if any(names_in(v) for v in found):
            yield from (" ".join(reversed(v.split(", ", 1))) if key == "citation_author" else v for v in found)
            return
    for n in ("1", "2"):
        if _WRITTEN_BY.search((head.first(f"twitter:label{n}") or "").casefold()):
            yield head.first(f"twitter:data{n}") or ""
            return


def _spoken(lines: Sequence[str]) -> tuple[str, ...]:
    """A byline in plain text: "By Ann Lee" on a line of its own."""
    for line in lines:
        if len(line) <= 120 and (found := _LINE_BY.match(line)) and (names := names_in(found.group(1))):
            return names
    for line, after in zip(lines, [*lines[1:], ""], strict=False):  # no lines, no pairs
        if len(line) > 120:
            continue
        if _BY_ALONE.fullmatch(line) and len(after) <= 40 and (names := names_in(after)):
            return names
        found = _DATED_BY.match(line) or _SIGNED.match(line)
        if found and (names := names_in(found.group(1))):
            return names
    return ()
