"""Story lines of an archive: into the store, each once, and out again as they came."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.store.connection import Connections
from aggregator.store.keys import buried, open_stories, stories_by_key
from aggregator.store.times import to_db

__all__ = ["Archive", "ArchiveLine", "Taken"]

_COMPLETE = """UPDATE stories SET title = coalesce(title, :title), text = coalesce(text, :text),
    lang = coalesce(lang, :lang), credit = coalesce(credit, :credit), url = coalesce(url, :url),
    authors = CASE authors WHEN '[]' THEN :authors ELSE authors END, feed_id = coalesce(feed_id, :feed_id),
    published_at = CASE WHEN is_dated OR NOT :is_dated THEN published_at ELSE :published_at END, is_dated = is_dated OR :is_dated,
    grams = CASE WHEN :adds_text THEN :grams ELSE grams END, words = CASE WHEN text IS NULL THEN :words ELSE words END,
    text_hash = coalesce(text_hash, :text_hash),
    is_stale = is_stale OR :adds_text OR (:is_dated AND NOT is_dated) OR (credit IS NULL AND :credit IS NOT NULL)
    WHERE id = :id"""
_LINES = """SELECT s.id AS story_id, s.key, ifnull(l.id, s.key) AS id, s.title, s.text, s.published_at, s.is_dated, s.seen_at,
    CASE WHEN l.id IS NULL THEN o.name ELSE l.source END AS source, s.lang, ifnull(l.url, s.url) AS url, s.authors, s.credit,
    f.url AS feed, m.starred_at IS NOT NULL AS is_starred, m.read_at IS NOT NULL AS is_read, l.id IS NOT NULL AS is_imported,
    (SELECT group_concat(tag, char(31)) FROM story_tags t WHERE t.reader_id = :reader AND t.story_id = s.id) AS tags
    FROM stories s JOIN outlets o ON o.id = s.outlet_id LEFT JOIN feeds f ON f.id = s.feed_id
    LEFT JOIN lines l ON l.story_id = s.id LEFT JOIN story_marks m ON m.reader_id = :reader AND m.story_id = s.id"""
CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLine:
    """A story line with what is computed from it. `key` is the canonical address, or names `id` and `source` without one.

    `url` is the address to open, `given_url` the one that the line had. `outlet_key` is None if the line names no site.
    """

    key: str
    id: str
    source: str | None
    given_url: str | None
    url: str | None
    title: str | None
    text: str | None
    authors: tuple[str, ...]
    published_at: datetime
    is_dated: bool
    seen_at: datetime
    lang: str | None
    credit: str | None
    words: int
    text_hash: str | None
    grams: str | None
    site: str | None
    feed: str | None
    is_unread: bool
    is_starred: bool
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of lines: stories that are new, that gained something, that knew it all, that were deleted here before."""

    new: int = 0
    completed: int = 0
    known: int = 0
    deleted: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(
            new=self.new + other.new, completed=self.completed + other.completed, known=self.known + other.known,
            deleted=self.deleted + other.deleted,
        )  # fmt: skip


