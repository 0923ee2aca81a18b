"""Two addresses of one story have one key; two stories have two; a reader opens what the outlet served."""

from __future__ import annotations

import pytest

from aggregator.text.urls import canonical_url, host_of, open_url, resolve_url, site_of, web_url, without_feed_scheme


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://paper.example/a", "https://paper.example/a"),
        ("HTTPS://Paper.Example:443/a", "https://paper.example/a"),
        ("http://paper.example:80/a", "https://paper.example/a"),
        ("https://paper.example", "https://paper.example/"),
        ("https://paper.example./a", "https://paper.example/a"),
        ("https://paper.example/a#comments", "https://paper.example/a"),
        ("https://paper.example/a?utm_source=rss&utm_medium=feed", "https://paper.example/a"),
        ("https://paper.example/a?id=1&fbclid=xyz", "https://paper.example/a?id=1"),
        ("https://paper.example/a?at_medium=RSS&at_campaign=KARANGA", "https://paper.example/a"),
        ("https://paper.example/a?CMP=share_btn", "https://paper.example/a"),
        ("https://paper.example/a?ref=rss", "https://paper.example/a"),
        ("https://paper.example/a?", "https://paper.example/a"),
        ("https://paper.example/a?b=2&a=1", "https://paper.example/a?a=1&b=2"),
        ("https://paper.example/%7Ejoe/%c3%a9", "https://paper.example/~joe/é"),
        ("https://paper.example/x/../a/./b", "https://paper.example/a/b"),
        ("https://user:secret@paper.example/a", "https://paper.example/a"),
        ("//paper.example/a", "https://paper.example/a"),
        ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
        ("  https://paper.example/a\n", "https://paper.example/a"),
        ("https://paper.example/a?x=1&amp;utm_source=rss", "https://paper.example/a?x=1"),
    ],
)
def test_one_story_has_one_key(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://paper.example/a", "https://paper.example/b"),
        ("https://paper.example/a", "https://paper.example/A"),
        ("https://paper.example/?p=1", "https://paper.example/?p=2"),
        ("https://paper.example/a?ref=main", "https://paper.example/a?ref=next"),
        ("https://paper.example/a?page=2", "https://paper.example/a"),
        ("https://paper.example/a?source=archive", "https://paper.example/a"),
        ("https://paper.example/#!/story/1", "https://paper.example/#!/story/2"),
        ("https://paper.example/#/story/1", "https://paper.example/#/story/2"),
        ("https://paper.example:8443/a", "https://paper.example/a"),
        ("https://www.paper.example/a", "https://paper.example/a"),
        ("https://paper.example/a%2Fb", "https://paper.example/a/b"),
        ("https://paper.example/a?x=1&x=2", "https://paper.example/a?x=2&x=1"),
    ],
)
def test_two_stories_keep_two_keys(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    "odd", ["", "mailto:a@b.example", "http://[::1", "http://a b/", "http:///x", "tag:x,2026:1", "\ud800"]
)
def test_what_is_no_web_address_has_a_key_all_the_same(odd: str) -> None:
    assert canonical_url(canonical_url(odd)) == canonical_url(odd)


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ("http://127.0.0.1:8080/x.html?utm_source=a&id=3", "http://127.0.0.1:8080/x.html?id=3"),
        ("https://Paper.example:443/a#block-7", "https://paper.example:443/a#block-7"),
        ("https://paper.example/a#xtor=RSS-3208", "https://paper.example/a"),
        ("https://paper.example/über uns", "https://paper.example/%C3%BCber%20uns"),
        ("https://paper.example/100%", "https://paper.example/100%25"),
        ("http://good.example\\@evil.example/x", "http://good.example/@evil.example/x"),
        ("http://user:pw@paper.example/a", "http://paper.example/a"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("https://paper.example?utm_source=x#top", "https://paper.example/#top"),
        ("https://paper.example/a?b=2&a=1", "https://paper.example/a?b=2&a=1"),
    ],
)
def test_a_reader_opens_the_address_as_served(given: str, opened: str) -> None:
    assert open_url(given) == opened


@pytest.mark.parametrize(
    "refused",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://x.example/", "/relative", "http://", "http://a b/",
     "http://x.example:99999/", "http://x.example:port/", "https://exa<mple/", "https://xn--\u0300.example/"],
)  # fmt: skip
def test_only_web_addresses_can_be_opened(refused: str) -> None:
    assert open_url(refused) is None
    assert web_url(refused) is None


def test_a_web_address_keeps_its_parameters() -> None:
    assert (
        web_url("https://cdn.example/a.mp3?utm_source=feed&x=ü") == "https://cdn.example/a.mp3?utm_source=feed&x=%C3%BC"
    )


def test_hosts_and_sites_are_named_without_what_does_not_tell_them_apart() -> None:
    assert host_of("https://WWW.Paper.Example:8443/a") == "www.paper.example"
    assert site_of("https://www.paper.example/a") == "paper.example"
    assert site_of("http://www.paper.example:80/a") == "paper.example"
    assert site_of("http://127.0.0.1:8001/a") == "127.0.0.1:8001"
    assert site_of("https://www.com/a") == "www.com"
    assert host_of("not an address") is None
    assert site_of("tag:x") is None


def test_relative_addresses_are_seen_from_their_base() -> None:
    assert resolve_url("https://paper.example/feeds/rss", "../a") == "https://paper.example/a"
    assert resolve_url("https://paper.example/feeds/", "//cdn.example/b") == "https://cdn.example/b"
    assert resolve_url("https://paper.example/feeds/", "/c?d=1") == "https://paper.example/c?d=1"
    assert resolve_url(None, "a") == "a"
    assert resolve_url("http://[broken", "a") == "a"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("feed://paper.example/rss", "http://paper.example/rss"),
        ("feed:https://paper.example/rss", "https://paper.example/rss"),
        ("FEED://https://paper.example/rss", "https://paper.example/rss"),
        ("https://paper.example/feed:1", "https://paper.example/feed:1"),
        ("feed", "feed"),
    ],
)
def test_an_address_with_the_scheme_of_feeds_is_the_web_address_it_stands_for(written, meant):
    assert without_feed_scheme(written) == meant
