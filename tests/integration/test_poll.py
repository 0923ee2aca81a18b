"""Polls of a server that does as it is told: what is asked, what is kept, and what the reader hears of it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.app.app import App, open_app
from aggregator.app.doctor import examine
from aggregator.app.polling import PollOptions
from aggregator.config import Config, FetchConfig
from aggregator.errors import FetchError
from aggregator.model import FeedSpec
from aggregator.pipeline.report import PollReport
from tests.support.http_server import Asked, Reply, Server
from tests.support.newsroom import loopback, run

START = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)  # a Monday


class Clock:
    """The reader's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def rss(*items: str, head: str = "") -> bytes:
    return f'<rss version="2.0"><channel><title>The Courier</title>{head}{"".join(items)}</channel></rss>'.encode()


def item(number: int, *, guid: str | None = None, link: str | None = None, title: str | None = None) -> str:
    return (
        f"<item><title>{title or f'Storm {number} reaches the coast'}</title><guid>{guid or f'guid-{number}'}</guid>"
        f"<link>{link or f'https://courier.example/{number}'}</link>"
        f"<description>The storm numbered {number} reached the coast on Monday.</description></item>"
    )


def feed(*items: str, status: int = 200, head: str = "", **headers: str) -> Reply:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(status=status, headers=(("Content-Type", "application/rss+xml"), *named), body=rss(*items, head=head))


@contextmanager
def reading(
    db: Path, *urls: str, clock: Callable[[], datetime] | None = None, config: Config | None = None
) -> Iterator[App]:
    with open_app(config or loopback(), db=db, clock=clock or Clock()) as app:
        app.feeds.add([FeedSpec(url=url) for url in urls])
        yield app


def poll(app: App, **options: bool) -> PollReport:
    return app.polling.poll(PollOptions(**{"force": True, "pages": False, "cluster": False, **options}))


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def test_unchanged_feeds_are_not_read_again(db: Path) -> None:
    def conditional(asked: Asked) -> Reply:
        return Reply(status=304) if asked.headers.get("if-none-match") == '"1"' else feed(item(1), ETag='"1"')

    built = iter(range(99))
    routes = {
        "/tagged": conditional,
        "/stamped": lambda _: feed(
            item(2), head=f"<lastBuildDate>Mon, 02 Mar 2026 08:00:{next(built):02} GMT</lastBuildDate>"
        ),
    }
    with Server(routes) as server, reading(db, server.url("/tagged"), server.url("/stamped")) as app:
        assert poll(app).new_stories == 2
        assert poll(app).outcomes == {"unchanged": 1, "same": 1}


def test_a_permanent_move_is_adopted_after_three_good_polls_and_told(db: Path) -> None:
    routes = {"/old": Reply(status=301, headers=(("Location", "/new"),)), "/new": feed(item(1))}
    with Server(routes) as server, reading(db, server.url("/old")) as app:
        assert [poll(app).moved for _ in range(2)] == [[], []]
        assert app.feeds.all()[0].url == server.url("/old")
        (moved,) = poll(app).moved
        assert (moved.url, moved.moved_to) == (server.url("/old"), server.url("/new"))
        assert [f.url for f in app.feeds.all()] == [server.url("/new")]
        assert poll(app).outcomes == {"same": 1}
        assert server.paths.count("/old") == 3


def test_a_temporary_move_is_followed_and_forgotten(db: Path) -> None:
    routes = {"/old": Reply(status=302, headers=(("Location", "/new"),)), "/new": feed(item(1))}
    with Server(routes) as server, reading(db, server.url("/old")) as app:
        assert not [moved for _ in range(4) for moved in poll(app).moved]
        assert [f.url for f in app.feeds.all()] == [server.url("/old")]


def test_a_feed_that_is_gone_is_asked_no_more_and_named(db: Path) -> None:
    with Server({"/gone": Reply(status=410)}) as server, reading(db, server.url("/gone")) as app:
        assert poll(app).outcomes == {"gone": 1}
        assert poll(app).polled == 0
        assert len(server.asked) == 1
        assert any("gone for good" in finding.what for finding in examine(app))
        assert "410" in (app.feeds.all()[0].next_poll_reason or "")


def test_a_failing_feed_slows_down_and_is_named_with_the_wall_before_it(db: Path) -> None:
    wall = Reply(status=403, headers=(("Server", "cloudflare"), ("cf-mitigated", "challenge")))
    clock = Clock()
    with Server({"/walled": wall}) as server, reading(db, server.url("/walled"), clock=clock) as app:
        gaps = []
        for _ in range(4):
            (failed,) = poll(app).failed
            (state,) = app.feeds.all()
            gaps.append(state.next_poll_at - clock.now)
            clock.now = state.next_poll_at
        assert gaps == sorted(gaps)
        assert gaps[3] > 3 * gaps[0]
        assert "Cloudflare" in failed.error
        assert not failed.error.startswith("http"), "the address stands beside it"
        assert any("Cloudflare" in finding.what for finding in examine(app))


