"""Article pages are asked for only where robots.txt lets us."""

from __future__ import annotations

import pytest

from aggregator.errors import Refused
from aggregator.fetch import Client, Fetched, FetchFailed, FetchOptions, FetchRequest, Outgoing
from aggregator.fetch.address import read_target
from aggregator.fetch.robots import Robots
from tests.support.http_server import Reply
from tests.support.transport import FakeTransport

PAGE = "https://a.example/news/1"
TARGET = read_target(PAGE)
DAY = 86400.0


class World:
    """A client on hosts whose robots.txt we write, with a clock that we turn."""

    def __init__(self, robots: Reply | dict[str, Reply]) -> None:
        self.now = 1_000_000.0
        self.robots = robots
        self.network = FakeTransport(self.answer, monotonic=lambda: 0.0)
        self.client = Client(FetchOptions(), self.network, monotonic=lambda: 0.0, now=lambda: self.now)

    def answer(self, request: Outgoing) -> Reply:
        if request.target.url.endswith("robots.txt"):
            return self.robots if isinstance(self.robots, Reply) else self.robots[request.target.url]
        return Reply(body=b"page")

    def page(self, url: str = PAGE):
        return self.client.fetch(FetchRequest(url=url, kind="page"))

    @property
    def robots_asked(self) -> int:
        return sum(url.endswith("robots.txt") for url in self.network.urls)


def rules(text: str) -> Reply:
    return Reply(body=text.encode(), headers=(("Content-Type", "text/plain"),))


def test_a_page_that_is_forbidden_is_not_asked_for() -> None:
    world = World(rules("User-agent: *\nDisallow: /news/\nAllow: /news/2"))
    result = world.page()
    assert isinstance(result, FetchFailed)
    assert isinstance(result.error, Refused)
    assert "robots.txt" in str(result.error)
    assert not result.error.transient
    assert PAGE not in world.network.urls
    assert isinstance(world.page("https://a.example/news/2"), Fetched)


def test_rules_for_us_by_name_come_before_those_for_all() -> None:
    world = World(rules("User-agent: *\nDisallow: /\n\nUser-agent: Aggregator\nDisallow: /private/"))
    assert isinstance(world.page(), Fetched)
    assert isinstance(world.page("https://a.example/private/1"), FetchFailed)


def test_robots_txt_is_asked_for_once_a_day() -> None:
    world = World(rules("User-agent: *\nAllow: /"))
    for _ in range(3):
        assert isinstance(world.page(), Fetched)
    assert world.robots_asked == 1
    world.now += DAY + 1
    world.page()
    assert world.robots_asked == 2


def test_every_host_and_scheme_has_its_own() -> None:
    world = World(
        {
            "https://a.example/robots.txt": rules("User-agent: *\nDisallow: /"),
            "http://a.example/robots.txt": rules(""),
            "https://a.example:8443/robots.txt": rules(""),
            "https://[2606:2800::1]/robots.txt": rules(""),
        }
    )
    assert isinstance(world.page(), FetchFailed)
    for url in ("http://a.example/x", "https://a.example:8443/x", "https://[2606:2800::1]/x"):
        assert isinstance(world.page(url), Fetched)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_no_robots_txt_means_no_rules(status: int) -> None:
    assert isinstance(World(Reply(status=status)).page(), Fetched)


@pytest.mark.parametrize(
    "reply", [Reply(status=500), Reply(status=503), Reply(status=429), Reply(hang=True), Reply(reset=True)]
)
def test_a_robots_txt_that_cannot_be_read_is_a_no_for_an_hour(reply: Reply) -> None:
    world = World(reply)
    result = world.page()
    assert isinstance(result, FetchFailed)
    assert result.error.transient
    assert result.retry_after_s == 3600
    assert world.page().error.transient
    assert world.robots_asked == 1
    world.robots = rules("")
    world.now += 3601
    assert isinstance(world.page(), Fetched)


def test_feeds_are_asked_for_without_robots_txt() -> None:
    world = World(rules("User-agent: *\nDisallow: /"))
    assert isinstance(world.client.fetch(FetchRequest(url=PAGE)), Fetched)
    assert world.robots_asked == 0


def test_a_redirect_to_another_host_asks_that_hosts_robots_txt() -> None:
    def answer(request: Outgoing) -> Reply:
        return {
            "https://a.example/robots.txt": rules(""),
            PAGE: Reply(status=302, headers=(("Location", "https://b.example/x"),)),
            "https://b.example/robots.txt": rules("User-agent: *\nDisallow: /"),
        }[request.target.url]

    network = FakeTransport(answer, monotonic=lambda: 0.0)
    result = Client(FetchOptions(), network, monotonic=lambda: 0.0).fetch(FetchRequest(url=PAGE, kind="page"))
    assert "robots.txt" in str(result.error)
    assert "b.example" in str(result.error)


def test_a_redirected_robots_txt_counts_for_the_host_that_was_asked() -> None:
    world = World(
        {
            "https://a.example/robots.txt": Reply(
                status=301, headers=(("Location", "https://www.a.example/robots.txt"),)
            ),
            "https://www.a.example/robots.txt": rules("User-agent: *\nDisallow: /"),
        }
    )
    assert isinstance(world.page(), FetchFailed)


def test_the_crawl_delay_is_heard_within_reason() -> None:
    for text, seconds in (("10", 10.0), ("86400", 60.0), ("-1", 0.0), ("soon", 0.0), ("inf", 0.0)):
        world = World(rules(f"User-agent: *\nCrawl-delay: {text}\nDisallow: /x"))
        world.page()
        assert world.client.robots.crawl_delay_s(TARGET) == seconds
    assert Robots("aggregator/1").crawl_delay_s(TARGET) == 0


def test_what_was_learnt_can_be_kept_between_runs() -> None:
    world = World(rules("User-agent: *\nDisallow: /news/"))
    world.page()
    kept = world.client.robots.export()
    later = World(rules(""))
    later.client.robots.load(kept)
    assert isinstance(later.page(), FetchFailed)
    assert later.robots_asked == 0
    later.now += DAY + 1
    assert later.client.robots.export() == ()


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"User-agent: bot{n}\n" for n in range(20000)) + "".join(f"Disallow: /{n}\n" for n in range(20000)),
        "User-agent: *\nDisallow: /" + "*a" * 100_000 + "\n",
        "User-agent: *\n" + "Disallow: /*a*b*c$\n" * 30_000,
        "\x00\xff\ufffe" * 100_000,
        "User-agent: *\n" * 50_000,
    ],
    ids=["names", "stars", "rules", "noise", "repeats"],
)
def test_a_hostile_robots_txt_is_read_to_an_end(text: str) -> None:
    """Without bounds these take minutes."""
    robots = Robots("aggregator/1")
    robots.learn(TARGET, Fetched(url="x", final_url="x", status=200, body=text.encode("utf-8", "replace")))
    assert robots.verdict(TARGET).known


def test_names_of_other_robots_still_separate_their_rules_from_ours() -> None:
    world = World(rules("User-agent: gptbot\nUser-agent: ccbot\nDisallow: /\n\nUser-agent: *\nDisallow: /private/"))
    assert isinstance(world.page(), Fetched)


def test_a_group_that_names_us_among_others_is_ours() -> None:
    world = World(rules("User-agent: gptbot\nUser-agent: aggregator\nUser-agent: ccbot\nDisallow: /\n"))
    assert isinstance(world.page(), FetchFailed)
