"""The composition root: everything that is built from the settings, closed together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aggregator.app.clock import Clock, machine_time
from aggregator.config import Config, default_db_path
from aggregator.store import Store

if TYPE_CHECKING:
    from aggregator.app.access import Access
    from aggregator.app.accounts import Accounts
    from aggregator.app.archive import Archives
    from aggregator.app.clients import Clients
    from aggregator.app.digests import Digests
    from aggregator.app.editing import Editing
    from aggregator.app.front import Front
    from aggregator.app.images import Images
    from aggregator.app.keeping import Keeping
    from aggregator.app.languages import Languages
    from aggregator.app.lists import Lists
    from aggregator.app.mailing import Mailing
    from aggregator.app.marks import Marks
    from aggregator.app.outgoing import Outgoing
    from aggregator.app.outlets import Outlets
    from aggregator.app.pages import Pages
    from aggregator.app.polling import Polling
    from aggregator.app.publishing import Publishing
    from aggregator.app.reading import Reading
    from aggregator.app.recordings import Recordings
    from aggregator.app.resources import Resources
    from aggregator.app.rules import Rules
    from aggregator.app.subscriptions import Subscriptions
    from aggregator.app.topics import Topics
    from aggregator.app.watching import Watching
    from aggregator.app.websub import WebSub

__all__ = ["App", "db_path", "open_app"]

# ruff: noqa: PLC0415 - each use case is loaded when it is first asked for: a list of stories needs no parsers, a poll no mail


class App:
    """The use cases of the product over one database; `cli`, `web` and `schedule` call these and nothing below."""

    def __init__(self, config: Config, clock: Clock, store: Store) -> None:
        self.config = config
        self.clock = clock
        self.store = store

    @cached_property
    def resources(self) -> Resources:
        """Sockets, worker processes and plugins."""
        from aggregator.app.resources import Resources

        return Resources(self.config)

    @cached_property
    def polling(self) -> Polling:
        """Feeds asked, pages read, stories decided."""
        from aggregator.app.polling import Polling

        return Polling(self.store, self.config, self.clock, self.resources, on_new=self._after_poll)

    def _after_poll(self, since: datetime) -> None:
        if self.store.rules.all():
            self.rules.apply_to_new(since)
        if self.config.web.websub:
            self.websub.renew()

    def obey(self, config: Config) -> None:
        """Go on with these settings of digests, mail and the page's address; the others stay as they were at the start."""
        if config == self.config:
            return
        web = msgspec.structs.replace(self.config.web, public_url=config.web.public_url)
        self.config = msgspec.structs.replace(
            self.config, digests=config.digests, mail=config.mail, llm=config.llm, web=web
        )
        self.publishing.config = self.mailing.config = self.config
        for told_the_address in ("outgoing", "websub"):
            self.__dict__.pop(told_the_address, None)  # made anew, with the address as it is now, when next asked for

    @property
    def db_path(self) -> Path:
        """The database file."""
        return self.store.path

    @cached_property
    def timezone(self) -> str:
        """The reader's time zone, by its IANA name."""
        if self.config.timezone:
            return self.config.timezone
        import tzlocal

        return str(tzlocal.get_localzone_name())

    @property
    def page_of_events(self) -> str:
        """The address of an event's page, with `{id}` in it: under the public address, or as this machine serves it."""
        web = self.config.web
        return f"{web.public_url or f'http://{web.host}:{web.port}'}/events/{{id}}"

    @cached_property
    def feeds(self) -> Subscriptions:
        """Subscriptions."""
        from aggregator.app.subscriptions import Subscriptions

        return Subscriptions(self.store, self.clock, self.resources)

    @cached_property
    def reading(self) -> Reading:
        """Stories and events, found and shown."""
        from aggregator.app.reading import Reading

        return Reading(self.store, self.clock, self.timezone)

    @cached_property
    def editing(self) -> Editing:
        """The reader's hands on events and copies."""
        from aggregator.app.editing import Editing

        return Editing(self.store, self.clock, self.polling)

    @cached_property
    def digests(self) -> Digests:
        """Digests, made and kept."""
        from aggregator.app.digests import Digests

        return Digests(self.store, self.clock, self.timezone, self.topics, self.resources.plugins)

    @cached_property
    def publishing(self) -> Publishing:
        """Named digests: when they are due, made, and put on their way."""
        from aggregator.app.publishing import Publishing
        from aggregator.app.retelling import Retelling

        def retelling(config: Config) -> Retelling:
            return Retelling(config.llm, lambda: self.resources.client)

        return Publishing(self.store, self.clock, self.timezone, self.config, self.digests, retelling)

    @cached_property
    def mailing(self) -> Mailing:
        """Editions by mail."""
        from aggregator.app.mailing import Mailing

        return Mailing(self.store, self.clock, self.timezone, self.config, self.digests)

    @cached_property
    def marks(self) -> Marks:
        """Read, starred, tagged, muted."""
        from aggregator.app.marks import Marks

        return Marks(self.store, self.clock, self.timezone)

    @cached_property
    def pages(self) -> Pages:
        """Article pages by hand."""
        from aggregator.app.pages import Pages

        return Pages(self.store, self.polling, self.config.pages)

    @cached_property
    def topics(self) -> Topics:
        """Saved queries that the reader follows."""
        from aggregator.app.topics import Topics

        return Topics(self.store, self.clock, self.timezone)

    @cached_property
    def rules(self) -> Rules:
        """What happens by itself to stories that match a query."""
        from aggregator.app.notices import Channels
        from aggregator.app.rules import Rules

        set_ = self.config.rules
        channels = Channels(
            command=set_.notify, webhook=set_.webhook, webhook_secret=set_.webhook_secret, ntfy=set_.ntfy,
            ntfy_token=set_.ntfy_token,
        )  # fmt: skip
        return Rules(self.store, self.clock, self.timezone, channels, self.resources, self.resources.plugins)

    @cached_property
    def front(self) -> Front:
        """The front page and an event's page, as values."""
        from aggregator.app.front import Front

        return Front(self.store, self.clock, self.timezone)

    @cached_property
    def lists(self) -> Lists:
        """Lists for the page, part by part."""
        from aggregator.app.lists import Lists

        return Lists(self.store, self.clock, self.timezone)

    @cached_property
    def keeping(self) -> Keeping:
        """Retention, backups, space."""
        from aggregator.app.keeping import Keeping

        return Keeping(self.store, self.config, self.clock, self.timezone, self.polling)

    @cached_property
    def archives(self) -> Archives:
        """Stories in and out as lines."""
        from aggregator.app.archive import Archives

        return Archives(self.store, self.clock, self.timezone, self.polling)

    @cached_property
    def watching(self) -> Watching:
        """How all this fares, for machines that watch it."""
        from aggregator.app.watching import Watching

        return Watching(self.store, self.clock, self.polling.instruments)

    @cached_property
    def accounts(self) -> Accounts:
        """Who may read over the network."""
        from aggregator.app.accounts import Accounts

        return Accounts(self.store, self.config)

    @property
    def languages(self) -> Languages:
        """Which language is spoken to whom."""
        from aggregator.app.languages import Languages

        return Languages(self.store, self.config)

    @cached_property
    def access(self) -> Access:
        """Who may read with another program."""
        from aggregator.app.access import Access

        return Access(self.store, self.config, self.accounts)

    @cached_property
    def images(self) -> Images:
        """Pictures of stories."""
        from aggregator.app.images import Images

        return Images(self.store, self.accounts, self.resources)

    @cached_property
    def recordings(self) -> Recordings:
        """Recordings that stories carry."""
        from aggregator.app.recordings import Recordings

        return Recordings(self.store, self.accounts, self.resources)

    @cached_property
    def websub(self) -> WebSub:
        """Hubs that tell of something new."""
        from aggregator.app.websub import WebSub

        return WebSub(self.store, self.config, self.clock, self.polling)

    @cached_property
    def outlets(self) -> Outlets:
        """Outlets over a period."""
        from aggregator.app.outlets import Outlets

        return Outlets(self.store, self.clock)

    @cached_property
    def outgoing(self) -> Outgoing:
        """Feeds of our own, for other readers."""
        from aggregator.app.outgoing import Outgoing

        return Outgoing(
            self.store,
            self.clock,
            self.timezone,
            self.page_of_events,
            self.reading,
            self.topics,
            self.digests,
            self.front,
        )

    @cached_property
    def clients(self) -> Clients:
        """What other programs see and do."""
        from aggregator.app.clients import Clients

        return Clients(self.store, self.clock, self.timezone, self.marks, self.front)

    def close(self) -> None:
        """End the workers and connections that were opened."""
        if "resources" in self.__dict__:
            self.resources.close()
        self.store.close()


def db_path(config: Config) -> Path:
    """Where the database is if the command line names no other place: the settings', else the default one."""
    return Path(config.store.path).expanduser() if config.store.path else default_db_path()


@contextlib.contextmanager
def open_app(config: Config, *, db: Path | None = None, clock: Clock = machine_time) -> Iterator[App]:
    """Open the product on a database: the one named, else the settings', else the default place.

    Raises:
        StoreError: the database cannot be used.

    """
    store = Store(db or db_path(config))
    app = App(config, clock, store)
    try:
        yield app
    finally:
        app.close()
