"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/): what is well-typed is taken, the rest is passed over."""

from __future__ import annotations

import json
from typing import Any

from aggregator.errors import ParseError
from aggregator.parse.document import Document, RawEnclosure, RawEntry, RawText
from aggregator.parse.hints import Hints
from aggregator.text.dates import parse_date

__all__ = ["read_json_feed"]

_MAX_DIGITS = 40  # Python refuses to convert integers of some thousand digits


def read_json_feed(data: bytes, url: str = "") -> tuple[Document, Hints]:
    """Read UTF-8 JSON; raise ParseError if it is not JSON or not a feed."""
    try:
        feed = json.loads(data, parse_int=_number, parse_constant=lambda _: None)
    except RecursionError as exc:
        raise ParseError("the JSON is nested too deep to be a feed", url=url) from exc
    except ValueError as exc:
        raise ParseError(f"the document is not valid JSON ({exc})", url=url) from exc
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise ParseError("the document is JSON, but not a JSON Feed: it has no list of items", url=url)
    document = Document(
        title=_plain(feed.get("title")),
        link=_address(feed.get("home_page_url")),
        lang=_string(feed.get("language")),
        entries=[_entry(item) for item in feed["items"] if isinstance(item, dict)],
    )
    hub = next((_address(h.get("url")) for h in _dicts(feed.get("hubs"))), None)
    return document, Hints(hub=hub, self_url=_address(feed.get("feed_url")))


def _entry(item: dict[str, Any]) -> RawEntry:
    html, text = _string(item.get("content_html")), _string(item.get("content_text"))
    content = RawText(html) if html else _plain(text)
    attachments = [(a, _address(a.get("url"))) for a in _dicts(item.get("attachments"))]
    return RawEntry(
        id=_string(item.get("id")),
        title=_plain(item.get("title")),
        link=_address(item.get("url")) or _address(item.get("external_url")),
        published=parse_date(_string(item.get("date_published")) or ""),
        updated=parse_date(_string(item.get("date_modified")) or ""),
        authors=_authors(item),
        summary=_plain(item.get("summary")) or content,
        contents=[content] if content else [],
        lang=_string(item.get("language")),
        categories=[t for tag in _list(item.get("tags")) if (t := _string(tag))],
        image=_address(item.get("image")) or _address(item.get("banner_image")),
        enclosures=[
            RawEnclosure(
                href,
                _string(a.get("mime_type")),
                _string(a.get("size_in_bytes")),
                _string(a.get("duration_in_seconds")),
                _string(a.get("title")),
            )
            for a, href in attachments
            if href
        ],
    )


def _authors(item: dict[str, Any]) -> list[str]:
    """Version 1.1 has a list of authors, 1.0 one author."""
    people = _dicts(item.get("authors")) or _dicts([item.get("author")])
    return [name for person in people if (name := _string(person.get("name")))]


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


def _string(value: Any) -> str | None:
    """Return a text, or a number as text (ids often are); None for anything else and for blanks."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def _address(value: Any) -> str | None:
    return _string(value) if isinstance(value, str) else None


def _plain(value: Any) -> RawText | None:
    text = _string(value)
    return RawText(text, plain=True) if text else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [v for v in _list(value) if isinstance(v, dict)]
