"""Canonical addresses: idempotent on anything, and never an error."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.text.dates import parse_date
from aggregator.text.html import clean_text, html_to_text
from aggregator.text.urls import canonical_url, host_of, open_url, resolve_url, site_of, web_url

any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
host = st.from_regex(r"[a-zA-Z0-9äéß.-]{1,20}(:[0-9]{0,5})?", fullmatch=True)
path = st.text("abcABC%/.;~éß \\?=&#!@+27", max_size=30)
url_like = st.builds(
    lambda scheme, h, p: scheme + h + p,
    st.sampled_from(["http://", "https://", "HTTP://", "//", "feed:", "http:/"]),
    host,
    path,
)


@settings(deadline=None)
@given(st.one_of(any_text, url_like))
def test_a_key_of_a_key_is_itself(url: str) -> None:
    key = canonical_url(url)
    assert canonical_url(key) == key


@settings(deadline=None)
@given(
    st.from_regex(
        r"https?://[a-z]{1,3}(\.[a-z0-9-]{1,3}){1,2}(:[1-9][0-9]{1,3})?(/[a-zA-Z0-9.~_-]{0,3}){0,3}", fullmatch=True
    )
)
def test_a_mark_in_the_page_changes_no_key(url: str) -> None:
    assert canonical_url(url) == canonical_url(f"{url}#part")


@settings(deadline=None)
@given(url_like)
def test_what_can_be_opened_has_the_key_of_what_was_published(url: str) -> None:
    opened = open_url(url)
    if opened is not None:
        assert canonical_url(opened) == canonical_url(url)
        assert open_url(opened) == opened
        assert opened.isascii()
        assert opened.startswith(("http://", "https://"))


@settings(deadline=None)
@given(any_text, any_text)
def test_nothing_is_too_odd_for_an_address(one: str, other: str) -> None:
    for function in (open_url, web_url, host_of, site_of, parse_date):
        function(one)
    resolve_url(one, other)


@settings(deadline=None)
@given(any_text)
def test_text_is_clean_once_and_for_all(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    clean.encode("utf-8")
    assert "\x00" not in clean


@settings(deadline=None)
@given(st.one_of(any_text, st.text("<>/!-a p\"'=&;#\n", max_size=200)))
def test_html_of_any_kind_has_a_text(html: str) -> None:
    html_to_text(html).encode("utf-8")
