"""Newsletters: a maildir and a folder of an IMAP server as feeds, each mail an entry."""

from __future__ import annotations

import logging
import mailbox
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from aggregator.app.app import App, open_app
from aggregator.app.online import examine_online
from aggregator.app.polling import PollOptions
from aggregator.config import Config, ImapConfig, shown
from aggregator.errors import AggregatorError, FetchError
from tests.support.building import NOW
from tests.support.imap import ImapServer, imap
from tests.support.newsroom import run

HTML = """<?xml version="1.0" encoding="utf-8"?><html><head><style>p { color: red }</style></head><body>
<div style="display:none">Seven things for your day</div>
<p><a href="https://letters.example/view/7?utm_source=mail">View this email in your browser</a></p>
<h1>The ferry is paid for</h1><p>The council found the money on Tuesday &mdash; all of it.</p>
<img src="https://track.example/open.gif" width="1" height="1"></body></html>"""


def letter(subject: str = "The ferry is paid for", *, html: str | None = HTML, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = headers.pop("sender", "Ada Quay <ada@letters.example>")
    mail["To"] = "me@example.org"
    mail["Subject"] = subject
    mail["Date"] = "Sun, 01 Mar 2026 06:00:00 +0100"
    mail["Message-ID"] = headers.pop("message_id", "<7@letters.example>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("The plain part.\n\nIn two paragraphs.")
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


@pytest.fixture
def box(tmp_path: Path) -> mailbox.Maildir:
    made = mailbox.Maildir(tmp_path / "Letters", create=True)
    made.add(letter(List_Id="The Harbour Letter <harbour.letters.example>"))
    made.add(letter("Grüße vom Kai", html=None, message_id="<8@x>", sender="=?utf-8?q?J=C3=B6rg?= <joerg@kai.example>"))
    return made


def house(tmp_path: Path, password: str | None = None) -> App:
    config = Config(timezone="UTC", imap=ImapConfig(host="127.0.0.1", password=password))
    return open_app(config, db=tmp_path / "a.db", clock=lambda: NOW)  # type: ignore[return-value]


def test_each_mail_of_a_maildir_is_a_story_of_its_list(tmp_path: Path, box: mailbox.Maildir) -> None:
    with house(tmp_path) as app:
        assert app.feeds.add_local(f"maildir://{tmp_path}/Letters")
        assert app.polling.poll(PollOptions()).failed == []
        ferry, kai = sorted(
            (app.reading.story(s.id) for s in app.reading.stories()), key=lambda s: s.title or "", reverse=True
        )
        assert (ferry.title, ferry.outlet, ferry.authors) == (
            "The ferry is paid for",
            "The Harbour Letter",
            ("Ada Quay",),
        )
        assert ferry.published_at == datetime(2026, 3, 1, 5, tzinfo=UTC)
        assert ferry.url == "https://letters.example/view/7"
        assert ferry.page == "none"  # it is here whole; asking for it would tell them that it was read
        assert ferry.text == ("The ferry is paid for\n\nThe council found the money on Tuesday — all of it.")
        assert (kai.title, kai.outlet, kai.text) == ("Grüße vom Kai", "Jörg", "The plain part.\n\nIn two paragraphs.")
        assert kai.url is None
        box.add(letter("A third", message_id="<9@x>"))
        assert app.polling.poll(PollOptions(force=True)).new_stories == 1
        assert app.polling.poll(PollOptions(force=True)).new_stories == 0
    assert len(list((tmp_path / "Letters" / "new").iterdir())) == 3  # nothing was marked as seen


def test_a_mail_that_cannot_be_read_costs_a_line(
    tmp_path: Path, box: mailbox.Maildir, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "Letters" / "new" / "0.bad").write_bytes(b"\n\n")
    with house(tmp_path) as app, caplog.at_level(logging.WARNING):
        app.feeds.add_local(f"maildir://{tmp_path}/Letters")
        assert app.polling.poll(PollOptions()).new_stories == 2
    assert [r.getMessage() for r in caplog.records if r.name.startswith("aggregator")] == ["mail not read"]


def test_a_folder_of_an_imap_server_is_read_and_never_changed(tmp_path: Path) -> None:
    server = ImapServer(
        folders={"Letters/Z&APw-rich": [letter().as_bytes(), letter("Second", message_id="<2@x>").as_bytes()]}
    )
    with imap(server), house(tmp_path, "secret") as app:
        address = server.address("Letters/Z%C3%BCrich")
        app.feeds.add_local(address)
        assert app.polling.poll(PollOptions()).new_stories == 2
        (feed,) = app.feeds.all()
        assert (feed.url, feed.title) == (address, "Zürich (127.0.0.1)")
        assert "secret" not in (tmp_path / "a.db").read_bytes().decode("latin-1")
        assert shown(app.config)["imap"]["password"] == "***"
        bodies = [command for command in server.asked if "BODY" in command]
        assert all("PEEK" in command for command in bodies)
        app.polling.poll(PollOptions(force=True))
        assert [command for command in server.asked if "BODY" in command] == bodies  # no mail is asked for twice


def test_mails_of_a_folder_that_numbers_them_anew_are_asked_for_again(tmp_path: Path) -> None:
    server = ImapServer(folders={"INBOX": [letter().as_bytes()]})
    with imap(server), house(tmp_path, "secret") as app:
        app.feeds.add_local(server.address())
        app.polling.poll(PollOptions())
        server.folders["INBOX"], server.validity = [letter("Another", html=None, message_id="<2@x>").as_bytes()], 2
        assert app.polling.poll(PollOptions(force=True)).new_stories == 1


def test_a_mail_that_is_moved_while_we_look_costs_nothing(
    tmp_path: Path, box: mailbox.Maildir, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house(tmp_path) as app:
        gone = min((tmp_path / "Letters" / "new").iterdir())
        first = mailbox.Maildir.get_bytes

        def meanwhile(self: mailbox.Maildir, key: str) -> bytes:
            gone.unlink(missing_ok=True)
            return first(self, key)

        monkeypatch.setattr(mailbox.Maildir, "get_bytes", meanwhile)
        app.feeds.add_local(f"maildir://{tmp_path}/Letters")
        assert app.polling.poll(PollOptions()).new_stories == 1


@pytest.mark.parametrize(
    ("password", "folder", "said"),
    [(None, "INBOX", "set \\[imap\\] password"), ("wrong", "INBOX", "does not let us in"), ("secret", "Gone", "no folder Gone")],
)  # fmt: skip
def test_what_stands_in_the_way_is_said_without_the_user(
    tmp_path: Path, password: str | None, folder: str, said: str
) -> None:
    with imap(ImapServer(folders={"INBOX": []})) as server, house(tmp_path, password) as app:
        with pytest.raises(FetchError, match=said) as caught:
            app.feeds.add_local(server.address(folder))
        assert "me%40" not in str(caught.value)
        assert app.feeds.all() == ()


def test_a_folder_that_goes_away_is_a_feed_that_fails(tmp_path: Path, box: mailbox.Maildir) -> None:
    with house(tmp_path) as app:
        app.feeds.add_local(f"maildir://{tmp_path}/Letters")
        (tmp_path / "Letters").rename(tmp_path / "Elsewhere")
        (failed,) = app.polling.poll(PollOptions(force=True)).failed
        assert failed.error is not None
        assert "no maildir" in failed.error


def test_nobody_adds_a_maildir_from_elsewhere(tmp_path: Path, box: mailbox.Maildir) -> None:
    address = f"maildir://{tmp_path}/Letters"
    with house(tmp_path) as app, pytest.raises(AggregatorError):
        app.feeds.import_opml(
            f'<opml version="2.0"><body><outline type="rss" xmlUrl="{address}"/></body></opml>'.encode()
        )
    done = run("feeds", "add", address, db=tmp_path / "b.db")
    assert done.returncode == 0, done.stderr


def test_the_doctor_asks_no_server_for_a_folder_of_mail(tmp_path: Path, box: mailbox.Maildir) -> None:
    with house(tmp_path) as app:
        app.feeds.add_local(f"maildir://{tmp_path}/Letters")
        assert [finding.what for finding in examine_online(app)] == []


def test_the_password_is_told_to_the_owner_s_server_alone(tmp_path: Path) -> None:
    config = Config(timezone="UTC", imap=ImapConfig(host="imap.example.org", password="secret"))
    with imap(ImapServer(folders={"INBOX": []})) as server, open_app(config, db=tmp_path / "a.db") as app:
        with pytest.raises(FetchError, match="set \\[imap\\] host"):
            app.feeds.add_local(server.address())
        assert server.asked == []


def test_a_line_break_in_an_address_is_no_command_for_the_server(tmp_path: Path) -> None:
    with imap(ImapServer(folders={"INBOX": []})) as server, house(tmp_path, "secret") as app:
        with pytest.raises(FetchError, match="Write it as"):
            app.feeds.add_local(server.address().replace("me%40", "me%0D%0Ax%20DELETE%20INBOX%0D%0A%40"))
        assert server.asked == []
