"""Editions on their way: each recipient gets each edition once, whatever breaks, and the ledger knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from aggregator import deliver
from aggregator.app.app import App, open_app
from aggregator.app.clock import machine_time
from aggregator.app.doctor import examine
from aggregator.app.letters import Letters
from aggregator.app.mailing import Mailing, transport_of
from aggregator.app.polling import PollOptions
from aggregator.config import Config, DigestConfig, MailConfig, PagesConfig, WebConfig
from aggregator.errors import ConfigError, DeliveryError
from aggregator.schedule import running
from aggregator.store.outbox import Queued
from aggregator.store.recipients import Recipient
from tests.support.building import NOW, a_new_entry
from tests.support.newsroom import loopback, on_the_air
from tests.support.shared import shared
from tests.support.smtp import FaultServer, faulty
from tests.unit.web.conftest import fill

ME, YOU = "me@example.net", "you@example.net"


APART = (
    (
        "Museum finds a lost letter",
        "A curator of the museum found a letter of a painter behind a frame. It is from 1871.",
    ),
    (
        "Ferry line to the islands ends",
        "The company stops its ferries in autumn. Fuel became too dear, its owner said.",
    ),
    ("Chess club wins the cup", "Four women of the chess club took the cup on Sunday. They lost one game of twelve."),
    ("Bakers strike over night work", "Bakers laid down their work. Their union wants dough to be kneaded after five."),
    (
        "Wolf seen near the reservoir",
        "A hiker filmed a wolf at the reservoir. Shepherds were told to bring in their sheep.",
    ),
)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class House:
    """An app with a clock that a test sets, and a digest for two addresses at 12:00 UTC, which it is."""

    app: App
    clock: Clock = field(default_factory=Clock)

    def set(self, **over: object) -> None:
        mail = msgspec.structs.replace(self.app.config.mail, **over)
        self.app.obey(msgspec.structs.replace(self.app.config, mail=mail))

    def goes(self, port: int) -> None:
        self.set(transport="smtp", host="127.0.0.1", port=port, security="none", timeout_s=3.0)

    def more_news(self, number: int) -> None:
        """A report of another outlet on something new, seen now."""
        text = f"The bridge numbered {number} was opened to trams and walkers. The mayor of Skerry cut a ribbon."
        self.reports(number, f"Bridge {number} opens over the river", text)

    def reports(self, number: int, title: str, text: str) -> None:
        """A report of an outlet that was there, seen now."""
        feed = self.app.feeds.all()[0]
        entry = a_new_entry(number, published_at=self.clock.now, title=title, text=text)
        self.app.store.ingest.apply(feed.id, [entry], now=self.clock.now)
        self.app.polling.decide()


def a_house(db: Path, clock: Clock, *, to: tuple[str, ...] = (ME, YOU), **digest: object) -> Iterator[House]:
    config = Config(
        timezone="UTC",
        digests={"morning": DigestConfig(**{"at": "12:00", "to": to, **digest})},  # type: ignore[arg-type]
        mail=MailConfig(sender="News <news@example.org>", timeout_s=5.0),
    )
    with open_app(config, db=db, clock=clock) as app:
        yield House(app, clock)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    for made in a_house(tmp_path / "a.db", Clock()):
        fill(made.app)
        made.clock.now = NOW + timedelta(seconds=5)
        yield made


def ids(server: FaultServer) -> list[tuple[str, str]]:
    return sorted((r.recipient, str(r.message["Message-ID"])) for r in server.received)


def test_an_edition_is_made_once_and_each_recipient_gets_it_once(house: House) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        (edition,) = house.app.publishing.publish_due()
        assert edition.recipients == (ME, YOU)
        assert house.app.publishing.publish_due() == ()
        assert house.app.mailing.send_due().sent == 2
        assert house.app.mailing.send_due().sent == 0
    assert [r.recipient for r in server.received] == [ME, YOU]
    assert len({m for _, m in ids(server)}) == 2
    for mail in server.received:
        assert mail.sender == "news@example.org"
        assert mail.message["Subject"].startswith("Morning: Storm cuts power to 300,000 homes")
        assert f"sent to {mail.recipient}" in " ".join(mail.message.get_body(("plain",)).get_content().split())
    assert house.app.mailing.audit().summary == "2 mails: 2 once."


def test_days_thread_and_the_next_day_tells_what_is_new_only(house: House) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        for day in range(3):
            house.clock.now = NOW + timedelta(days=day, seconds=5)
            house.more_news(50 + day)
            house.app.publishing.publish_due()
            house.app.mailing.send_due()
    mine = [r.message for r in server.received if r.recipient == ME]
    first, *others = mine
    assert [m["References"] for m in others] == [first["Message-ID"]] * 2
    texts = [m.get_body(("plain",)).get_content() for m in mine]
    assert ["Storm cuts power" in text for text in texts] == [True, False, False]
    assert [f"Bridge {50 + day} opens" in text for day, text in enumerate(texts)] == [True, True, True]
    yours = [r.message for r in server.received if r.recipient == YOU]
    assert not {m["Message-ID"] for m in mine} & {m["Message-ID"] for m in yours}


class Crash(BaseException):
    """Stands for kill -9: nothing after it runs."""


@dataclass
class Watched:
    """A transport that dies at a step of its first mail."""

    inner: deliver.Transport
    step: str

    def send(
        self, parcel: deliver.Parcel, *, on_hand_over: Callable[[], None], on_taken: Callable[[str], None]
    ) -> None:
        def hand_over() -> None:
            self._die("before handing over")
            on_hand_over()
            self._die("just before the last byte")

        def taken(answer: str) -> None:
            self._die("taken, not confirmed")
            on_taken(answer)

        self._die("claimed")
        self.inner.send(parcel, on_hand_over=hand_over, on_taken=taken)

    def has(self, parcel: deliver.Parcel) -> bool:
        return self.inner.has(parcel)

    def _die(self, step: str) -> None:
        if step == self.step:
            self.step = ""
            raise Crash


def crash_at(house: House, step: str) -> None:
    """A process that dies at this step of its first mail."""
    app = house.app
    doomed = Mailing(app.store, app.clock, app.timezone, app.config, app.digests)
    usual = doomed.make_transport
    watched = Watched(usual(app.config.mail), step)
    doomed.make_transport = lambda _mail: watched
    with pytest.raises(Crash):
        doomed.send_due()


@pytest.mark.parametrize("step", ["claimed", "before handing over"])
def test_a_death_before_the_last_byte_leads_to_one_copy(house: House, step: str) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        crash_at(house, step)
        assert house.app.mailing.send_due().sent == 2
    assert [r for r, _ in ids(server)] == [ME, YOU]
    assert house.app.mailing.audit().is_clean


@pytest.mark.parametrize(("step", "copies"), [("just before the last byte", 1), ("taken, not confirmed", 2)])
def test_a_death_that_leaves_it_open_whether_a_mail_was_taken_is_told_and_keeps_the_message_id(
    house: House, step: str, copies: int
) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        crash_at(house, step)
        assert house.app.mailing.send_due().sent == 2
    mine = [m for r, m in ids(server) if r == ME]
    assert len(mine) == copies
    assert len(set(mine)) == 1
    audit = house.app.mailing.audit()
    assert audit.counts == {"in doubt": 1, "once": 1}
    assert not audit.is_clean


@pytest.mark.parametrize(
    "step", ["claimed", "before handing over", "just before the last byte", "taken, not confirmed"]
)
def test_into_a_maildir_every_death_leads_to_one_copy_for_one_can_look(house: House, tmp_path: Path, step: str) -> None:
    house.set(transport="maildir", path=str(tmp_path / "box"))
    house.app.publishing.publish_due()
    crash_at(house, step)
    house.app.mailing.send_due()
    assert len(list((tmp_path / "box" / "new").iterdir())) == 2
    if step == "taken, not confirmed":
        assert house.app.mailing.audit().summary == "2 mails: 2 once."


def test_a_mail_that_lives_with_another_process_is_left_to_it(house: House) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        claim = {"now": house.clock.now, "machine_now": machine_time(), "is_dead": lambda _holder: False}
        theirs = house.app.store.outbox.claim("another, pid 1 on elsewhere", **claim)
        assert theirs is not None
        assert theirs.recipient == ME
        house.app.mailing.send_due()
        again = house.app.store.outbox.claim("third", **claim | {"machine_now": machine_time() + timedelta(hours=1)})
    assert [r for r, _ in ids(server)] == [YOU]
    assert again is not None, "a claim that nobody has worked on for long is taken over"


@dataclass
class Sleeper:
    """The machine falls asleep before the mail's last byte (or at a connection that breaks meanwhile); another process wakes first."""

    usual: deliver.Transport
    house: House
    breaks: bool

    def send(
        self, parcel: deliver.Parcel, *, on_hand_over: Callable[[], None], on_taken: Callable[[str], None]
    ) -> None:
        app, slept = self.house.app, machine_time() + timedelta(hours=1)
        other = app.store.outbox.claim("other", now=app.clock(), machine_now=slept, is_dead=lambda _holder: False)
        assert other is not None
        self.usual.send(
            parcel,
            on_hand_over=lambda: app.store.outbox.hand_over(other, now=app.clock()),
            on_taken=lambda answer: app.store.outbox.confirm(other, answer, now=app.clock()),
        )
        if self.breaks:
            raise DeliveryError("The connection broke.", channel="smtp")
        self.usual.send(parcel, on_hand_over=on_hand_over, on_taken=on_taken)

    def has(self, parcel: deliver.Parcel) -> bool:
        return self.usual.has(parcel)


