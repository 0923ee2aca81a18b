"""Entries in: which are new, and the stories they open. All of a feed's in one transaction, several feeds at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregator.model import Enclosure
from aggregator.store.connection import Connections
from aggregator.store.enclosures import Enclosures
from aggregator.store.keys import buried, open_stories, stories_by_key
from aggregator.store.revisions import keep_version
from aggregator.store.times import to_db
from aggregator.text.grams import searchable

__all__ = ["Arrival", "Ingest", "IngestResult", "NewEntry"]

_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode  # as `json.dumps` does, which makes it anew each time


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
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What a feed brought: entries that are new or say something new.

    `present` are the guids of all entries that the feed shows now, known ones too: an address that this feed gave
    before under a guid that is not among them is the same entry under a new guid.
    """

    feed_id: int
    entries: Sequence[NewEntry]
    present: Collection[str] = ()


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
        """As `apply_all`, for one feed."""
        return self.apply_all([Arrival(feed_id=feed_id, entries=tuple(entries))], now=now)[0]

    def apply_all(self, arrivals: Sequence[Arrival], *, now: datetime) -> list[IngestResult]:
        """Store entries that are new or say something new, in one transaction; each feed comes once.

        A story is opened for each canonical address once, by the first that brings it.
        """
        with self._db.write():
            comings = [self._coming(arrival) for arrival in arrivals]
            keys = [entry.key for coming in comings for entry in coming.new]
            by_key = stories_by_key(self._db, keys) if keys else {}
            if by_key:
                for coming in comings:
                    self._rename(coming, by_key)
            changed = [
                tuple(
                    row["story_id"]
                    for guid, row in coming.known.items()
                    if self._change(row, coming.rows[guid], coming.feed_id, now) and row["story_id"] is not None
                )
                for coming in comings
            ]
            opened = self._add(comings, by_key, now) if keys else [()] * len(comings)
            self._enclose(comings, by_key)
        return [
            IngestResult(entries=len(coming.new), stories=stories, changed=retold)
            for coming, stories, retold in zip(comings, opened, changed, strict=True)
        ]

    def _coming(self, arrival: Arrival) -> _Coming:
        rows = {entry.guid: entry for entry in arrival.entries}
        known = self._known_rows(arrival.feed_id, list(rows))
        new = [entry for guid, entry in rows.items() if guid not in known]
        return _Coming(arrival.feed_id, {*arrival.present, *rows}, rows, known, new)

    def _rename(self, coming: _Coming, by_key: Mapping[str, int]) -> None:
        """Entries of this feed that stand under another guid now: what is stored takes the new one."""
        sql = "SELECT id, guid, story_id, content_hash FROM entries WHERE feed_id = ? AND story_id IN ({marks})"
        stories = list({by_key[entry.key] for entry in coming.new if entry.key in by_key})
        rows = self._db.in_chunks(sql, stories, coming.feed_id)
        gone = {row["story_id"]: row for row in rows if row["guid"] not in coming.present}
        for entry in coming.new:
            if row := gone.pop(by_key.get(entry.key), None):
                self._db.run("UPDATE entries SET guid = ? WHERE id = ?", (entry.guid, row["id"]))
                coming.known[entry.guid] = row
        coming.new = [entry for entry in coming.new if entry.guid not in coming.known]

    def _add(self, comings: Sequence[_Coming], by_key: dict[str, int], now: datetime) -> list[tuple[int, ...]]:
        """Store new entries, and the stories that they open; returns the ids of these, feed by feed."""
        dead = buried(self._db, [entry.key for coming in comings for entry in coming.new])
        seen_at = to_db(now)
        to_open: dict[str, tuple[int, NewEntry]] = {}
        for coming in comings:
            for entry in coming.new:
                if entry.key not in by_key and entry.key not in dead:
                    to_open.setdefault(entry.key, (coming.feed_id, entry))
        opened = self._open(list(to_open.values()), seen_at)
        by_key.update(opened)
        self._db.run_many(
            "INSERT INTO entries (feed_id, guid, url, story_id, published_at, updated_at, seen_at, content_hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    coming.feed_id, e.guid, e.url, by_key.get(e.key), e.published_at and to_db(e.published_at),
                    e.updated_at and to_db(e.updated_at), seen_at, e.content_hash,
                )
                for coming in comings for e in coming.new
            ],
        )  # fmt: skip
        of_feed: dict[int, list[int]] = {coming.feed_id: [] for coming in comings}
        for key, (feed_id, _) in to_open.items():
            of_feed[feed_id].append(opened[key])
        return [tuple(ids) for ids in of_feed.values()]

    def _enclose(self, comings: Sequence[_Coming], by_key: Mapping[str, int]) -> None:
        """Keep what entries carry, with their stories: a known entry may have gained a recording."""
        carried = [
            (story_id, file)
            for coming in comings
            for guid, entry in coming.rows.items()
            if entry.enclosures
            and (story_id := coming.known[guid]["story_id"] if guid in coming.known else by_key.get(entry.key))
            for file in entry.enclosures
        ]
        if carried:
            Enclosures(self._db).add(carried)

    def _known_rows(self, feed_id: int, guids: Sequence[str]) -> dict[str, dict[str, Any]]:
        sql = "SELECT id, guid, story_id, content_hash FROM entries WHERE feed_id = ? AND guid IN ({marks})"
        return {row["guid"]: row for row in self._db.in_chunks(sql, guids, feed_id)}

    def _outlets(self, names: Mapping[str, str]) -> dict[str, int]:
        """The ids of the outlets with these keys, made under these names where they are new."""
        sql = "SELECT key, id FROM outlets WHERE key IN ({marks})"
        found = {row["key"]: int(row["id"]) for row in self._db.in_chunks(sql, list(names))}
        for key, name in names.items():
            if key not in found:
                found[key] = int(
                    self._db.run("INSERT INTO outlets (key, name) VALUES (?, ?)", (key, name)).lastrowid or 0
                )
        return found

    def _open(self, entries: Sequence[tuple[int, NewEntry]], seen_at: str) -> dict[str, int]:
        """Open a story for each of these entries of feeds; returns their ids by key."""
        outlets = self._outlets({e.outlet_key: e.outlet_name for _, e in reversed(entries)})
        return open_stories(self._db, [_story(feed_id, e, outlets[e.outlet_key], seen_at) for feed_id, e in entries])

    def _change(self, known: Mapping[str, Any], entry: NewEntry, feed_id: int, now: datetime) -> bool:
        """Take over what an entry newly says; what it said becomes a revision, a text that came from the page stays."""
        if known["content_hash"] == entry.content_hash:
            return False
        at = to_db(entry.updated_at or now)
        self._db.run(
            "UPDATE entries SET content_hash = ?, updated_at = ? WHERE id = ?", (entry.content_hash, at, known["id"])
        )
        story = self._db.row(
            "SELECT id, title, text, feed_title, feed_text, lang, page FROM stories WHERE id = ? AND feed_id = ?",
            (known["story_id"], feed_id),  # another feed that carries the story too tells it in its own words
        )
        return story is not None and self._retell(story, entry, at, now)

    def _retell(self, story: Mapping[str, Any], entry: NewEntry, at: str, now: datetime) -> bool:
        """Put what the feed says now in the place of what it said; returns whether a reader sees another story."""
        from aggregator.text.revision import headline_changed, text_changed  # noqa: PLC0415 - with word lists: rarely needed

        has_page_text = story["feed_text"] is not None
        told = story["feed_text"] if has_page_text else story["text"]
        headline = headline_changed(story["feed_title"] or story["title"], entry.title, lang=story["lang"])
        text = text_changed(told, entry.text, lang=story["lang"])
        is_first_text = bool(entry.text and not told)
        if not (headline or text or is_first_text or (entry.title and not story["title"])):
            return False
        if story["page"] == "done":  # what the feed says anew, the page says too
            self._db.run("UPDATE pages SET reread_at = ? WHERE story_id = ?", (to_db(now), story["id"]))
        if headline:  # the page may have told of it before
            self._db.run("UPDATE stories SET feed_title = NULL WHERE id = ?", (story["id"],))
            headline = headline_changed(story["title"], entry.title, lang=story["lang"])
        if has_page_text:
            self._db.run("UPDATE stories SET feed_text = ? WHERE id = ?", (entry.text or told, story["id"]))
            text, is_first_text = (), False
        new_title = entry.title if headline or not story["title"] else story["title"]
        if new_title == story["title"] and not text and not is_first_text:
            return False
        keep_version(self._db, story["id"], headline=headline, text=text, now=now)
        self._db.run(
            "UPDATE stories SET title = ?, updated_at = ?, is_stale = 1 WHERE id = ?", (new_title, at, story["id"])
        )
        if text or is_first_text:
            self._db.run(
                "UPDATE stories SET text = ?, words = ?, text_hash = ? WHERE id = ?",
                (entry.text, entry.words, entry.text_hash, story["id"]),
            )
        stands = entry.text if text or is_first_text else story["text"]
        self._db.run("UPDATE stories SET grams = ? WHERE id = ?", (searchable(new_title, stands), story["id"]))
        return True


@dataclass(slots=True)
class _Coming:
    """An arrival beside what is stored: `known` are stored rows by guid, `new` the entries without one."""

    feed_id: int
    present: set[str]
    rows: dict[str, NewEntry]
    known: dict[str, dict[str, Any]]
    new: list[NewEntry]


def _story(feed_id: int, entry: NewEntry, outlet_id: int, seen_at: str) -> tuple[Any, ...]:
    """The columns of `NEW_STORY`."""
    return (
        entry.key, entry.url, entry.title, outlet_id, feed_id, _AS_JSON(entry.authors) if entry.authors else "[]",
        to_db(entry.published_at) if entry.published_at else seen_at, int(entry.published_at is not None),
        entry.updated_at and to_db(entry.updated_at), seen_at, entry.lang, entry.words, entry.image,
        "due" if entry.wants_page else "none", None, entry.text_hash, entry.text, entry.grams,
    )  # fmt: skip
