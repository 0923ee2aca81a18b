"""Attacks that must fail, and the doors that stay shut."""

from __future__ import annotations

import re
import socket
import threading
import time
import urllib.request
from http.client import HTTPConnection

import pytest

from aggregator.app.accounts import TooManyTries
from aggregator.app.app import App
from aggregator.errors import AggregatorError
from aggregator.web import make_server
from tests.unit.web.conftest import Visitor, visit

PASSWORD = "correct horse battery"
ELSEWHERE = ("//evil.invalid", "https:evil.invalid", "/\\evil.invalid", "https://ok.invalid@evil.invalid", "javascript:alert(1)",
             "/%09/evil.invalid", "/\t/evil.invalid", "/\\\\evil.invalid", "https:///evil.invalid", "")  # fmt: skip
CHANGES = (
    "/events/1/read", "/events/1/unread", "/events/1/seen", "/events/1/mute", "/events/1/unmute", "/events/read", "/events/1/split",
    "/events/1/join", "/stories/1/read", "/stories/1/unread", "/stories/1/star", "/stories/1/unstar", "/undo/1",
    "/edits/1/undo", "/feeds/import", "/feeds/starter", "/feeds/add", "/feeds/remove", "/feeds/restore", "/login", "/logout",
    "/settings/password", "/settings/programs", "/settings/programs/revoke", "/settings/addresses/renew",
    "/settings/addresses/end", "/topics/add", "/topics/change", "/topics/remove",
)  # fmt: skip


@pytest.fixture
def guarded(filled: App) -> App:
    filled.accounts.set_password("alice", PASSWORD)
    return filled


def log_in(visitor: Visitor, **over: str) -> int:
    fields = {"name": "alice", "password": PASSWORD, "next": "/", **over}
    return visitor.post("/login", at="/login", **fields).status_code


def cookie(visitor: Visitor) -> str:
    found = visitor.client.get_cookie("aggregator", domain="localhost")
    assert found
    return found.value


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_login_never_leads_to_another_site(guarded: App, target: str) -> None:
    answer = visit(guarded).post("/login", at="/login", name="alice", password=PASSWORD, next=target)
    assert answer.status_code == 303
    place = answer.headers["Location"]
    assert place.startswith("/")
    assert not re.match(r"/[\\/\s]", place)


@pytest.mark.parametrize("back", ELSEWHERE)
def test_an_act_never_leads_to_another_site(visitor: Visitor, back: str) -> None:
    answer = visitor.post("/stories/1/read", back=back)
    assert re.match(r"/(?![\\/\s])", answer.headers["Location"])


@pytest.mark.parametrize("path", ["/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/..%5c..%5cetc/passwd",
                                  "/export/..%2f..%2fx", "/static//etc/passwd", "/static/%00"])  # fmt: skip
