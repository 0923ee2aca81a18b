"""Hubs: asked once a feed offers one, believed when they prove who they are, and nothing but a sign to look."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from aggregator.app.app import App, open_app
from aggregator.app.polling import PollOptions
from aggregator.config import Config, FetchConfig, PagesConfig, WebConfig
from aggregator.model import FeedSpec
from aggregator.web import create_app
from tests.support.building import NOW
from tests.support.http_server import Reply, Server

FEED = """<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>t</id><updated>2026-03-02T11:00:00Z</updated>
<link rel="hub" href="{hub}"/><link rel="self" href="https://topic.example/feed"/>
<entry><id>1</id><title>One</title><updated>2026-03-02T11:00:00Z</updated><link href="https://topic.example/1"/></entry></feed>"""


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/hub": Reply(status=202), "/deaf": Reply(status=500)}) as made:
        made.routes["/feed"] = Reply(
            body=FEED.format(hub=made.url("/hub")).encode(), headers=(("Content-Type", "application/atom+xml"),)
        )  # type: ignore[index]
        yield made


def opened(tmp_path: Path, clock: Clock, **web: object) -> Iterator[App]:
    config = Config(
        timezone="UTC", web=WebConfig(**web), pages=PagesConfig(enabled=False),  # type: ignore[arg-type]
        fetch=FetchConfig(allow_networks=("127.0.0.0/8",), host_gap_s=0.0),
    )  # fmt: skip
    with open_app(config, db=tmp_path / "a.db", clock=clock) as app:
        yield app


@pytest.fixture
def app(tmp_path: Path, clock: Clock, server: Server) -> Iterator[App]:
    """An app that has polled a feed with a hub once."""
    for made in opened(tmp_path, clock, websub=True, public_url="https://news.example"):
        made.feeds.add([FeedSpec(url=server.url("/feed"))])
        made.polling.poll(PollOptions(cluster=False))
        yield made


@pytest.fixture
def client(app: App) -> FlaskClient:
    return create_app(app).test_client()


def asked(server: Server) -> list[dict[str, str]]:
    return [
        {n: v[0] for n, v in parse_qs(a.body.decode()).items()} for a in server.asked if a.path in ("/hub", "/deaf")
    ]


def confirm(client: FlaskClient, form: dict[str, str], **over: str) -> int:
    query = {
        "hub.mode": "subscribe",
        "hub.topic": form["hub.topic"],
        "hub.challenge": "xyz",
        "hub.lease_seconds": "86400",
        **over,
    }
    answer = client.get(urlsplit(form["hub.callback"]).path, query_string=query, base_url="https://news.example")
    assert answer.status_code != 200 or answer.text == "xyz"
    return answer.status_code


def call(client: FlaskClient, form: dict[str, str], *, secret: str | None = None, method: str = "sha256") -> int:
    seal = hmac.new((secret or form["hub.secret"]).encode(), b"<feed/>", getattr(hashlib, method)).hexdigest()
    return client.post(
        urlsplit(form["hub.callback"]).path, data=b"<feed/>", headers={"X-Hub-Signature": f"{method}={seal}"}, base_url="https://news.example"
    ).status_code  # fmt: skip


def told(client: FlaskClient) -> str:
    """What the feed's page says of its hub."""
    text = client.get("/feeds/1", base_url="https://news.example").text
    return text.partition(">its hub ")[2].partition("</span>")[0]


def is_due(app: App) -> bool:
    return len(app.store.feeds.due(app.clock())) == 1


def test_a_hub_is_asked_confirms_calls_and_the_feed_is_looked_at(
    app: App, client: FlaskClient, server: Server, clock: Clock
) -> None:
    (form,) = asked(server)
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", "https://topic.example/feed")
    assert form["hub.callback"].startswith("https://news.example/websub/")
    assert told(client) == "has been asked to call"
    assert confirm(client, form) == 200
    assert told(client) == "calls when there is something new"
    clock.now += timedelta(minutes=5)
    assert not is_due(app)
    assert call(client, form) == 202
    assert told(client).startswith("last called <time")
    assert is_due(app)
    app.polling.poll(PollOptions(cluster=False))
    assert len(asked(server)) == 1, "it is not asked again while its lease lasts"
    clock.now += timedelta(hours=22)
    app.websub.renew()
    assert len(asked(server)) == 2


@pytest.mark.parametrize("method", ["sha1", "sha512"])
def test_a_call_counts_only_with_the_signature_of_its_secret(
    app: App, client: FlaskClient, server: Server, clock: Clock, method: str
) -> None:
    (form,) = asked(server)
    confirm(client, form)
    clock.now += timedelta(minutes=5)
    path = urlsplit(form["hub.callback"]).path
    assert client.post(path, data=b"<feed/>", base_url="https://news.example").status_code == 202
    assert call(client, form, secret="wrong", method=method) == 202
    assert not is_due(app)
    assert call(client, form, method=method) == 202
    assert is_due(app)


def test_nobody_else_can_confirm_or_call(app: App, client: FlaskClient, server: Server) -> None:
    (form,) = asked(server)
    assert confirm(client, form, **{"hub.topic": "https://evil.example/"}) == 404
    assert confirm(client, form, **{"hub.mode": "unsubscribe"}) == 404
    assert confirm(client, form | {"hub.callback": "https://news.example/websub/x"}) == 404
    assert call(client, form | {"hub.callback": "https://news.example/websub/x"}) == 410
    app.feeds.remove(server.url("/feed"))
    assert call(client, form) == 410


def test_a_hub_that_refuses_is_asked_no_more(app: App, client: FlaskClient, server: Server, clock: Clock) -> None:
    (form,) = asked(server)
    confirm(client, form, **{"hub.mode": "denied"})
    assert told(client) == "does not call: It refused."
    clock.now += timedelta(days=30)
    app.websub.renew()
    assert len(asked(server)) == 1


def test_a_silent_hub_is_asked_more_and_more_rarely_and_then_not_at_all(app: App, server: Server, clock: Clock) -> None:
    for _ in range(40):
        clock.now += timedelta(hours=12)
        app.websub.renew()
    assert len(asked(server)) == 8


def test_hubs_are_left_alone_unless_the_settings_want_them(tmp_path: Path, clock: Clock, server: Server) -> None:
    for app in opened(tmp_path, clock, public_url="https://news.example"):
        app.feeds.add([FeedSpec(url=server.url("/feed"))])
        app.polling.poll(PollOptions(cluster=False))
    assert asked(server) == []
