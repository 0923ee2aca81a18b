"""What is no feed is said so in one line; what is hostile costs little; trouble in one entry never loses the others."""

from __future__ import annotations

import json
import pickle

import pytest

from aggregator.errors import ParseError
from aggregator.parse import parse_feed, parse_well_formed
from aggregator.parse.bounds import MAX_SIZE_BYTES, without_doctype


def rss(*items: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{head}{"".join(items)}</channel></rss>'.encode()


def item(number: int, **extra: str) -> str:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in extra.items())
    return f"<item><title>Story {number}</title><link>https://x.example/{number}</link>{inner}</item>"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b" \n" * 100_000, "empty"),
        (b"null", "no markup"),
        (b"just text", "no markup"),
        (b"<!DOCTYPE html><html><head><title>Parked</title></head><body>Buy this domain</body></html>", "HTML page"),
        (b"<html><body><p>hello", "HTML page"),
        (b'{"hello": 1}', "no list of items"),
        (b"[1, 2]", "no list of items"),
        (b'{"items": [', "not valid JSON"),
        (b'{"items": ' + b"[" * 100_000, "nested too deep"),
        (b"<opml version='2.0'><body/></opml>", "not a feed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not a feed"),
        (b"\x1f\x8b\x08" + b"x" * 100, "compressed"),
        (b"<rss>" + b" " * MAX_SIZE_BYTES, "larger than"),
    ],
)
def test_what_is_no_feed_is_refused_in_one_line(body: bytes, says: str) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        parse_feed(body, url="https://x.example/feed")
    assert "\n" not in caught.value.message
    assert caught.value.url == "https://x.example/feed"
    assert pickle.loads(pickle.dumps(caught.value)).message == caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel>" + b"<a>" * 200_000,
        b"<rss><channel>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</channel></rss>",
        b"<rss><channel><a " + b" ".join(b'a%d="1"' % i for i in range(100_000)) + b">",
        b"<rss><channel><item><title>x</title>" + b"".join(b"<category>c%d</category>" % i for i in range(100_000)),
        b"<rss><channel><item><keywords>" + b",".join(b"k%d" % i for i in range(100_000)) + b"</keywords>",
        b"<rss><channel>" + b"".join(b'<n%d:a xmlns:n%d="u%d"/>' % (i, i, i) for i in range(20_000)),
        b"<rss><channel>" + b"<item a='" * 30_000,
        b"<rss><channel>" + b"<item/>" * 400_000 + b"</channel></rss>",
    ],
    ids=["unclosed", "nested", "attributes", "categories", "keywords", "namespaces", "half quotes", "tags"],
)
def test_markup_built_to_exhaust_a_parser_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse_feed(body)


def test_entities_cannot_grow() -> None:
    laughs = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    body = f'<!DOCTYPE rss [<!ENTITY a0 "ha">{laughs}]><rss><channel><item><title>&a11;</title><link>https://x.example/</link></item></channel></rss>'
    assert parse_feed(body.encode()).entries[0].title == "&a11;"


def test_one_long_entity_used_often_is_not_expanded() -> None:
    for size in (100, 1_000_000):
        body = f'<!DOCTYPE rss [<!ENTITY a "{"A" * size}">]><rss><channel><item><title>{"&a;" * 30_000}</title></item></channel></rss>'
        assert len(parse_feed(body.encode()).entries[0].title or "") <= 1000


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE rss>",
        '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://n.example/rss.dtd">',
        "<!-- <!DOCTYPE x> --><!DOCTYPE rss [<!ENTITY % p SYSTEM 'http://127.0.0.1/'> %p;]>",
        "<!DOCTYPE rss [ <!ENTITY x SYSTEM 'file:///etc/passwd'> ]><!-- after -->",
    ],
)
def test_a_doctype_is_cut_before_any_parser_sees_it(prolog: str) -> None:
    cut = without_doctype(prolog.encode() + b"<rss/>")
    assert b"ENTITY" not in cut
    assert cut.endswith(b"<rss/>")
    assert cut.count(b"<!DOCTYPE") == prolog.count("<!-- <!DOCTYPE")


def test_entities_declared_where_none_may_be_are_cut_too() -> None:
    assert without_doctype(b'junk <!ENTITY a "AAAA"><rss/>') == b"junk <rss/>"


