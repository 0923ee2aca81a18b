"""What is opened when it is first needed and closed with the app: sockets, worker processes, what plugins offer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from aggregator.app.engine import Engine
from aggregator.config import Config

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from aggregator.fetch import Client, FetchOptions, HostGate
    from aggregator.pipeline.fetching import Fetcher
    from aggregator.pipeline.newsletters import Newsletters
    from aggregator.plugins import Plugins, Source

__all__ = ["Resources", "fetch_options"]

# ruff: noqa: PLC0415 - network, parsers and extractors are loaded when there is something for them to do


class Resources:
    """The outside of one app, as its settings were at the start."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._parsers: Executor | None = None

    @cached_property
    def client(self) -> Client:
        """The door to the network."""
        from aggregator.fetch import Client

        return Client(fetch_options(self._config))

    @cached_property
    def gate(self) -> HostGate:
        """The guard of every host's peace."""
        from aggregator.fetch import HostGate

        return HostGate(fetch_options(self._config))

    @cached_property
    def engine(self) -> Engine:
        """Who fetches and reads documents."""
        return Engine(self._config.workers)

    @property
    def fetcher(self) -> Fetcher:
        """Who asks the servers."""
        return self.engine.fetcher(self.client, self.gate, workers=self._config.fetch.workers)

    @property
    def parsers(self) -> Executor:
        """Processes that read feeds from strangers."""
        if self._parsers is None:
            self._parsers = self.engine.executor()
        return self._parsers

    def dismiss_parsers(self) -> None:
        """End the processes that read feeds: those that read pages want the memory."""
        if self._parsers is not None:
            self._parsers.shutdown(wait=False, cancel_futures=True)
            self._parsers = None

    @contextlib.contextmanager
    def extractors(self, processes: int | None = None) -> Iterator[Executor]:
        """Processes that read article pages, for a block."""
        from aggregator.pipeline.work import PRELOAD

        executor = self.engine.executor(processes=processes, preload=PRELOAD)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False, cancel_futures=True)

    @property
    def plugins(self) -> Plugins:
        """What others added to this program."""
        from aggregator.plugins import load

        return load(self._config.plugins.off)

    @property
    def sources(self) -> Mapping[str, Source]:
        """By scheme, what reads addresses as feeds that are none of the web: newsletters, and what plugins read."""
        return {**self.plugins.sources, **dict.fromkeys(("maildir", "imap", "imaps"), self._newsletters)}

    @cached_property
    def _newsletters(self) -> Newsletters:
        from aggregator.pipeline.newsletters import Newsletters

        imap = self._config.imap
        return Newsletters(
            lambda: self.parsers, host=imap.host, password=imap.password, ca_file=self._config.fetch.ca_file
        )

    def close(self) -> None:
        """End worker processes and connections."""
        self.dismiss_parsers()
        if "engine" in self.__dict__:
            self.engine.close()
        if "client" in self.__dict__:
            self.client.close()


def fetch_options(config: Config) -> FetchOptions:
    """The part of the settings that the network door needs."""
    from aggregator.fetch import FetchOptions, user_agent

    fetch = config.fetch
    return FetchOptions(
        allow_networks=fetch.allow_networks,
        user_agent=user_agent(fetch.contact),
        timeout_s=fetch.timeout_s,
        page_timeout_s=fetch.page_timeout_s,
        ca_file=fetch.ca_file,
        max_bytes=fetch.max_bytes,
        max_compressed_bytes=fetch.max_bytes,
        host_parallel=fetch.host_parallel,
        host_gap_s=fetch.host_gap_s,
        feed_gap_s=fetch.feed_gap_s,
        proxy=fetch.proxy,
    )
