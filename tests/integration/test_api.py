"""Our own API says what it does and does what it says: generated requests against its own description."""

from __future__ import annotations

import importlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from aggregator.app.app import App, open_app
from aggregator.config import Config
from aggregator.web import create_app
from aggregator.web.api.document import document
from tests.support.browser import found
from tests.support.building import NOW
from tests.unit.web.conftest import fill

SECONDS = 120 * max(1, int(os.environ.get("SOAK", "0")) // 50)
ROUND = 10  # generated requests of one seed
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
PASSWORD = "correct horse battery"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with open_app(Config(timezone="UTC"), db=tmp_path / "a.db", clock=lambda: NOW) as made:
        fill(made)
        yield made


@pytest.fixture
def client(app: App) -> FlaskClient:
    return create_app(app).test_client()


def ask(client: FlaskClient, method: str, path: str, value: Any = None, **over: Any) -> Any:
    kind = {"json": value} if value is not None else {"content_type": "application/json"}
    return client.open(f"/api/v1{path}", method=method, base_url="http://localhost", **kind, **over)


def test_each_route_is_described_and_each_description_is_a_route(app: App) -> None:
    flask = create_app(app)
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in flask.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    described = {(path, method.upper()) for path, methods in document()["paths"].items() for method in methods}
    assert routes == described
    assert all(
        operation["summary"].endswith(".") for methods in document()["paths"].values() for operation in methods.values()
    )


def described() -> list[tuple[str, str]]:
    """Every operation of the API, but the one that would ask whatever address comes up."""
    found = [(method, path) for path, methods in document()["paths"].items() for method in methods]
    return sorted(set(found) - {("post", "/api/v1/feeds")})


@pytest.mark.parametrize(("method", "path"), described())
def test_no_request_breaks_the_api_and_every_answer_is_as_described(app: App, method: str, path: str) -> None:
    """Two minutes for all operations together, or four times that in the soak."""
    try:
        schemathesis = importlib.import_module("schemathesis")
        importlib.import_module("schemathesis.checks")
        hypothesis = importlib.import_module("hypothesis")
    except ImportError:
        found(None, "schemathesis (pip install schemathesis)")
    app.digests.make(name="morning")
    flask = create_app(app)
    operation = schemathesis.openapi.from_dict(document())[path][method]
    checks = [getattr(schemathesis.checks, name) for name in CHECKS]
    end, asked = time.monotonic() + SECONDS / len(described()), 0

    def one(case: Any) -> None:
        nonlocal asked
        asked += 1
        case.call_and_validate(base_url="http://localhost", app=flask, checks=checks)

    while asked == 0 or time.monotonic() < end:
        settings = hypothesis.settings(
            max_examples=ROUND, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
        )
        hypothesis.seed(asked)(settings(hypothesis.given(case=operation.as_strategy())(one)))()


def test_lists_go_on_by_key_to_their_end(client: FlaskClient) -> None:
    seen, after = [], ""
    while True:
        page = ask(client, "GET", f"/stories?limit=1&after={after}").get_json()
        seen += [s["id"] for s in page["stories"]]
        if page["more"] is None:
            break
        after = page["more"]
    assert seen == [4, 3, 2, 1]
    first = ask(client, "GET", "/events?limit=1").get_json()
    second = ask(client, "GET", f"/events?limit=1&after={first['more']}").get_json()
    assert {first["events"][0]["id"], second["events"][0]["id"]} == {1, 2}
    assert second["more"] is None


def test_what_a_program_does_is_done_and_can_be_taken_back(client: FlaskClient, app: App) -> None:
    undo = ask(client, "POST", "/stories/star", {"stories": [1, 3]}).get_json()["undo"]
    assert {s["id"] for s in ask(client, "GET", "/stories?q=is:starred").get_json()["stories"]} == {1, 3}
    ask(client, "DELETE", f"/acts/{undo}")
    assert not app.reading.story(1).is_starred
    ask(client, "POST", "/events/1/read")
    assert {s["id"] for s in ask(client, "GET", "/stories?q=is:unread").get_json()["stories"]} == {4}
    assert ask(client, "POST", "/topics", {"name": "Weather", "query": "storm"}).get_json()["name"] == "Weather"
    assert [e["id"] for e in ask(client, "GET", "/topics/Weather").get_json()] == [1]
    assert ask(client, "PATCH", "/feeds/2", {"title": "Mine", "folder": "Near"}).get_json()["folder"] == "Near"
    assert ask(client, "DELETE", "/feeds/2").status_code == 200
    assert len(ask(client, "GET", "/feeds").get_json()) == 2
    opml = client.get("/api/v1/opml", base_url="http://localhost").data
    sent = client.post("/api/v1/opml", data=opml, content_type="text/x-opml", base_url="http://localhost").get_json()
    assert (len(sent["known"]), sent["added"]) == (2, [])


def test_the_api_asks_who_it_is(client: FlaskClient, app: App) -> None:
    app.accounts.set_password("alice", PASSWORD)
    secret = app.access.make("alice", "script")
    assert ask(client, "GET", "/events").status_code == 401
    assert ask(client, "GET", "/openapi.json").status_code == 401
    assert ask(client, "GET", "/events", auth=("alice", PASSWORD)).status_code == 200
    assert ask(client, "GET", "/events", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert ask(client, "GET", "/events", headers={"Authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize("over", [
    {"content_type": "text/plain"},
    {"content_type": "application/x-www-form-urlencoded"},
    {"content_type": "application/json", "headers": {"Origin": "null"}},
    {"content_type": "application/json", "headers": {"Origin": "http://evil.invalid"}},
    {"content_type": "application/json", "headers": {"Sec-Fetch-Site": "cross-site"}},
])  # fmt: skip
def test_another_sites_page_changes_nothing_even_without_a_password(
    client: FlaskClient, app: App, over: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/stories/read", data='{"stories": [1]}', base_url="http://localhost", **over)
    assert answer.status_code in (403, 415)
    assert not app.reading.story(1).is_read


def test_hostile_bodies_are_refused(client: FlaskClient) -> None:
    deep = "[" * 100_000
    assert (
        client.post(
            "/api/v1/stories/read", data=deep, content_type="application/json", base_url="http://localhost"
        ).status_code
        == 400
    )
    huge = '{"stories": [' + "1" * 5000 + "]}"
    assert (
        client.post(
            "/api/v1/stories/read", data=huge, content_type="application/json", base_url="http://localhost"
        ).status_code
        == 400
    )
    assert ask(client, "GET", f"/stories/{10**30}").status_code == 404