def test_a_document_named_like_a_file_is_not_opened() -> None:
    with pytest.raises(ParseError):
        parse_feed(b"/etc/passwd")


def test_titles_and_texts_have_a_length_that_fits_a_database() -> None:
    feed = parse_feed(rss(item(1, description="d" * 3_000_000), "<item><title>" + "T" * 100_000 + "</title></item>"))
    assert len(feed.entries[0].summary or "") == 1_000_000
    assert len(feed.entries[1].title or "") == 1000


def test_a_feed_that_needs_feedparser_is_left_to_it() -> None:
    broken = rss(item(1)).replace(b"</item>", b"")
    assert parse_well_formed(broken) is None
    assert parse_feed(broken).entries[0].title == "Story 1"
    assert "not well-formed" in (parse_feed(broken).warning or "")


def test_lone_surrogates_and_huge_numbers_in_json_cost_nothing() -> None:
    body = b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"a\\ud800","content_text":"x\\u0000\\ud83d\\ude00"},{"id":%s,"title":"big"}]}'
    feed = parse_feed(body % (b"1" * 100_000))
    assert (feed.entries[0].id, feed.entries[0].content) == ("a", "x\U0001f600")
    assert feed.entries[1].title == "big"


def test_json_is_known_by_its_type_too() -> None:
    body = json.dumps({"items": [{"id": "1", "title": "One"}]}).encode("utf-16")
    assert parse_feed(body, content_type="application/feed+json").entries[0].title == "One"


def test_the_same_feed_reads_the_same_every_time() -> None:
    body = rss("<item><title>No guid</title></item>", item(2))
    assert parse_feed(body) == parse_feed(body)


def test_everything_that_crosses_a_process_pickles() -> None:
    feed = parse_feed(rss(item(1)))
    assert pickle.loads(pickle.dumps(feed)) == feed


@pytest.mark.parametrize(
    ("head", "ttl_s"),
    [
        ("<ttl>60</ttl>", 3600.0),
        ("<ttl>0</ttl>", None),
        ("<ttl>99999999999999</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 1800.0),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 3600.0),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
    ],
)
def test_the_wish_for_a_pause_is_read(head: str, ttl_s: float | None) -> None:
    assert parse_feed(rss(item(1), head=head)).ttl_s == ttl_s


def test_hours_and_days_to_skip_outside_the_clock_are_passed_over() -> None:
    hours = "".join(f"<hour>{h}</hour>" for h in (-1, 0, 23, 24, 25, 99))
    feed = parse_feed(
        rss(item(1), head=f"<skipHours>{hours}</skipHours><skipDays><day>Monday</day><day>Funday</day></skipDays>")
    )
    assert feed.skip_hours == {0, 23}
    assert feed.skip_days == {0}


def test_wishes_inside_entries_are_not_the_feeds() -> None:
    assert parse_feed(rss(item(1, ttl="5"))).ttl_s is None


def test_a_feed_that_brings_feedparser_down_is_refused_not_raised() -> None:
    body = (
        '<rss xmlns:gml="http://www.opengis.net/gml" xmlns:georss="http://www.georss.org/georss"><channel><item><title>a <b>b</b></title>'
        "<gml:posList>1 2</gml:posList></item></channel></rss>"
    )
    with pytest.raises(ParseError, match="too broken"):
        parse_feed(body.encode())


def test_pictures_and_authors_are_found_by_the_slow_reader_too() -> None:
    body = rss(
        "<item><title>a <b>b</b></title><media:thumbnail url='https://x.example/t.jpg'/><author>Ann</author>"
        "<pubDate>30 Foo 2026</pubDate></item>"
        "<item><title>c</title><itunes:image href='https://x.example/i.jpg'/><media:content url='v.mp4' type='video/mp4'/></item>"
    ).replace(
        b"<rss ",
        b'<rss xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" ',
    )
    first, second = parse_feed(body).entries
    assert (first.title, first.image, first.authors, first.published_at) == (
        "a b",
        "https://x.example/t.jpg",
        ("Ann",),
        None,
    )
    assert second.image == "https://x.example/i.jpg"


def test_relative_pictures_with_odd_names_are_resolved() -> None:
    body = rss(item(1, description="&lt;img src='/a b&amp;amp;c.png'&gt;"))
    assert parse_feed(body).entries[0].summary == "<img src='https://x.example/a%20b&amp;c.png'>"
