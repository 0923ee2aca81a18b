"""How one feed is asked and read, set by the reader: a login, a header, a proxy, an interval, a page without a feed."""

from __future__ import annotations

import base64
import json
import os
import pty
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aggregator.app.subscriptions import split_login
from aggregator.cli.main import cli
from aggregator.errors import AggregatorError
from aggregator.model import Access, FeedSpec, PageSelectors
from aggregator.opml import read_opml
from aggregator.web import create_app
from tests.integration.test_poll import START, Clock, feed, item, poll, reading
from tests.support.http_server import Asked, Reply, Server
from tests.support.newsroom import environment

LOGIN = "Basic " + base64.b64encode(b"me:se:cret").decode()
PRESS = b"""<html lang="en"><head><title>Harbour authority</title></head><body><nav><a href="/">Home</a></nav>
<ul class="news"><li><h3>Quay closed</h3><a href="/press/1">More</a><time datetime="2026-03-01">1 March</time></li>
<li><h3>Quay open again</h3><a href="/press/2">More</a><time datetime="2026-03-02">2 March</time></li></ul></body></html>"""


def typed(*words: str, db: Path) -> Result:
    """The command line in this process."""
    env = {name: None for name in os.environ if name.startswith("AGGREGATOR_")} | environment(db)
    return CliRunner().invoke(cli, list(words), env=env)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def private(asked: Asked) -> Reply:
    return feed(item(1)) if asked.headers.get("authorization") == LOGIN else Reply(status=401)


def test_a_feed_behind_a_login_is_found_asked_and_never_shown_with_it(db: Path) -> None:
    with Server({"/private": private}) as server:
        address = server.url("/private")
        added = typed("feeds", "add", address, "--auth", "me:se:cret", db=db)
        assert typed("poll", "--force", "--no-pages", "--no-cluster", db=db).exit_code == 0
        shown = [typed("feeds", *words, db=db) for words in (("list", "--json"), ("next", "--json"), ("export",))]
    assert json.loads(shown[0].stdout)[0]["failures"] == 0
    assert not [text for text in (done.output for done in (added, *shown)) if "cret" in text]


def test_a_login_in_the_address_is_taken_out_of_it() -> None:
    assert split_login("https://me:p%40ss@courier.example/feed?a=b@c", Access()) == (
        "https://courier.example/feed?a=b@c",
        Access(auth=("me", "p@ss")),
    )
    assert split_login("https://courier.example/@someone", Access()) == ("https://courier.example/@someone", Access())


def test_headers_are_sent_with_every_poll_until_they_are_taken_back(db: Path) -> None:
    with Server({"/feed": feed(item(1))}) as server, reading(db, server.url("/feed")) as app:
        url = server.url("/feed")
        app.feeds.change(url, access=Access(headers=(("X-Token", "abc"),)))
        poll(app)
        app.feeds.change(url, access=Access())
        poll(app)
        assert [asked.headers.get("x-token") for asked in server.asked] == ["abc", None]


def test_what_a_feed_is_asked_with_never_moves_to_another_host(db: Path) -> None:
    with Server({"/feed": feed(item(1))}) as other:
        moved = Reply(status=301, headers=(("Location", other.url("/feed")),))
        with Server({"/feed": moved}) as server, reading(db) as app:
            url = server.url("/feed")
            app.feeds.add([FeedSpec(url=url, access=Access(headers=(("X-Token", "abc"),)))])
            for _ in range(4):
                poll(app)
            assert [f.url for f in app.feeds.all()] == [url]
            assert all(asked.headers["x-token"] == "abc" for asked in server.asked)
        assert len(other.asked) == 4
        assert not [asked for asked in other.asked if "x-token" in asked.headers]


def test_a_proxy_of_its_own_is_used_for_one_feed_only(db: Path) -> None:
    with Server({"/a": feed(item(1)), "/b": feed(item(2))}) as server, Server({}) as proxy:
        with reading(db, server.url("/a"), server.url("/b")) as app:
            app.feeds.change(server.url("/a"), access=Access(proxy=proxy.url("")))
            assert poll(app).new_stories == 1
        assert server.paths == ["/b"]
        assert len(proxy.asked) == 1


def test_a_set_interval_takes_effect_at_once_and_can_be_taken_back(db: Path) -> None:
    clock = Clock()
    with Server({"/feed": feed(item(1))}) as server, reading(db, server.url("/feed"), clock=clock) as app:
        poll(app)
        changed = app.feeds.change(server.url("/feed"), every_s=900)
        assert changed.next_poll_reason == "set by you to every 15 min"
        assert START + timedelta(minutes=15) <= changed.next_poll_at <= START + timedelta(minutes=17)
        changed = app.feeds.change(server.url("/feed"), every_s=0)
        assert changed.override_interval_s is None
        assert changed.next_poll_at > START + timedelta(minutes=17)


def test_an_interval_never_goes_before_what_the_server_asks(db: Path) -> None:
    wait = Reply(status=503, headers=(("Retry-After", "7200"),))
    with Server({"/feed": wait}) as server, reading(db, server.url("/feed")) as app:
        poll(app)
        assert app.feeds.change(server.url("/feed"), every_s=60).next_poll_at >= START + timedelta(hours=2)


