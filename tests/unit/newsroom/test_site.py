"""What the outlets' servers answer: feeds that readers can read, pages as real ones are, conditional requests, the clock."""

import gzip
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import feedparser
import pytest
from bs4 import BeautifulSoup

from aggregator.newsroom import default_folder, load
from aggregator.newsroom.pages import article_page
from aggregator.newsroom.site import answer

NEWSROOM = load(default_folder())
END = NEWSROOM.stories[-1].at
OUTLETS = {o.key: o for o in NEWSROOM.outlets}
BASE = "http://127.0.2.9:8100"


def ask(outlet, target, *, now=END, **headers):
    given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return answer(NEWSROOM, OUTLETS[outlet], target, given, base=BASE, now=now)


def parsed(outlet, *, now=END):
    given = ask(outlet, OUTLETS[outlet].feed.path, now=now)
    return feedparser.parse(io.BytesIO(given.body), response_headers={"content-type": given.headers["Content-Type"]})


def first_of(outlet):
    return next(s for s in NEWSROOM.stories if s.outlet == outlet)


XML_OUTLETS = sorted(k for k, o in OUTLETS.items() if o.feed.format != "json")


@pytest.mark.parametrize("key", XML_OUTLETS)
def test_an_xml_feed_gives_all_its_stories_to_feedparser(key):
    document = parsed(key)
    stories = NEWSROOM.published(key, END)
    assert bool(document.bozo) == OUTLETS[key].feed.careless
    assert [e.title for e in document.entries] == [s.title for s in stories]
    assert [e.link.partition("?")[0] for e in document.entries] == [BASE + s.path for s in stories]
    moments = [e.get("published_parsed") or e.get("updated_parsed") for e in document.entries]
    assert [datetime(*m[:6], tzinfo=UTC) for m in moments] == [s.at for s in stories]


def test_the_json_feed_has_all_its_stories():
    items = json.loads(ask("radio", OUTLETS["radio"].feed.path).body)["items"]
    stories = NEWSROOM.published("radio", END)
    assert [(i["title"], i["url"], i["content_text"]) for i in items] == [
        (s.title, BASE + s.path, s.summary) for s in stories
    ]


def test_a_latin_1_feed_keeps_umlauts_and_quotation_marks():
    given = ask("tagblatt", OUTLETS["tagblatt"].feed.path)
    assert "iso-8859-1" in given.headers["Content-Type"]
    assert "Grünfurt".encode("latin-1") in given.body
    assert any("„" in e.title and "ü" in e.summary for e in parsed("tagblatt").entries)


def test_full_summary_and_title_feeds_say_as_much_as_they_should():
    full = parsed("bench").entries[0]
    assert NEWSROOM.published("bench", END)[0].paragraphs[-1] in full.content[0].value.replace("&amp;", "&")
    assert "summary" not in parsed("touchline").entries[0]
    summary = parsed("courier").entries[0].summary
    assert summary
    assert NEWSROOM.published("courier", END)[0].paragraphs[-1] not in summary


@pytest.mark.parametrize("key", sorted(OUTLETS))
def test_every_page_holds_its_text_among_the_usual_surroundings(key):
    for story in NEWSROOM.published(key, END):
        given = ask(key, story.path)
        soup = BeautifulSoup(given.body, "lxml", from_encoding=OUTLETS[key].feed.encoding)
        paragraphs = [p.get_text(" ", strip=True) for p in soup.find_all("p")]
        assert [p for p in story.paragraphs if p not in paragraphs] == []
        assert soup.h1.get_text() == story.title
        assert soup.find("link", rel="canonical")["href"] == BASE + story.path
        words = OUTLETS[key].words
        for chrome in ("popular", "newsletter", "newsletter_text", "cookies", "to_top"):
            assert words[chrome] in soup.get_text(), chrome


def test_a_page_does_not_depend_on_what_only_the_gold_knows():
    for story in NEWSROOM.stories:
        outlet = OUTLETS[story.outlet]
        stripped = replace(story, event="", id="", copy_of=None, kind=None, marks=())
        assert article_page(NEWSROOM, outlet, stripped, base=BASE) == article_page(NEWSROOM, outlet, story, base=BASE)


def test_machine_readable_metadata_is_on_some_pages_only():
    def marks(key):
        body = ask(key, first_of(key).path).body
        return b"application/ld+json" in body, b"og:title" in body

    assert {marks(key) for key in OUTLETS} == {(True, True), (True, False), (False, True), (False, False)}