@pytest.mark.parametrize("breaks", [False, True])
def test_who_comes_back_to_a_mail_that_another_has_sent_neither_sends_it_nor_queues_it_again(
    house: House, breaks: bool
) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        late = replace(house.app.mailing, make_transport=lambda mail: Sleeper(transport_of(mail), house, breaks))
        late.send_due()
        house.clock.now += timedelta(hours=2)
        house.app.mailing.send_due()
    assert [r for r, _ in ids(server)] == [ME, YOU]
    assert house.app.mailing.audit().summary == "2 mails: 2 once."


def test_what_is_refused_for_now_is_tried_again_later_and_later(house: House) -> None:
    with faulty("rcpt:451 later") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        waits = []
        for _ in range(6):
            assert house.app.mailing.send_due().deferred == 2
            assert house.app.mailing.send_due().deferred == 0, "not at once again"
            due = min(datetime.fromisoformat(row["due_at"]) for row in house.app.store.outbox.ledger())
            waits.append(due - house.clock.now)
            house.clock.now = due
        assert waits == sorted(waits)
        assert waits[0] <= timedelta(minutes=5)
        assert waits[-1] >= timedelta(hours=1)
        server.script[:] = ["ok"]
        assert house.app.mailing.send_due().sent == 2
    assert house.app.mailing.audit().summary == "2 mails: 2 once."
    assert len(house.app.store.outbox.ledger()[0]["steps"]) > 12


