"""The composition root: everything that is built from the settings, closed together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tzlocal

from aggregator.app.accounts import Accounts
from aggregator.app.clock import Clock, machine_time
from aggregator.app.digests import Digests
from aggregator.app.editing import Editing
from aggregator.app.front import Front
from aggregator.app.lists import Lists
from aggregator.app.marks import Marks
from aggregator.app.polling import Polling
from aggregator.app.reading import Reading
from aggregator.app.subscriptions import Subscriptions
from aggregator.config import Config, default_db_path
from aggregator.store import Store

__all__ = ["App", "open_app"]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The use cases of the product over one database; `cli`, `web` and `schedule` call these and nothing below."""

    config: Config
    clock: Clock
    timezone: str
    store: Store
    feeds: Subscriptions
    polling: Polling
    reading: Reading
    digests: Digests
    editing: Editing
    marks: Marks
    front: Front
    lists: Lists
    accounts: Accounts

    @property
    def db_path(self) -> Path:
        """The database file."""
        return self.store.path


@contextlib.contextmanager
def open_app(config: Config, *, db: Path | None = None, clock: Clock = machine_time) -> Iterator[App]:
    """Open the product on a database: the one named, else the settings', else the default place.

    Raises:
        StoreError: the database cannot be used.

    """
    path = db or (Path(config.store.path).expanduser() if config.store.path else default_db_path())
    store = Store(path)
    polling = Polling(store, config, clock)
    timezone = config.timezone or tzlocal.get_localzone_name()
    try:
        yield App(
            config=config,
            clock=clock,
            timezone=timezone,
            store=store,
            feeds=Subscriptions(store, clock, polling),
            polling=polling,
            reading=Reading(store, clock, timezone),
            editing=Editing(store, clock, polling),
            digests=Digests(store, clock, timezone, config),
            marks=Marks(store, clock, timezone),
            front=Front(store, clock, timezone),
            lists=Lists(store, clock, timezone),
            accounts=Accounts(store, config),
        )
    finally:
        polling.close()
        store.close()
