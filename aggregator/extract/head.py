"""What a page says about itself to machines: meta elements, links and JSON-LD.

Read with beautifulsoup4 over a digest of the head only: `<meta>` in a body belongs to embedded things (reading the whole
page drops the precision of authors from .88 to .77), and a full parse costs ten times as much.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from bs4 import BeautifulSoup

__all__ = ["Head", "read_head"]

_HEAD_CHARS = 400_000
_HEAD_END = re.compile(r"</head\s*>|<body[\s>]", re.IGNORECASE)
_KEPT = re.compile(
    r"""<(?:meta|link|base|html)\b(?:[^<>"']|"[^"]{0,8000}"|'[^']{0,8000}'){0,4000}>|<title\b[^<>]{0,2000}>[^<]{0,5000}</title\s*>|<(?:script|style|noscript)\b""",
    re.IGNORECASE,
)
# What says nothing of the article, though there are many of it.
_IDLE = re.compile(
    r"""<link\b(?!.*?(?:canonical|image_src))|<meta\b.*?(?:name|property|http-equiv)\s*=\s*["']?"""
    r"""(?:viewport|robots|googlebot|bingbot|generator|theme-color|msapplication|apple-|format-detection|fb:|al:|google-|msvalidate|p:domain|"""
    r"""yandex|x-ua|csrf|referrer|content-type|origin-trial|next-head|handheldfriendly|mobileoptimized|color-scheme|ahrefs|facebook-domain)""",
    re.IGNORECASE | re.DOTALL,
)
_SCRIPT = re.compile(r"<script\b[^<>]{0,2000}?application/ld\+json[^<>]{0,2000}>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
_LD_CHARS = 600_000
_CONTROL = re.compile(r"[\x00-\x1f]+")
_PLAIN_FACT = re.compile(
    r'"(@type|headline|datePublished|dateModified|articleSection|inLanguage)"\s*:\s*"((?:[^"\\\n]|\\.){1,500})"'
)
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_ARTICLE_TYPES = re.compile(
    r"(?:Article|BlogPosting|Report|LiveBlogPosting|SocialMediaPosting|Recipe|Review|HowTo|Posting)$"
)
_MAX_NODES = 3_000


@dataclass(slots=True)
class Head:
    """The head of a page. `meta` maps lower-case names and properties to their contents in order."""

    title: str | None = None
    lang: str | None = None
    meta: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)  # rel -> href
    nodes: list[dict[str, Any]] = field(default_factory=list)  # all JSON-LD nodes, in order
    article: dict[str, Any] = field(default_factory=dict)  # the one that is the article, or {}

    def first(self, *names: str) -> str | None:
        """The first content of the first of these meta names that the page has."""
        for name in names:
            if values := self.meta.get(name):
                return values[0]
        return None

    def of_type(self, *types: str) -> Iterator[dict[str, Any]]:
        """JSON-LD nodes of one of these types."""
        return (node for node in self.nodes if not types_of(node).isdisjoint(types))

    def resolve(self, value: Any) -> Any:
        """The node that a bare JSON-LD reference ({"@id": …}) names."""
        if isinstance(value, dict) and set(value) <= {"@id", "@type"} and "@id" in value:
            return next((n for n in self.nodes if n.get("@id") == value["@id"] and len(n) > len(value)), value)
        return value


def types_of(node: dict[str, Any]) -> frozenset[str]:
    """The node's types without their namespace."""
    kinds = node.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return frozenset(k.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for k in kinds if isinstance(k, str))


def read_head(html: str) -> Head:
    """Cost: 2-4 ms, of which JSON-LD 0.4."""
    end = _HEAD_END.search(html, 0, _HEAD_CHARS)
    digest = _digest(html, end.start() if end else min(len(html), _HEAD_CHARS))
    soup = BeautifulSoup(f"<head>{digest}</head>" if not digest.lower().startswith("<html") else digest, "lxml")
    head = Head()
    for tag in soup.find_all(["html", "title", "meta", "link"]):
        attributes = tag.attrs
        if tag.name == "meta":
            content = str(attributes.get("content") or "").strip()
            for key in ("property", "name", "itemprop", "http-equiv"):
                if content and attributes.get(key):
                    head.meta.setdefault(str(attributes[key]).strip().lower(), []).append(_once_more(content))
        elif tag.name == "link":
            for rel in attributes.get("rel") or []:
                if href := attributes.get("href"):
                    head.links.setdefault(str(rel).lower(), []).append(str(href).strip())
        elif tag.name == "title":
            head.title = head.title or tag.get_text().strip() or None
        else:
            head.lang = str(attributes.get("lang") or attributes.get("xml:lang") or "").strip() or None
    head.nodes = list(_nodes(html))
    head.article = _article(head)
    return head


def _digest(html: str, end: int) -> str:
    """The elements of the head that say something, without scripts and styles (which may hold markup in strings)."""
    kept, at = [], 0
    while found := _KEPT.search(html, at, end):
        at = found.end()
        name = found.group()[1:7].lower()
        if name.startswith(("script", "style", "noscri")):
            over = html.find("</", at, end)
            while over >= 0 and html[over + 2 : over + 7].lower() != found.group()[1:6].lower():
                over = html.find("</", over + 2, end)
            if over < 0:
                break
            at = over
        elif not _IDLE.search(found.group()):
            kept.append(found.group())
    return "".join(kept)


def _once_more(content: str) -> str:
    """Many publishers escape twice."""
    return unescape(content) if "&" in content else content


def _nodes(html: str) -> Iterator[dict[str, Any]]:
    budget = _MAX_NODES
    for script in _SCRIPT.finditer(html):
        end = _SCRIPT_END.search(html, script.end(), script.end() + _LD_CHARS)
        if end is None:
            continue
        stack = [_loads(html[script.end() : end.start()])]
        while stack and budget:
            value = stack.pop()
            budget -= 1
            if isinstance(value, list):
                stack.extend(reversed(value[:500]))
            elif isinstance(value, dict):
                if "@type" in value or "@graph" in value:
                    yield value
                stack.extend(v for v in reversed(value.values()) if isinstance(v, (dict, list)))


def _loads(text: str) -> Any:
    """JSON as found in pages: wrapped in comments, with raw line breaks, with a comma too many."""
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip()
    text = text.removeprefix("//<![CDATA[").removesuffix("//]]>").strip().rstrip(";")
    for mend in (str, lambda t: _TRAILING_COMMA.sub("", _CONTROL.sub(" ", t)), unescape):
        try:
            return json.loads(mend(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return _salvaged(text)


def _salvaged(text: str) -> dict[str, str] | None:
    """What can be read of JSON that is broken: the first of each plain fact."""
    found: dict[str, str] = {}
    for match in _PLAIN_FACT.finditer(text):
        with contextlib.suppress(ValueError):
            found.setdefault(match[1], json.loads(f'"{match[2]}"', strict=False))
    return found if "@type" in found else None


def _article(head: Head) -> dict[str, Any]:
    """The node that describes this page's article: named like the page, with a text, else the first."""
    best, best_score = {}, 0.0
    named = (head.first("og:title") or head.title or "").casefold()
    for n, node in enumerate(head.nodes):
        kinds = types_of(node)
        if not any(_ARTICLE_TYPES.search(kind) for kind in kinds):
            continue
        score = 1.0 - n / 1e4
        headline = node.get("headline") or node.get("name")
        if isinstance(headline, str) and headline:
            score += 1 + 2 * (unescape(headline).casefold()[:30] in named)
        score += isinstance(node.get("articleBody"), str) + bool(node.get("datePublished")) + bool(node.get("author"))
        score -= 1.5 * bool(kinds & {"Review", "Recipe", "HowTo"})
        if score > best_score:
            best, best_score = node, score
    return best
