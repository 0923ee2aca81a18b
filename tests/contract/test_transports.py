"""What every way of sending mail owes: one suite for all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.deliver import (
    FolderTransport,
    MaildirTransport,
    Parcel,
    SendmailTransport,
    SmtpOptions,
    SmtpTransport,
    Transport,
)
from aggregator.errors import DeliveryError
from tests.support.smtp import faulty

PARCEL = Parcel(
    sender="news@example.org",
    recipient="me@example.net",
    message_id="<1@example.org>",
    content=b"Subject: Hello\r\nMessage-ID: <1@example.org>\r\n\r\n.a dot\r\nFrom the end \xc3\xa9\r\n",
)
SENDMAIL = """#!{python}
import pathlib, sys
assert sys.argv[1:] == ["-i", "-f", "news@example.org", "--", sys.argv[-1]], sys.argv
content = sys.stdin.buffer.read()
if sys.argv[-1].startswith("nobody"):
    print("unknown user", file=sys.stderr)
    sys.exit(67)
if sys.argv[-1].startswith("later"):
    sys.exit(75)
folder = pathlib.Path({folder!r})
(folder / str(len(list(folder.iterdir())))).write_bytes(content)
"""
Arrived = Callable[[], list[bytes]]
UNHEARD = {"on_hand_over": lambda: None, "on_taken": lambda _answer: None}


@pytest.fixture(params=["smtp", "sendmail", "maildir", "folder"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Transport, Arrived]]:
    """A transport, and a look at what arrived, with the line ends of the wire."""
    folder = tmp_path / "box"
    if request.param == "smtp":
        with faulty("ok") as server:
            options = SmtpOptions(host="127.0.0.1", port=server.port, security="none")
            yield SmtpTransport(options), lambda: [r.content for r in server.received]
    elif request.param == "sendmail":
        folder.mkdir()
        program = tmp_path / "sendmail"
        program.write_text(SENDMAIL.format(python=sys.executable, folder=str(folder)))
        program.chmod(0o755)
        yield SendmailTransport(str(program)), lambda: _contents(folder.iterdir())
    elif request.param == "maildir":
        yield MaildirTransport(folder), lambda: _contents((folder / "new").iterdir())
    else:
        yield FolderTransport(folder), lambda: _contents(folder.glob("*.eml"))


def _contents(files: Iterator[Path]) -> list[bytes]:
    return [file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for file in files]


def test_a_mail_arrives_whole_and_is_announced_before_it_can_be_theirs(way: tuple[Transport, Arrived]) -> None:
    transport, arrived = way
    seen_before: list[int] = []

    def about_to() -> None:
        try:
            seen_before.append(len(arrived()))
        except FileNotFoundError:
            seen_before.append(0)

    answers: list[str] = []
    transport.send(PARCEL, on_hand_over=about_to, on_taken=answers.append)
    assert len(answers) == 1
    assert seen_before == [0]
    assert arrived() == [PARCEL.content]


def test_whatever_fails_at_the_announcement_sends_nothing(way: tuple[Transport, Arrived]) -> None:
    transport, arrived = way

    def crash() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transport.send(PARCEL, on_hand_over=crash, on_taken=lambda _answer: None)
    assert not transport.has(PARCEL)
    assert arrived() == []


def test_a_local_box_tells_whether_a_mail_has_arrived_and_takes_it_once(tmp_path: Path) -> None:
    for transport in (MaildirTransport(tmp_path / "maildir"), FolderTransport(tmp_path / "folder")):
        assert not transport.has(PARCEL)
        transport.send(PARCEL, **UNHEARD)
        transport.send(PARCEL, **UNHEARD)
        assert transport.has(PARCEL)
        assert not transport.has(replace(PARCEL, recipient="you@example.net"))
    (one,) = (tmp_path / "maildir" / "new").iterdir()
    one.rename(tmp_path / "maildir" / "cur" / f"{one.name}:2,S")
    assert MaildirTransport(tmp_path / "maildir").has(PARCEL), "a mail that was read has arrived"


def test_sendmail_says_what_is_for_now_and_what_for_good(tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    program = tmp_path / "sendmail"
    program.write_text(SENDMAIL.format(python=sys.executable, folder=str(tmp_path / "box")))
    program.chmod(0o755)
    for name, transient in (("nobody@example.net", False), ("later@example.net", True)):
        with pytest.raises(DeliveryError) as failed:
            SendmailTransport(str(program)).send(replace(PARCEL, recipient=name), **UNHEARD)
        assert (failed.value.transient, failed.value.in_doubt) == (transient, False)
    with pytest.raises(DeliveryError, match="path") as failed:
        SendmailTransport(str(tmp_path / "none")).send(PARCEL, **UNHEARD)
    assert failed.value.setting == "[mail] path"


@pytest.mark.parametrize("status", [64, 77, 78])
def test_a_sendmail_that_is_set_up_wrongly_says_nothing_of_the_recipient(tmp_path: Path, status: int) -> None:
    program = tmp_path / "sendmail"
    program.write_text(f"#!/bin/sh\nexit {status}\n")
    program.chmod(0o755)
    with pytest.raises(DeliveryError) as failed:
        SendmailTransport(str(program)).send(PARCEL, **UNHEARD)
    assert (failed.value.transient, failed.value.setting) == (True, "[mail] path")


def test_a_sendmail_that_was_killed_leaves_a_doubt(tmp_path: Path) -> None:
    program = tmp_path / "sendmail"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    with pytest.raises(DeliveryError) as failed:
        SendmailTransport(str(program)).send(PARCEL, **UNHEARD)
    assert failed.value.in_doubt


def test_a_box_that_cannot_be_written_is_told_by_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for transport in (MaildirTransport(tmp_path / "file"), FolderTransport(tmp_path / "file")):
        with pytest.raises(DeliveryError) as failed:
            transport.send(PARCEL, **UNHEARD)
        assert failed.value.setting == "[mail] path"
