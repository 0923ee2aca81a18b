"""SMTP as servers speak it, and as they fail."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult

from aggregator.config import MailConfig
from aggregator.deliver import Letter, Parcel, SmtpOptions, SmtpTransport, build, message_id
from aggregator.errors import DeliveryError
from tests.support.smtp import faulty

TLS = Path(__file__).parents[1] / "data" / "tls"
PARCEL = Parcel(
    sender="news@example.org",
    recipient="me@example.net",
    message_id="<1@example.org>",
    content=b"Subject: Hello\r\nMessage-ID: <1@example.org>\r\n\r\n.a dot\r\n..two dots\r\nthe end\r\n",
)


class Box(Message):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.mails.append(message)


class Sends:
    """A transport's one call, and how often it said that the mail was about to be theirs."""

    def __init__(self, **options: Any) -> None:
        self.handed = 0
        self.transport = SmtpTransport(
            SmtpOptions(**{"host": "127.0.0.1", "security": "none", "timeout_s": 3.0, **options})
        )

    def __call__(self, parcel: Parcel = PARCEL) -> str:
        answers: list[str] = []
        self.transport.send(parcel, on_hand_over=self._hand, on_taken=answers.append)
        (answer,) = answers
        return answer

    def _hand(self) -> None:
        self.handed += 1


@contextmanager
def server(**options: Any) -> Iterator[tuple[Controller, Box]]:
    box = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield controller, box
    finally:
        controller.stop()


def test_a_mail_arrives_as_it_was_written_dots_and_all() -> None:
    with faulty("ok") as there:
        send = Sends(port=there.port)
        assert send() == "250 taken as 7"
    (got,) = there.received
    assert (got.sender, got.recipient, got.content) == (PARCEL.sender, PARCEL.recipient, PARCEL.content)
    assert send.handed == 1


# What fails before the final dot has certainly sent nothing; only what fails after it is in doubt.
@pytest.mark.parametrize("step", ["greeting", "ehlo", "mail", "rcpt", "data"])
def test_a_connection_that_breaks_before_the_end_is_worth_another_try_and_leaves_no_doubt(step: str) -> None:
    with faulty(f"{step}:drop", "ok") as there:
        send = Sends(port=there.port)
        with pytest.raises(DeliveryError) as failed:
            send()
        assert (failed.value.transient, failed.value.in_doubt, send.handed) == (True, False, 0)
        send()
    assert len(there.received) == 1


@pytest.mark.parametrize(("word", "arrives"), [("dot:drop", 0), ("stored:drop", 1)])
def test_a_connection_that_breaks_after_the_final_dot_is_in_doubt(word: str, arrives: int) -> None:
    with faulty(word) as there:
        send = Sends(port=there.port)
        with pytest.raises(DeliveryError) as failed:
            send()
        assert (failed.value.transient, failed.value.in_doubt, send.handed) == (True, True, 1)
    assert len(there.received) == arrives


@pytest.mark.parametrize(
    ("word", "transient"),
    [
        ("greeting:421 busy", True), ("greeting:554 no", True), ("ehlo:502 no", True), ("mail:451 later", True),
        ("mail:552 too big", False), ("mail:550 who are you", True), ("rcpt:450 greylisted", True), ("rcpt:550 no such user", False),
        ("data:451 later", True), ("data:554 no", False), ("dot:451 later", True), ("dot:554 spam", False),
        ("rcpt:gibberish", True), ("mail:250 " + "x" * 100_000, True),
    ],
)  # fmt: skip
def test_an_answer_is_for_now_or_for_good_and_is_kept(word: str, transient: bool) -> None:
    with faulty(word) as there:
        with pytest.raises(DeliveryError) as failed:
            Sends(port=there.port)()
        assert (failed.value.transient, failed.value.in_doubt) == (transient, False)
    assert there.received == []
    code = word.partition(":")[2][:3]
    assert not code.isdigit() or code in str(failed.value) or code == "250"


@pytest.mark.parametrize(
    ("word", "setting"),
    [
        ("mail:530 Must issue a STARTTLS command first", "[mail] user, password or security"),
        ("rcpt:535 no", "[mail] user or password"),
        ("data:538 encrypt first", "[mail] user or password"),
    ],
)
def test_a_login_that_is_wanted_late_is_a_matter_of_the_settings(word: str, setting: str) -> None:
    with faulty(word) as there, pytest.raises(DeliveryError) as failed:
        Sends(port=there.port)()
    assert (failed.value.transient, failed.value.setting) == (True, setting)


