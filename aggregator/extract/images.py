"""The lead image: where it is, what it shows, how large it is said to be."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from aggregator.extract.head import Head
from aggregator.extract.titles import clean
from aggregator.text.urls import open_url, resolve_url

__all__ = ["find_image"]

_FURNITURE = re.compile(
    r"(?:^|[/_.-])(?:logo|logos|placeholder|default|sprite|icon|icons|favicon|avatar|blank|spacer|pixel|no-?image|share-?image|fallback|og-?default)(?:[/_.-]|\d|$)",
    re.IGNORECASE,
)


def find_image(head: Head, parser: LexborHTMLParser, *, url: str | None) -> tuple[dict[str, Any] | None, str | None]:
    """`{"url", "alt", "width", "height"}` and its source: JSON-LD, then OpenGraph, then Twitter; never a logo."""
    base = url or head.first("og:url") or ""
    offers = [("meta", _meta(head, "og:image:secure_url", "og:image", "og:image:url")), ("json-ld", _ld(head.article.get("image"), head)),
              ("meta", _meta(head, "twitter:image", "twitter:image:src", "thumbnail")), ("meta", {"url": next(iter(head.links.get("image_src", [])), None)})]  # fmt: skip
    for source, found in offers:
        address = _address(found.get("url"), base)
        if address and not _FURNITURE.search(urlsplit(address).path):
            image = {"url": address, "alt": None, "width": None, "height": None} | {
                k: v for k, v in found.items() if k != "url" and v
            }
            image["alt"] = image["alt"] or _alt_in_body(parser, address)
            return image, source
    return None, None


def _meta(head: Head, *names: str) -> dict[str, Any]:
    found = head.first(*names)
    if not found:
        return {}
    if names[0].startswith("twitter"):
        return {"url": found, "alt": clean(head.first("twitter:image:alt")) or None}
    return {
        "url": found, "alt": clean(head.first("og:image:alt", "twitter:image:alt")) or None,
        "width": _pixels(head.first("og:image:width")), "height": _pixels(head.first("og:image:height")),
    }  # fmt: skip


def _ld(value: Any, head: Head) -> dict[str, Any]:
    value = value[0] if isinstance(value, list) and value else value
    value = head.resolve(value)
    if isinstance(value, str):
        return {"url": value}
    if not isinstance(value, dict):
        return {}
    address = value.get("url") or value.get("contentUrl")
    address = address[0] if isinstance(address, list) and address else address
    alt = next((clean(v) for key in ("caption", "description", "name") if isinstance(v := value.get(key), str)), None)
    return {
        "url": address if isinstance(address, str) else None,
        "alt": alt or None,
        "width": _pixels(value.get("width")),
        "height": _pixels(value.get("height")),
    }


def _address(address: Any, base: str) -> str | None:
    if not isinstance(address, str) or not address.strip():
        return None
    joined = resolve_url(base, address.strip()) if base else address.strip()
    return open_url(joined) if joined else None


def _pixels(value: Any) -> int | None:
    if isinstance(value, dict):
        value = value.get("value")
    digits = re.match(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$", str(value)) if value is not None else None
    return int(digits[1]) or None if digits else None


def _alt_in_body(parser: LexborHTMLParser, address: str) -> str | None:
    """The alternative text of the same picture in the body (same file name, whatever its size)."""
    name = urlsplit(address).path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if len(name) < 6:
        return None
    for node in parser.css("img[alt]")[:60]:
        attributes = node.attributes
        if attributes.get("alt") and any(
            name in (attributes.get(key) or "") for key in ("src", "data-src", "srcset", "data-srcset")
        ):
            return clean(attributes["alt"]) or None
    return None