def test_a_page_without_a_feed_is_read_by_its_selectors(db: Path) -> None:
    routes = {"/press": Reply(headers=(("Content-Type", "text/html"),), body=PRESS), "/robots.txt": Reply(status=404)}
    chosen = PageSelectors(entry=".news li", title="h3")
    with Server(routes) as server, reading(db) as app:
        done, read = app.feeds.add_page(server.url("/press"), chosen)
        assert [entry.title for entry in read.entries] == ["Quay closed", "Quay open again"]
        assert done.added[0].selectors == chosen
        assert poll(app).new_stories == 2
        assert poll(app).outcomes == {"same": 1}
        with pytest.raises(AggregatorError, match="nothing on this page matches"):
            app.feeds.add_page(server.url("/press"), PageSelectors(entry=".gone"))
        exported = app.feeds.export_opml()
        url = app.feeds.all()[0].url
        app.feeds.remove(url)
        app.feeds.import_opml(exported)
        assert app.feeds.get(url).selectors == chosen


def test_a_page_that_robots_may_not_read_is_no_feed_either(db: Path) -> None:
    routes = {
        "/press": Reply(headers=(("Content-Type", "text/html"),), body=PRESS),
        "/robots.txt": Reply(body=b"User-agent: *\nDisallow: /press"),
    }
    with Server(routes) as server, reading(db) as app:
        with pytest.raises(AggregatorError, match=r"robots\.txt"):
            app.feeds.add_page(server.url("/press"), PageSelectors(entry=".news li"))
        assert "/press" not in server.paths


def test_what_cannot_be_set_is_said_in_one_line(db: Path) -> None:
    url = "https://courier.example/feed"
    for words, says in (
        (("set", url), "is subscribed to"),
        (("add", url, "--header", "no colon"), "Name: value"),
        (("add", url, "--entry-title", "h3"), "--entry"),
        (("add", url, "--proxy", "ftp://x"), "http://"),
    ):
        done = typed("feeds", *words, db=db)
        assert done.exit_code != 0
        assert says in done.stderr
        assert isinstance(done.exception, SystemExit)


def test_folders_come_out_of_the_database_as_they_went_in(db: Path) -> None:
    listed = (
        b'<opml version="2.0" xmlns:frss="https://freshrss.org/opml"><body><outline text="News" frss:priority="10">'
        b'<outline type="rss" text="Courier" xmlUrl="https://courier.example/feed" frss:priority="feed"/></outline>'
        b'<outline text="Later" frss:opmlUrl="https://lists.example/a.opml"/></body></opml>'
    )
    (db.parent / "mine.opml").write_bytes(listed)
    assert typed("feeds", "import", str(db.parent / "mine.opml"), db=db).exit_code == 0
    assert read_opml(typed("feeds", "export", db=db).stdout_bytes) == read_opml(listed)


def test_where_a_site_offers_several_feeds_the_reader_is_asked(db: Path) -> None:
    page = b"<html><head>%s</head></html>" % b"".join(
        b'<link rel="alternate" type="application/rss+xml" href="/%s" title="%s">' % (name, name)
        for name in (b"news", b"sport")
    )
    routes = {"/": Reply(headers=(("Content-Type", "text/html"),), body=page)}
    with Server(routes) as server:
        untold = typed("feeds", "add", server.url("/"), db=db)
        assert untold.exit_code == 1
        assert f"aggregator feeds add {server.url('/sport')}" in untold.stderr
        terminal, ours = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "aggregator", "feeds", "add", server.url("/")],
            stdin=ours, stdout=ours, stderr=ours, env=environment(db),
        ) as asking:  # fmt: skip
            os.write(terminal, b"2\n")
            assert asking.wait(60) == 0
        os.close(ours)
        os.close(terminal)
    assert [row["url"] for row in json.loads(typed("feeds", "list", "--json", db=db).stdout)] == [server.url("/sport")]


def test_what_was_set_for_a_feed_is_shown_without_its_secrets(db: Path) -> None:
    access = Access(headers=(("X-Token", "abc123"),), auth=("me", "cret"), proxy="http://us:cret@127.0.0.1:3128")
    with reading(db) as app:
        url = "https://courier.example/press"
        app.feeds.add([FeedSpec(url=url, access=access, selectors=PageSelectors(entry=".news li"))])
        app.feeds.change(url, every_s=900)
    (row,) = json.loads(typed("feeds", "list", "--json", db=db).stdout)
    shown = json.loads(typed("feeds", "show", url, "--json", db=db).stdout)
    for listed in (row, shown):
        assert (listed["every_s"], listed["login"], listed["headers"]) == (900, "***", ["X-Token: ***"])
        assert (listed["proxy"], listed["selectors"]) == ("http://***@127.0.0.1:3128", {"entry": ".news li"})
    told = [typed("feeds", *words, db=db).stdout for words in (("list",), ("show", url))]
    for text in told:
        assert "--every 15m" in text
        assert "--header X-Token: ***" in text
        assert "--entry .news li" in text
    with reading(db) as app:
        page = create_app(app).test_client().get("/feeds/1").text
    assert "asked with a login" in page
    assert "http://***@127.0.0.1:3128" in page
    assert ".news li" in page
    assert "abc123" not in page
    assert not [text for text in (str(row), str(shown), *told, page) if "cret" in text or "abc123" in text]