def test_json_ld_says_when_and_who():
    story = next(s for s in NEWSROOM.stories if s.outlet == "courier" and s.authors)
    soup = BeautifulSoup(ask("courier", story.path).body, "lxml")
    data = json.loads(soup.find("script", type="application/ld+json").string)
    assert data["headline"] == story.title
    assert datetime.fromisoformat(data["datePublished"]) == story.at
    assert [a["name"] for a in data["author"]] == list(story.authors)


def test_a_story_with_a_caption_brings_a_picture():
    story = next(s for s in NEWSROOM.stories if s.caption)
    soup = BeautifulSoup(ask(story.outlet, story.path).body, "lxml")
    assert story.caption in soup.get_text()
    picture = ask(story.outlet, soup.find("meta", property="og:image")["content"].removeprefix(BASE))
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.body.startswith(b"\x89PNG\r\n\x1a\n")


def test_the_front_page_leads_to_the_feed_and_the_stories():
    soup = BeautifulSoup(ask("post", "/").body, "lxml")
    assert soup.find("link", rel="alternate")["href"] == BASE + OUTLETS["post"].feed.path
    assert {BASE + s.path for s in NEWSROOM.published("post", END)} <= {a["href"] for a in soup.find_all("a")}


def test_only_what_is_published_can_be_seen():
    story = first_of("post")
    before, at = story.at - timedelta(seconds=1), story.at
    assert ask("post", story.path, now=before).status == 404
    assert ask("post", story.path, now=at).status == 200
    assert parsed("post", now=before).entries == []
    assert [e.title for e in parsed("post", now=at).entries] == [story.title]


def test_a_page_does_not_name_stories_that_are_yet_to_come():
    story = first_of("courier")
    body = ask("courier", story.path).body.decode()
    assert [s.title for s in NEWSROOM.stories if s.outlet == "courier" and s.at > story.at and s.title in body] == []


def test_a_silent_correction_changes_page_and_feed_from_its_time_on():
    story, correction = next((s, c) for s in NEWSROOM.stories for c in s.corrections if c.silent)
    path, feed = story.path, OUTLETS[story.outlet].feed.path
    before, after = correction.at - timedelta(minutes=1), correction.at
    old, new = ask(story.outlet, path, now=before), ask(story.outlet, path, now=after)
    assert correction.old in old.body.decode()
    assert correction.old not in new.body.decode()
    assert old.headers["ETag"] != new.headers["ETag"]
    assert correction.new in ask(story.outlet, feed, now=after).body.decode()
    assert OUTLETS[story.outlet].words["corrected"] not in new.body.decode()


def test_an_open_correction_is_said_on_the_page():
    story, correction = next((s, c) for s in NEWSROOM.stories for c in s.corrections if not c.silent)
    assert OUTLETS[story.outlet].words["corrected"] in ask(story.outlet, story.path, now=correction.at).body.decode()


@pytest.mark.parametrize("key", sorted(OUTLETS))
def test_an_unchanged_document_is_not_sent_again(key):
    for target in (OUTLETS[key].feed.path, first_of(key).path, "/"):
        given = ask(key, target)
        assert ask(key, target, if_none_match=given.headers["ETag"]).status == 304
        assert ask(key, target, if_none_match='"other", W/' + given.headers["ETag"]).status == 304
        assert ask(key, target, if_modified_since=given.headers["Last-Modified"]).status == 304
        assert ask(key, target, if_none_match='"other"', if_modified_since=given.headers["Last-Modified"]).status == 200
        old = format_datetime(datetime(2026, 1, 1, tzinfo=UTC), usegmt=True)
        assert ask(key, target, if_modified_since=old).status == 200
        assert ask(key, target, if_modified_since="the other day").status == 200


def test_a_page_keeps_its_tag_while_other_stories_come():
    story = first_of("courier")
    assert ask("courier", story.path, now=story.at).headers["ETag"] == ask("courier", story.path).headers["ETag"]


def test_gzip_is_sent_to_those_who_take_it():
    plain, small = ask("courier", "/"), ask("courier", "/", accept_encoding="deflate, gzip;q=0.8")
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.body) == plain.body
    assert ask("courier", "/", if_none_match=small.headers["ETag"]).status == 304
    assert "Content-Encoding" not in ask("courier", "/", accept_encoding="gzip;q=0, br").headers


def test_robots_are_told_and_unknown_addresses_are_not_found():
    assert ask("islander", "/robots.txt").body.startswith(b"User-agent: *")
    assert ask("islander", "/nowhere").status == 404
    assert ask("islander", first_of("courier").path).status == 404


def test_tracking_parameters_lead_to_the_same_page():
    story = first_of("courier")
    link = parsed("courier").entries[-1].link
    assert "utm_source=" in link
    assert ask("courier", link.removeprefix(BASE)).body == ask("courier", story.path).body
