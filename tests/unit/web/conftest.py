"""A small store with one shared event, one copy, one story alone and hostile words, and the page over it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from aggregator.app.app import App, open_app
from aggregator.config import Config
from aggregator.model import CopyMatch, EventAssignment, FeedSpec
from aggregator.web import create_app
from tests.support.building import NOW, a_new_entry

HOSTILE = '<script>alert(1)</script> & "quoted"'
OUTLETS = ("courier", "post", "radio")


@dataclass
class Visitor:
    """A browser without scripts: keeps cookies, finds the token of the form it sends."""

    client: FlaskClient

    def get(self, path: str, **over: Any) -> TestResponse:
        return self.client.get(path, **{"base_url": "http://localhost", **over})

    def post(self, path: str, *, at: str = "/", **fields: Any) -> TestResponse:
        data = {"csrf": self.token(at), "back": at, **fields}
        return self.client.post(path, data=data, base_url="http://localhost")

    def token(self, at: str = "/") -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.get(at).text)
        assert found, f"no form on {at}"
        return found[1]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with open_app(Config(timezone="UTC"), db=tmp_path / "a.db", clock=lambda: NOW) as made:
        yield made


@pytest.fixture
def filled(app: App) -> App:
    """Story 1 (courier), its copy 2 (post) and report 3 (radio) are one event; story 4 stands alone."""
    fill(app)
    return app


@pytest.fixture
def visitor(filled: App) -> Visitor:
    return visit(filled)


def visit(app: App) -> Visitor:
    flask = create_app(app)
    flask.testing = True
    return Visitor(flask.test_client())


def fill(app: App) -> None:
    app.feeds.add(
        [FeedSpec(url=f"https://{o}.example/feed", title=f"The {o.title()}", folder=("World",)) for o in OUTLETS]
    )
    feeds = {feed.url: feed.id for feed in app.feeds.all()}
    stories = [
        ("courier", "Storm cuts power to 300,000 homes", "A storm cut power. Trains stand still.\n\nMore on Tuesday."),
        ("post", "Storm leaves 300,000 in the dark", "A storm cut power. Trains stand still."),
        ("radio", f"Storm: {HOSTILE}", "Radio reports from the coast. The wind has turned."),
        ("radio", "إضراب القطارات", "توقفت القطارات."),
    ]
    for number, (outlet, title, text) in enumerate(stories, 1):
        at = NOW - timedelta(hours=6 - number)
        app.store.ingest.apply(
            feeds[f"https://{outlet}.example/feed"], [_entry(number, outlet, title, text, at)], now=at
        )
    keys = {n: app.store.stories.key(n) for n in range(1, 5)}
    app.store.decisions.apply(
        features={},
        copies={
            keys[2]: CopyMatch(id=keys[2], copy_of=keys[1], kind="near", score=0.9, reason="the same two sentences")
        },
        events={keys[n]: _assigned(keys[n], keys[1] if n < 4 else keys[4]) for n in keys},
    )
    events = app.store.events
    headlines = {
        e.id: (app.store.stories.get(1 if e.stories > 1 else 4).title, 1 if e.stories > 1 else 4) for e in events.each()
    }
    events.set_headlines({i: (title or "", story) for i, (title, story) in headlines.items()})


def _entry(number: int, outlet: str, title: str, text: str, at: datetime) -> Any:
    return a_new_entry(
        number, key=f"https://{outlet}.example/{number}", url=f"https://{outlet}.example/{number}", title=title, text=text,
        published_at=at, outlet_key=f"{outlet}.example", outlet_name=f"The {outlet.title()}", lang=None,
    )  # fmt: skip


def _assigned(key: str, event: str) -> EventAssignment:
    return EventAssignment(id=key, event=event, probability=0.8, nearest=event, reason="the same storm")
