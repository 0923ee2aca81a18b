"""newsboat's cache: a SQLite file of its own, of which we only read."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aggregator.errors import StoreError

__all__ = ["newsboat_rows"]

_ITEMS = """SELECT i.guid, i.title, i.author, i.url, i.feedurl, i.pubDate, i.content, f.title AS feed_title
    FROM rss_item i LEFT JOIN rss_feed f ON f.rssurl = i.feedurl WHERE i.deleted = 0 ORDER BY i.id"""


def newsboat_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The articles of a cache, in the order in which newsboat met them; deleted ones are left out.

    Raises:
        StoreError: the file is none.

    """
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            conn.row_factory = sqlite3.Row
            for row in conn.execute(_ITEMS):
                yield dict(row)
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be read as newsboat's cache: {error}.", path=str(path)) from error