def test_what_nobody_takes_for_four_days_is_given_up_and_said(house: House) -> None:
    with faulty("greeting:drop") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        for _ in range(60):
            house.app.mailing.send_due()
            house.clock.now += timedelta(hours=4)
    audit = house.app.mailing.audit()
    assert audit.counts == {"given up": 2}
    assert not audit.is_clean


def test_an_address_that_refuses_three_mails_for_good_is_paused_and_others_are_not(house: House) -> None:
    with faulty("rcpt:550 no such user", "ok") as server:
        for day in range(4):
            house.goes(server.port)
            house.clock.now = NOW + timedelta(days=day, seconds=5)
            house.more_news(60 + day)
            (edition,) = house.app.publishing.publish_due()
            assert edition.recipients == ((ME, YOU) if day < 3 else (YOU,))
            server.connections = 0
            house.app.mailing.send_due()
        (paused,) = [r for r in house.app.store.recipients.all() if r.paused_at]
        assert (paused.address, paused.hard_failures) == (ME, 3)
        assert "550 no such user" in (paused.last_error or "")
        assert house.app.publishing.resume(ME) == 1
    assert [r.recipient for r in server.received] == [YOU] * 3 or [YOU] * 4


def test_a_sender_that_is_refused_is_not_held_against_who_was_to_get_the_mail(house: House) -> None:
    with faulty("mail:550 who are you") as server:
        house.goes(server.port)
        for day in range(4):
            house.clock.now = NOW + timedelta(days=day, seconds=5)
            house.more_news(60 + day)
            house.app.publishing.publish_due()
            sent = house.app.mailing.send_due()
            assert (sent.refused, sent.deferred) == (0, 2 * (day + 1))
        assert any("550 who are you. Check [mail] sender" in finding.what for finding in examine(house.app))
        server.script[:] = ["ok"]
        house.clock.now += timedelta(hours=4)
        assert house.app.mailing.send_due().sent == 8
    assert [r for r in house.app.store.recipients.all() if r.paused_at or r.hard_failures] == []


