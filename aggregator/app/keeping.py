"""Keeping the store: what goes after its time, backups, restoring, giving space back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.app.clock import Clock
from aggregator.app.lease import Lease
from aggregator.app.polling import Polling
from aggregator.config import Config, FolderRetention
from aggregator.errors import SchemaTooNew, StoreError, StoreLocked
from aggregator.query import parse
from aggregator.store import Store
from aggregator.store.backup import back_up, checked, compact, put_back, set_aside
from aggregator.store.retention import Limit
from aggregator.text.folders import join_folder, split_folder

__all__ = ["Compacted", "Keeping", "restore"]

# Of parts of the full-text index in one night, 2 MB each: a very large index is gone through in some nights.
MERGES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """What compacting came to: stories that went, and the size of the file in bytes before and after."""

    stories: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Keeping:
    """The store's housekeeper."""

    store: Store
    config: Config
    clock: Clock
    timezone: str
    polling: Polling

    def tidy(self) -> int:
        """Drop raw pages past their time, and stories beyond the settings' limits, and merge the index; returns how many stories.

        For a caller who holds the lease.
        """
        return sum(self.tidied())

    def tidied(self) -> Iterator[int]:
        """As `tidy`, a step at a time, so that others get their turn between two: how many stories went with each."""
        self.polling.tidy()
        yield 0
        due = self.due()
        yield 0
        gone = 0
        for keys in self.store.retention.delete(due, now=self.clock()):
            self.polling.forget(keys)
            gone += len(keys)
            yield len(keys)
            if self.polling.stop.is_set():  # the next night goes on
                return
        self.store.retention.sweep(self.clock())
        if gone:
            self.store.search.give_back()
        for _ in range(MERGES):
            if self.polling.stop.is_set() or not self.store.search.merge():
                return
            yield 0

    def due(self) -> tuple[int, ...]:
        """The events that the settings' limits let go, with all their stories.

        An event stays as a whole while one of its stories is within the limits, starred, tagged, or matches a topic.
        """
        limits = tuple(self._limits(self.clock()))
        if not limits:
            return ()
        return self.store.retention.due(limits, kept=self._followed())

    def _limits(self, now: datetime) -> Iterator[Limit]:
        """A limit for each folder that has one."""
        for folder in self.store.retention.folders():
            limit = _of_folder(folder, self.config)
            if limit.days or limit.stories:
                since = now - timedelta(days=limit.days) if limit.days else None
                yield Limit(folder=folder, since=since, stories=limit.stories or None)

    def _followed(self) -> Iterator[int]:
        """The stories that match a topic of any reader."""
        for reader_id in self.store.topics.followers():
            for topic in self.store.topics.all(reader_id):
                yield from self.store.search.ids(
                    parse(topic.query), reader_id=reader_id, zone=self.timezone, now=self.clock()
                )

    def compact(self) -> Compacted:
        """Drop what is past its time and give its space back to the file system.

        Raises:
            LeaseHeld: another process is writing.

        """
        with Lease(self.store, "vacuum"):
            before = self._size()
            stories = self.tidy()
            compact(self.store.connections)
        return Compacted(stories=stories, before=before, after=self._size())

    def _size(self) -> int:
        return sum(f.stat().st_size for end in ("", "-wal") if (f := Path(f"{self.store.path}{end}")).exists())

    def back_up(self, target: Path, *, replace: bool = False) -> int:
        """Copy the database, as it is now, into one file; others may go on reading and writing. Returns its size in bytes.

        Raises:
            AlreadyExists, StoreError: the file is there already, or cannot be written.

        """
        return back_up(self.store.connections, target, replace=replace)


def _of_folder(folder: str, config: Config) -> FolderRetention:
    """The limits of a folder: its own, else of the folder around it, else everybody's."""
    retention = config.retention
    for name in _upwards(folder):
        if name in retention.folders:
            return retention.folders[name]
    return FolderRetention(days=retention.days, stories=retention.stories)


def _upwards(folder: str) -> Iterator[str]:
    path = split_folder(folder)
    while path:
        yield join_folder(path)
        path = path[:-1]


def restore(db: Path, backup: Path) -> Path | None:
    """Put a backup in the place of the database; returns where what was there is kept, None if nothing was.

    Raises:
        StoreError: the file is no backup of ours, or a newer version's; nothing is changed.
        LeaseHeld: another process is writing to the database.

    """
    checked(backup)
    Store(backup, read_only=True).close()  # raises if a newer version wrote it
    try:
        store = Store(db)
    except (SchemaTooNew, StoreLocked):
        raise
    except StoreError:
        kept: Path | None = set_aside(db, ".broken")
        store = Store(db)
    else:
        kept = None
    try:
        with Lease(store, "restore"):
            if kept is None and (store.stories.count() or store.feeds.count()):
                kept = db.with_name(db.name + ".before-restore")
                back_up(store.connections, kept, replace=True)
            put_back(store.connections, backup)
    finally:
        store.close()
    Store(db).close()  # brings an older backup up to date
    return kept