def test_even_a_forced_poll_waits_until_retry_after_has_passed(db: Path) -> None:
    clock = Clock()
    busy = Reply(status=503, headers=(("Retry-After", "7200"),))
    with Server({"/busy": busy, "/well": feed(item(1))}) as server:
        with reading(db, server.url("/busy"), server.url("/well"), clock=clock) as app:
            poll(app)
            clock.now += timedelta(minutes=119)
            assert poll(app).polled == 1
            assert server.paths.count("/busy") == 1
            assert "retry after 2 h" in next(f for f in app.feeds.all() if f.failures).next_poll_reason
        clock.now += timedelta(minutes=2)
        with reading(db, clock=clock) as app:
            assert poll(app).polled == 2


def test_feeds_that_were_asked_by_a_clock_years_ahead_are_asked_again_once_it_is_right(db: Path) -> None:
    clock = Clock()
    replies = iter([feed(item(1)), feed(item(1)), feed(item(1), item(2))])
    with (
        Server({"/feed": lambda _: next(replies)}) as server,
        reading(db, server.url("/feed"), clock=clock) as app,
    ):
        clock.now = START + timedelta(days=900)
        assert poll(app, force=False).new_stories == 1
        clock.now = START
        assert poll(app, force=False).polled == 1, "what was planned for a time to come is of no use"
        assert poll(app, force=False).polled == 0
        clock.now = START + timedelta(days=1)
        assert poll(app, force=False).new_stories == 1


def test_a_host_that_turned_three_feeds_away_is_left_alone_also_after_a_restart(db: Path) -> None:
    busy = Reply(status=429, headers=(("Retry-After", "600"),))
    paths = ["/1", "/2", "/3", "/4"]
    with Server(dict.fromkeys(paths, busy)) as server:
        with reading(db, *map(server.url, paths[:3])) as app:
            assert poll(app).outcomes == {"failed": 3}
        with reading(db, server.url("/4")) as app:
            report = poll(app)
            assert report.outcomes == {"held": 1}
            assert report.failed == []
            assert "/4" not in server.paths


def test_robots_txt_is_remembered_between_runs(db: Path) -> None:
    page = Reply(headers=(("Content-Type", "text/html"),), body=b"<p>The storm reached the coast on Monday.</p>")

    def routes(server: Server) -> dict[str, object]:
        link = server.url("/story/{}").format
        return {
            "/feed": feed(item(1, link=link(1)), item(2, link=link(2))),
            "/robots.txt": Reply(body=b"User-agent: *\nDisallow: /story/2\n"),
            "/story/1": page,
        }

    with Server({}) as server:
        server.routes = routes(server)
        with reading(db, server.url("/feed")) as app:
            poll(app, pages=True)
        asked = len(server.paths)
        server.routes = {**server.routes, "/feed": feed(item(3, link=server.url("/story/3")))}
        with reading(db) as app:
            poll(app, pages=True)
        assert {"/robots.txt", "/story/1"} <= set(server.paths[:asked])
        assert server.paths[asked:] == ["/feed", "/story/3"]
        assert "/story/2" not in server.paths


def test_a_private_address_is_refused_with_the_setting_that_allows_it(db: Path) -> None:
    strict = Config(fetch=FetchConfig(), timezone="UTC")
    private = "http://192.168.7.9/feed.xml"
    with reading(db, private, config=strict) as app:
        with pytest.raises(FetchError, match=r'"192\.168\.7\.9/32" to allow_networks under \[fetch\]'):
            app.feeds.find(private)
        (failed,) = poll(app).failed
        assert "allow_networks under [fetch]" in failed.error


def test_a_guid_that_changes_with_every_poll_multiplies_nothing(db: Path) -> None:
    polls = iter(range(99))

    def restless(_: Asked) -> Reply:
        number = next(polls)
        return feed(item(1, guid=f"a{number}"), item(2, guid=f"b{number}"))

    with Server({"/feed": restless}) as server, reading(db, server.url("/feed")) as app:
        assert [poll(app).new_entries for _ in range(3)] == [2, 0, 0]
        assert app.store.stories.count() == 2