def test_a_mail_that_was_taken_is_written_down_before_the_goodbye(house: House) -> None:
    states: list[list[str]] = []

    def look(step: str) -> None:
        if step == "quit":
            states.append([row["state"] for row in house.app.store.outbox.ledger()])

    with faulty("quit:drop") as server:
        server.on_step = look
        house.goes(server.port)
        house.app.publishing.publish_due()
        assert house.app.mailing.send_due().sent == 2
    assert states == [["due", "sent"], ["sent", "sent"]]
    assert house.app.mailing.audit().is_clean


def test_a_letter_that_cannot_be_made_waits_and_others_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Letters.write

    def write(self: Letters, queued: Queued, recipient: Recipient, sender: str) -> bytes:
        if queued.recipient == ME:
            raise KeyError("a field of the template")
        return usual(self, queued, recipient, sender)

    with faulty("ok") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        monkeypatch.setattr(Letters, "write", write)
        assert house.app.mailing.send_due().sent == 1
        monkeypatch.undo()
        (waits,) = [row for row in house.app.store.outbox.ledger() if row["state"] == "due"]
        assert "a field of the template" in waits["answer"]
        house.clock.now += timedelta(minutes=3)
        assert house.app.mailing.send_due().sent == 1
    assert [r for r, _ in ids(server)] == [ME, YOU]
    assert house.app.mailing.audit().summary == "2 mails: 2 once."


@dataclass
class Faulty:
    """A transport with a fault of its own at its first mail, before or after the mail is handed over."""

    inner: deliver.Transport
    handed: bool
    left: int = 1

    def send(
        self, parcel: deliver.Parcel, *, on_hand_over: Callable[[], None], on_taken: Callable[[str], None]
    ) -> None:
        if self.left:
            self.left -= 1
            if self.handed:
                on_hand_over()
            raise RuntimeError("a fault of ours")
        self.inner.send(parcel, on_hand_over=on_hand_over, on_taken=on_taken)

    def has(self, parcel: deliver.Parcel) -> bool:
        return self.inner.has(parcel)


@pytest.mark.parametrize("handed", [False, True])
def test_a_fault_of_ours_stays_with_its_mail(house: House, handed: bool) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        broken = Faulty(transport_of(house.app.config.mail), handed)
        report = replace(house.app.mailing, make_transport=lambda _mail: broken).send_due()
        assert (report.sent, report.deferred) == (1, 1)
        assert "a fault of ours" in report.problems[0]
        (waits,) = [row for row in house.app.store.outbox.ledger() if row["state"] == "due"]
        assert waits["in_doubt"] == handed
        house.clock.now += timedelta(hours=1)
        assert house.app.mailing.send_due().sent == 1
    assert sorted(r for r, _ in ids(server)) == [ME, YOU]


def test_a_mail_in_between_that_is_taken_forgives_what_was_refused(house: House) -> None:
    with faulty("rcpt:550 no", "ok") as server:
        house.goes(server.port)
        for day, refused in enumerate((True, True, False, True, True)):
            house.clock.now = NOW + timedelta(days=day, seconds=5)
            house.more_news(70 + day)
            house.app.publishing.publish_due()
            server.connections = 0 if refused else 1
            house.app.mailing.send_due()
    (me,) = [r for r in house.app.store.recipients.all() if r.address == ME]
    assert (me.hard_failures, me.paused_at) == (2, None)


