"""Whoever asks the servers, threads of this process or shards somewhere else: the answers are the same, and so are the manners."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pytest

from aggregator.fetch import (
    Client,
    Fetched,
    FetchFailed,
    FetchOptions,
    FetchRequest,
    FetchResult,
    HostGate,
    NotModified,
)
from aggregator.pipeline.fetching import Fetcher, ShardedFetcher, ThreadedFetcher
from tests.support.http_server import Asked, Reply, Server

OPTIONS = FetchOptions(allow_networks=("127.0.0.0/8",), host_gap_s=0.05, timeout_s=5)


class FarAway(Executor):
    """Threads that get and give copies, and give calls a signal to stop, as workers of a cluster do."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(8)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._pool.submit(_there, pickle.dumps((fn, args, kwargs)))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


def _there(call: bytes) -> Any:
    fn, args, kwargs = pickle.loads(call)
    return pickle.loads(pickle.dumps(fn(*args, **kwargs, stop=threading.Event())))


@dataclass
class Desk:
    """A fetcher, with the client and the gate that learn from its answers."""

    fetch: Fetcher
    client: Client
    gate: HostGate

    def answers(
        self, *requests: FetchRequest, stop: threading.Event | None = None
    ) -> list[tuple[FetchResult, int | None]]:
        """Results in the order of the requests, with what the reader made of them."""
        came = {id(request): (result, made) for request, result, made in self._answers(requests, stop)}
        return [came[id(request)] for request in requests if id(request) in came]

    def _answers(self, requests: tuple[FetchRequest, ...], stop: threading.Event | None) -> Iterator[Any]:
        return (answer for answer in self.fetch(requests, read=length, stop=stop) if answer is not None)


def length(request: FetchRequest, result: Fetched) -> tuple[Fetched, int]:
    return replace(result, body=b""), len(result.body) + (1000 if request.body_hash == "known" else 0)


def desk(kind: str) -> Desk:
    client, gate = Client(OPTIONS), HostGate(OPTIONS)
    if kind == "threads":
        return Desk(ThreadedFetcher(client=client, gate=gate, workers=8), client, gate)
    return Desk(ShardedFetcher(client=client, gate=gate, executor=FarAway(), at_once=64), client, gate)


@pytest.fixture(params=["threads", "shards"])
def here(request: pytest.FixtureRequest) -> Desk:
    return desk(request.param)


@dataclass
class Hosts:
    """Servers on addresses of their own, which remember how many requests each had at once."""

    most: dict[str, int] = field(default_factory=dict)
    _now: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def slow(self, name: str) -> Callable[[Asked], Reply]:
        def reply(_asked: Asked) -> Reply:
            with self._lock:
                self._now[name] = self._now.get(name, 0) + 1
                self.most[name] = max(self.most.get(name, 0), self._now[name])
            time.sleep(0.01)
            with self._lock:
                self._now[name] -= 1
            return Reply(body=b"x" * 7)

        return reply


def test_many_feeds_of_few_hosts_are_asked_once_each_and_two_at_once(here: Desk) -> None:
    hosts = Hosts()
    with Server({f"/{n}": hosts.slow("one") for n in range(60)}) as one, Server({"/": hosts.slow("two")}) as two:
        requests = [FetchRequest(url=one.url(f"/{n}")) for n in range(60)] + [FetchRequest(url=two.url("/"))]
        assert [made for _, made in here.answers(*requests)] == [7] * 61
    assert sorted(one.paths) == sorted(f"/{n}" for n in range(60))
    assert hosts.most["one"] == 2


def test_an_address_that_leads_to_another_host_is_followed_there() -> None:
    results = {}
    with Server({"/new": Reply(body=b"moved")}) as new:
        to_new = Reply(status=301, headers=(("Location", new.url("/new")),))
        within = Reply(status=301, headers=(("Location", "/away"),))
        with Server({"/old": within, "/away": to_new}) as old:
            for kind in ("threads", "shards"):
                [(result, made)] = desk(kind).answers(FetchRequest(url=old.url("/old")))
                assert made == len(b"moved")
                results[kind] = replace(result, elapsed_s=0.0, headers={})
            moved = FetchRequest(url=old.url("/old"))
            beside = [FetchRequest(url=new.url("/new")) for _ in range(20)]
            assert all(made == len(b"moved") for _, made in desk("shards").answers(moved, *beside))
    assert results["shards"] == results["threads"]
    assert results["shards"].permanent_url == new.url("/new")


