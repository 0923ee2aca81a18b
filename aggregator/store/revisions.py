"""Earlier versions of stories. What stands now is the story; what stood before is a revision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from aggregator.model import Revision
from aggregator.store.connection import Connections
from aggregator.store.times import to_db

__all__ = ["Revisions", "keep_version"]

_COLUMNS = "story_id, number, seen_at, replaced_at, title, text, text_hash, what_changed"
# A feed tells of a new headline, its page is read again at once: one edit, though it reached us by two ways.
_ONE_EDIT = timedelta(hours=1)


class Revisions:
    """The table `revisions`, for readers."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def of(self, story_id: int) -> tuple[Revision, ...]:
        """The earlier versions of a story, oldest first; empty if it never changed."""
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM revisions WHERE story_id = ? ORDER BY number", (story_id,))
        return tuple(map(_revision, rows))

    def of_many(self, story_ids: Sequence[int]) -> dict[int, tuple[Revision, ...]]:
        """The earlier versions of several stories; those that never changed are left out."""
        sql = f"SELECT {_COLUMNS} FROM revisions WHERE story_id IN ({{marks}}) ORDER BY story_id, number"
        found: dict[int, list[Revision]] = {}
        for row in self._db.in_chunks(sql, story_ids):
            found.setdefault(row["story_id"], []).append(_revision(row))
        return {story_id: tuple(revisions) for story_id, revisions in found.items()}

    def changed(self, since: datetime, until: datetime) -> tuple[int, ...]:
        """Ids of the stories that were changed after `since` and up to `until`, the latest change first."""
        rows = self._db.rows(
            "SELECT story_id FROM revisions WHERE replaced_at > ? AND replaced_at <= ?"
            " GROUP BY story_id ORDER BY max(replaced_at) DESC, story_id",
            (to_db(since), to_db(until)),
        )
        return tuple(row["story_id"] for row in rows)


def keep_version(
    db: Connections, story_id: int, *, headline: Sequence[str], text: Sequence[str], now: datetime
) -> None:
    """Keep what stands as a revision before something else takes its place; within the transaction of that change.

    `headline` and `text` are the kinds of change to come in either. A change of one that follows a change of the other
    within the hour is the same edit.
    """
    if not headline and not text:
        return
    last = db.row(
        "SELECT r.number, r.what_changed, r.title IS s.title AS has_title, r.text IS s.text AS has_text,"
        " r.replaced_at >= ? AS is_recent FROM revisions r JOIN stories s ON s.id = r.story_id"
        " WHERE r.story_id = ? ORDER BY r.number DESC LIMIT 1",
        (to_db(now - _ONE_EDIT), story_id),
    )
    kinds = list(dict.fromkeys([*headline, *text]))
    if last and last["is_recent"] and (last["has_title"] or not headline) and (last["has_text"] or not text):
        merged = list(dict.fromkeys([*json.loads(last["what_changed"]), *kinds]))
        db.run(
            "UPDATE revisions SET what_changed = ?, replaced_at = ? WHERE story_id = ? AND number = ?",
            (json.dumps(merged), to_db(now), story_id, last["number"]),
        )
        return
    db.run(
        f"INSERT INTO revisions ({_COLUMNS}) SELECT id, coalesce(r.number, 0) + 1, coalesce(r.replaced_at, s.seen_at), ?,"
        " s.title, s.text, s.text_hash, ? FROM stories s LEFT JOIN"
        " (SELECT number, replaced_at FROM revisions WHERE story_id = ? ORDER BY number DESC LIMIT 1) r WHERE s.id = ?",
        (to_db(now), json.dumps(kinds), story_id, story_id),
    )


def _revision(row: dict[str, Any]) -> Revision:
    return Revision(
        story_id=row["story_id"],
        number=row["number"],
        seen_at=datetime.fromisoformat(row["seen_at"]),
        replaced_at=datetime.fromisoformat(row["replaced_at"]),
        title=row["title"],
        text=row["text"],
        text_hash=row["text_hash"],
        what_changed=tuple(json.loads(row["what_changed"])),
    )
