"""Whatever bytes a server sends: a feed or a ParseError, and nothing in the feed that a database refuses."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from aggregator.errors import ParseError
from aggregator.model import ParsedFeed
from aggregator.parse import find_feeds, parse_feed, parse_line
from aggregator.parse.wellformed import read_well_formed
from tests.support.agreement import differences, reference

FOLDER = Path(__file__).parents[1] / "data" / "feeds"
SAMPLES = [p.read_bytes() for p in sorted(FOLDER.iterdir()) if not p.name.endswith(".expected.json")]
ENTRIES = ("item", "{http://www.w3.org/2005/Atom}entry", "{http://purl.org/rss/1.0/}item")
SHUFFLED = [
    (FOLDER / name).read_bytes()
    for name in (
        "rss20.xml",
        "atom10.xml",
        "rss10.xml",
        "podcast_summaries.xml",
        "source_and_media.xml",
        "leaking_base.xml",
    )
]
markup = st.lists(
    st.sampled_from(
        ["<rss>", "</rss>", "<channel>", "</channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "</link>", "<guid>", "<x:y>",
         "<feed xmlns='http://www.w3.org/2005/Atom'>", "</feed>", "<entry>", "</entry>", "<content type='xhtml'>", "</content>", "<![CDATA[", "]]>",
         "<!--", "-->", "<?", "&amp;", "&", "&#0;", "&nbsp;", "<a b='", "\x00", "\ud800", "é", "text", " ", "<!DOCTYPE x [", "<!ENTITY a 'b'>", "]>"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


def check(feed: ParsedFeed) -> None:
    ids = [entry.id for entry in feed.entries]
    assert len(set(ids)) == len(ids)
    assert all(ids)
    for entry in feed.entries:
        for text in (entry.id, entry.title, entry.summary, entry.content, *entry.authors, *entry.categories):
            assert text is None or ("\x00" not in text and text.encode("utf-8"))
        assert entry.title is None or "\n" not in entry.title
        assert entry.link is None or entry.link.startswith(("http://", "https://"))
        assert entry.published_at is None or entry.published_at.tzinfo is UTC


def read(body: bytes) -> None:
    error = "none"
    try:
        check(parse_feed(body, url="https://x.example/feed"))
    except ParseError as caught:
        error = caught.message
    assert error
    assert "\n" not in error
    json.dumps(parse_line("f", body), ensure_ascii=False).encode("utf-8")
    find_feeds(body, "https://x.example/")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(body: bytes) -> None:
    read(body)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(markup, st.sampled_from(["utf-8", "utf-16", "cp1252", "utf-32-be"]))
def test_any_markup_in_any_encoding(text: str, encoding: str) -> None:
    read(text.encode(encoding, "replace"))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(SAMPLES), st.integers(0, 2000), st.integers(0, 50), st.binary(max_size=8))
def test_a_sample_with_a_piece_torn_out(body: bytes, start: int, length: int, instead: bytes) -> None:
    read(body[:start] + instead + body[start + length :])


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SHUFFLED), st.data())
def test_the_fast_reader_agrees_with_feedparser_in_whatever_order_elements_stand(
    body: bytes, data: st.DataObject
) -> None:
    root = etree.fromstring(body)
    pool = [child for entry in root.iter(*ENTRIES) for child in entry]
    for entry in root.iter(*ENTRIES):
        strangers = data.draw(st.lists(st.sampled_from(pool), max_size=2))
        children = data.draw(st.permutations([*entry, *strangers]))
        entry[:] = [deepcopy(child) for child in children]
    mixed = etree.tostring(root)
    fast = read_well_formed(mixed)
    assert fast is None or differences(fast, reference(mixed)) == []


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["items", "id", "title", "url", "content_html", "authors", "name", "tags", "attachments", "date_published"]), inner
), max_leaves=20))  # fmt: skip
def test_any_json(value: object) -> None:
    read(json.dumps({"items": value if isinstance(value, list) else [value]}).encode())
