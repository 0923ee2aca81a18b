"""The mail as bytes: what readers, servers and attackers look at."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.deliver import Letter, build, message_id, verp
from aggregator.deliver.message import plain_address
from aggregator.errors import DeliveryError

LETTER = Letter(
    sender="The News <news@example.org>",
    recipient="me@example.net",
    subject="Morning: Storm cuts power to 300,000 homes",
    text="Morning\n\nStorm cuts power – 300,000 homes.\n.\nFrom here on a line that begins with From.\n",
    html="<!doctype html>\n<html lang=en><h1>Morning</h1>" + "<p>sturmgepeitscht – und ‚lang‘</p>" * 400 + "</html>\n",
    at=datetime(2026, 3, 3, 7, tzinfo=UTC),
    message_id="<one@example.org>",
    list_name="morning",
)


def parsed(letter: Letter) -> EmailMessage:
    message = email.message_from_bytes(build(letter), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def test_the_text_comes_first_and_both_parts_are_what_was_written() -> None:
    message = parsed(LETTER)
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().replace("\r\n", "\n") == LETTER.html


def test_the_same_letter_is_the_same_bytes_in_lines_that_every_server_takes() -> None:
    assert build(LETTER) == build(LETTER)
    lines = build(LETTER).split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert all(byte < 128 for byte in build(LETTER))


def test_days_thread_under_the_first_mail_of_the_series() -> None:
    first, second = parsed(LETTER), parsed(replace(LETTER, message_id="<two@example.org>", root_id="<one@example.org>"))
    assert second["References"] == second["In-Reply-To"] == first["Message-ID"] == "<one@example.org>"
    assert first["References"] is None
    assert parsed(replace(LETTER, root_id="<one@example.org>"))["References"] is None


def test_a_series_can_be_filtered_and_answers_to_it_are_not_wanted() -> None:
    message = parsed(LETTER)
    assert message["List-Id"] == "<morning.digests.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"


def test_one_click_is_offered_only_with_an_address_that_takes_it() -> None:
    plain = parsed(LETTER)
    assert plain["List-Unsubscribe"] == "<mailto:news@example.org?subject=unsubscribe%20morning>"
    assert plain["List-Unsubscribe-Post"] is None
    one_click = parsed(replace(LETTER, unsubscribe_url="https://news.example.org/unsubscribe/abc"))
    assert one_click["List-Unsubscribe"].startswith("<https://news.example.org/unsubscribe/abc>, <mailto:")
    assert one_click["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_no_length_of_an_address_keeps_a_program_from_reading_it() -> None:
    """The library writes what is longer than a line as encoded words, and reads them again: the bytes are looked at."""
    domain = f"mail.{'long-' * 9}name.example"
    letter = replace(
        LETTER,
        sender=f"news@{domain}",
        message_id=f"<{'0' * 32}@{domain}>",
        root_id=f"<{'1' * 32}@{domain}>",
        list_name="the-morning-of-everybody-in-the-house",
        unsubscribe_url=f"https://news.example.org/{'a' * 40}/unsubscribe/{'t' * 32}",
        archive_url=f"https://news.example.org/{'a' * 60}/digests/3",
    )
    made = build(letter)
    lines = made.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    stop = lines.index(f"List-Unsubscribe: <{letter.unsubscribe_url}>,")
    assert lines[stop + 1].startswith(f" <mailto:news@{domain}?subject=")
    for name, value in (
        ("Message-ID", letter.message_id), ("In-Reply-To", letter.root_id), ("References", letter.root_id),
        ("List-Id", f"<{letter.list_name}.digests.{domain}>"), ("Archived-At", f"<{letter.archive_url}>"),
    ):  # fmt: skip
        assert f"{name}: {value}" in lines


def test_a_message_id_is_stable_and_belongs_to_one_edition_and_recipient() -> None:
    ours = message_id("token", "morning", "3", sender="News <news@bücher.example>")
    assert ours == message_id("token", "morning", "3", sender="news@bücher.example")
    assert ours.endswith("@xn--bcher-kva.example>")
    assert ours != message_id("token", "morning", "31", sender="news@bücher.example")
    assert message_id("a", "bc", sender="a@b.example") != message_id("ab", "c", sender="a@b.example")


def test_a_bounce_names_its_recipient() -> None:
    assert verp("news@example.org", "me+x@example.net") == "news+me+x=example.net@example.org"


EVIL = [
    "Storm\r\nBcc: victim@example.com",
    "Storm\nX-Evil: yes",
    "Storm\r\n\r\n<html>body",
    "Storm\x00\x0b\x0c\x85 end",
    "Storm\u2028X-Evil: yes",
    "Storm \u202egnp.exe\u202c",
    "=?utf-8?q?Storm=0D=0ABcc:_victim=40example=2Ecom?=",
    "Storm \ud800 half",
    "洪水" * 300,
    "x" * 3000,
]


@pytest.mark.parametrize("words", EVIL)
def test_a_title_cannot_become_a_header(words: str) -> None:
    letter = replace(
        LETTER, subject=words, sender=f'"{words}" <news@example.org>' if "\n" not in words else LETTER.sender
    )
    message = parsed(letter)
    assert set(message.keys()) == set(parsed(LETTER).keys())
    assert message["To"] == "me@example.net"
    assert message["From"].addresses[0].addr_spec == "news@example.org"
    assert not set(message["Subject"]) & set("\r\n\x00\u2028\u202e")
    assert all(len(line) <= 998 for line in build(letter).split(b"\r\n"))


@settings(max_examples=60)
@given(st.text(), st.text(max_size=2000), st.text(max_size=2000))
def test_no_text_breaks_a_mail(subject: str, text: str, html: str) -> None:
    made = build(
        replace(
            LETTER,
            subject=subject,
            text=text.encode("utf-8", "replace").decode(),
            html=html.encode("utf-8", "replace").decode(),
        )
    )
    message = email.message_from_bytes(made, policy=email.policy.default)
    assert set(message.keys()) == set(parsed(LETTER).keys())
    assert max(map(len, made.split(b"\r\n"))) <= 998


def test_an_address_that_no_server_can_take_is_refused_for_good() -> None:
    with pytest.raises(DeliveryError, match="no mail address") as refused:
        plain_address(f"a@{'ü' * 70}.example")
    assert not refused.value.transient


@pytest.mark.parametrize(
    "address", ["me@example..org", "a..b@example.org", ".me@example.org", "me@", "@example.org", ""]
)
def test_a_mistyped_address_is_a_failure_of_its_own_mail(address: str) -> None:
    with pytest.raises(DeliveryError, match="no mail address") as refused:
        build(replace(LETTER, recipient=address))
    assert not refused.value.transient


def test_a_mistyped_sender_is_the_settings_fault_and_no_recipients() -> None:
    with pytest.raises(DeliveryError, match="no mail address") as refused:
        build(replace(LETTER, sender="News <a..b@example.org>"))
    assert (refused.value.transient, refused.value.setting) == (True, "[mail] sender")
