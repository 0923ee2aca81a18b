"""What other readers export, as story lines: Google Reader's JSON (FreshRSS writes it too), and rows of newsboat's cache."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from aggregator.text.html import html_to_text

__all__ = ["is_reader_json", "newsboat_line", "reader_items", "reader_line"]

_ITEMS = re.compile(r'(?<!\\)"items"\s*:\s*\[')
_BETWEEN = " \t\r\n,"
_STARRED = "/state/com.google/starred"
_LABEL = re.compile(r"^user/[^/]*/label/(.+)$")
_FEED = "feed/"
LARGEST = 64 * 2**20  # characters of one item; beyond it the file is none, or not for us


def is_reader_json(head: bytes) -> bool:
    """Whether a file that begins so is one JSON object with a list of items, as Google Reader's and FreshRSS's exports are."""
    text = head.decode("utf-8-sig", "replace").lstrip()
    return text.startswith("{") and _ITEMS.search(text) is not None


def reader_items(chunks: Iterable[bytes]) -> Iterator[Any]:
    """The members of the list `items`, one after another: the file may be larger than the memory.

    Raises:
        ValueError: it is not JSON; what came before was good.

    """
    text = _Text(chunks)
    if not text.skip_past(_ITEMS):
        return
    while (item := text.value()) is not _END:
        yield item


_END = object()


class _Text:
    """A stretch of a long JSON text, from which values are taken off the front."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._read = json.JSONDecoder().raw_decode
        self._text = ""

    def skip_past(self, pattern: re.Pattern[str]) -> bool:
        """Go on behind the first match."""
        while not (match := pattern.search(self._text)):
            if not self._more(1):
                return False
        self._text = self._text[match.end() :]
        return True

    def value(self) -> Any:
        """The next value of a list, `_END` behind the last."""
        wanted = 1
        while True:
            self._text = self._text.lstrip(_BETWEEN)
            if self._text.startswith("]"):
                return _END
            try:
                value, end = self._read(self._text)
            except ValueError:
                if len(self._text) > LARGEST or not self._more(wanted):
                    raise
                wanted *= 2  # so that a long value is not read again for every chunk of it
            else:
                self._text = self._text[end:]
                return value

    def _more(self, count: int) -> bool:
        """Read so many chunks more; whether there was any."""
        chunks = list(islice(self._chunks, count))
        self._text += self._decode(b"".join(chunks), final=not chunks)
        return bool(chunks)


def reader_line(item: Any) -> dict[str, Any]:
    """A story line from an item of Google Reader's JSON: with its star, labels as tags, and the feed it came by."""
    given = _mapping(item)
    origin = _mapping(given.get("origin"))
    body = _mapping(given.get("content")) or _mapping(given.get("summary"))
    categories = [c for c in _list(given.get("categories")) if isinstance(c, str)]
    stream = origin.get("streamId")
    feed = origin.get("feedUrl") or (stream.removeprefix(_FEED) if isinstance(stream, str) else None)
    return {
        "id": given.get("id"),
        "title": _plain(given.get("title")),
        "text": _plain(body.get("content")),
        "published": _epoch(given.get("published")) or _epoch(given.get("crawlTimeMsec"), per_second=1000),
        "source": _plain(origin.get("title")),
        "url": _href(given.get("canonical")) or _href(given.get("alternate")),
        "authors": [given["author"]] if isinstance(given.get("author"), str) and given["author"] else [],
        "feed": feed if isinstance(feed, str) else None,
        "starred": any(c.endswith(_STARRED) for c in categories),
        "tags": [match[1] for c in categories if (match := _LABEL.match(c))],
    }


def newsboat_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """A story line from a row of newsboat's table `rss_item` with the title of its feed as `feed_title`."""
    return {
        "id": row["guid"],
        "title": _plain(row["title"]),
        "text": _plain(row["content"]),
        "published": _epoch(row["pubDate"]),
        "source": _plain(row["feed_title"]),
        "url": row["url"] or None,
        "authors": [row["author"]] if row["author"] else [],
        "feed": row["feedurl"],
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _plain(html: Any) -> Any:
    return html_to_text(html) or None if isinstance(html, str) else html


def _href(links: Any) -> str | None:
    found = [link.get("href") for link in _list(links) if isinstance(link, dict)]
    return next((href for href in found if isinstance(href, str) and href), None)


def _epoch(value: Any, *, per_second: int = 1) -> str | None:
    """Seconds since 1970, as a number or its digits, as ISO 8601."""
    try:
        return datetime.fromtimestamp(int(value) / per_second, UTC).isoformat() if value else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None
