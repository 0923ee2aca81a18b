"""Where our reading of a feed differs from feedparser's, field by field."""

from __future__ import annotations

import io
import warnings
from datetime import UTC, datetime
from functools import cache
from typing import Any

import feedparser

from aggregator.parse.document import Document
from aggregator.text.dates import parse_date
from aggregator.text.html import html_to_text

_ZONES_THAT_FEEDPARSER_KNOWS = {"gmt", "ut", "z", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt"}
FIELDS = ("title", "link", "id", "published", "updated", "authors", "summary", "contents")


@cache
def reference(body: bytes) -> Any:
    """feedparser as it comes: sanitiser and resolution of relative addresses on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return feedparser.parse(io.BytesIO(body))


def differences(ours: Document, theirs: Any) -> list[str]:
    """One line for each value that differs.

    Titles, links, ids and authors are compared as they stand, texts as the words that a reader sees. A date that feedparser
    cannot read, or gets wrong in a known way, is no difference.
    """
    if len(ours.entries) != len(theirs.entries):
        return [f"{len(ours.entries)} entries, feedparser has {len(theirs.entries)}"]
    found = []
    for number, (mine, their) in enumerate(zip(ours.entries, theirs.entries, strict=True)):
        expected = {
            "title": their.get("title"),
            "link": their.get("link"),
            "id": their.get("id"),
            "published": _date(their, "published"),
            "updated": _date(their, "updated"),
            "authors": [name for a in their.get("authors", []) if (name := a.get("name") or a.get("email"))],
            "summary": _words(their.get("summary")),
            "contents": [_words(c.get("value")) for c in their.get("content", [])],
        }
        actual = {
            "title": mine.title and mine.title.value,
            "link": mine.link,
            "id": mine.id,
            "published": mine.published,
            "updated": mine.updated,
            "authors": mine.authors,
            "summary": _words(mine.summary and mine.summary.value),
            "contents": [_words(text.value) for text in mine.contents],
        }
        for field in FIELDS:
            is_gain = field in {"published", "updated"} and expected[field] is None
            if actual[field] != expected[field] and not is_gain:
                found.append(
                    f"entry {number}, {field}: {actual[field]!r:.150}, feedparser has {expected[field]!r:.150}"
                )
    return found


def _words(html: str | None) -> str:
    return "".join(html_to_text(html or "").split())


def _date(entry: Any, name: str) -> datetime | None:
    """What feedparser made of a date; our own reading where it is known to be wrong.

    It takes unknown zones for UTC, +0530 for +05:00 and seconds since 1970 for a year and a day.
    """
    parsed, written = dict.get(entry, f"{name}_parsed"), dict.get(entry, name)
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    theirs = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    ours = parse_date(written or "")
    return ours if ours is not None and _is_misread(written) else theirs


def _is_misread(written: str) -> bool:
    zone = written.rsplit(maxsplit=1)[-1]
    is_odd_name = zone.isalpha() and zone.lower() not in _ZONES_THAT_FEEDPARSER_KNOWS
    is_odd_offset = "T" in written and written[-5:-4] in {"+", "-"} and not written.endswith("00")
    return is_odd_name or is_odd_offset or written.isdigit()
