"""Enclosures: files that entries carry, and how far each reader has heard or seen them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from aggregator.errors import NotFound
from aggregator.model import Chapter, Enclosure, StoredEnclosure
from aggregator.store.connection import Connections

__all__ = ["Enclosures"]

_SELECT = """SELECT e.id, e.story_id, e.url, e.type, e.length, e.duration_s, e.alt, e.chapters, e.transcript, e.chapter_list,
    coalesce(p.position_s, 0) AS position_s
    FROM enclosures e LEFT JOIN positions p ON p.enclosure_id = e.id AND p.reader_id = ?"""


class Enclosures:
    """The tables `enclosures` and `positions`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def add(self, enclosures: Iterable[tuple[int, Enclosure]]) -> None:
        """Keep the enclosures of stories; one whose place is known with its story stays as it is."""
        found = list(enclosures)
        known = {(e.story_id, e.place) for kept in self.of([story_id for story_id, _ in found]).values() for e in kept}
        self._db.run_many(
            "INSERT OR IGNORE INTO enclosures (story_id, url, type, length, duration_s, alt, chapters, transcript)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (story_id, e.url, e.type, e.length, e.duration_s, e.alt, e.chapters, e.transcript)
                for story_id, e in found
                if (story_id, e.place) not in known
            ],
        )

    def of(self, story_ids: Sequence[int], *, reader_id: int = 1) -> dict[int, tuple[StoredEnclosure, ...]]:
        """The enclosures of these stories, in the order of their feeds; stories without any are left out."""
        found: dict[int, tuple[StoredEnclosure, ...]] = {}
        sql = _SELECT + " WHERE e.story_id IN ({marks}) ORDER BY e.id"
        for row in self._db.in_chunks(sql, story_ids, reader_id):
            kept = _enclosure(row)
            found[kept.story_id] = (*found.get(kept.story_id, ()), kept)
        return found

    def get(self, enclosure_id: int, *, reader_id: int = 1) -> StoredEnclosure:
        """One enclosure.

        Raises:
            NotFound: there is none with this number.

        """
        row = self._db.row(f"{_SELECT} WHERE e.id = ?", (reader_id, enclosure_id))
        if row is None:
            raise NotFound(f"There is no enclosure {enclosure_id}.", path=self._db.path)
        return _enclosure(row)

    def keep_chapters(self, enclosure_id: int, chapters: Iterable[Chapter]) -> None:
        """Keep what stands at the address of an enclosure's chapters."""
        told = json.dumps([[c.start_s, c.title] for c in chapters], ensure_ascii=False)
        with self._db.write():
            self._db.run("UPDATE enclosures SET chapter_list = ? WHERE id = ?", (told, enclosure_id))

    def set_position(self, reader_id: int, enclosure_id: int, position_s: int) -> None:
        """Note how far the reader is.

        Raises:
            NotFound: there is no such enclosure.

        """
        self.get(enclosure_id)
        with self._db.write():
            self._db.run(
                "INSERT INTO positions VALUES (?, ?, ?)"
                " ON CONFLICT (reader_id, enclosure_id) DO UPDATE SET position_s = excluded.position_s",
                (reader_id, enclosure_id, position_s),
            )


def _enclosure(row: dict[str, Any]) -> StoredEnclosure:
    told = row.pop("chapter_list")
    chapters = None if told is None else tuple(Chapter(start_s=at, title=title) for at, title in json.loads(told))
    return StoredEnclosure(**row, chapter_list=chapters)
