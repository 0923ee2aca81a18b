"""Our own feeds: what anybody with the address may read, and who may not."""

from __future__ import annotations

import re

import pytest

from aggregator.app.app import App
from aggregator.parse import parse_feed
from tests.unit.web.conftest import visit

PASSWORD = "correct horse battery"
TEXT = "More on Tuesday."  # of story 1, beyond what an event tells


@pytest.fixture
def guarded(filled: App) -> App:
    filled.accounts.set_password("alice", PASSWORD)
    filled.topics.add("Weather / coast", "storm")
    filled.digests.make(name="morning")
    return filled


def address(app: App) -> str:
    app.access.renew_addresses(1)
    return f"/out/key-{app.access.address_token(1)}"


@pytest.mark.parametrize(
    ("path", "links"),
    [
        ("/events", ["/events/1"]),
        ("/topics/Weather%20/%20coast", ["/events/1"]),
        ("/folders/World", ["/events/1", "/events/2"]),
        ("/digests", ["/digests/1"]),
    ],
)
def test_feeds_hold_headlines_few_sentences_and_links(guarded: App, path: str, links: list[str]) -> None:
    visitor, base = visit(guarded), address(guarded)
    atom = visitor.get(base + path + ".atom")
    assert atom.status_code == 200
    feed = parse_feed(atom.data, url="http://localhost/x")
    assert sorted(str(e.link).removeprefix("http://127.0.0.1:8080") for e in feed.entries) == links
    assert "https://courier.example/1" in atom.text
    as_json = visitor.get(base + path + ".json").get_json()
    assert sorted(i["url"].removeprefix("http://127.0.0.1:8080") for i in as_json["items"]) == links
    assert "<script" not in atom.text


def test_at_most_three_sentences_of_an_event_are_public(guarded: App) -> None:
    story = guarded.reading.story(1)
    many = " ".join(f"Sentence number {n} tells of the storm that cut the power to many homes." for n in range(9))
    guarded.store.connections.run("UPDATE stories SET text = ?, words = 99 WHERE id = ?", (many, story.id))
    text = visit(guarded).get(address(guarded) + "/search.atom?q=storm").text
    assert len(re.findall("Sentence number", text)) <= 3
    assert TEXT not in text


def test_a_search_and_the_reports_of_an_event_are_feeds(guarded: App) -> None:
    visitor, base = visit(guarded), address(guarded)
    assert len(parse_feed(visitor.get(base + "/search.atom?q=storm").data, url="http://x/").entries) == 1
    reports = parse_feed(visitor.get(base + "/events/1.atom").data, url="http://x/").entries
    assert [e.link for e in reports] == ["https://radio.example/3", "https://courier.example/1"]
    assert visitor.get(base + "/search.atom?q=%28storm").status_code == 400


def test_without_login_or_key_nothing_is_read(guarded: App) -> None:
    visitor, base = visit(guarded), address(guarded)
    for path in (
        "/out/events.atom",
        f"/out/key-1-{'0' * 32}/events.atom",
        "/out/key-7-0/events.atom",
        "/out/key-x/events.atom",
    ):
        answer = visitor.get(path)
        assert answer.status_code in (401, 404)
        assert "Storm" not in answer.text
    assert visitor.get("/out/events.atom", auth=("alice", PASSWORD)).status_code == 200
    guarded.access.renew_addresses(1)
    assert visitor.get(base + "/events.atom").status_code == 404
    guarded.access.end_addresses(1)
    assert guarded.access.address_token(1) is None


def test_an_unchanged_feed_is_not_sent_again(guarded: App) -> None:
    visitor, base = visit(guarded), address(guarded)
    tag = visitor.get(base + "/events.json").headers["ETag"]
    assert visitor.get(base + "/events.json", headers={"If-None-Match": tag}).status_code == 304


def test_passwords_for_programs_and_addresses_are_made_and_ended_on_the_settings_page(guarded: App) -> None:
    visitor = visit(guarded)
    visitor.post("/login", at="/login", name="alice", password=PASSWORD, next="/")
    shown = visitor.post("/settings/programs", at="/settings", label="phone").text
    found = re.search(r'class="secret">([a-z0-9-]+)<', shown)
    assert found
    assert guarded.access.by_secret(found[1])
    assert found[1] not in visitor.get("/settings").text
    assert "a password for" in visitor.post("/settings/programs", at="/settings", label="phone").text
    visitor.post("/settings/programs/revoke", at="/settings", label="phone")
    assert guarded.access.by_secret(found[1]) is None
    visitor.post("/settings/addresses/renew", at="/settings")
    token = guarded.access.address_token(1)
    assert f"/out/key-{token}/events.atom" in visitor.get("/settings").text
    visitor.post("/settings/addresses/end", at="/settings")
    assert "/out/key-" not in visitor.get("/settings").text
