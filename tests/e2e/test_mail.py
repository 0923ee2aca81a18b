"""Three mornings of the newsroom by mail: through OpenSMTPD into a maildir, read in mutt."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from aggregator.app.polling import PollOptions
from aggregator.config import DigestConfig, MailConfig, PagesConfig
from aggregator.render.columns import width_of
from tests.support.mailbox import MailServer, Seen, mutt, opensmtpd
from tests.support.newsroom import loopback, on_the_air, reading

MORNINGS = tuple(datetime(2026, 3, day, 6, tzinfo=UTC) for day in (3, 4, 5))
RULE = "-" * 72


@pytest.fixture(scope="module")
def mail_server() -> Iterator[MailServer]:
    with opensmtpd() as server:
        yield server


@pytest.fixture(scope="module")
def box(mail_server: MailServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The maildir after three mornings in Lisbon (UTC in March)."""
    config = msgspec.structs.replace(
        loopback(pages=PagesConfig(enabled=False)),
        digests={"morning": DigestConfig(at="07:00", tz="Europe/Lisbon", to=("me@localhost",))},
        mail=MailConfig(host="127.0.0.1", port=mail_server.port, security="none", sender="News <news@localhost>"),
    )
    db = tmp_path_factory.mktemp("mail") / "a.db"
    with on_the_air(MORNINGS[0]) as server:
        for number, morning in enumerate(MORNINGS, 1):
            server.set_now(morning)
            with reading(server, db, now=morning, config=config) as app:
                app.polling.poll(PollOptions(force=True))
                assert app.publishing.publish_due() == ()
            with reading(server, db, now=morning + timedelta(hours=1), config=config) as app:
                assert len(app.publishing.publish_due()) == 1
                assert app.mailing.send_due().problems == []
                assert app.mailing.audit().summary == f"{number} mail{'s' * (number > 1)}: {number} once."
            mail_server.arrived(number)
    return mail_server.box


@pytest.fixture(scope="module")
def seen(box: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return mutt(box, tmp_path_factory.mktemp("mutt"))


def test_three_days_are_one_thread_in_mutt(seen: Seen) -> None:
    assert len(re.findall(r"^Subject: Morning: ", seen.thread, re.MULTILINE)) == 3
    assert len(re.findall("[├└]─>", seen.screen)) >= 2


def test_mutt_shows_the_text_part_as_it_was_set(box: Path, seen: Seen) -> None:
    for file in (box / "new").iterdir():
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
        assert text.rstrip("\n") in seen.thread
        lines = text.split("\n")
        assert RULE in lines
        assert [line for line in lines if width_of(line) > 72 and "://" not in line] == []


def test_an_event_comes_again_only_with_what_is_new(seen: Seen) -> None:
    told = [" ".join(part.split()) for part in re.split(r"\n\n(?=\S)", seen.thread)]
    known: set[str] = set()
    again = 0
    for headline, after in zip(told, [*told[1:], ""], strict=True):
        name = re.split(r" (?=(?:NEW|DEVELOPING|DAY \d+) ·)", headline)[0]
        if name in known and name != headline:
            again += 1
            assert "New since" in after, name
        known.add(name)
    assert len(known) > 30
    assert again >= 1
