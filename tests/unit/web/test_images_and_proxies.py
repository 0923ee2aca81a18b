"""Pictures through our own address, and what a reverse proxy may say of a visitor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from aggregator.app.app import App, open_app
from aggregator.config import Config, FetchConfig, WebConfig
from tests.support.building import NOW
from tests.support.http_server import Reply, Server
from tests.unit.web.conftest import Visitor, fill, visit

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 64
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
PASSWORD = "correct horse battery"
REPLIES = {
    "/a.png": Reply(body=PNG, headers=(("Content-Type", "image/png"), ("Set-Cookie", "a=b"))),
    "/b.svg": Reply(body=SVG, headers=(("Content-Type", "image/svg+xml"),)),
    "/c.html": Reply(body=b"<script>alert(1)</script>", headers=(("Content-Type", "text/html"),)),
    "/d.png": Reply(body=b"<script>alert(1)</script>", headers=(("Content-Type", "image/png"),)),
    "/e.png": Reply(body=PNG, headers=(("Content-Type", "text/html"),)),
    "/f.png": Reply(status=404),
}


@pytest.fixture
def pictures() -> Iterator[Server]:
    with Server(REPLIES) as server:
        yield server


def opened(tmp_path: Path, **web: object) -> Iterator[App]:
    config = Config(timezone="UTC", web=WebConfig(**web), fetch=FetchConfig(allow_networks=("127.0.0.0/8",)))  # type: ignore[arg-type]
    with open_app(config, db=tmp_path / "a.db", clock=lambda: NOW) as app:
        fill(app)
        yield app


@pytest.fixture
def pictured(tmp_path: Path) -> Iterator[App]:
    yield from opened(tmp_path, images=True)


def with_picture(app: App, url: str) -> str:
    """The address of story 1's picture once it is this one."""
    app.store.connections.run("UPDATE stories SET image = ? WHERE id = 1", (url,))
    found = re.search(r'src="(/images/[^"]+)"', visit(app).get("/stories/1").text)
    assert found
    return found[1]


def test_a_picture_comes_from_our_own_address_and_can_do_nothing_alone(pictured: App, pictures: Server) -> None:
    answer = visit(pictured).get(with_picture(pictured, pictures.url("/a.png")))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PNG, "image/png")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "a=b" not in str(answer.headers)
    sent = pictures.asked[0].headers
    assert not {"cookie", "referer", "authorization"} & set(sent)


@pytest.mark.parametrize("path", ["/b.svg", "/c.html", "/d.png", "/e.png", "/f.png"])
def test_what_is_no_picture_is_not_passed_on(pictured: App, pictures: Server, path: str) -> None:
    answer = visit(pictured).get(with_picture(pictured, pictures.url(path)))
    assert answer.status_code == 404
    assert b"alert" not in answer.data


def test_only_pictures_of_stories_are_fetched(pictured: App, pictures: Server) -> None:
    name = with_picture(pictured, pictures.url("/a.png"))
    visitor = visit(pictured)
    for wrong in (
        "/images/1-" + "0" * 32,
        "/images/2" + name[9:],
        "/images/1",
        "/images/x-y",
        "/images/http:%2f%2f127.0.0.1",
        name[:-1],
    ):
        assert visitor.get(wrong).status_code == 404
    assert pictures.asked == []


def test_a_picture_on_a_private_address_is_not_fetched(tmp_path: Path, pictures: Server) -> None:
    with open_app(Config(timezone="UTC", web=WebConfig(images=True)), db=tmp_path / "b.db", clock=lambda: NOW) as app:
        fill(app)
        assert visit(app).get(with_picture(app, pictures.url("/a.png"))).status_code == 404
    assert pictures.asked == []


def test_pictures_are_off_unless_the_settings_want_them(visitor: Visitor, filled: App) -> None:
    filled.store.connections.run("UPDATE stories SET image = 'https://courier.example/a.png' WHERE id = 1")
    assert "<img" not in visitor.get("/stories/1").text
    assert visitor.get("/images/1-x").status_code == 404


# Reverse proxies.


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[App]:
    for app in opened(tmp_path, proxies=("10.0.0.0/8",), proxy_user="Remote-User"):
        app.accounts.set_password("alice", PASSWORD)
        yield app


def status(app: App, remote: str, headers: dict[str, str]) -> int:
    return visit(app).get("/settings", headers=headers, environ_base={"REMOTE_ADDR": remote}).status_code


def test_a_proxy_of_ours_may_say_who_is_there_and_nobody_else_may(behind: App) -> None:
    assert status(behind, "10.1.2.3", {"Remote-User": "alice"}) == 200
    assert status(behind, "::ffff:10.1.2.3", {"Remote-User": "alice"}) == 200
    assert status(behind, "192.0.2.1", {"Remote-User": "alice"}) == 303
    assert status(behind, "192.0.2.1", {"Remote-User": "alice", "X-Forwarded-For": "10.1.2.3"}) == 303
    assert status(behind, "10.1.2.3", {"Remote-User": "mallory"}) == 303
    assert status(behind, "10.1.2.3", {}) == 303
    behind.accounts.remove("alice")
    behind.accounts.set_password("bob", PASSWORD)
    assert status(behind, "10.1.2.3", {"Remote-User": "alice"}) == 303


def test_wrong_passwords_count_for_the_visitor_not_for_the_proxy(behind: App) -> None:
    visitor = visit(behind)

    def try_from(hops: str, remote: str = "10.1.2.3") -> int:
        data = {"csrf": visitor.token("/login"), "name": "nobody" + hops, "password": "wrong", "next": "/"}
        return visitor.client.post("/login", data=data, base_url="http://localhost", headers={"X-Forwarded-For": hops},
                                   environ_base={"REMOTE_ADDR": remote}).status_code  # fmt: skip

    assert [try_from("198.51.100.7") for _ in range(6)][-1] == 429
    assert try_from("198.51.100.8") == 401
    assert [try_from(f"{n}.2.3.4, 203.0.113.9") for n in range(6)][
        -1
    ] == 429  # what stands before it is the visitor's own word
    assert [try_from(f"{n}.9.9.9", remote="192.0.2.9") for n in range(6)][-1] == 429  # no proxy of ours


def test_a_header_that_anybody_could_send_is_refused_in_the_settings() -> None:
    with pytest.raises(msgspec.ValidationError, match="proxies"):
        msgspec.convert({"web": {"proxy_user": "Remote-User"}}, Config)
    with pytest.raises(msgspec.ValidationError, match="blocks"):
        msgspec.convert({"web": {"proxies": ["proxy.example"]}}, Config)