class Archive:
    """The table `lines`: what an imported story was called where it came from; and all stories as lines."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def take(self, lines: Sequence[ArchiveLine], *, reader_id: int, now: datetime) -> Taken:
        """Open a story for each line that is new, and add to known ones what they lack; one transaction."""
        with self._db.write():
            keys = list(dict.fromkeys(line.key for line in lines))
            ids = stories_by_key(self._db, keys)
            dead = buried(self._db, keys) - set(ids)
            first: dict[str, ArchiveLine] = {}
            later = []
            for line in lines:
                if line.key in ids or line.key in first:
                    later.append(line)
                elif line.key not in dead:
                    first[line.key] = line
            feeds = self._feeds({line.feed for line in lines if line.feed})
            ids |= self._open(list(first.values()), feeds, reader_id, now)
            completed = sum(self._complete(ids[line.key], line, feeds) for line in later)
        return Taken(
            new=len(first), completed=completed, known=len(later) - completed,
            deleted=len(lines) - len(first) - len(later),
        )  # fmt: skip

    def _feeds(self, urls: set[str]) -> dict[str, int]:
        rows = self._db.in_chunks("SELECT url, id FROM feeds WHERE url IN ({marks})", sorted(urls))
        return {row["url"]: row["id"] for row in rows}

    def _open(
        self, lines: Sequence[ArchiveLine], feeds: dict[str, int], reader_id: int, now: datetime
    ) -> dict[str, int]:
        outlets = {(line.site, line.source): self._outlet(line.site, line.source) for line in lines}
        ids = open_stories(self._db, [_row(line, outlets[line.site, line.source], feeds) for line in lines])
        self._db.run_many(
            "INSERT INTO lines (story_id, id, source, url) VALUES (?, ?, ?, ?)",
            [(ids[line.key], line.id, line.source, line.given_url) for line in lines],
        )
        at = to_db(now)
        self._db.run_many(
            "INSERT INTO story_marks (reader_id, story_id, read_at, starred_at) VALUES (?, ?, ?, ?)",
            [
                (reader_id, ids[line.key], None if line.is_unread else at, at if line.is_starred else None)
                for line in lines
                if line.is_starred or not line.is_unread
            ],
        )
        self._db.run_many(
            "INSERT OR IGNORE INTO story_tags (reader_id, story_id, tag) VALUES (?, ?, ?)",
            [(reader_id, ids[line.key], tag) for line in lines for tag in line.tags],
        )
        return ids

    def _outlet(self, site: str | None, source: str | None) -> int:
        """The outlet that a line names: by its site if that goes by this name, else by the name, else a new one."""
        name = source or site or "Unknown"
        at_site = self._db.row("SELECT id, key, name FROM outlets WHERE key = ?", (site,)) if site else None
        if at_site and (source is None or _same(source, at_site["name"]) or _same(source, at_site["key"])):
            return int(at_site["id"])
        named = self._db.value("SELECT id FROM outlets WHERE name = ? COLLATE NOCASE ORDER BY id LIMIT 1", (name,))
        if named is not None:
            return int(named)
        key = site if site and at_site is None else f"name:{name.casefold()}"
        sql = "INSERT INTO outlets (key, name) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET key = key RETURNING id"
        return int(self._db.value(sql, (key, name)))

    def _complete(self, story_id: int, line: ArchiveLine, feeds: dict[str, int]) -> bool:
        """Add what a known story lacks; whether that was anything."""
        known = self._db.row(
            "SELECT title, text, lang, credit, url, authors, feed_id, is_dated FROM stories WHERE id = ?", (story_id,)
        )
        if known is None:
            raise AssertionError(story_id)
        feed_id = feeds.get(line.feed or "")
        adds_text = (known["title"] is None and line.title) or (known["text"] is None and line.text)
        offers = {n: getattr(line, n) for n in ("title", "text", "lang", "credit", "url")} | {"feed_id": feed_id}
        lacks = [name for name, value in offers.items() if known[name] is None and value is not None]
        if not (lacks or (known["authors"] == "[]" and line.authors) or (line.is_dated and not known["is_dated"])):
            return False
        self._db.run(
            _COMPLETE,
            {
                **offers,
                "id": story_id,
                "authors": json.dumps(line.authors, ensure_ascii=False),
                "published_at": to_db(line.published_at),
                "is_dated": int(line.is_dated),
                "adds_text": int(bool(adds_text)),
                "grams": line.grams,
                "words": line.words,
                "text_hash": line.text_hash,
            },
        )
        return True

    def lines(self, story_ids: Sequence[int] | None = None, *, reader_id: int) -> Iterator[dict[str, Any]]:
        """Stories as rows of what a line says, in the order of their ids, or in that of `story_ids`; a few at a time."""
        if story_ids is not None:
            for start in range(0, len(story_ids), CHUNK):
                chunk = story_ids[start : start + CHUNK]
                where = "WHERE s.id IN (SELECT value FROM json_each(:ids))"
                rows = self._db.rows(f"{_LINES} {where}", {"reader": reader_id, "ids": json.dumps(list(chunk))})
                found = {row["story_id"]: row for row in rows}
                yield from (found[i] for i in chunk if i in found)
            return
        last = 0
        sql = f"{_LINES} WHERE s.id > :last ORDER BY s.id LIMIT {CHUNK}"
        while rows := self._db.rows(sql, {"reader": reader_id, "last": last}):
            yield from rows
            last = rows[-1]["story_id"]


def _row(line: ArchiveLine, outlet_id: int, feeds: dict[str, int]) -> tuple[Any, ...]:
    """The columns of `NEW_STORY`."""
    return (
        line.key, line.url, line.title, outlet_id, feeds.get(line.feed or ""), json.dumps(line.authors, ensure_ascii=False),
        to_db(line.published_at), int(line.is_dated), None, to_db(line.seen_at), line.lang, line.words, None, "none",
        line.credit, line.text_hash, line.text, line.grams,
    )  # fmt: skip


def _same(source: str, known: str) -> bool:
    """Whether two names are one outlet's: the words of one are among the other's, as in BBC and BBC News."""
    one, other = ({w for w in name.casefold().replace(".", " ").split() if w != "the"} for name in (source, known))
    return bool(one and other) and (one <= other or other <= one)
