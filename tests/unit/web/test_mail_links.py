"""What a mail links to without a login: stopping it (RFC 8058)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from aggregator.app.app import App, open_app
from aggregator.config import Config, DigestConfig, MailConfig, WebConfig
from tests.unit.web.conftest import NOW, Visitor, visit

PUBLIC = "https://news.example.org"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A page that others reach under a name and that asks for a password."""
    config = Config(
        timezone="UTC",
        web=WebConfig(public_url=PUBLIC),
        digests={"morning": DigestConfig(to=("me@example.net", "you@example.net"))},
        mail=MailConfig(sender="news@example.org", host="127.0.0.1"),
    )
    with open_app(config, db=tmp_path / "a.db", clock=lambda: NOW) as made:
        made.accounts.set_password("alice", "correct horse battery")
        yield made


@pytest.fixture
def path(filled: App) -> str:
    """Where the mail to me@example.net says that it can be stopped."""
    filled.publishing.publish("morning")
    (me, _) = filled.store.recipients.all()
    return f"/unsubscribe/{me.token}"


def one_click(visitor: Visitor, path: str) -> int:
    """What a mail program sends: no cookie, no token, no origin, the body that RFC 8058 says."""
    return visitor.client.post(
        path, base_url=PUBLIC, data="List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    ).status_code


def wants_mail(app: App) -> list[str]:
    return [r.address for r in app.store.recipients.all() if r.wants_mail]


def test_one_click_stops_this_digest_for_this_address_without_a_login(filled: App, path: str) -> None:
    visitor = visit(filled)
    assert one_click(visitor, path) == 200
    assert wants_mail(filled) == ["you@example.net"]
    assert one_click(visitor, path) == 200, "a second click is as good as one"
    assert one_click(visitor, "/unsubscribe/guessed") == 404


def test_looking_at_the_link_changes_nothing(filled: App, path: str) -> None:
    visitor = visit(filled)
    for method in ("get", "head"):
        answer = getattr(visitor.client, method)(path, base_url=PUBLIC)
        assert answer.status_code == 200
    assert wants_mail(filled) == ["me@example.net", "you@example.net"]
    assert "Stop it" in visitor.get(path, base_url=PUBLIC).text
    one_click(visitor, path)
    assert "It is stopped" in visitor.get(path, base_url=PUBLIC).text


def test_the_link_opens_nothing_else(filled: App, path: str) -> None:
    visitor = visit(filled)
    visitor.get(path, base_url=PUBLIC)
    assert visitor.get("/digests", base_url=PUBLIC).status_code == 303
    assert visitor.get("/digests/1", base_url=PUBLIC).status_code == 303


def test_the_mail_carries_this_link(filled: App, path: str) -> None:
    from aggregator.app.letters import Letters

    letters = Letters(filled.store, filled.config, "UTC", filled.digests)
    queued = filled.store.outbox.claim("test", now=NOW, machine_now=NOW, is_dead=lambda _h: False)
    assert queued is not None
    me = filled.store.recipients.all()[0]
    content = letters.write(queued, me, "news@example.org").replace(b"\r\n ", b" ")
    assert f"<{PUBLIC}{path}>".encode() in content
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in content


def test_an_edition_has_a_page_json_and_markdown(filled: App) -> None:
    filled.publishing.publish("morning")
    filled.store.readers.remove(1)
    visitor = visit(filled)
    assert "Storm cuts power" in visitor.get("/digests/1").text
    assert visitor.get("/digests/1?format=json").json["title"] == "Morning"
    assert visitor.get("/digests/1?format=markdown").text.startswith("# Morning")


def test_settings_that_change_while_the_page_runs_are_obeyed(filled: App) -> None:
    web = msgspec.structs.replace(filled.config.web, public_url="https://other.example.org")
    filled.obey(msgspec.structs.replace(filled.config, web=web, digests={}))
    assert filled.publishing.named() == ()
    assert visit(filled).get("/login", base_url="https://other.example.org").status_code == 200
