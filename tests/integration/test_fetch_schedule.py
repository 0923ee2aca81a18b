"""Many fetches with few threads, each host at its own pace."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from aggregator.errors import HTTPStatusError
from aggregator.fetch import Client, Fetched, FetchFailed, FetchOptions, FetchRequest, HostGate, Outgoing, fetch_all
from tests.support.http_server import Reply, Server
from tests.support.transport import FakeTransport


class Network(FakeTransport):
    """Counts what is under way per host and remembers the order and the times of starts."""

    def __init__(self, answer=None, *, takes_s: float = 0.002) -> None:
        super().__init__()
        self._answer = answer or (lambda _: Reply(body=b"ok"))
        self._takes_s = takes_s
        self._lock = threading.Lock()
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.starts: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self.handler = self._handle

    def _handle(self, request: Outgoing) -> Reply:
        host = request.target.host
        with self._lock:
            self.now[host] += 1
            self.most[host] = max(self.most[host], self.now[host])
            self.starts[host].append((time.monotonic(), request.target.url))
        time.sleep(self._takes_s)
        with self._lock:
            self.now[host] -= 1
        return self._answer(request)


def feeds(*counts: tuple[str, int]) -> list[FetchRequest]:
    return [FetchRequest(url=f"https://{host}/{n}") for host, count in counts for n in range(count)]


def run(network: Network, requests: list[FetchRequest], options: FetchOptions | None = None, **more: object):
    options = options or FetchOptions(host_gap_s=0.0)
    client = Client(options, network)
    return list(fetch_all(client, requests, HostGate(options), **more))


def test_every_request_gets_its_result_once() -> None:
    requests = feeds(("a.example", 50), ("b.example", 3), *((f"h{n}.example", 1) for n in range(100)))
    pairs = run(Network(), requests, workers=8)
    assert sorted(id(request) for request, _ in pairs) == sorted(map(id, requests))
    assert all(result.url == request.url for request, result in pairs)
    assert all(isinstance(result, Fetched) for _, result in pairs)


def test_a_host_with_many_feeds_sees_two_requests_at_once_and_holds_up_nobody() -> None:
    network = Network(takes_s=0.01)
    pairs = run(network, feeds(("big.example", 40), *((f"h{n}.example", 1) for n in range(40))), workers=16)
    assert network.most["big.example"] == 2
    order = [request.url for request, _ in pairs]
    last_small = max(n for n, url in enumerate(order) if "big" not in url)
    assert last_small < len(order) - 10


def test_the_order_within_a_host_is_kept() -> None:
    network = Network()
    requests = feeds(("a.example", 20), ("b.example", 20))
    run(network, requests, FetchOptions(host_parallel=1), workers=8)
    for host in ("a.example", "b.example"):
        assert [url for _, url in network.starts[host]] == [f"https://{host}/{n}" for n in range(20)]


def test_hosts_come_in_the_order_of_their_first_request() -> None:
    network = Network()
    requests = [FetchRequest(url=f"https://h{n % 10}.example/{n}") for n in range(30)]
    pairs = run(network, requests, workers=1)
    assert [request.url for request, _ in pairs][:1] == ["https://h0.example/0"]
    firsts = [starts[0][0] for starts in (network.starts[f"h{n}.example"] for n in range(10))]
    assert firsts == sorted(firsts)


def test_pages_of_one_host_keep_their_gap_while_others_go_on() -> None:
    def answer(request: Outgoing) -> Reply:
        return Reply(status=404) if request.target.url.endswith("robots.txt") else Reply(body=b"page")

    network = Network(answer)
    pages = [FetchRequest(url=f"https://{host}.example/{n}", kind="page") for n in range(3) for host in "abc"]
    pairs = run(network, pages, FetchOptions(host_gap_s=0.1), workers=4)
    assert all(isinstance(result, Fetched) for _, result in pairs)
    for host in "abc":
        starts = [at for at, _ in network.starts[f"{host}.example"]]
        assert len(starts) == 4
        assert min(later - earlier for earlier, later in pairwise(starts)) >= 0.099


def test_a_crawl_delay_is_kept() -> None:
    def answer(request: Outgoing) -> Reply:
        if request.target.url.endswith("robots.txt"):
            return Reply(body=b"User-agent: *\nCrawl-delay: 0.2")
        return Reply(body=b"page")

    network = Network(answer)
    pages = [FetchRequest(url=f"https://a.example/{n}", kind="page") for n in range(3)]
    run(network, pages, FetchOptions(host_gap_s=0.0), workers=4)
    starts = [at for at, url in network.starts["a.example"] if "robots" not in url]
    assert min(later - earlier for earlier, later in pairwise(starts)) >= 0.199


def test_redirects_to_another_host_keep_that_hosts_limit() -> None:
    def answer(request: Outgoing) -> Reply:
        if request.target.host == "proxy.example":
            return Reply(body=b"there")
        return Reply(status=301, headers=(("Location", f"https://proxy.example/{request.target.host}"),))

    network = Network(answer, takes_s=0.005)
    pairs = run(network, feeds(*((f"h{n}.example", 1) for n in range(30))), workers=16)
    assert {result.body for _, result in pairs} == {b"there"}
    assert network.most["proxy.example"] == 2


def test_a_host_that_turns_three_feeds_away_is_asked_no_more() -> None:
    network = Network(lambda _: Reply(status=429, headers=(("Retry-After", "3600"),)))
    pairs = run(network, feeds(("a.example", 50)), workers=8)
    held = [result for _, result in pairs if result.held]
    assert len(network.sent) <= 4
    assert len(pairs) == 50
    assert len(held) == 50 - len(network.sent)
    assert all(result.retry_after_s > 3500 for result in held)
    assert all(result.status is None for result in held)
    assert "asked to be left alone" in str(held[0].error)


def test_a_host_that_is_down_costs_three_attempts_not_fifty() -> None:
    network = Network(lambda _: Reply(hang=True))
    pairs = run(network, feeds(("down.example", 50), ("up.example", 1)), workers=8)
    assert len(network.starts["down.example"]) <= 4
    assert sum(result.held for _, result in pairs) >= 46


def test_a_host_held_from_before_is_not_asked() -> None:
    options, network = FetchOptions(), Network()
    gate = HostGate(options)
    gate.hold("a.example:443", 600)
    pairs = list(fetch_all(Client(options, network), feeds(("a.example", 3), ("b.example", 1)), gate))
    assert [result.held for request, result in pairs if "a." in request.url] == [True] * 3
    assert network.urls == ["https://b.example/0"]


def test_a_short_hold_is_waited_for() -> None:
    options, network = FetchOptions(), Network()
    gate = HostGate(options)
    gate.hold("a.example:443", 0.1)
    pairs = list(fetch_all(Client(options, network), feeds(("a.example", 2)), gate))
    assert all(isinstance(result, Fetched) for _, result in pairs)


def test_what_is_no_address_comes_back_as_a_failure() -> None:
    pairs = run(Network(), [FetchRequest(url="ftp://a.example/"), *feeds(("a.example", 1))])
    assert {type(result) for _, result in pairs} == {Fetched, FetchFailed}


def test_nothing_to_fetch_is_soon_done() -> None:
    assert run(Network(), []) == []


def test_after_a_stop_nothing_new_is_started() -> None:
    network = Network(takes_s=0.01)
    stop = threading.Event()
    options = FetchOptions()
    got = []
    for pair in fetch_all(Client(options, network), feeds(("a.example", 500)), HostGate(options), workers=4, stop=stop):
        got.append(pair)
        if len(got) == 5:
            stop.set()
    assert 5 <= len(got) <= 20
    assert len(network.sent) <= 20


def test_a_caller_who_walks_away_ends_the_fetching() -> None:
    network = Network(takes_s=0.01)
    options = FetchOptions()
    results = fetch_all(Client(options, network), feeds(("a.example", 500)), HostGate(options), workers=4)
    next(results)
    results.close()
    time.sleep(0.05)
    asked = len(network.sent)
    time.sleep(0.1)
    assert len(network.sent) == asked < 50


def test_a_slow_caller_slows_the_fetching_down() -> None:
    network = Network(lambda _: Reply(body=b"x" * 2**20), takes_s=0.0)
    options = FetchOptions()
    requests = feeds(*((f"h{n}.example", 1) for n in range(200)))
    results = fetch_all(Client(options, network), requests, HostGate(options), workers=4)
    next(results)
    time.sleep(0.3)
    assert len(network.sent) < 20
    assert sum(1 for _ in results) == 199


def test_a_fault_of_ours_reaches_the_caller() -> None:
    def broken(_: Outgoing) -> Reply:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(Network(broken), feeds(("a.example", 3)))


def test_two_runs_share_the_manners_of_one_gate() -> None:
    network = Network(takes_s=0.005)
    options = FetchOptions()
    client, gate = Client(options, network), HostGate(options)
    runs = [threading.Thread(target=lambda: list(fetch_all(client, feeds(("a.example", 20)), gate))) for _ in range(3)]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join()
    assert len(network.sent) == 60
    assert network.most["a.example"] == 2


def test_ctrl_c_ends_a_program_that_waits_for_slow_servers() -> None:
    program = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background is born deaf to it
        "from aggregator.fetch import Client, FetchOptions, FetchRequest, HostGate, fetch_all\n"
        "options = FetchOptions(allow_networks=('127.0.0.0/8',), timeout_s=60)\n"
        "print('ready', flush=True)\n"
        "with Client(options) as client:\n"
        "    for _ in fetch_all(client, [FetchRequest(url=sys.argv[1])], HostGate(options)):\n"
        "        pass\n"
    )
    with Server({"/": Reply(hang=True)}) as server:
        command = [sys.executable, "-c", program, server.url()]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout.readline() == b"ready\n"
            while not server.asked:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            assert process.wait(30) != 0


def test_an_error_answer_is_a_result_like_any_other() -> None:
    pairs = run(Network(lambda _: Reply(status=404)), feeds(("a.example", 2)))
    assert [type(result.error) for _, result in pairs] == [HTTPStatusError] * 2
