"""Subscriptions and their polling state."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from aggregator.errors import AlreadyExists, FeedNotFound
from aggregator.model import Access, Feed, FeedSpec, FeedUpdate, PageSelectors, Wishes
from aggregator.model.feed import NO_WISHES, OPEN
from aggregator.store.connection import Connections
from aggregator.store.times import from_db, to_db
from aggregator.text.folders import join_folder, split_folder

__all__ = ["SKEW", "Feeds"]

_COLUMNS = """id, url, title, site_url, folder, attributes, lang, state, added_at, etag, last_modified, body_hash,
    interval_s, override_interval_s, next_poll_at, next_poll_reason, retry_at, last_polled_at, last_ok_at,
    last_new_at, last_status, last_error, failures, moved_to, moved_count, wishes, selectors,
    (SELECT access FROM logins l WHERE l.feed_id = feeds.id) AS access"""
SKEW = timedelta(hours=1)  # what is dated further ahead than this was dated by a clock that was wrong
_TIMES = ("added_at", "next_poll_at", "retry_at", "last_polled_at", "last_ok_at", "last_new_at")


def _feed(row: dict[str, Any]) -> Feed:
    row["folder"] = split_folder(row["folder"])
    row["attributes"] = tuple((k, v) for k, v in json.loads(row["attributes"]))
    for name in _TIMES:
        row[name] = from_db(row[name])
    row["wishes"] = _wishes(row["wishes"])
    row["selectors"] = PageSelectors(**json.loads(row["selectors"])) if row["selectors"] else None
    row["access"] = _access(row["access"])
    return Feed(**row)


def _wishes(text: str | None) -> Wishes:
    if text is None:
        return NO_WISHES
    said = json.loads(text)
    return Wishes(ttl_s=said["ttl_s"], skip_hours=frozenset(said["skip_hours"]), skip_days=frozenset(said["skip_days"]))


def _wishes_to_db(wishes: Wishes) -> str | None:
    if wishes == NO_WISHES:
        return None
    hours, days = sorted(wishes.skip_hours), sorted(wishes.skip_days)
    return json.dumps({"ttl_s": wishes.ttl_s, "skip_hours": hours, "skip_days": days})


def _access(text: str | None) -> Access:
    if text is None:
        return OPEN
    given = json.loads(text)
    auth = given.get("auth")
    return Access(
        headers=tuple((name, value) for name, value in given.get("headers", ())),
        auth=(auth[0], auth[1]) if auth else None,
        proxy=given.get("proxy"),
    )


def _to_json(value: Access | PageSelectors | None) -> str | None:
    """What is set of a value, None if nothing is."""
    given = {name: part for name, part in asdict(value).items() if part} if value else {}
    return json.dumps(given, ensure_ascii=False) if given else None


class Feeds:
    """The table `feeds`."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def add(self, specs: Iterable[FeedSpec], *, now: datetime) -> tuple[list[FeedSpec], list[FeedSpec]]:
        """Subscribe to all of them in one transaction; returns (added, already there). A removed feed comes back."""
        added: list[FeedSpec] = []
        known: list[FeedSpec] = []
        with self._db.write():
            for spec in specs:
                (added if self._add(spec, now) else known).append(spec)
        return added, known

    def _add(self, spec: FeedSpec, now: datetime) -> bool:
        row = self._db.row("SELECT id, state FROM feeds WHERE url = ?", (spec.url,))
        if row is None:
            cursor = self._db.run(
                "INSERT INTO feeds (url, title, site_url, folder, attributes, added_at, selectors)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    spec.url, spec.title, spec.site_url, join_folder(spec.folder), json.dumps(spec.attributes), to_db(now),
                    _to_json(spec.selectors),
                ),
            )  # fmt: skip
            self._keep_access(int(cursor.lastrowid or 0), spec.access)
            return True
        if row["state"] == "removed":
            self._db.run(
                "UPDATE feeds SET state = 'active', removed_at = NULL, next_poll_at = NULL, body_hash = NULL, etag = NULL,"
                " last_modified = NULL, folder = ?, selectors = ? WHERE id = ?",
                (join_folder(spec.folder), _to_json(spec.selectors), row["id"]),
            )
            self._keep_access(row["id"], spec.access)
            return True
        return False

    def all(self) -> tuple[Feed, ...]:
        """All subscriptions, by folder and title."""
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM feeds WHERE state <> 'removed' ORDER BY folder, title, url")
        return tuple(_feed(row) for row in rows)

    def to_look_at(self, *, failures: int, moved_since: datetime, silent_since: datetime) -> tuple[Feed, ...]:
        """Subscriptions that are gone, failed so often, moved since then, or have had nothing new from then on; as `all`."""
        rows = self._db.rows(
            f"""SELECT {_COLUMNS} FROM feeds WHERE state <> 'removed' AND (state = 'gone' OR failures >= ? OR moved_at >= ?
                OR last_new_at <= ?) ORDER BY folder, title, url""",
            (failures, to_db(moved_since), to_db(silent_since)),
        )
        return tuple(_feed(row) for row in rows)

    def get(self, url: str) -> Feed:
        """The feed at this address.

        Raises:
            FeedNotFound: there is no such subscription.

        """
        row = self._db.row(f"SELECT {_COLUMNS} FROM feeds WHERE url = ? AND state <> 'removed'", (url,))
        if row is None:
            raise FeedNotFound(f"No feed {url} is subscribed to; see: aggregator feeds list", path=self._db.path)
        return _feed(row)

    def by_id(self, feed_id: int) -> Feed | None:
        """The subscription with this id."""
        row = self._db.row(f"SELECT {_COLUMNS} FROM feeds WHERE id = ? AND state <> 'removed'", (feed_id,))
        return None if row is None else _feed(row)

    def is_removed(self, url: str) -> bool:
        """Whether this feed was subscribed to once and is no longer."""
        return bool(self._db.value("SELECT 1 FROM feeds WHERE url = ? AND state = 'removed'", (url,)))

    def due(self, now: datetime, *, force: bool = False) -> tuple[Feed, ...]:
        """Feeds to be polled now, the longest overdue first; with `force` all but those whose server said when to return.

        Those too that were asked in a time to come: the clock was set back, and what was planned then is of no use.
        """
        when = "retry_at" if force else "next_poll_at"
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM feeds WHERE state = 'active' AND ({when} IS NULL OR {when} <= ? OR last_polled_at > ?)"
            " ORDER BY next_poll_at, id",
            (to_db(now), to_db(now + SKEW)),
        )
        return tuple(_feed(row) for row in rows)

    def count(self) -> int:
        """How many subscriptions there are."""
        return int(self._db.value("SELECT count(*) FROM feeds WHERE state <> 'removed'"))

    def asked(self) -> tuple[int, int]:
        """How many active subscriptions there are, and how many of them have been polled at least once."""
        row = (
            self._db.row("SELECT count(*) AS feeds, count(last_polled_at) AS asked FROM feeds WHERE state = 'active'")
            or {}
        )
        return int(row["feeds"]), int(row["asked"])

    def update(self, feed_id: int, update: FeedUpdate) -> None:
        """Store the state after a poll."""
        self.update_many([(feed_id, update)])

    def update_many(self, updates: Sequence[tuple[int, FeedUpdate]]) -> None:
        """Store the states after polls of several feeds."""
        rows = [
            (
                u.etag, u.last_modified, u.body_hash, u.interval_s, u.next_poll_at and to_db(u.next_poll_at),
                u.next_poll_reason, u.retry_at and to_db(u.retry_at), to_db(u.last_polled_at),
                u.last_ok_at and to_db(u.last_ok_at), u.last_new_at and to_db(u.last_new_at), u.last_status,
                u.last_error, u.failures, u.moved_to, u.moved_count, u.state,
                _wishes_to_db(u.wishes), feed_id,
            )
            for feed_id, u in updates
        ]  # fmt: skip
        with self._db.write():
            self._db.run_many(
                "UPDATE feeds SET etag = ?, last_modified = ?, body_hash = ?, interval_s = ?, next_poll_at = ?,"
                " next_poll_reason = ?, retry_at = ?, last_polled_at = ?, last_ok_at = ?, last_new_at = ?, last_status = ?,"
                " last_error = ?, failures = ?, moved_to = ?, moved_count = ?, state = ?, wishes = ?"
                " WHERE id = ? AND state <> 'removed'",
                rows,
            )

    def describe(self, feed_id: int, *, title: str | None, site_url: str | None, lang: str | None) -> None:
        """Keep what the feed says of itself; a title that the reader gave stays."""
        self._db.run(
            "UPDATE feeds SET title = coalesce(title, ?), site_url = coalesce(?, site_url), lang = coalesce(?, lang)"
            " WHERE id = ?",
            (title, site_url, lang, feed_id),
        )

    def move(self, feed_id: int, url: str) -> bool:
        """Adopt a permanent redirect; False if the new address is subscribed to already (then the old one is gone)."""
        with self._db.write():
            if self._db.value("SELECT 1 FROM feeds WHERE url = ?", (url,)):
                self._db.run("UPDATE feeds SET state = 'gone', moved_to = ? WHERE id = ?", (url, feed_id))
                return False
            self._db.run(
                "UPDATE feeds SET moved_from = url, moved_at = last_polled_at, url = ?, moved_to = NULL, moved_count = 0"
                " WHERE id = ?",
                (url, feed_id),
            )
            return True

    def moved_since(self, since: datetime) -> dict[int, str]:
        """The feeds whose new address was adopted since then: id -> the old address."""
        rows = self._db.rows(
            "SELECT id, moved_from FROM feeds WHERE moved_at >= ? AND state = 'active'", (to_db(since),)
        )
        return {row["id"]: row["moved_from"] for row in rows}

    def published(self, feed_id: int, *, limit: int = 20) -> tuple[datetime, ...]:
        """When the latest entries of a feed were published, the latest first; those without a date are left out."""
        rows = self._db.rows(
            "SELECT published_at FROM entries WHERE feed_id = ? AND published_at IS NOT NULL"
            " ORDER BY published_at DESC LIMIT ?",
            (feed_id, limit),
        )
        return tuple(datetime.fromisoformat(row["published_at"]) for row in rows)

    def set_interval(self, feed_id: int, interval_s: float | None, *, next_poll_at: datetime, reason: str) -> None:
        """Poll this feed at a fixed interval; None goes back to its own rhythm."""
        with self._db.write():
            self._db.run(
                "UPDATE feeds SET override_interval_s = ?, next_poll_at = ?, next_poll_reason = ? WHERE id = ?",
                (interval_s, to_db(next_poll_at), reason, feed_id),
            )

    def set_reading(self, feed_id: int, *, access: Access, selectors: PageSelectors | None) -> None:
        """Ask this feed with these, and read it so: from the start, as soon as its server allows."""
        with self._db.write():
            self._db.run(
                "UPDATE feeds SET selectors = ?, etag = NULL, last_modified = NULL, body_hash = NULL,"
                " next_poll_at = retry_at, state = iif(state = 'gone', 'active', state) WHERE id = ?",
                (_to_json(selectors), feed_id),
            )
            self._keep_access(feed_id, access)

    def _keep_access(self, feed_id: int, access: Access) -> None:
        self._db.run("DELETE FROM logins WHERE feed_id = ?", (feed_id,))
        if text := _to_json(access):
            self._db.run("INSERT INTO logins (feed_id, access) VALUES (?, ?)", (feed_id, text))

    def rename(self, feed_id: int, title: str | None) -> None:
        """Give the feed the reader's own name for it; None goes back to what it calls itself, from the next poll on."""
        with self._db.write():
            self._db.run("UPDATE feeds SET title = ?, body_hash = NULL, etag = NULL WHERE id = ?", (title, feed_id))

    def put(self, feed_id: int, folder: tuple[str, ...]) -> None:
        """Move the feed to another folder."""
        with self._db.write():
            self._db.run("UPDATE feeds SET folder = ? WHERE id = ?", (join_folder(folder), feed_id))

    def remove(self, url: str, *, now: datetime, with_stories: bool = False) -> Feed:
        """End the subscription; its stories stay, or leave tombstones that keep them from coming back."""
        feed = self.get(url)
        with self._db.write():
            if with_stories:
                self._bury(feed.id, now)
            self._db.run("UPDATE feeds SET state = 'removed', removed_at = ? WHERE id = ?", (to_db(now), feed.id))
        return feed

    def _bury(self, feed_id: int, now: datetime) -> None:
        """Delete the stories that came by this feed alone; other members of their events are decided again."""
        alone = """SELECT s.id FROM stories s WHERE s.feed_id = ? AND NOT EXISTS
            (SELECT 1 FROM entries e WHERE e.story_id = s.id AND e.feed_id <> s.feed_id)"""
        self._db.run(
            f"INSERT OR IGNORE INTO tombstones (key, at) SELECT key, ? FROM stories WHERE id IN ({alone})",
            (to_db(now), feed_id),
        )
        self._db.run(
            f"UPDATE stories SET is_stale = 1, copy_of = CASE WHEN copy_of IN ({alone}) THEN NULL ELSE copy_of END"
            f" WHERE copy_of IN ({alone}) OR event_id IN (SELECT event_id FROM stories WHERE id IN ({alone}))",
            (feed_id, feed_id, feed_id),
        )
        emptied = [
            r["event_id"]
            for r in self._db.rows(
                f"SELECT DISTINCT event_id FROM stories WHERE event_id IS NOT NULL AND id IN ({alone})", (feed_id,)
            )
        ]
        self._db.run(f"DELETE FROM stories WHERE id IN ({alone})", (feed_id,))
        self._db.run_many(
            "DELETE FROM events WHERE id = ? AND NOT EXISTS (SELECT 1 FROM stories WHERE event_id = events.id)"
            " AND NOT EXISTS (SELECT 1 FROM events m WHERE m.merged_into = events.id OR m.thread_id = events.id)",
            [(event_id,) for event_id in emptied],
        )

    def restore(self, url: str) -> Feed:
        """Undo a removal; stories that went with it come back by the next poll, as far as the feed still shows them.

        Raises:
            AlreadyExists: the feed is subscribed to.
            FeedNotFound: it never was.

        """
        with self._db.write():
            row = self._db.row("SELECT id, state, removed_at FROM feeds WHERE url = ?", (url,))
            if row is None:
                raise FeedNotFound(f"No feed {url} was ever subscribed to.", path=self._db.path)
            if row["state"] != "removed":
                raise AlreadyExists(f"The feed {url} is subscribed to already.", path=self._db.path)
            self._db.run("UPDATE feeds SET state = 'active', removed_at = NULL WHERE id = ?", (row["id"],))
            self._unbury(row["id"], row["removed_at"])
        return self.get(url)

    def _unbury(self, feed_id: int, removed_at: str) -> None:
        """Take back what `_bury` did: the stories of this feed may be opened again."""
        if not self._db.run("DELETE FROM tombstones WHERE at = ?", (removed_at,)).rowcount:
            return
        self._db.run("DELETE FROM entries WHERE feed_id = ? AND story_id IS NULL", (feed_id,))
        self._db.run(
            "UPDATE feeds SET etag = NULL, last_modified = NULL, body_hash = NULL, next_poll_at = NULL, last_ok_at = NULL"
            " WHERE id = ?",
            (feed_id,),
        )
