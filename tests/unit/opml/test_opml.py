"""Lists of feeds come in whole or not at all, and go out again with what we did not understand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.errors import OPMLError
from aggregator.model import Access, FeedSpec, FolderSpec, PageSelectors
from aggregator.opml import read_opml, write_opml

AT = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)


def opml(body: str, root: str = "opml") -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root} version="2.0"><head><title>t</title></head><body>{body}</body></opml>'.encode()


def feed(url: str = "https://x.example/1", name: str = "X") -> str:
    return f'<outline type="rss" text="{name}" xmlUrl="{url}"/>'


def test_folders_nest_and_titles_come_first() -> None:
    body = f'<outline text="News"><outline title="Abroad" text="ignored">{feed()}</outline></outline>{feed("https://y.example/", "Y &amp; Z")}'
    assert read_opml(opml(body)).feeds == (
        FeedSpec(url="https://x.example/1", title="X", folder=("News", "Abroad")),
        FeedSpec(url="https://y.example/", title="Y & Z"),
    )


def test_a_title_beside_another_text_keeps_both() -> None:
    spec = read_opml(
        opml(
            '<outline text="short" title="The long one" xmlUrl="https://x.example/" htmlUrl="https://x.example/site"/>'
        )
    ).feeds[0]
    assert (spec.title, spec.site_url) == ("The long one", "https://x.example/site")
    assert b'text="short" title="The long one"' in write_opml([spec], "t", AT)


def test_what_other_readers_add_survives_a_round_trip() -> None:
    body = (
        '<outline text="F"><outline type="HTML+XPath" text="X" xmlUrl="https://x.example/" description="d" '
        'frss:xPathItem="//article" frss:priority="feed"/></outline>'
    )
    specs = read_opml(opml(body, 'opml xmlns:frss="https://freshrss.org/opml"')).feeds
    assert specs[0].attributes == (
        ("type", "HTML+XPath"),
        ("description", "d"),
        ("{https://freshrss.org/opml}xPathItem", "//article"),
        ("{https://freshrss.org/opml}priority", "feed"),
    )
    written = write_opml(specs, "t", AT)
    assert b'frss:xPathItem="//article"' in written
    assert read_opml(written).feeds == specs


def test_what_other_readers_say_of_folders_survives_a_round_trip() -> None:
    body = (
        f'<outline text="News" isOpen="true"><outline text="Abroad" frss:priority="10">{feed()}</outline></outline>'
        '<outline text="Dynamic" frss:opmlUrl="https://x.example/list.opml"/><outline text="Empty"/>'
    )
    listed = read_opml(opml(body, 'opml xmlns:frss="https://freshrss.org/opml"'))
    assert listed.folders == (
        FolderSpec(path=("News",), attributes=(("isOpen", "true"),)),
        FolderSpec(path=("News", "Abroad"), attributes=(("{https://freshrss.org/opml}priority", "10"),)),
        FolderSpec(
            path=("Dynamic",), attributes=(("{https://freshrss.org/opml}opmlUrl", "https://x.example/list.opml"),)
        ),
        FolderSpec(path=("Empty",)),
    )
    written = write_opml(listed.feeds, "t", AT, folders=listed.folders)
    assert b'frss:opmlUrl="https://x.example/list.opml"' in written
    assert read_opml(written) == listed


def test_how_a_page_is_read_as_a_feed_is_written_and_its_login_never() -> None:
    spec = FeedSpec(
        url="https://x.example/press",
        title="Press",
        selectors=PageSelectors(entry=".news > li", title="h3"),
        access=Access(auth=("me", "secret")),
    )
    written = write_opml([spec], "t", AT)
    assert b'agg:entry=".news &gt; li"' in written
    assert b"secret" not in written
    assert read_opml(written).feeds == (replace(spec, access=Access()),)


def test_one_feed_written_in_six_ways_is_one_feed() -> None:
    ways = (
        "http://x.example/1",
        "http://x.example/1",
        "HTTP://X.EXAMPLE/1",
        "http://x.example:80/1",
        "http://x.example/1#a",
        "  https://x.example/1 ",
    )
    specs = read_opml(opml("".join(feed(way, str(i)) for i, way in enumerate(ways)))).feeds
    assert [spec.title for spec in specs] == ["0"]


def test_names_of_elements_and_attributes_may_be_written_in_any_case() -> None:
    body = b'<OPML><BODY><OUTLINE TEXT="F"><Outline TEXT="a" XMLURL="https://x.example/1" HTMLURL="https://x.example/"/></OUTLINE></BODY></OPML>'
    assert read_opml(body).feeds == (
        FeedSpec(url="https://x.example/1", title="a", site_url="https://x.example/", folder=("F",)),
    )


def test_line_breaks_get_into_no_title_and_no_address() -> None:
    spec = read_opml(opml('<outline text="a&#13;&#10;Bcc: b" xmlUrl="https://x.example/1&#13;&#10;X: 1"/>')).feeds[0]
    assert spec.title == "a Bcc: b"
    assert "\n" not in spec.url


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252", "utf-8-sig"])
def test_lists_in_other_encodings_are_read(encoding: str) -> None:
    body = opml(feed(name="Zürich")).decode()
    if encoding.startswith("utf-16"):
        body = body.replace("utf-8", "utf-16")
    assert read_opml(body.encode(encoding)).feeds[0].title == "Zürich"


def test_outlines_that_are_no_feeds_are_passed_over() -> None:
    body = '<outline text="note"/><outline type="link" text="l" url="https://x.example/"/><outline type="rss" text="r" url="https://r.example/"/>'
    assert [spec.url for spec in read_opml(opml(body)).feeds] == ["https://r.example/"]
    assert read_opml(opml("")).feeds == ()


def test_credentials_in_a_private_address_stay() -> None:
    assert (
        read_opml(opml(feed("https://me:secret@x.example/private"))).feeds[0].url
        == "https://me:secret@x.example/private"
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>hi</body></html>", "HTML page"),
        (b'{"feeds": []}', "JSON"),
        (b"plain text", "line 1, column 1"),
        (b"<rss><channel/></rss>", "<rss>, not <opml>"),
        (b"<opml><head/></opml>", "no <body>"),
        (b'\n\n<opml><body>\n<outline text="a" xmlUrl="https://x.exam', "line 4, column"),
        (b'<opml><body><outline text="a" xmlUrl="https://x.example/?a=1&b=2"/></body></opml>', "line 1, column 6"),
        (b'<opml>\n<!DOCTYPE o [<!ENTITY a "b">]><body/></opml>', "line 2: it declares entities"),
        (b"<opml><body>" + b'<outline text="f">' * 5000 + b"</outline>" * 5000 + b"</body></opml>", "line 1, column"),
        (b"<opml><body>" + b"<outline/>" * 300_000 + b"</body></opml>", "more than 200000 tags"),
        (b"<opml>" + b" " * 2**25 + b"</opml>", "larger than"),
    ],
)
def test_anything_else_is_refused_in_one_line_that_says_where(data: bytes, says: str) -> None:
    with pytest.raises(OPMLError, match=says) as caught:
        read_opml(data)
    assert "\n" not in caught.value.message
    assert caught.value.message.endswith("nothing was imported")


def test_a_list_is_written_for_people_and_other_readers() -> None:
    specs = (
        FeedSpec(url="https://a.example/", title='A "quoted" & more', folder=("News",)),
        FeedSpec(url="https://b.example/", folder=("News", "Sport")),
        FeedSpec(
            url="https://c.example/", title="bad \x00 \ud800 text", attributes=(("not a name", "x"), ("fine", "y"))
        ),
    )
    written = write_opml(specs, "My\nfeeds", AT).decode()
    assert "<title>My feeds</title>" in written
    assert "<dateCreated>Tue, 03 Nov 2026 10:00:00 +0000</dateCreated>" in written
    assert written.count('text="News"') == 1
    assert 'text="https://b.example/" xmlUrl="https://b.example/"' in written
    assert [spec.title for spec in read_opml(written.encode()).feeds] == [
        'A "quoted" & more',
        "https://b.example/",
        "bad text",
    ]
