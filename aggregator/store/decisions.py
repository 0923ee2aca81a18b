"""What deduplication and clustering decided, into the store: the stories they need, and the events that come out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from aggregator.model import CopyMatch, EventAssignment, StoryLine
from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db

__all__ = ["Decisions", "KeptWindow", "StoredFeatures"]

_UNCOUNTED = "1970-01-01T00:00:00Z"  # stands in the same transaction only, until the event is counted
_NEW_EVENT = "INSERT INTO events (key, headline, first_at, last_at, seen_at, changed_at) VALUES (?, '', ?, ?, ?, ?)"
_IDS = "SELECT key, id FROM stories WHERE key IN ({marks})"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFeatures:
    """A story as the window keeps it: its key, time and the features computed from its text."""

    key: str
    published_at: datetime
    fingerprint: bytes
    features: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWindow:
    """What a process found out of the stories published in a time, so that the next need not: see `Window.state`."""

    version: str
    since: datetime
    until: datetime
    stories: int
    parts: Mapping[str, bytes]


class Decisions:
    """The columns of `stories` that say copy and event, the table `features`, and the rows of `events`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def stale(self, *, limit: int) -> tuple[StoryLine, ...]:
        """Stories not decided yet, or changed since, oldest first."""
        rows = self._db.rows(
            "SELECT s.key, s.title, s.text, s.published_at, s.seen_at, o.name AS source, s.lang, s.url, s.credit"
            " FROM stories s JOIN outlets o ON o.id = s.outlet_id WHERE s.is_stale = 1"
            " ORDER BY s.published_at, s.key LIMIT ?",
            (limit,),
        )
        return tuple(_line(row) for row in rows)

    def stale_count(self) -> int:
        """How many stories wait for a decision."""
        return int(self._db.value("SELECT count(*) FROM stories WHERE is_stale = 1"))

    def lines(self, keys: Sequence[str]) -> tuple[StoryLine, ...]:
        """These stories as the pure stages see them."""
        rows = self._db.in_chunks(
            "SELECT s.key, s.title, s.text, s.published_at, s.seen_at, o.name AS source, s.lang, s.url, s.credit"
            " FROM stories s JOIN outlets o ON o.id = s.outlet_id WHERE s.key IN ({marks})",
            keys,
        )
        return tuple(_line(row) for row in rows)

    def window(self, since: datetime, until: datetime) -> tuple[StoredFeatures, ...]:
        """Features of decided stories published in this time, both ends included, oldest first."""
        rows = self._db.rows(
            "SELECT s.key, s.published_at, f.fingerprint, f.features FROM stories s"
            " JOIN features f ON f.story_id = s.id WHERE s.published_at BETWEEN ? AND ? AND s.is_stale = 0"
            " ORDER BY s.published_at, s.key",
            (to_db(since), to_db(until)),
        )
        return tuple(
            StoredFeatures(
                key=r["key"], published_at=datetime.fromisoformat(r["published_at"]), fingerprint=r["fingerprint"],
                features=r["features"],
            )
            for r in rows
        )  # fmt: skip

    def keep_window(self, window: KeptWindow) -> None:
        """Keep what was found out of a window, in place of all before; only parts that are not kept yet are written."""
        digests = {name: _digest(part) for name, part in window.parts.items()}
        with self._db.write():
            kept = {row["name"]: row["digest"] for row in self._db.rows("SELECT name, digest FROM window_parts")}
            self._db.run(
                "INSERT OR REPLACE INTO window (id, version, since, until, stories) VALUES (1, ?, ?, ?, ?)",
                (window.version, to_db(window.since), to_db(window.until), window.stories),
            )
            self._db.run_many("DELETE FROM window_parts WHERE name = ?", [(n,) for n in kept.keys() - digests.keys()])
            self._db.run_many(
                "INSERT OR REPLACE INTO window_parts (name, digest, data) VALUES (?, ?, ?)",
                [(n, digest, window.parts[n]) for n, digest in digests.items() if kept.get(n) != digest],
            )

    def forget_window(self) -> None:
        """Let go what was kept of a window."""
        with self._db.write():
            self._db.run("DELETE FROM window")
            self._db.run("DELETE FROM window_parts")

    def kept_window(self, version: str, since: datetime, until: datetime) -> KeptWindow | None:
        """What is kept of a window that overlaps this time, if this version kept it; without parts that are not as written."""
        row = self._db.row(
            "SELECT since, until, stories FROM window WHERE version = ? AND since <= ? AND until >= ?",
            (version, to_db(until), to_db(since)),
        )
        if row is None:
            return None
        rows = self._db.rows("SELECT name, digest, data FROM window_parts")
        return KeptWindow(
            version=version, since=datetime.fromisoformat(row["since"]), until=datetime.fromisoformat(row["until"]),
            stories=row["stories"], parts={r["name"]: r["data"] for r in rows if r["digest"] == _digest(r["data"])},
        )  # fmt: skip

    def kept_since(self, version: str) -> datetime | None:
        """The time from which on a window is kept, if this version kept one."""
        return from_db(self._db.value("SELECT since FROM window WHERE version = ?", (version,)))

    def keep_features(self, features: Mapping[str, tuple[bytes, bytes]]) -> None:
        """Store features that were computed anew for stories whose decisions stand."""
        with self._db.write():
            ids = {r["key"]: r["id"] for r in self._db.in_chunks(_IDS, list(features))}
            self._keep_features(features, ids)

    def mark_all_stale(self) -> int:
        """Have everything decided again, as `rebuild` does; returns how many stories."""
        with self._db.write():
            self._db.run("DELETE FROM features")
            self.forget_window()
            return self._db.run("UPDATE stories SET is_stale = 1").rowcount

    def apply(
        self,
        *,
        features: Mapping[str, tuple[bytes, bytes]],
        copies: Mapping[str, CopyMatch | None],
        events: Mapping[str, EventAssignment],
    ) -> tuple[int, ...]:
        """Store decisions, keyed by story key, in one transaction; returns the ids of the events touched.

        An event keeps its id as long as its earliest story stays in it, or moves with it into a group that had none.
        """
        with self._db.write():
            keys = sorted({*features, *copies, *events, *_named(copies, events)})
            ids = {r["key"]: r["id"] for r in self._db.in_chunks(_IDS, keys)}
            self._keep_features(features, ids)
            self._keep_copies(copies, ids)
            touched = self._keep_events(events, ids)
            touched |= self._events_of([ids[k] for k in copies if k in ids])
            return tuple(sorted(self._summarise(touched)))

    def _keep_features(self, features: Mapping[str, tuple[bytes, bytes]], ids: Mapping[str, int]) -> None:
        rows = [(ids[key], *blobs) for key, blobs in features.items() if key in ids]
        self._db.run_many(
            "INSERT INTO features (story_id, fingerprint, features) VALUES (?, ?, ?) ON CONFLICT (story_id)"
            " DO UPDATE SET fingerprint = excluded.fingerprint, features = excluded.features",
            rows,
        )
        self._db.run_many("UPDATE stories SET is_stale = 0 WHERE id = ?", [(row[0],) for row in rows])

    def _keep_copies(self, copies: Mapping[str, CopyMatch | None], ids: Mapping[str, int]) -> None:
        rows: list[tuple[Any, ...]] = []
        for key, match in copies.items():
            if key not in ids:
                continue
            if match is None or match.copy_of not in ids:
                rows.append((None, None, None, None, None, ids[key]))
            else:
                rows.append(
                    (ids[match.copy_of], match.kind, match.score, match.reason, json.dumps(match.evidence), ids[key])
                )
        self._db.run_many(
            "UPDATE stories SET copy_of = ?, copy_kind = ?, copy_score = ?, copy_reason = ?, copy_evidence = ? WHERE id = ?",
            rows,
        )

    def _keep_events(self, events: Mapping[str, EventAssignment], ids: Mapping[str, int]) -> set[int]:
        """Put stories into events; returns the events that lost or gained."""
        labels = {ids[key]: a.event for key, a in events.items() if key in ids}
        before = self._events_of(list(labels))
        homes = self._homes(labels, before)
        self._db.run_many(
            "UPDATE stories SET event_id = ?, probability = ?, nearest_id = ?, reason = ?, vetoes = ? WHERE id = ?",
            [
                (
                    homes[a.event], a.probability, ids.get(a.nearest) if a.nearest else None, a.reason or None,
                    json.dumps([(ids[k], why) for k, why in a.vetoes if k in ids]) if a.vetoes else None, ids[key],
                )
                for key, a in events.items()
                if key in ids
            ],
        )  # fmt: skip
        return before | set(homes.values())

    def _events_of(self, story_ids: Sequence[int]) -> set[int]:
        sql = "SELECT DISTINCT event_id FROM stories WHERE event_id IS NOT NULL AND id IN ({marks})"
        return {r["event_id"] for r in self._db.in_chunks(sql, story_ids)}

    def _homes(self, labels: Mapping[int, str], before: set[int]) -> dict[str, int]:
        """The event id of each label: the event that has this key, one that dissolves into it, or a new one."""
        wanted = sorted(set(labels.values()))
        sql = "SELECT key, id FROM events WHERE merged_into IS NULL AND key IN ({marks})"
        homes: dict[str, int] = {r["key"]: r["id"] for r in self._db.in_chunks(sql, wanted)}
        dissolved = self._dissolved(labels, before)
        for label in wanted:
            for event_id in dissolved[label]:
                if label not in homes:
                    self._db.run("UPDATE events SET key = ? WHERE id = ?", (label, event_id))
                    homes[label] = event_id
                elif homes[label] != event_id:
                    self._merge(event_id, homes[label])
            if label not in homes:
                cursor = self._db.run(_NEW_EVENT, (label, *[_UNCOUNTED] * 4))
                homes[label] = int(cursor.lastrowid or 0)
        return homes

    def _dissolved(self, labels: Mapping[int, str], before: set[int]) -> dict[str, list[int]]:
        """Old events whose earliest story has gone to another label, or is gone, by the label they go to."""
        gone: dict[str, list[int]] = defaultdict(list)
        sql = "SELECT e.id, e.key, s.id AS story_id FROM events e LEFT JOIN stories s ON s.key = e.key WHERE e.id IN ({marks})"
        for row in self._db.in_chunks(sql, sorted(before)):
            label = labels.get(row["story_id"])
            if row["story_id"] is None:
                label = self._label_of_rest(row["id"], labels)
            if label is not None and label != row["key"]:
                gone[label].append(row["id"])
        return gone

    def _label_of_rest(self, event_id: int, labels: Mapping[int, str]) -> str | None:
        rows = self._db.rows("SELECT id FROM stories WHERE event_id = ? ORDER BY published_at, key", (event_id,))
        return next((labels[row["id"]] for row in rows if row["id"] in labels), None)

    def _merge(self, event_id: int, into: int) -> None:
        """Leave a sign at the old event's address, and take its marks and its place in a thread along."""
        self._db.run("UPDATE events SET merged_into = ? WHERE id = ? OR merged_into = ?", (into, event_id, event_id))
        self._db.run("UPDATE events SET thread_id = ? WHERE thread_id = ?", (into, event_id))
        thread = self._db.value("SELECT thread_id FROM events WHERE id = ?", (event_id,))
        self._db.run("UPDATE events SET thread_id = coalesce(thread_id, ?) WHERE id = ?", (thread, into))
        self._db.run("UPDATE events SET thread_id = NULL WHERE id = ?", (event_id,))
        self._db.run("UPDATE OR IGNORE event_marks SET event_id = ? WHERE event_id = ?", (into, event_id))

    def _summarise(self, event_ids: set[int]) -> set[int]:
        """Recount these events from their stories; empty ones go. Returns those that stand."""
        sql = """SELECT event_id AS id, min(published_at) AS first_at, max(published_at) AS last_at,
            min(seen_at) AS seen_at, max(seen_at) AS changed_at, count(*) AS stories, count(DISTINCT outlet_id) AS outlets,
            sum(copy_of IS NULL) AS reports,
            max(1, count(DISTINCT CASE WHEN copy_of IS NULL THEN ifnull(credit, 'outlet ' || outlet_id) END)) AS independent
            FROM stories WHERE event_id IN ({marks}) GROUP BY event_id"""
        rows = list(self._db.in_chunks(sql, sorted(event_ids)))
        self._db.run_many(
            "UPDATE events SET first_at = :first_at, last_at = :last_at, seen_at = :seen_at, stories = :stories,"
            " outlets = :outlets, reports = :reports, independent = :independent, changed_at = :changed_at WHERE id = :id",
            rows,
        )
        standing = {row["id"] for row in rows}
        for empty in sorted(event_ids - standing):
            if not self._db.value("SELECT merged_into FROM events WHERE id = ?", (empty,)):
                self._db.run("UPDATE events SET thread_id = NULL WHERE thread_id = ?", (empty,))
                self._db.run("DELETE FROM events WHERE merged_into = ?", (empty,))
                self._db.run("DELETE FROM events WHERE id = ?", (empty,))
        return standing


def _digest(part: bytes) -> bytes:
    return blake2b(part, digest_size=16).digest()


def _line(row: dict[str, Any]) -> StoryLine:
    seen_at = from_db(row["seen_at"])
    published_at = from_db(row["published_at"])
    if published_at is None or seen_at is None:
        raise AssertionError(row)
    return StoryLine(
        id=row["key"], title=row["title"], text=row["text"], published_at=published_at, seen_at=seen_at,
        source=row["source"], lang=row["lang"], url=row["url"], credit=row["credit"],
    )  # fmt: skip


def _named(copies: Mapping[str, CopyMatch | None], events: Mapping[str, EventAssignment]) -> set[str]:
    """Every story that a decision speaks of."""
    sources = {m.copy_of for m in copies.values() if m is not None}
    nearest = {a.nearest for a in events.values() if a.nearest}
    vetoed = {key for a in events.values() for key, _ in a.vetoes}
    return sources | nearest | vetoed
