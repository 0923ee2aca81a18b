"""`aggregator parse`: the words of the publisher, in the shape of the contract."""

from __future__ import annotations

from aggregator.parse import parse_line


def lines_of(items: str) -> list[dict]:
    return parse_line("f.xml", f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode())[
        "entries"
    ]


def test_a_title_stands_as_published_and_a_missing_key_is_null() -> None:
    entry = lines_of("<item><title>A &lt;b&gt;bold&lt;/b&gt; &amp; new</title><link>/relative</link></item>")[0]
    assert entry["title"] == "A <b>bold</b> &amp; new"
    assert entry["link"] == "/relative"
    assert entry["id"] is None


def test_plain_titles_keep_their_ampersand() -> None:
    assert lines_of("<item><title>Fish &amp; chips</title></item>")[0]["title"] == "Fish & chips"


def test_dates_names_and_files_are_plain_json() -> None:
    entry = lines_of(
        "<item><guid isPermaLink='false'>1</guid><pubDate>Tue, 03 Nov 2026 10:00:00 +0100</pubDate><author>a@b.org (Ann)</author>"
        "<description>short</description><enclosure url='https://x.example/a.mp3' type='audio/mpeg' length='5'/></item>"
    )[0]
    assert entry["published"] == "2026-11-03T09:00:00+00:00"
    assert entry["updated"] is None
    assert entry["authors"] == ["Ann"]
    assert entry["summary"] == "short"
    assert entry["content"] is None
    assert entry["enclosures"] == [{"url": "https://x.example/a.mp3", "type": "audio/mpeg", "length": "5"}]


def test_links_that_run_code_are_null() -> None:
    assert lines_of("<item><title>x</title><link> JavaScript:alert(1)</link></item>")[0]["link"] is None


def test_a_file_that_is_no_feed_says_why() -> None:
    line = parse_line("page.html", b"<html><body>hello</body></html>")
    assert line == {
        "path": "page.html",
        "feed": {"title": None, "link": None, "lang": None},
        "entries": [],
        "error": "this is an HTML page, not a feed",
    }