def test_who_has_unsubscribed_gets_neither_the_next_edition_nor_one_that_waits(house: House) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        house.app.store.recipients.unsubscribe("morning", ME, now=NOW)
        house.app.mailing.send_due()
        house.clock.now += timedelta(days=1)
        house.more_news(80)
        (edition,) = house.app.publishing.publish_due()
    assert edition.recipients == (YOU,)
    assert [r.recipient for r in server.received] == [YOU]
    assert house.app.mailing.audit().is_clean


def test_nothing_new_is_no_mail_unless_it_is_wanted_and_is_not_tried_again(tmp_path: Path) -> None:
    clock = Clock(NOW + timedelta(minutes=1))
    for house in a_house(tmp_path / "a.db", clock):
        (edition,) = house.app.publishing.publish_due()
        assert edition.edition_id is None
        fill(house.app)
        clock.now += timedelta(hours=1)
        assert house.app.publishing.publish_due() == (), "what comes later is told at the next time"
    for house in a_house(tmp_path / "b.db", clock, empty="send"):
        (edition,) = house.app.publishing.publish_due()
        assert edition.recipients == (ME, YOU)
        assert house.app.store.outbox.ledger()


def test_an_edition_missed_by_more_than_twelve_hours_comes_with_the_next_and_loses_nothing(house: House) -> None:
    house.clock.now = NOW + timedelta(hours=20)
    assert house.app.publishing.publish_due() == ()
    house.clock.now = NOW + timedelta(days=1, hours=3)
    house.more_news(90)
    (edition,) = house.app.publishing.publish_due()
    titles = {event.headline for section in edition.digest.sections for event in section.events}
    assert "Bridge 90 opens over the river" in titles
    house.clock.now = NOW + timedelta(days=6)
    house.more_news(91)
    house.clock.now = NOW + timedelta(days=8)
    (edition,) = house.app.publishing.publish_due()
    assert [e.headline for s in edition.digest.sections for e in s.events] == ["Bridge 91 opens over the river"]


def test_what_one_address_was_told_is_still_new_to_another(house: House) -> None:
    first = house.app.publishing.publish("morning", to=[ME])
    second = house.app.publishing.publish("morning", to=[YOU])
    third = house.app.publishing.publish("morning", to=[ME])
    assert (first.digest.events, second.digest.events, third.digest.events) == (2, 0, 0)


def test_a_preview_sends_and_remembers_nothing(house: House) -> None:
    subject, text, html = house.app.mailing.written("morning", house.app.publishing.preview("morning"))
    assert "Storm cuts power" in subject
    assert "Storm cuts power" in text
    assert "Storm cuts power" in html
    assert house.app.store.outbox.ledger() == []
    assert house.app.digests.archive() == []
    (edition,) = house.app.publishing.publish_due()
    assert edition.digest.events == 2


def test_links_lead_to_outlets_and_to_a_page_only_if_others_can_reach_it(house: House) -> None:
    for public, links in (("http://127.0.0.1:8080", False), ("https://news.example.org/", True)):
        web = WebConfig(public_url=public)
        house.app.obey(msgspec.structs.replace(house.app.config, web=web))
        with faulty("ok") as server:
            house.goes(server.port)
            house.app.publishing.publish("morning", to=[f"{links}@example.net".lower()])
            house.more_news(95 + links)
            house.app.mailing.send_due()
        (mail,) = server.received
        body = mail.message.as_string().replace("=\n", "")
        assert "127.0.0.1" not in body
        assert ("https://news.example.org/digests/" in body) is links
        assert (mail.message["List-Unsubscribe-Post"] is not None) is links


def test_mail_without_settings_says_which_one_it_needs(house: House) -> None:
    for over, setting in (
        ({"sender": None}, "[mail] sender"), ({"host": None}, "[mail] host"), ({"transport": "maildir"}, "[mail] path"),
    ):  # fmt: skip
        house.set(**{"sender": "news@example.org", "transport": "smtp", "path": None, **over})
        with pytest.raises(DeliveryError) as failed:
            house.app.mailing.test()
        assert failed.value.setting == setting
    house.set(sender=None, transport="smtp")
    with pytest.raises(DeliveryError):
        house.app.publishing.publish_due()
    assert house.app.store.outbox.ledger() == [], "the edition is made when it can be sent"