def test_validators_travel_and_a_document_is_read_where_it_came_to(here: Desk) -> None:
    def reply(asked: Asked) -> Reply:
        return Reply(status=304) if asked.headers.get("if-none-match") == '"1"' else Reply(body=b"fresh")

    with Server({"/feed": reply}) as server:
        known, unknown = FetchRequest(url=server.url("/feed"), etag='"1"'), FetchRequest(url=server.url("/feed"))
        held = FetchRequest(url=server.url("/feed"), body_hash="known")
        [(same, nothing), (fresh, made), (_, with_hash)] = here.answers(known, unknown, held)
    assert isinstance(same, NotModified)
    assert (nothing, made, with_hash) == (None, 5, 1005)
    assert isinstance(fresh, Fetched)
    assert fresh.body == b""


def test_a_host_that_turns_us_away_is_left_alone_by_the_next_poll_too(here: Desk) -> None:
    away = Reply(status=429, headers=(("Retry-After", "3600"),))
    with Server({f"/{n}": away for n in range(40)}) as server:
        answers = here.answers(*(FetchRequest(url=server.url(f"/{n}")) for n in range(40)))
        assert len(server.asked) < 40
        assert here.gate.held(server.authority)[0] > 3000
        asked = len(server.asked)
        [(again, _)] = here.answers(FetchRequest(url=server.url("/0")))
        assert len(server.asked) == asked
    assert len(answers) == 40
    assert isinstance(again, FetchFailed)
    assert again.held


def test_robots_are_asked_once_and_remembered_and_pages_keep_their_gap(here: Desk) -> None:
    routes = {"/robots.txt": Reply(body=b"User-agent: *\nDisallow: /private\n"), "/a": Reply(), "/b": Reply()}
    with Server(routes) as server:
        pages = [FetchRequest(url=server.url(path), kind="page") for path in ("/a", "/b", "/private")]
        [(a, _), (b, _), (private, _)] = here.answers(*pages)
        here.answers(FetchRequest(url=server.url("/a"), kind="page"))
        assert server.paths.count("/robots.txt") == 1
        starts = [asked.at for asked in server.asked]
    assert isinstance(a, Fetched)
    assert isinstance(b, Fetched)
    assert isinstance(private, FetchFailed)
    assert "/private" not in server.paths
    assert [record.origin for record in here.client.robots.export()] == [server.url("").rstrip("/")]
    assert all(later - earlier > 0.04 for earlier, later in pairwise(starts))


def test_what_robots_say_of_the_pace_holds_for_all_pages_of_a_host(here: Desk) -> None:
    routes = {f"/{n}": Reply() for n in range(10)} | {"/robots.txt": Reply(body=b"User-agent: *\nCrawl-delay: 0.2\n")}
    with Server(routes) as server:
        here.answers(*(FetchRequest(url=server.url(f"/{n}"), kind="page") for n in range(10)))
        starts = sorted(asked.at for asked in server.asked if asked.path != "/robots.txt")
    assert len(starts) == 10
    assert all(later - earlier > 0.18 for earlier, later in pairwise(starts))


def test_an_address_that_cannot_be_asked_costs_only_itself(here: Desk) -> None:
    with Server({"/": Reply(body=b"ok")}) as server:
        [(bad, _), (good, made)] = here.answers(FetchRequest(url="ftp://x.example/"), FetchRequest(url=server.url("/")))
    assert isinstance(bad, FetchFailed)
    assert isinstance(good, Fetched)
    assert made == 2


def test_a_poll_that_is_broken_off_leaves_its_hosts_free_for_the_next(here: Desk) -> None:
    with Server({f"/{n}": Reply(body=b"ok") for n in range(40)}) as server:
        requests = [FetchRequest(url=server.url(f"/{n}")) for n in range(40)]
        broken: Any = here.fetch(requests, read=length)
        next(answer for answer in broken if answer is not None)
        broken.close()
        assert len(here.answers(*requests)) == 40


def test_after_a_stop_no_more_hosts_are_asked(here: Desk) -> None:
    stop = threading.Event()

    def reply(_asked: Asked) -> Reply:
        stop.set()
        return Reply()

    with Server({f"/{n}": reply for n in range(300)}) as server:
        here.answers(*(FetchRequest(url=server.url(f"/{n}")) for n in range(300)), stop=stop)
        assert len(server.asked) < 30
