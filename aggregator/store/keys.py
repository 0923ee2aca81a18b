"""Natural keys of stories: which are stored, under their own key or another's, and which were deleted here."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.store.connection import Connections

__all__ = ["buried", "stories_by_key"]


def stories_by_key(db: Connections, keys: Sequence[str]) -> dict[str, int]:
    """The ids of the stories that have these keys, or had them before they were found to be another's."""
    aliases = db.in_chunks("SELECT key, story_id AS id FROM aliases WHERE key IN ({marks})", keys)
    found = {row["key"]: int(row["id"]) for row in aliases}
    stories = db.in_chunks("SELECT key, id FROM stories WHERE key IN ({marks})", keys)
    return found | {row["key"]: int(row["id"]) for row in stories}


def buried(db: Connections, keys: Sequence[str]) -> set[str]:
    """Those of the keys whose stories were deleted here and do not come back."""
    return {row["key"] for row in db.in_chunks("SELECT key FROM tombstones WHERE key IN ({marks})", keys)}
