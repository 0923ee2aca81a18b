"""What a rule found is told once for each event, by every channel, until it has got there."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from aggregator.app.app import App, open_app
from aggregator.config import Config, RulesConfig
from tests.support.building import NOW
from tests.support.http_server import Asked, Reply, Server
from tests.unit.web.conftest import fill

LONG_AGO = NOW - timedelta(days=1)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/hook": Reply(body=b"ok"), "/news": Reply(body=b"{}"), "/broken": Reply(status=503)}) as made:
        yield made


def telling(tmp_path: Path, clock: Clock, **channels: str) -> Iterator[App]:
    with open_app(Config(timezone="UTC", rules=RulesConfig(**channels)), db=tmp_path / "a.db", clock=clock) as app:
        fill(app)
        app.rules.add("Weather", "storm", ["notify"])
        yield app


def posts(server: Server, path: str) -> list[Asked]:
    return [asked for asked in server.asked if asked.path == path]


def test_an_event_is_told_once_however_many_stories_it_has(tmp_path: Path, clock: Clock, server: Server) -> None:
    for app in telling(tmp_path, clock, webhook=server.url("/hook"), webhook_secret="s3cret"):
        app.rules.apply_to_new(LONG_AGO)
        app.rules.apply_to_new(LONG_AGO)
        (asked,) = posts(server, "/hook")
        value = json.loads(asked.body)
        assert (value["rule"], value["story"]["outlet"], value["event"]["outlets"]) == ("Weather", "The Courier", 3)
        seal = hmac.new(b"s3cret", asked.body, hashlib.sha256).hexdigest()
        assert asked.headers["x-aggregator-signature"] == f"sha256={seal}"
        assert [(n.state, n.channel, n.event_id) for n in app.store.notices.latest()] == [("sent", "webhook", 1)]


def test_ntfy_gets_a_line_with_title_and_link(tmp_path: Path, clock: Clock, server: Server) -> None:
    for app in telling(tmp_path, clock, ntfy=server.url("/news"), ntfy_token="tk_1"):
        app.rules.apply_to_new(LONG_AGO)
        (asked,) = posts(server, "/news")
        assert asked.body.decode() == "The Courier: Storm cuts power to 300,000 homes (3 outlets)"
        assert parse_qs(urlsplit(asked.target).query) == {"title": ["Weather"], "click": ["https://courier.example/1"]}
        assert asked.headers["authorization"] == "Bearer tk_1"


def test_what_did_not_get_there_is_tried_again_and_given_up_in_the_end(
    tmp_path: Path, clock: Clock, server: Server
) -> None:
    for app in telling(tmp_path, clock, webhook=server.url("/broken"), ntfy=server.url("/news")):
        app.rules.apply_to_new(LONG_AGO)
        app.rules.apply_to_new(clock.now)
        assert len(posts(server, "/broken")) == 1, "not before its time"
        for hours in (0.02, 0.2, 1, 3, 13, 24, 48):
            clock.now += timedelta(hours=hours)
            app.rules.apply_to_new(clock.now)
        assert len(posts(server, "/broken")) == 6
        assert len(posts(server, "/news")) == 1, "the other channel is not told twice"
        states = {n.channel: (n.state, n.tries) for n in app.store.notices.latest()}
        assert states == {"webhook": ("failed", 6), "ntfy": ("sent", 1)}
        assert "503" in next(n.answer or "" for n in app.store.notices.latest() if n.channel == "webhook")


def test_a_story_that_joins_an_event_that_was_told_of_is_no_news(tmp_path: Path, clock: Clock, server: Server) -> None:
    for app in telling(tmp_path, clock, webhook=server.url("/hook")):
        third = app.reading.story(3).seen_at
        app.rules.apply_to_new(third)
        app.rules.apply_to_new(LONG_AGO)
        (asked,) = posts(server, "/hook")
        assert json.loads(asked.body)["story"]["outlet"] == "The Radio"
