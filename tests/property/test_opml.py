"""A list of feeds that is written and read again is the same list; any other bytes are a list or an OPMLError."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import OPMLError
from aggregator.model import FeedSpec
from aggregator.opml import read_opml, write_opml
from aggregator.text.html import one_line
from aggregator.text.urls import canonical_url

name = st.text(min_size=1, max_size=12).map(one_line).filter(bool)
attribute = st.from_regex(r"(\{urn:[a-z]{1,5}\})?[a-z]{3,8}", fullmatch=True).filter(
    lambda n: n not in {"type", "text", "title", "xmlurl", "htmlurl", "url", "xmlns"}
)
value = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=12)
spec = st.builds(
    lambda path, **rest: FeedSpec(url=f"https://feeds.example/{path}", **rest),
    path=st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True),
    title=st.none() | name,
    site_url=st.none() | st.just("https://site.example/?a=1&b=2"),
    folder=st.lists(name, max_size=3).map(tuple),
    attributes=st.dictionaries(attribute, value, max_size=3).map(lambda d: tuple(d.items())),
)


@settings(deadline=None)
@given(st.lists(spec, max_size=8, unique_by=lambda s: canonical_url(s.url)))
def test_what_is_exported_is_imported(specs: list[FeedSpec]) -> None:
    back = read_opml(write_opml(specs, "Mine", datetime(2026, 11, 3, tzinfo=UTC))).feeds
    assert {s.url: (s.folder, s.site_url, s.attributes) for s in back} == {
        s.url: (s.folder, s.site_url, s.attributes) for s in specs
    }
    assert {s.url: s.title for s in back} == {s.url: s.title or s.url for s in specs}


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text("<>/opml body outline='\"&; \n", max_size=200).map(str.encode)))
def test_any_bytes_are_a_list_or_an_error(data: bytes) -> None:
    try:
        read_opml(data)
    except OPMLError as caught:
        error = caught.message
    else:
        error = ""
    assert "\n" not in error
