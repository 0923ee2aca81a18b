"""A page that lists news is a feed for who says where its entries are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.errors import ParseError
from aggregator.model import PageSelectors
from aggregator.parse import parse_page

PAGE = b"""<html lang="en"><title>Harbour Authority</title><ul class="news">
<li><h3>Berth <b>four</b> closed</h3><time datetime="2026-11-03">3 Nov</time><p>Until May.</p><a href="/4">More</a></li>
<li><a href="berth5.html">Berth five open</a><span class="d">02.11.2026</span></li>
<li>no link</li></ul><a class="row" href="/6">Row</a></html>"""
URL = "https://harbour.example/press/"


def test_entries_are_found_by_their_selectors() -> None:
    feed = parse_page(
        PAGE, url=URL, selectors=PageSelectors(entry=".news li", title="h3, a", date="time, .d", summary="p")
    )
    assert (feed.title, feed.link, feed.lang) == ("Harbour Authority", URL, "en")
    assert [(e.title, e.link) for e in feed.entries] == [
        ("Berth four closed", "https://harbour.example/4"),
        ("Berth five open", "https://harbour.example/press/berth5.html"),
    ]
    assert [e.published_at for e in feed.entries] == [
        datetime(2026, 11, 3, tzinfo=UTC),
        datetime(2026, 11, 2, tzinfo=UTC),
    ]
    assert feed.entries[0].summary == "<p>Until May.</p>"
    assert feed.entries[0].id == feed.entries[0].link


def test_a_link_is_enough() -> None:
    feed = parse_page(PAGE, url=URL, selectors=PageSelectors(entry="a.row"))
    assert [(e.title, e.link) for e in feed.entries] == [("Row", "https://harbour.example/6")]


@pytest.mark.parametrize(
    ("selector", "says"), [(".gone", "may have changed"), ("li[", "cannot be read"), ("li:last-child", "nothing")]
)
def test_a_page_that_changed_or_a_selector_that_is_wrong_is_said_so(selector: str, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        parse_page(PAGE, url=URL, selectors=PageSelectors(entry=selector))