def test_an_unreadable_answer_to_the_final_dot_is_in_doubt() -> None:
    with faulty("dot:\x00\x01 what") as there, pytest.raises(DeliveryError) as failed:
        Sends(port=there.port)()
    assert failed.value.in_doubt


def context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(TLS / "localhost.pem")
    return made


def test_a_server_that_looks_the_mail_through_is_waited_for_and_its_goodbye_is_not() -> None:
    left, in_time = threading.Event(), Queue[bool]()

    def slowly(step: str) -> None:
        if step == "dot":
            time.sleep(0.8)
        elif step == "quit":
            in_time.put(left.wait(3))

    with faulty("ok") as there:
        there.on_step = slowly
        assert Sends(port=there.port, timeout_s=0.5)() == "250 taken as 7"
        left.set()
        assert in_time.get(timeout=10)
    assert len(there.received) == 1


def test_a_server_at_an_ipv6_address_gets_mail_between_addresses_without_names() -> None:
    box = Box()
    with socket.socket(socket.AF_INET6) as free:
        free.bind(("::1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="::1", port=port)
    controller.start()
    try:
        sender, recipient = "news@[IPv6:::1]", "me@[IPv6:2001:db8::25]"
        host = MailConfig(host="[::1]", sender=sender).host
        letter = Letter(
            sender=sender, recipient=recipient, subject="Hello", text="Hello.\n", html="<p>Hello.</p>", list_name="morning",
            at=datetime(2026, 3, 4, tzinfo=UTC), message_id=message_id("1", sender=sender),
        )  # fmt: skip
        parcel = Parcel(sender=sender, recipient=recipient, message_id=letter.message_id, content=build(letter))
        Sends(host=host, port=port)(parcel)
        with pytest.raises(DeliveryError, match=r"No connection to \[::1\]:1: "):
            Sends(host=host, port=1)()
    finally:
        controller.stop()
    (mail,) = box.mails
    assert (mail["From"], mail["To"], mail["X-RcptTo"]) == (sender, recipient, recipient)
    assert mail["Message-ID"].endswith("@ipv6-1>")


def test_starttls_and_login_protect_the_password_and_the_mail() -> None:
    asked: list[tuple[bytes, bytes]] = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        asked.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)

    options = {"tls_context": context(), "require_starttls": True, "authenticator": check, "auth_required": True}
    with server(**options) as (controller, box):
        common = {"host": "localhost", "port": controller.port, "security": "starttls", "user": "me"}
        with pytest.raises(DeliveryError, match="not trusted") as untrusted:
            Sends(**common, password="right")()
        assert "ca_file" in (untrusted.value.setting or "")
        assert asked == []
        ca = str(TLS / "ca.pem")
        with pytest.raises(DeliveryError) as wrong:
            Sends(**common, password="wrong", ca_file=ca)()
        assert wrong.value.setting == "[mail] user or password"
        assert wrong.value.transient
        assert "wrong" not in str(wrong.value)
        Sends(**common, password="right", ca_file=ca)()
    assert [m["Message-ID"] for m in box.mails] == ["<1@example.org>"]


def test_a_server_without_starttls_gets_nothing_in_the_clear() -> None:
    with faulty("ok") as there, pytest.raises(DeliveryError, match="nothing was sent in the clear") as failed:
        Sends(port=there.port, security="starttls", user="me", password="secret")()
    assert failed.value.setting == "[mail] security"
    assert there.received == []


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"host": "no-such-host.invalid"}, "[mail] host"),
        ({"port": 1}, "[mail] host, port or security"),
        ({"ca_file": "/no/such/file", "security": "starttls"}, "[mail] ca_file"),
    ],
)
def test_a_wrong_setting_is_named(options: dict[str, Any], setting: str) -> None:
    with server(tls_context=context()) as (controller, _), pytest.raises(DeliveryError) as failed:
        Sends(**{"port": controller.port, **options})()
    assert failed.value.setting == setting
    assert setting in str(failed.value)
