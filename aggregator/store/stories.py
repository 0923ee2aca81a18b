"""Stories as records: one, or a list in order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.errors import StoryNotFound
from aggregator.model import Story
from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db
from aggregator.text.folders import join_folder

__all__ = ["NOT_HIDDEN", "Condition", "Stories", "story_from_row"]

STORY_COLUMNS = """s.id, s.url, s.title, o.name AS outlet, s.outlet_id, s.feed_id, f.url AS feed, s.authors, s.published_at,
    s.updated_at, s.seen_at, s.lang, s.words, s.event_id, s.copy_of, s.copy_kind AS kind, s.copy_score, s.copy_reason,
    s.section, s.image, s.credit, s.paywall, s.page, s.page_error,
    m.read_at IS NOT NULL AS is_read, m.starred_at IS NOT NULL AS is_starred,
    (SELECT group_concat(tag, char(31)) FROM story_tags t WHERE t.reader_id = :reader AND t.story_id = s.id) AS tags"""
NOT_HIDDEN = """NOT EXISTS (SELECT 1 FROM story_marks k INDEXED BY story_marks_hidden
    WHERE k.reader_id = :reader AND k.story_id = s.id AND k.hidden_at IS NOT NULL)"""
STORY_TABLES = """stories s JOIN outlets o ON o.id = s.outlet_id LEFT JOIN feeds f ON f.id = s.feed_id
    LEFT JOIN story_marks m ON m.reader_id = :reader AND m.story_id = s.id"""


_IN_FOLDER = f"""SELECT latest.id FROM feeds f CROSS JOIN stories latest INDEXED BY stories_brief ON latest.id IN
    (SELECT s.id FROM stories s INDEXED BY stories_feed WHERE s.feed_id = f.id
    AND (s.published_at, s.id) < (:key_at, :key_id) AND {NOT_HIDDEN} ORDER BY s.published_at DESC, s.id DESC LIMIT :limit)
    WHERE f.folder = :folder OR substr(f.folder, 1, length(:inner)) = :inner
    ORDER BY latest.published_at DESC, latest.id DESC LIMIT :limit"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A piece of SQL over `stories s` (or `events e`) with named parameters, all of them bound."""

    sql: str
    parameters: dict[str, Any]


def story_from_row(row: dict[str, Any]) -> Story:
    """A record from a row of `STORY_COLUMNS`, with or without `text`."""
    row["authors"] = tuple(json.loads(row["authors"])) if row["authors"] != "[]" else ()
    row["tags"] = tuple(sorted(row["tags"].split("\x1f"))) if row["tags"] else ()
    row["is_read"], row["is_starred"] = bool(row["is_read"]), bool(row["is_starred"])
    for name in ("published_at", "updated_at", "seen_at"):
        row[name] = from_db(row[name])
    return Story(**row)


class Stories:
    """The table `stories`, for readers."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def get(self, story_id: int, *, reader_id: int = 1) -> Story:
        """One story with its text.

        Raises:
            StoryNotFound: no story has this id.

        """
        row = self._db.row(
            f"SELECT {STORY_COLUMNS}, s.text FROM {STORY_TABLES} WHERE s.id = :id",
            {"reader": reader_id, "id": story_id},
        )
        if row is None:
            raise StoryNotFound(f"There is no story {story_id}; see: aggregator stories", path=self._db.path)
        return story_from_row(row)

    def by_ids(self, ids: Sequence[int], *, reader_id: int = 1, with_text: bool = True) -> dict[int, Story]:
        """Several stories by id; ids that are not there are left out."""
        text = ", s.text" if with_text else ""
        sql = f"SELECT {STORY_COLUMNS}{text} FROM {STORY_TABLES} WHERE s.id IN (SELECT value FROM json_each(:ids))"
        rows = self._db.rows(sql, {"reader": reader_id, "ids": json.dumps(list(ids))})
        return {row["id"]: story_from_row(row) for row in rows}

    def urls(self, ids: Sequence[int]) -> dict[int, str | None]:
        """The addresses of several stories by id."""
        sql = "SELECT id, url FROM stories WHERE id IN ({marks})"
        return {row["id"]: row["url"] for row in self._db.in_chunks(sql, ids)}

    def each(
        self, condition: Condition | None = None, *, reader_id: int = 1, limit: int | None = None
    ) -> Iterator[Story]:
        """Stories, newest first by publication, as they come from the database."""
        parameters: dict[str, Any] = {"reader": reader_id, "limit": -1 if limit is None else limit}
        where = "1"
        if condition is not None:
            where = condition.sql
            parameters.update(condition.parameters)
        sql = (
            f"SELECT {STORY_COLUMNS} FROM {STORY_TABLES} WHERE {where}"
            " ORDER BY s.published_at DESC, s.id DESC LIMIT :limit"
        )
        for row in self._db.each(sql, parameters):
            yield story_from_row(row)

    def in_folder(
        self,
        folder: tuple[str, ...],
        *,
        reader_id: int = 1,
        before: tuple[datetime, int] | None = None,
        limit: int = 50,
    ) -> Iterator[Story]:
        """Stories of the feeds in a folder and the folders in it, newest first, without those that a rule hides.

        The latest of each feed are put in order: a folder holds hundreds of feeds, and a feed thousands of stories.
        """
        path = join_folder(folder)
        at, number = ("~", 0) if before is None else (to_db(before[0]), before[1])
        given = {
            "folder": path,
            "inner": f"{path}/",
            "key_at": at,
            "key_id": number,
            "reader": reader_id,
            "limit": limit,
        }
        ids = [row["id"] for row in self._db.rows(_IN_FOLDER, given)]
        found = self.by_ids(ids, reader_id=reader_id, with_text=False)
        yield from (found[i] for i in ids if i in found)

    def key(self, story_id: int) -> str:
        """The natural key of a story, by which the pure stages know it.

        Raises:
            StoryNotFound: no story has this id.

        """
        found = self._db.value("SELECT key FROM stories WHERE id = ?", (story_id,))
        if found is None:
            raise StoryNotFound(f"There is no story {story_id}; see: aggregator stories", path=self._db.path)
        return str(found)

    def keys_of_event(self, event_id: int) -> dict[int, str]:
        """Natural keys of an event's stories by id, oldest first."""
        rows = self._db.rows("SELECT id, key FROM stories WHERE event_id = ? ORDER BY published_at, key", (event_id,))
        return {row["id"]: row["key"] for row in rows}

    def keys_of_copies(self, story_id: int) -> dict[int, str]:
        """Natural keys by id of the stories that count as copies of this one, oldest first."""
        rows = self._db.rows("SELECT id, key FROM stories WHERE copy_of = ? ORDER BY published_at, key", (story_id,))
        return {row["id"]: row["key"] for row in rows}

    def count(self) -> int:
        """How many stories are stored."""
        return int(self._db.value("SELECT count(*) FROM stories"))

    def last_seen_at(self) -> datetime | None:
        """When the latest story came."""
        return from_db(self._db.value("SELECT max(seen_at) FROM stories"))