def test_bounces_name_their_recipient_where_the_settings_say_so(house: House) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        house.set(verp=True)
        house.app.publishing.publish_due()
        house.app.mailing.send_due()
    assert [r.sender for r in server.received] == [
        "news+me=example.net@example.org",
        "news+you=example.net@example.org",
    ]


def test_the_ledger_is_for_programs_too(house: House) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        house.app.mailing.send_due()
    tree = json.loads(json.dumps(house.app.mailing.audit().as_dict()))
    assert tree["clean"]
    assert [step["step"] for step in tree["mails"][0]["steps"]] == ["due", "claimed", "handed over", "sent"]


KIT = (
    "refuse", "greet421", "ehlo502", "rcpt451", "data451", "drop_mid_data", "drop_after_data", "garbage", "longline", "ok",
)  # fmt: skip


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[tuple[int, list[str]]]:
    """The hostile server of the shared tools: its port, and how to have it report."""
    program = shared("hostile", "smtp", "fault_smtp.py")
    words = [*KIT[:-1], *(("hang", "slow") if os.environ.get("SOAK") else ()), "ok"]
    store, info = tmp_path / "kit", tmp_path / "kit.json"
    command = [sys.executable, str(program), "--store", str(store), "--script", ",".join(words), "--info", str(info)]
    with (tmp_path / "kit.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        while not info.exists() or not info.read_text():
            time.sleep(0.02)
        yield json.loads(info.read_text())["port"], [sys.executable, str(program), "--report", str(store)]
    finally:
        server.kill()
        server.wait()


def test_the_hostile_server_gets_each_mail_under_one_message_id(house: House, kit: tuple[int, list[str]]) -> None:
    port, report = kit
    house.goes(port)
    house.app.publishing.publish_due()
    for _ in range(2 * len(KIT)):
        house.app.mailing.send_due()
        house.clock.now += timedelta(hours=4)
    done = subprocess.run(report, capture_output=True, text=True, timeout=60, check=False)
    said = json.loads(done.stdout)
    assert (done.returncode, said["injection"], said["malformed"]) == (0, [], [])
    assert said["distinct_ids"] == 2
    in_doubt = {row["message_id"] for row in house.app.mailing.audit().rows if row["in_doubt"]}
    assert set(said["duplicates"]) <= in_doubt
    assert house.app.mailing.audit().counts["given up"] == 0


def test_over_400_days_and_both_changes_of_the_clock_each_day_has_its_one_edition(tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 3, 1, tzinfo=UTC))
    for house in a_house(tmp_path / "a.db", clock, to=(ME,), tz="Europe/Lisbon", at="01:30", empty="send"):
        house.set(transport="file", path=str(tmp_path / "out"))
        end = clock.now + timedelta(days=400)
        while clock.now < end:
            house.app.publishing.publish_due()
            clock.now += timedelta(hours=5, minutes=7)
        days = [e["made_at"].astimezone(ZoneInfo("Europe/Lisbon")).date() for e in house.app.digests.archive(limit=999)]
        rows = house.app.store.outbox.ledger()
    assert len(days) == len(set(days)) == 400
    assert len({row["message_id"] for row in rows}) == 400


@pytest.mark.parametrize("ahead", [timedelta(minutes=90), timedelta(hours=15), timedelta(days=1), timedelta(days=300)])
def test_a_clock_that_was_ahead_and_is_set_back_repeats_and_loses_no_edition(house: House, ahead: timedelta) -> None:
    """The wrong clock makes and half sends an edition; then five days by the right one."""
    with faulty("rcpt:451 later", "ok") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        server.script[:] = ["ok"]
        house.app.mailing.send_due()
        right = house.clock.now
        house.clock.now += ahead
        house.reports(60, *APART[0])
        house.app.publishing.publish("morning")
        server.script[:] = ["rcpt:451 later", "ok"]
        server.connections = 0
        house.app.mailing.send_due()
        for step in range(1, 5 * 24 * 4):
            house.clock.now = right + timedelta(minutes=15 * step)
            if step % 96 == 40 and step < 4 * 96:
                day = step // 96 + 1
                house.reports(60 + day, *APART[day])
            house.app.publishing.publish_due()
            house.app.mailing.send_due()
    mine = [r for r in server.received if r.recipient == ME]
    texts = [r.message.get_body(("plain",)).get_content() for r in mine]
    assert len({str(r.message["Message-ID"]) for r in mine}) == len(mine)
    for title, _ in APART:
        assert sum(title in text for text in texts) == 1, title
    assert house.app.mailing.audit().counts == {"once": 2 * len(texts)}


