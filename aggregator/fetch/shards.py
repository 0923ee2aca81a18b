"""A part of a poll that can be done anywhere: fetches to a few hosts, with all that keeping those hosts' peace takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from aggregator.fetch.client import Client
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.options import FetchOptions
from aggregator.fetch.politeness import HostGate
from aggregator.fetch.robots import RobotsRecord
from aggregator.fetch.schedule import drive
from aggregator.fetch.transport import RequestsTransport
from aggregator.fetch.values import Fetched, FetchRequest, FetchResult

__all__ = ["Answered", "Harvest", "Shard", "fetch_shard"]

T = TypeVar("T")
THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Fetches to hosts that nobody else asks until the harvest is in; `robots` is what is known of them."""

    exchanges: tuple[Exchange, ...]
    robots: tuple[RobotsRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Generic[T]):
    """The result of the fetch at this place in the shard, from this host; `made` is what its reader made of it."""

    place: int
    authority: str
    result: FetchResult
    made: T | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest(Generic[T]):
    """What came of a shard.

    `onward` are fetches, by place, that were led to a host of another shard. What is neither there nor in `answers` was
    not asked, for the work was broken off. `robots` is what was learnt.
    """

    answers: tuple[Answered[T], ...] = ()
    onward: tuple[tuple[int, Exchange], ...] = ()
    robots: tuple[RobotsRecord, ...] = ()


def fetch_shard(
    options: FetchOptions,
    shard: Shard,
    read: Callable[[FetchRequest, Fetched], tuple[Fetched, T]],
    *,
    stop: threading.Event | None = None,
) -> Harvest[T]:
    """Fetch a shard, never asking one of its hosts more often than `options` say, until `stop` is set.

    `read` is put to each document here, so that only what it leaves of it, and what it makes of it, has to travel.
    `stop` is given where this runs, by the executor that was handed the call: a signal cannot travel.
    """
    client = Client(options, _transport(options))
    client.robots.load(shard.robots)
    gate = HostGate(options)
    places = {id(client.adopt(exchange)): place for place, exchange in enumerate(shard.exchanges)}
    for exchange in shard.exchanges:
        if exchange.request.kind == "page" and exchange.authority:
            gate.set_crawl_delay(exchange.authority, exchange.crawl_delay_s)
    answers: list[Answered[T]] = []
    onward: list[tuple[int, Exchange]] = []
    for driven in drive(shard.exchanges, gate, workers=THREADS, stop=stop, stays=True):
        if driven is None:
            continue
        exchange, result = driven
        place = places[id(exchange)]
        if result is None:
            onward.append((place, exchange))
            continue
        made = None
        if isinstance(result, Fetched):
            result, made = read(exchange.request, result)
        answers.append(Answered(place=place, authority=exchange.authority or "", result=result, made=made))
    known = set(shard.robots)
    return Harvest(
        answers=tuple(answers),
        onward=tuple(onward),
        robots=tuple(record for record in client.robots.export() if record not in known),
    )


@lru_cache(maxsize=2)
def _transport(options: FetchOptions) -> RequestsTransport:
    """Of this process, for all shards with these options: names are resolved once."""
    return RequestsTransport(options)