def test_no_file_outside_the_static_folder_is_served(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code in (400, 404, 308)
    assert "root:" not in answer.text


def test_a_strange_host_name_is_refused_while_nobody_has_a_password(visitor: Visitor) -> None:
    assert visitor.get("/", base_url="http://evil.invalid").status_code == 421
    assert visitor.get("/", base_url="http://127.0.0.1:8080").status_code == 200


def test_no_address_is_built_from_what_the_request_says_of_its_host(guarded: App) -> None:
    visitor = visit(guarded)
    answer = visitor.get("/", base_url="http://evil.invalid", headers={"X-Forwarded-Host": "evil2.invalid"})
    assert answer.headers["Location"] == "/login"
    assert "evil" not in visitor.get("/login", base_url="http://evil.invalid").text


@pytest.mark.parametrize("path", CHANGES)
def test_nothing_changes_without_the_token_of_this_visitor(filled: App, path: str) -> None:
    visitor, other = visit(filled), visit(filled)
    visitor.get("/")
    before = list(filled.store.connections.db.conn.iterdump())
    for token in ("", "0" * 64, other.token("/")):
        answer = visitor.client.post(path, base_url="http://localhost", data={"csrf": token, "story": 1, "url": "x"})
        assert answer.status_code == 403
    assert (
        visitor.client.post(
            path, base_url="http://localhost", data='{"csrf": "x"}', content_type="text/plain"
        ).status_code
        == 403
    )
    assert list(filled.store.connections.db.conn.iterdump()) == before


@pytest.mark.parametrize("path", [p for p in CHANGES if p != "/login"])
def test_nothing_changes_by_a_link(visitor: Visitor, filled: App, path: str) -> None:
    visitor.get("/")
    before = list(filled.store.connections.db.conn.iterdump())
    assert visitor.get(path).status_code in (404, 405)
    assert list(filled.store.connections.db.conn.iterdump()) == before


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.invalid"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_form_on_another_site_does_nothing_even_with_the_token(visitor: Visitor, headers: dict[str, str]) -> None:
    token = visitor.token()
    answer = visitor.client.post("/stories/1/read", base_url="http://localhost", data={"csrf": token}, headers=headers)
    assert answer.status_code == 403


def test_once_there_is_a_password_every_page_asks_for_it(guarded: App) -> None:
    visitor = visit(guarded)
    for path in (
        "/",
        "/events/1",
        "/stories/1",
        "/feeds",
        "/feeds.opml",
        "/digests",
        "/search?q=storm",
        "/keys",
        "/settings",
    ):
        answer = visitor.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/login")
        assert visitor.get(path, headers={"Accept": "application/json"}).status_code == 401
    assert visitor.get("/static/page.css").status_code == 200
    assert log_in(visitor) == 303
    assert "Storm cuts power" in visitor.get("/").text


def test_after_login_the_reader_is_where_they_wanted_to_go(guarded: App) -> None:
    visitor = visit(guarded)
    place = visitor.get("/search?q=storm").headers["Location"]
    answer = visitor.post("/login", at=place, name="alice", password=PASSWORD, next="/search?q=storm")
    assert answer.headers["Location"] == "/search?q=storm"


def test_a_cookie_from_before_the_login_is_worth_nothing_after_it(guarded: App) -> None:
    visitor, thief = visit(guarded), visit(guarded)
    visitor.get("/login")
    before = cookie(visitor)
    log_in(visitor)
    assert cookie(visitor) != before
    thief.client.set_cookie("aggregator", before, domain="localhost")
    assert thief.get("/").status_code == 303


def test_a_logout_ends_the_session_on_the_server_too(guarded: App) -> None:
    visitor, thief = visit(guarded), visit(guarded)
    log_in(visitor)
    thief.client.set_cookie("aggregator", cookie(visitor), domain="localhost")
    assert thief.get("/").status_code == 200
    visitor.post("/logout")
    assert thief.get("/").status_code == 303


def test_a_new_password_ends_all_other_sessions(guarded: App) -> None:
    visitor, other = visit(guarded), visit(guarded)
    log_in(visitor)
    log_in(other)
    fields = {"old": PASSWORD, "password": "another long one", "again": "another long one"}
    assert visitor.post("/settings/password", at="/settings", **fields).headers["Location"] == "/settings?changed=1"
    assert visitor.get("/").status_code == 200
    assert other.get("/").status_code == 303


def test_the_password_is_changed_only_by_who_knows_the_old_one(guarded: App) -> None:
    visitor = visit(guarded)
    log_in(visitor)
    fields = {"old": "guessed", "password": "another long one", "again": "another long one"}
    assert visitor.post("/settings/password", at="/settings", **fields).status_code == 400
    guarded.accounts.log_in("alice", PASSWORD, address="x")


def test_the_first_password_names_the_reader_who_was_there_from_the_start(visitor: Visitor, filled: App) -> None:
    visitor.post("/stories/1/star")
    fields = {"name": "alice", "password": PASSWORD, "again": PASSWORD}
    assert visitor.post("/settings/password", at="/settings", **fields).status_code == 303
    assert "Storm cuts power" in visitor.get("/starred").text
    assert visit(filled).get("/").status_code == 303


def test_cookies_are_kept_from_scripts_and_other_sites(visitor: Visitor) -> None:
    sent = visitor.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in sent
    assert "SameSite=Lax" in sent


def test_neither_passwords_nor_sessions_are_stored_as_they_are(guarded: App) -> None:
    visitor = visit(guarded)
    log_in(visitor)
    dump = "\n".join(guarded.store.connections.db.conn.iterdump())
    assert "$argon2id$" in dump
    assert PASSWORD not in dump
    assert cookie(visitor) not in dump


def test_passwords_cannot_be_tried_out(guarded: App) -> None:
    visitor = visit(guarded)
    answers = [log_in(visitor, password="wrong") for _ in range(8)]
    assert answers[:5] == [401] * 5
    assert set(answers[5:]) == {429}
    answer = visitor.post("/login", at="/login", name="alice", password=PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    with pytest.raises(TooManyTries):
        guarded.accounts.log_in("alice", PASSWORD, address="10.0.0.9")


def test_a_reader_cannot_undo_what_another_did(guarded: App) -> None:
    guarded.accounts.set_password("bob", PASSWORD)
    alice, bob = visit(guarded), visit(guarded)
    log_in(alice)
    log_in(bob, name="bob")
    alice.post("/stories/1/star")
    assert "Starred." not in bob.get("/?undo=1").text
    assert bob.post("/undo/1").status_code == 404
    assert "Storm cuts power" in alice.get("/starred").text
    assert "Storm cuts power" not in bob.get("/starred").text


@pytest.mark.parametrize(
    "path", ["/", "/events/1", "/stories/1", "/nowhere", "/robots.txt", "/static/page.css", "/?format=json"]
)
def test_every_answer_tells_the_browser_what_it_must_not_do(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]


def test_too_many_fields_are_refused(visitor: Visitor) -> None:
    many = "&".join(f"f{n}=1" for n in range(100_000))
    answer = visitor.client.post(
        "/feeds/add", base_url="http://localhost", data=many, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413


def test_without_a_password_only_this_machine_is_served(filled: App) -> None:
    with pytest.raises(AggregatorError, match="aggregator users set"):
        make_server(filled, host="0.0.0.0", port=0)


def test_a_port_in_use_is_named(filled: App) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(AggregatorError, match="is in use by another program"),
    ):
        make_server(filled, host="127.0.0.1", port=taken.getsockname()[1])


def test_the_server_answers_beside_many_idle_connections_and_stops_when_told(filled: App) -> None:
    server = make_server(filled, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    port = int(server.address.rsplit(":", 1)[1].strip("/"))
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
    try:
        for each in idle:
            each.sendall(b"GET / HTTP/1.1\r\nHost: ")
        begun = time.monotonic()
        with urllib.request.urlopen(server.address, timeout=10) as answer:
            assert b"Storm cuts power" in answer.read()
        assert time.monotonic() - begun < 5
        sending = HTTPConnection("127.0.0.1", port, timeout=10)
        sending.putrequest("POST", "/feeds/import")
        sending.putheader("Content-Length", str(2**30))
        sending.endheaders()
        assert sending.getresponse().status == 413
        sending.close()
    finally:
        for each in idle:
            each.close()
        server.close()
        thread.join(timeout=5)
    assert not thread.is_alive()