def test_the_service_makes_and_sends_by_settings_that_came_while_it_ran(house: House) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        later = house.app.config
        house.app.obey(msgspec.structs.replace(later, digests={}))
        with running(house.app, settings=lambda: later):
            until = time.monotonic() + 20
            while len(server.received) < 2 and time.monotonic() < until:
                time.sleep(0.05)
    assert [r.recipient for r in server.received] == [ME, YOU]
    assert house.app.mailing.audit().is_clean


def test_settings_that_became_wrong_are_said_once_and_the_old_ones_stay(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Config:
        raise ConfigError("aggregator.toml is not TOML")

    with faulty("ok") as server:
        house.goes(server.port)
        with running(house.app, settings=broken):
            until = time.monotonic() + 20
            while len(server.received) < 2 and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(2.2)  # one more look
    assert len(server.received) == 2
    assert [r.message for r in caplog.records if getattr(r, "job", "") == "settings"] == ["job failed"]


def test_before_a_digest_feeds_that_would_be_due_by_then_are_asked_once(tmp_path: Path) -> None:
    seven = datetime(2026, 3, 4, 7, tzinfo=UTC)
    clock = Clock(seven - timedelta(hours=2))
    config = loopback(pages=PagesConfig(enabled=False), digests={"morning": DigestConfig(at="07:00")})
    with on_the_air(clock.now) as server, open_app(config, db=tmp_path / "a.db", clock=clock) as app:
        app.feeds.import_opml(server.opml())
        app.polling.poll(PollOptions(cluster=False))
        everything = app.store.feeds.count()
        app.store.connections.run("UPDATE feeds SET next_poll_at = '2026-03-04T06:59:00Z'")

        def asked() -> int:
            ahead = app.publishing.poll_ahead().total_seconds()
            return app.polling.poll(PollOptions(cluster=False, ahead_s=ahead)).polled

        clock.now = seven - timedelta(minutes=16)
        assert asked() == 0
        clock.now = seven - timedelta(minutes=10)
        assert asked() == everything
        app.store.connections.run("UPDATE feeds SET next_poll_at = '2026-03-04T06:59:00Z'")
        clock.now = seven - timedelta(minutes=8)
        assert asked() == 0, "whoever was just asked is left alone until its time"
        clock.now = seven
        assert asked() == everything


def test_a_headline_that_was_changed_after_it_was_told_is_in_the_next_mail(house: House) -> None:
    with faulty("ok") as server:
        house.goes(server.port)
        house.app.publishing.publish_due()
        house.clock.now += timedelta(hours=20)
        feed = house.app.feeds.all()[0]
        known = house.app.store.stories.get(1)
        entry = a_new_entry(
            1, key=house.app.store.stories.key(1), url=known.url, title="Storm cuts power to 120,000 homes", text=known.text,
            content_hash="another", published_at=known.published_at,
        )  # fmt: skip
        house.app.store.ingest.apply(feed.id, [entry], now=house.clock.now)
        house.clock.now = NOW + timedelta(days=1, seconds=5)
        house.more_news(99)
        house.app.publishing.publish_due()
        house.app.mailing.send_due()
    texts = [
        " ".join(r.message.get_body(("plain",)).get_content().split()) for r in server.received if r.recipient == ME
    ]
    assert "QUIETLY EDITED" in texts[-1]
    assert ": Storm cuts power to 300,000 homes → Storm cuts power to 120,000 homes" in texts[-1]
