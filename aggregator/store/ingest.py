"""Entries in: which are new, and the stories they open. One transaction for each feed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.store.connection import Connections
from aggregator.store.times import to_db

__all__ = ["Ingest", "IngestResult", "NewEntry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry with what its story would be. `key` is the canonical address, or the entry's own name without one."""

    guid: str
    key: str
    url: str | None
    title: str | None
    text: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    updated_at: datetime | None
    lang: str | None
    image: str | None
    content_hash: str
    grams: str | None
    words: int
    text_hash: str | None
    outlet_key: str
    outlet_name: str
    wants_page: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """What became of a feed's entries: counts, and the ids of stories that are new or changed."""

    entries: int = 0
    stories: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()


class Ingest:
    """The tables `entries` and `stories`, as a poll fills them."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def known(self, feed_id: int, guids: Sequence[str]) -> Mapping[str, str]:
        """Those of the guids that are stored for this feed, with the hash of what they said."""
        sql = "SELECT guid, content_hash FROM entries WHERE feed_id = ? AND guid IN ({marks})"
        return {row["guid"]: row["content_hash"] for row in self._db.in_chunks(sql, guids, feed_id)}

    def apply(self, feed_id: int, entries: Iterable[NewEntry], *, now: datetime) -> IngestResult:
        """Store entries that are new or say something new; a story is opened for each canonical address once."""
        rows = list(entries)
        count, opened, changed = 0, [], []
        with self._db.write():
            known = self._known_rows(feed_id, [e.guid for e in rows])
            by_key = self._stories_by_key([e.key for e in rows])
            dead = self._tombstones([e.key for e in rows])
            outlets: dict[str, int] = {}
            for entry in rows:
                if entry.guid in known:
                    if self._change(known[entry.guid], entry, now):
                        changed.append(known[entry.guid][1])
                    continue
                story_id = by_key.get(entry.key)
                if story_id is None and entry.key not in dead:
                    story_id = by_key[entry.key] = self._open(feed_id, entry, outlets, now)
                    opened.append(story_id)
                entry_id = self._add_entry(feed_id, entry, story_id, now)
                known[entry.guid] = (entry_id, story_id, entry.content_hash)
                count += 1
        return IngestResult(entries=count, stories=tuple(opened), changed=tuple(i for i in changed if i is not None))

    def _known_rows(self, feed_id: int, guids: Sequence[str]) -> dict[str, tuple[int, int | None, str]]:
        sql = "SELECT id, guid, story_id, content_hash FROM entries WHERE feed_id = ? AND guid IN ({marks})"
        rows = self._db.in_chunks(sql, guids, feed_id)
        return {row["guid"]: (row["id"], row["story_id"], row["content_hash"]) for row in rows}

    def _stories_by_key(self, keys: Sequence[str]) -> dict[str, int]:
        found = {
            r["key"]: r["id"] for r in self._db.in_chunks("SELECT key, id FROM stories WHERE key IN ({marks})", keys)
        }
        aliases = self._db.in_chunks("SELECT key, story_id FROM aliases WHERE key IN ({marks})", keys)
        return {**{r["key"]: r["story_id"] for r in aliases}, **found}

    def _tombstones(self, keys: Sequence[str]) -> set[str]:
        return {r["key"] for r in self._db.in_chunks("SELECT key FROM tombstones WHERE key IN ({marks})", keys)}

    def outlet(self, key: str, name: str) -> int:
        """The id of the outlet with this key, made if it is new."""
        found = self._db.value("SELECT id FROM outlets WHERE key = ?", (key,))
        if found is None:
            found = self._db.run("INSERT INTO outlets (key, name) VALUES (?, ?)", (key, name)).lastrowid
        return int(found)

    def _open(self, feed_id: int, entry: NewEntry, outlets: dict[str, int], now: datetime) -> int:
        if entry.outlet_key not in outlets:
            outlets[entry.outlet_key] = self.outlet(entry.outlet_key, entry.outlet_name)
        cursor = self._db.run(
            "INSERT INTO stories (key, url, title, outlet_id, feed_id, authors, published_at, is_dated, updated_at,"
            " seen_at, lang, words, image, page, text_hash, text, grams)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.key, entry.url, entry.title, outlets[entry.outlet_key], feed_id,
                json.dumps(entry.authors, ensure_ascii=False), to_db(entry.published_at or now),
                int(entry.published_at is not None), entry.updated_at and to_db(entry.updated_at), to_db(now), entry.lang,
                entry.words, entry.image, "due" if entry.wants_page else "none", entry.text_hash, entry.text, entry.grams,
            ),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def _add_entry(self, feed_id: int, entry: NewEntry, story_id: int | None, now: datetime) -> int:
        cursor = self._db.run(
            "INSERT INTO entries (feed_id, guid, url, story_id, published_at, updated_at, seen_at, content_hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                feed_id, entry.guid, entry.url, story_id, entry.published_at and to_db(entry.published_at),
                entry.updated_at and to_db(entry.updated_at), to_db(now), entry.content_hash,
            ),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def _change(self, known: tuple[int, int | None, str], entry: NewEntry, now: datetime) -> bool:
        """Take over what an entry newly says; a text that came from the article page stays."""
        entry_id, story_id, content_hash = known
        if content_hash == entry.content_hash:
            return False
        self._db.run(
            "UPDATE entries SET content_hash = ?, updated_at = ? WHERE id = ?",
            (entry.content_hash, to_db(entry.updated_at or now), entry_id),
        )
        if story_id is None:
            return False
        cursor = self._db.run(
            "UPDATE stories SET title = ?, text = ?, grams = ?, words = ?, text_hash = ?, updated_at = ?, is_stale = 1"
            " WHERE id = ? AND page <> 'done' AND (title IS NOT ? OR text IS NOT ?)",
            (
                entry.title, entry.text, entry.grams, entry.words, entry.text_hash, to_db(entry.updated_at or now),
                story_id, entry.title, entry.text,
            ),
        )  # fmt: skip
        return cursor.rowcount > 0
