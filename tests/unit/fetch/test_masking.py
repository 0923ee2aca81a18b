"""No secret of an address reaches a log line or a message."""

from __future__ import annotations

import pytest

from aggregator.fetch import FetchRequest, mask


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/feed?page=2", "https://a.example/feed?page=2"),
        ("https://me:hunter2@a.example/feed", "https://***@a.example/feed"),
        ("https://a.example/feed?token=abc&page=2", "https://a.example/feed?token=***&page=2"),
        ("https://a.example/feed?api_key=abc", "https://a.example/feed?api_key=***"),
        ("https://a.example/feed?access_token=abc", "https://a.example/feed?access_token=***"),
        ("https://a.example/feed?apikey=abc", "https://a.example/feed?apikey=***"),
        ("https://a.example/feed?KEY=abc", "https://a.example/feed?KEY=***"),
        ("https://a.example/feed?auth=abc&secret=x", "https://a.example/feed?auth=***&secret=***"),
        ("https://a.example/f?u=0a1b2c3d4e5f60718293a4b5c6", "https://a.example/f?u=***"),
        ("https://a.example/f?0a1b2c3d4e5f60718293a4b5c6", "https://a.example/f?***"),
        ("https://a.example/feeds/videos.xml?channel_id=UC0123456789abcdefghijkl", None),
        ("https://a.example/feed/private/0a1b2c3d4e5f/rss.xml", "https://a.example/feed/private/***/rss.xml"),
        ("https://a.example/feed?token=#part", "https://a.example/feed?token="),
        ("http://user:pass@[bad", "http://***@[bad"),
        ("not a url", "not a url"),
        ("", ""),
    ],
)
def test_secrets_are_masked_and_the_rest_can_be_read(url: str, shown: str | None) -> None:
    assert mask(url) == (url if shown is None else shown)


def test_a_request_can_be_printed_without_giving_its_secrets_away() -> None:
    request = FetchRequest(
        url="https://me:hunter2@a.example/?token=abc",
        auth=("me", "hunter3"),
        headers=(("X-Key", "hunter4"),),
        proxy="http://me:hunter5@proxy.example",
    )
    assert "hunter" not in repr(request)
    assert "abc" not in repr(request)
    assert "a.example" in repr(request)
