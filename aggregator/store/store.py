"""The store: small repositories over one file."""

from __future__ import annotations

import contextlib
import importlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregator.errors import SchemaTooNew, StoreError, StoreReadOnly
from aggregator.store import migrations
from aggregator.store.connection import APPLICATION_ID, Connections

if TYPE_CHECKING:
    from aggregator.store.app_passwords import AppPasswords
    from aggregator.store.archive import Archive
    from aggregator.store.counts import Counts
    from aggregator.store.decisions import Decisions
    from aggregator.store.editions import Editions
    from aggregator.store.edits import Edits
    from aggregator.store.enclosures import Enclosures
    from aggregator.store.events import Events
    from aggregator.store.feeds import Feeds
    from aggregator.store.folders import Folders
    from aggregator.store.gauges import Gauges
    from aggregator.store.hosts import Hosts
    from aggregator.store.ingest import Ingest
    from aggregator.store.leases import Leases
    from aggregator.store.marks import Marks
    from aggregator.store.notices import Notices
    from aggregator.store.outbox import Outbox
    from aggregator.store.outlets import Outlets
    from aggregator.store.pages import Pages
    from aggregator.store.readers import Readers
    from aggregator.store.recipients import Recipients
    from aggregator.store.retention import Retention
    from aggregator.store.revisions import Revisions
    from aggregator.store.rules import Rules
    from aggregator.store.search import Search
    from aggregator.store.stories import Stories
    from aggregator.store.streams import Streams
    from aggregator.store.topics import Topics
    from aggregator.store.websub import WebSub

__all__ = ["Store"]


class Store:
    """The database of one reader's machine, by repositories: each is loaded when it is first asked for, and stays.

    Args:
        path: the SQLite file; it and its folder are made if absent.
        read_only: open an existing file without the wish to write; a missing file is an error.

    Raises:
        SchemaTooNew: a newer version of the program wrote it; nothing is touched.
        StoreReadOnly, StoreFull, StoreLocked, StoreError: the file cannot be used; the message says why.

    """

    feeds: Feeds
    ingest: Ingest
    stories: Stories
    search: Search
    counts: Counts
    gauges: Gauges
    pages: Pages
    revisions: Revisions
    decisions: Decisions
    events: Events
    edits: Edits
    editions: Editions
    outbox: Outbox
    recipients: Recipients
    leases: Leases
    marks: Marks
    topics: Topics
    rules: Rules
    readers: Readers
    hosts: Hosts
    retention: Retention
    archive: Archive
    app_passwords: AppPasswords
    folders: Folders
    notices: Notices
    outlets: Outlets
    websub: WebSub
    streams: Streams
    enclosures: Enclosures

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        self.path = Path(path)
        if not read_only:
            self._make_folder()
        self.connections = Connections(self.path, read_only=read_only)
        if not read_only:
            self._migrate()
        else:
            self._check_known()

    if not TYPE_CHECKING:  # else a misspelt repository would be known to the type checker

        def __getattr__(self, name: str) -> Any:
            """The repository of this name, from the module of the same name: a list of stories needs three of them."""
            if name not in Store.__annotations__:
                raise AttributeError(name)
            repository = getattr(importlib.import_module(f"aggregator.store.{name}"), Store.__annotations__[name])
            return self.__dict__.setdefault(name, repository(self.connections))

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreReadOnly(
                f"The folder {self.path.parent} cannot be made: {error.strerror}; choose another with --db.",
                path=str(self.path),
            ) from error

    def _migrate(self) -> None:
        """Bring the schema up to date, under the write lock: programs that start together must not collide."""
        if not self._check_known():
            return
        with self.connections.write() as conn:
            self._check_known()
            migrations.apply(conn)
            conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _check_known(self) -> bool:
        """Whether steps are pending; raises if the file knows steps that we do not, or is another program's."""
        names = {row["name"] for row in self.connections.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if names and "_sqlite_migrations" not in names:
            raise StoreError(
                f"{self.path} is a database of another program; choose another file with --db.", path=str(self.path)
            )
        known = migrations.steps().keys()
        applied = set()
        if names:
            rows = self.connections.rows(
                "SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (migrations.SET,)
            )
            applied = {row["name"] for row in rows}
        if unknown := applied - known:
            raise SchemaTooNew(
                f"{self.path} was written by a newer version of aggregator (it knows {', '.join(sorted(unknown))}); "
                "upgrade aggregator, or choose another file with --db.",
                path=str(self.path),
            )
        return applied != known

    @contextlib.contextmanager
    def write(self, *, durable: bool = False) -> Iterator[None]:
        """One transaction around several calls of the repositories; a `durable` one survives a loss of power."""
        with self.connections.write(durable=durable):
            yield

    @contextlib.contextmanager
    def read(self) -> Iterator[None]:
        """Several calls that see one and the same state."""
        with self.connections.read():
            yield

    def read_unmapped(self) -> None:
        """Have this thread read the file page by page: what is read through a map of it counts as our memory.

        For a thread that writes most of the time, which a map serves nothing.
        """
        self.connections.run("PRAGMA mmap_size = 0")

    @property
    def sqlite_version(self) -> str:
        """The version of the SQLite library in use."""
        return sqlite3.sqlite_version

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file; empty if nothing."""
        problems = [row["quick_check"] for row in self.connections.rows("PRAGMA quick_check")]
        broken = [
            f"a row of {row['table']} has lost its {row['parent']}"
            for row in self.connections.rows("PRAGMA foreign_key_check")
        ]
        return [p for p in problems if p != "ok"] + broken

    def close(self) -> None:
        """Close every connection."""
        self.connections.close()
