"""Chapters of a recording, as podcasts publish them: JSON (github.com/Podcastindex-org/podcast-namespace, chapters)."""

from __future__ import annotations

import json
import math
from typing import Any

from aggregator.errors import ParseError
from aggregator.model import Chapter
from aggregator.text.html import one_line

__all__ = ["read_chapters"]

_MOST = 500
_LONGEST_TITLE = 300
_LATEST_S = 10**6


def read_chapters(body: bytes) -> tuple[Chapter, ...]:
    """The chapters that belong in a table of contents, in the order of time. Raises ParseError if it is no such list."""
    try:
        listed = json.loads(body)["chapters"]
        found = [chapter for entry in listed[:_MOST] if (chapter := _chapter(entry)) is not None]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ParseError("The list of chapters cannot be read.") from error
    return tuple(sorted(found, key=lambda c: c.start_s))


def _chapter(entry: Any) -> Chapter | None:
    if not isinstance(entry, dict) or entry.get("toc") is False:
        return None
    start, title = entry.get("startTime"), one_line(str(entry.get("title") or ""))[:_LONGEST_TITLE]
    if not isinstance(start, int | float) or isinstance(start, bool) or not math.isfinite(start) or not title:
        return None
    return Chapter(start_s=int(start), title=title) if 0 <= start <= _LATEST_S else None
