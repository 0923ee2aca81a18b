"""The digest on every surface: the same events, told for that surface."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from aggregator.model import Change, Difference, Sentence, Told
from aggregator.render import (
    MailWords,
    digest_html,
    digest_json,
    digest_mail,
    digest_markdown,
    digest_text,
    subject_of,
)
from aggregator.render.columns import fit, one_line, width_of, wrap
from tests.support.digests import NOW, a_digest, a_quake, a_story, a_view


def with_news():
    digest = a_digest(
        told={1: Told(at=NOW - timedelta(hours=5, minutes=30), story_ids=frozenset({1}))},
        health=("The Courier is gone.",),
    )
    event = digest.sections[0].events[0]
    said = Sentence(
        text="Forty-one are dead.", story_id="2", offset=0, outlet="Post", url="https://post.example/2", at=NOW
    )
    event = replace(
        event,
        changes=(Change(kind="figure", sentence=said, before="14", after="41", what="killed"), *event.changes),
        differences=(Difference(what="injured", sides=(("120", said), ("300", said))),),
    )
    return replace(digest, sections=(replace(digest.sections[0], events=(event,)),))


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.hrefs += [value for name, value in attrs if name == "href"]


def parsed(html: str) -> Links:
    links = Links()
    links.feed(html)
    return links


# --------------------------------------------------------------------------------------------------------------- terminal


@pytest.mark.parametrize("width", [30, 72, 200])
def test_the_terminal_is_never_overrun(width: int) -> None:
    text = digest_text(with_news(), width=width, why=True)
    assert max(width_of(line) for line in text.splitlines()) <= width


def test_nothing_is_coloured_when_piped_and_one_colour_is_used_on_a_terminal() -> None:
    assert "\x1b" not in digest_text(a_digest())
    codes = set(re.findall(r"\x1b\[(\d+)m", digest_text(a_digest(), colour=True)))
    assert codes == {"0", "1", "31"}


def test_an_event_is_headline_numbers_and_first_sentence() -> None:
    text = digest_text(a_digest(), width=84)
    assert "3 outlets · 3 independent reports · first: Meridian Wire 01:00 · latest 03:00" in " ".join(text.split())
    event = a_digest().sections[0].events[0]
    assert one_line(event.headline) in " ".join(text.split())
    assert event.sentences[0].text in " ".join(text.split())


def test_what_changed_shows_the_old_value_in_brackets() -> None:
    text = " ".join(digest_text(with_news()).split())
    assert "New since 01:30 41 killed (14) · Post" in text
    assert "They differ on injured: 120 (Post 07:00) · 300 (Post 07:00)" in text


def test_why_shows_the_parts_of_the_rank() -> None:
    assert "reports ." in digest_text(a_digest(), why=True)
    assert "reports ." not in digest_text(a_digest())


def test_an_empty_digest_says_so_in_a_line() -> None:
    assert digest_text(a_digest([])).splitlines()[0].startswith("Nothing new. Since ")


def test_escape_sequences_in_a_title_do_not_reach_the_terminal() -> None:
    view = a_view([a_story(1, title="Storm\x1b[2J\x9b31m\u202e hits")])
    assert not set(digest_text(a_digest([view]))) & set("\x1b\x9b\u202e")


def test_wide_characters_count_two_columns() -> None:
    lines = wrap("南部地区周二凌晨发生六级地震，造成至少十四人死亡。", 20)
    assert max(map(width_of, lines)) <= 20
    assert "".join(lines) == "南部地区周二凌晨发生六级地震，造成至少十四人死亡。"
    assert not any(line.startswith(("，", "。")) for line in lines)
    assert width_of(fit("南部地区周二凌晨", 9)) <= 9


# --------------------------------------------------------------------------------------------------------------- the page


def test_the_page_stands_alone_and_has_one_h1() -> None:
    page = digest_html(with_news())
    found = parsed(page)
    assert found.tags.count("h1") == 1
    assert not {"script", "img", "link"} & set(found.tags)
    assert '<html lang="en">' in page


def test_markup_in_a_title_is_text() -> None:
    view = a_view([a_story(1, title="<script>alert(1)</script> & more", outlet="<i>Post</i>")])
    for page in (digest_html(a_digest([view])), digest_mail(a_digest([view]))[2]):
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


def test_only_web_addresses_become_links() -> None:
    view = a_view([a_story(1, url="javascript:alert(1)"), a_story(2, url='https://post.example/a b?x="y"')])
    for page in (digest_html(a_digest([view])), digest_mail(a_digest([view]))[2]):
        assert all(href.startswith(("http://", "https://")) for href in parsed(page).hrefs)
        assert "javascript:" not in page


def test_every_sentence_is_followed_by_its_outlet_linked() -> None:
    digest = a_digest()
    found = parsed(digest_html(digest))
    for sentence in digest.sections[0].events[0].sentences:
        assert sentence.url in found.hrefs


def test_the_web_may_link_events_to_their_own_page() -> None:
    assert "/events/1" in parsed(digest_html(a_digest(), event_path="/events/{id}")).hrefs
    assert "/events/1" not in parsed(digest_html(a_digest())).hrefs


# --------------------------------------------------------------------------------------------------------------- the mail


def test_the_text_part_is_set_for_72_columns_but_for_addresses() -> None:
    _, text, _ = digest_mail(with_news())
    long = [line for line in text.splitlines() if width_of(line) > 72]
    assert all("http" in line for line in long)


def test_the_text_parts_numbers_are_links_listed_below_the_event() -> None:
    _, text, _ = digest_mail(a_digest())
    numbers = set(re.findall(r"\[(\d+)\]", text))
    assert numbers == set(re.findall(r"^  \[(\d+)\]", text, re.MULTILINE))
    for sentence in a_digest().sections[0].events[0].sentences:
        assert sentence.url in text


def test_the_html_part_needs_nothing_but_itself() -> None:
    _, _, html = digest_mail(with_news())
    assert not {"script", "img", "link"} & set(parsed(html).tags)
    assert "prefers-color-scheme: dark" in html
    assert 'style="' in html
    assert html.count("<h1") == 1


def test_the_html_part_is_cut_by_whole_events_and_says_so() -> None:
    views = [a_quake(n, first=n * 10) for n in range(1, 40)]
    digest = a_digest(views)
    _, text, html = digest_mail(digest, max_bytes=30_000)
    shown = html.count("<h3")
    assert len(html.encode()) <= 30_000
    assert 0 < shown < digest.events
    assert f"{digest.events - shown} more events are left out." in text
    assert f"{digest.events - shown} more events are left out." in html


def test_the_foot_says_why_it_came_and_how_to_stop_it() -> None:
    words = MailWords(
        why="Because you asked.", next_line="The next on Monday.", unsubscribe_url="https://news.example/stop/x"
    )
    _, text, html = digest_mail(a_digest(), words=words)
    for part in (text, html):
        assert "Because you asked." in part
        assert "https://news.example/stop/x" in part


@pytest.mark.parametrize(
    "title", ["A\r\nBcc: all@example.org", "A\x00B", "\u202eevil\u2066", "word " * 60, "字" * 100, "\u2028line"]
)
def test_a_subject_cannot_inject_a_header_and_stays_short(title: str) -> None:
    subject = subject_of(a_digest([a_view([a_story(1, title=title)])]))
    assert not set(subject) & set("\r\n\x00\u202e\u2066\u2028")
    assert 0 < len(subject) <= 78


def test_the_subject_has_the_top_headline() -> None:
    assert subject_of(a_digest()).startswith("Morning: ")
    assert "arthquake" in subject_of(a_digest())
    assert subject_of(a_digest([])) == "Morning: nothing new"


# ------------------------------------------------------------------------------------------------------ JSON and Markdown


def test_json_has_stable_keys_and_iso_times() -> None:
    made = digest_json(with_news())
    assert json.loads(json.dumps(made)) == made
    assert made["made"] == "2026-03-03T07:00:00Z"
    event = made["sections"][0]["events"][0]
    assert event["changes"][0]["before"] == "14"
    assert event["differences"][0]["sides"][0]["value"] == "120"
    assert {"event", "headline", "sentences", "sources", "score_parts", "status", "reports"} <= set(event)


def test_markdown_shows_titles_as_text() -> None:
    view = a_view([a_story(1, title="# *Storm* [hits](http://evil.example) <b>")])
    text = digest_markdown(a_digest([view]))
    assert r"\# \*Storm\* \[hits\]" in text
    assert "<b>" not in text