def test_episodes_that_all_link_to_one_page_are_stories_of_their_own(db: Path) -> None:
    show = "https://courier.example/show"
    front = "https://courier.example/"
    routes = {
        "/show": feed(*[item(n, link=show, title=f"Episode {n}") for n in range(4)]),
        "/front": feed(item(9, link=front)),
    }
    with Server(routes) as server, reading(db, server.url("/show"), server.url("/front")) as app:
        assert poll(app).new_stories == 5
        assert app.store.pages.due_count(START + timedelta(days=1)) == 0, "the page of the show is no article"


def test_two_entries_with_one_address_are_one_story(db: Path) -> None:
    twice = feed(item(1, guid="a"), item(1, guid="b"))
    with Server({"/feed": twice}) as server, reading(db, server.url("/feed")) as app:
        report = poll(app)
        assert (report.new_entries, report.new_stories) == (2, 1)


@pytest.mark.parametrize(("given", "shown"), [(None, "World news | The Courier"), ("The Courier", "The Courier")])
def test_an_outlet_has_the_name_that_the_reader_gave_its_feed(db: Path, given: str | None, shown: str) -> None:
    body = rss(item(1)).replace(
        b"<title>The Courier</title>", b"<title>World news | The Courier</title><link>https://courier.example/</link>"
    )
    with Server({"/feed": Reply(headers=(("Content-Type", "text/xml"),), body=body)}) as server, reading(db) as app:
        app.feeds.add([FeedSpec(url=server.url("/feed"), title=given)])
        poll(app)
        assert [story.outlet for story in app.reading.stories()] == [shown]


def test_a_fault_of_the_parser_costs_one_feed_only(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from aggregator.pipeline import feeds as room

    sound = room.parse_well_formed

    def faulty(body: bytes, **known: object) -> object:
        if b"poison" in body:
            raise RecursionError
        return sound(body, **known)

    monkeypatch.setattr(room, "parse_well_formed", faulty)
    routes = {"/poison": feed(item(1, title="poison")), "/well": feed(item(2))}
    with Server(routes) as server, reading(db, server.url("/poison"), server.url("/well")) as app:
        report = poll(app)
        assert [f.url for f in report.failed] == [server.url("/poison")]
        assert report.new_stories == 1


def test_a_fault_in_storing_costs_one_feed_only(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = '<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>'
    routes = {"/one": feed(item(1)), "/poison": feed(item(2), head=hub), "/other": feed(item(3))}

    def upset(*_: object, **__: object) -> None:
        raise RecursionError

    with Server(routes) as server, reading(db, *map(server.url, routes)) as app:
        monkeypatch.setattr(type(app.store.websub), "offer", upset)
        report = poll(app)
        assert [f.url for f in report.failed] == [server.url("/poison")]
        assert (report.polled, report.new_stories, app.store.stories.count()) == (3, 2, 2)
        assert app.store.check() == []


def test_news_is_stored_while_another_server_takes_its_time(db: Path) -> None:
    seen: list[int] = []

    def slow(_: Asked) -> Reply:
        with contextlib.closing(sqlite3.connect(db)) as other:
            for _ in range(100):
                seen.append(other.execute("SELECT count(*) FROM stories").fetchone()[0])
                if seen[-1]:
                    break
                time.sleep(0.1)
        return feed(item(2))

    routes = {"/quick": feed(item(1)), "/slow": slow}
    with Server(routes) as server, reading(db, *map(server.url, routes)) as app:
        assert poll(app).new_stories == 2
        assert seen[-1] == 1


def test_hours_that_a_publisher_skips_stay_free_also_after_an_unchanged_poll(db: Path) -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24) if hour != 20)
    with Server({"/feed": feed(item(1), head=f"<skipHours>{hours}</skipHours>")}) as server:
        clock = Clock()
        with reading(db, server.url("/feed"), clock=clock) as app:
            for _ in range(3):
                poll(app)
                upcoming = app.feeds.all()[0].next_poll_at
                assert upcoming.hour == 20
                clock.now = upcoming


def test_every_feed_says_why_it_is_asked_when_it_is(db: Path) -> None:
    routes = {
        "/busy": Reply(status=503, headers=(("Retry-After", "7200"),)),
        "/broken": Reply(status=500),
        "/well": feed(item(1)),
    }
    with Server(routes) as server:
        with reading(db, *map(server.url, routes)) as app:
            poll(app)
            app.feeds.add([FeedSpec(url=server.url("/new"))])
        rows = json.loads(run("feeds", "next", "--json", db=db).stdout)
    why = {row["url"].rpartition("/")[2]: row["reason"] for row in rows}
    assert "retry after" in why["busy"]
    assert "failed 1 time" in why["broken"]
    assert why["new"] == "never asked yet"
    assert why["well"]
