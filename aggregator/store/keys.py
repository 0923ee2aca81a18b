"""Natural keys of stories: which are stored, under their own key or another's, and which were deleted here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from aggregator.store.connection import Connections

__all__ = ["NEW_STORY", "buried", "open_stories", "stories_by_key"]

# What is known of a story when it is opened, in the order in which `open_stories` takes it.
NEW_STORY = (
    "key", "url", "title", "outlet_id", "feed_id", "authors", "published_at", "is_dated", "updated_at", "seen_at", "lang",
    "words", "image", "page", "credit", "text_hash", "text", "grams",
)  # fmt: skip
_NAMES = ", ".join(NEW_STORY)


def stories_by_key(db: Connections, keys: Sequence[str]) -> dict[str, int]:
    """The ids of the stories that have these keys, or had them before they were found to be another's."""
    aliases = db.in_chunks("SELECT key, story_id AS id FROM aliases WHERE key IN ({marks})", keys)
    found = {row["key"]: int(row["id"]) for row in aliases}
    stories = db.in_chunks("SELECT key, id FROM stories WHERE key IN ({marks})", keys)
    return found | {row["key"]: int(row["id"]) for row in stories}


def buried(db: Connections, keys: Sequence[str]) -> set[str]:
    """Those of the keys whose stories were deleted here and do not come back."""
    return {row["key"] for row in db.in_chunks("SELECT key FROM tombstones WHERE key IN ({marks})", keys)}


def open_stories(db: Connections, rows: Iterable[Sequence[Any]]) -> dict[str, int]:
    """Store new stories, the columns of `NEW_STORY` each; returns their ids by key. Within `write()`.

    They are gathered in a temporary table and go on in one statement, for the full-text index is written once for each.
    """
    db.run(f"CREATE TEMP TABLE IF NOT EXISTS arriving ({_NAMES})")
    db.run_many(f"INSERT INTO arriving VALUES ({', '.join('?' * len(NEW_STORY))})", rows)
    opened = db.rows(f"INSERT INTO stories ({_NAMES}) SELECT * FROM arriving ORDER BY rowid RETURNING key, id")
    db.run("DELETE FROM arriving")
    return {row["key"]: row["id"] for row in opened}
