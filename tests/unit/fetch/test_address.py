"""Addresses are read in one way only, and what is not http(s) is not asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import FetchError, Refused
from aggregator.fetch.address import read_location, read_target

BASE = read_target("https://a.example/news/feed.xml?x=1")


@pytest.mark.parametrize(
    ("given_url", "url", "host", "port"),
    [
        ("http://a.example/feed", "http://a.example/feed", "a.example", 80),
        ("https://a.example", "https://a.example/", "a.example", 443),
        ("https://a.example:8443/x?y=1&z=%20", "https://a.example:8443/x?y=1&z=%20", "a.example", 8443),
        ("  HTTPS://A.Example/Feed  ", "https://a.example/Feed", "a.example", 443),
        ("http://a.example/feed#top", "http://a.example/feed", "a.example", 80),
        ("http://a.example/söx ü", "http://a.example/s%C3%B6x%20%C3%BC", "a.example", 80),
        ("http://müller.example/", "http://xn--mller-kva.example/", "xn--mller-kva.example", 80),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/", "2001:db8::1", 8080),
        ("http://a.example?q=1", "http://a.example/?q=1", "a.example", 80),
    ],
)
def test_an_address_is_brought_into_one_form(given_url: str, url: str, host: str, port: int) -> None:
    target = read_target(given_url)
    assert (target.url, target.host, target.port) == (url, host, port)


def test_user_and_password_are_taken_out_of_the_address() -> None:
    target = read_target("http://me%40home:p%3Aw@a.example/feed")
    assert target.url == "http://a.example/feed"
    assert target.userinfo == ("me@home", "p:w")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "feed",
        "/etc/passwd",
        "file:///etc/passwd",
        "ftp://a.example/",
        "javascript:alert(1)",
        "data:text/xml,<rss/>",
        "exec:date",
        "http://",
        "http:///feed",
        "http://.../",
        "http://[bad",
        "http://a.example:99999/",
        "http://a.example:port/",
        "http://a.example:0/",
        "http://good.example\\@127.0.0.1/",
        "http://a.example/\r\nHost: b.example",
        "http://a.exa\tmple/",
        "http://" + "a" * 64 + ".example/",
        "http://a.example/" + "x" * 9000,
    ],
)
def test_what_is_not_clearly_an_http_address_is_refused(url: str) -> None:
    with pytest.raises(Refused) as caught:
        read_target(url)
    assert not caught.value.transient


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("http://b.example/", "http://b.example/"),
        ("/other?y=2", "https://a.example/other?y=2"),
        ("other.xml", "https://a.example/news/other.xml"),
        ("//b.example/x", "https://b.example/x"),
        ("?y=2", "https://a.example/news/feed.xml?y=2"),
        ("/ü x".encode().decode("latin-1"), "https://a.example/%C3%BC%20x"),
    ],
)
def test_a_redirect_is_followed_from_where_it_was_said(location: str, url: str) -> None:
    assert read_location(BASE, location).url == url


def test_a_redirect_does_not_log_us_in_elsewhere() -> None:
    assert read_location(BASE, "https://me:pw@b.example/").userinfo is None


@pytest.mark.parametrize("location", ["", " ", "http://[::1", "file:///etc/passwd", "http://a.example:99999999/"])
def test_a_redirect_to_nowhere_is_an_error(location: str) -> None:
    with pytest.raises(FetchError):
        read_location(BASE, location)


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        ("https://a.example/x", "https://a.example/y", True),
        ("http://a.example/x", "https://a.example/x", True),
        ("https://a.example/x", "http://a.example/x", False),
        ("https://a.example/x", "https://www.a.example/x", False),
        ("https://a.example/x", "https://a.example:8443/x", False),
        ("http://a.example:8080/x", "https://a.example/x", False),
    ],
)
def test_credentials_stay_with_their_origin(first: str, then: str, kept: bool) -> None:
    assert read_target(then).keeps_credentials_of(read_target(first)) is kept


@given(st.text(max_size=200))
def test_any_text_is_either_an_http_address_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"https://a.example/{text}"):
        try:
            target = read_target(url)
        except Refused:
            continue
        assert target.scheme in ("http", "https")
        assert target.host
        assert target.url.isascii()
        assert read_target(target.url) == replace(target, userinfo=None)


@given(st.text(max_size=200))
def test_any_location_is_either_followed_or_an_error(text: str) -> None:
    try:
        target = read_location(BASE, text)
    except FetchError:
        return
    assert target.url.startswith(("http://", "https://"))
