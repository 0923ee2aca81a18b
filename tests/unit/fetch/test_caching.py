"""What servers say about caching is understood, and nothing they say breaks us."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch import caching

NOW = 1_780_000_000.0  # Thu, 28 May 2026 20:26:40 GMT
DAY = 86400.0
WEEK = 7 * DAY


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 3600 ", 3600.0),
        ("90.5", 90.0),
        ("0", 60.0),
        ("1", 60.0),
        ("1" + "0" * 30, WEEK),
        ("9" * 5000, WEEK),
        ("Thu, 28 May 2026 21:26:40 GMT", 3600.0),
        ("Thu, 28 May 2026 19:26:40 GMT", 60.0),
        ("Fri, 28 May 2027 20:26:40 GMT", WEEK),
        ("Fri, 31 Dec 9999 23:59:59 GMT", WEEK),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Thu, 99 Foo 99999 99:99:99 GMT", None),
        ("Thu, 28 May 2026 21:26:40 GMT" + " " * 100, None),
        ("Thu, 01 Jan 0000 00:00:00 GMT", 60.0),
        ("Thu, 28 May 2026 21:26:40 +99999999999999999", 60.0),
        ("٣٦٠٠", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_a_minute_and_a_week(value: str | None, seconds: float | None) -> None:
    assert caching.retry_after_s(value, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, 600.0),
        ({"cache-control": "public, Max-Age=600, must-revalidate"}, 600.0),
        ({"cache-control": 'max-age="600"'}, 600.0),
        ({"cache-control": "max-age=600", "age": "100"}, 500.0),
        ({"cache-control": "max-age=600", "age": "9999"}, 0.0),
        ({"cache-control": "max-age=600", "age": "-1"}, 600.0),
        ({"cache-control": "max-age=1" + "0" * 20}, WEEK),
        ({"cache-control": "max-age=" + "9" * 9000}, WEEK),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "no-store"}, None),
        ({"cache-control": 'no-cache="set-cookie", max-age=600'}, 600.0),
        ({"cache-control": "max-age=600", "expires": "Thu, 28 May 2026 20:26:50 GMT"}, 600.0),
        ({"expires": "Thu, 28 May 2026 21:26:40 GMT"}, 3600.0),
        ({"expires": "Thu, 28 May 2026 21:26:40 GMT", "date": "Thu, 28 May 2026 21:16:40 GMT"}, 600.0),
        ({"expires": "Thu, 28 May 2026 01:26:40 GMT"}, 0.0),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
        ({"expires": "Thu, 99 Foo 99999 99:99:99 GMT", "date": "x"}, None),
    ],
)
def test_freshness_is_read_from_cache_control_or_expires(headers: dict[str, str], seconds: float | None) -> None:
    assert caching.max_age_s(headers, NOW) == seconds


@pytest.mark.parametrize("tag", ['"v1"', 'W/"v1"', "unquoted", '"caf\xe9"'])
def test_an_etag_goes_back_verbatim(tag: str) -> None:
    assert caching.etag(tag) == tag


@pytest.mark.parametrize("tag", ["", None, '"x\r\nHost: b"', '"x\x00"', '"' + "e" * 60000 + '"'])
def test_an_etag_that_would_break_a_request_is_dropped(tag: str | None) -> None:
    assert caching.etag(tag) is None


def test_a_last_modified_goes_back_verbatim_unless_it_would_break_a_request() -> None:
    assert caching.last_modified("yesterday or so") == "yesterday or so"
    assert caching.last_modified("\x01garbage") is None
    assert caching.last_modified("x" * 1000) is None


@given(st.text(), st.dictionaries(st.sampled_from(["cache-control", "expires", "age", "date"]), st.text()))
def test_no_header_whatever_raises(text: str, headers: dict[str, str]) -> None:
    wait, fresh = caching.retry_after_s(text, NOW), caching.max_age_s(headers, NOW)
    assert wait is None or 60 <= wait <= WEEK
    assert fresh is None or 0 <= fresh <= WEEK
