"""One fetch from request to result, over a network made of functions."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from aggregator.errors import ConnectError, FetchError, FetchTimeout, HTTPStatusError, Refused, TLSError, TooLarge
from aggregator.fetch import Client, Fetched, FetchFailed, FetchOptions, FetchRequest, NotModified, Outgoing
from tests.support.http_server import Reply
from tests.support.transport import FakeTransport

URL = "https://a.example/feed"
NOW = 1_780_000_000.0


def moved(to: str, status: int = 302, **more: object) -> Reply:
    return Reply(status=status, headers=(("Location", to),), **more)


def client_for(handler: Callable[[Outgoing], Reply], **options: object) -> tuple[Client, FakeTransport]:
    transport = FakeTransport(handler, monotonic=lambda: 0.0)
    return Client(FetchOptions(**options), transport, monotonic=lambda: 0.0, now=lambda: NOW), transport


def by_url(pages: dict[str, Reply]) -> Callable[[Outgoing], Reply]:
    return lambda request: pages[request.target.url]


def fetch(handler: Callable[[Outgoing], Reply], url: str = URL, **request: object):
    return client_for(handler)[0].fetch(FetchRequest(url=url, **request))


def test_a_document_comes_with_what_the_server_said_of_it() -> None:
    headers = (
        ("Content-Type", 'Application/RSS+XML; Charset="ISO-8859-1"'),
        ("ETag", 'W/"v1"'),
        ("Last-Modified", "Tue, 03 Nov 2026 10:00:00 GMT"),
        ("Cache-Control", "max-age=900"),
        ("Retry-After", "120"),
    )
    result = fetch(lambda _: Reply(headers=headers, body=b"<rss/>"))
    assert isinstance(result, Fetched)
    assert (result.url, result.final_url, result.status, result.body) == (URL, URL, 200, b"<rss/>")
    assert (result.content_type, result.charset) == ("application/rss+xml", "iso-8859-1")
    assert (result.etag, result.last_modified) == ('W/"v1"', "Tue, 03 Nov 2026 10:00:00 GMT")
    assert (result.max_age_s, result.retry_after_s) == (900, 120)
    assert result.permanent_url is None


def test_we_introduce_ourselves_and_ask_for_feeds() -> None:
    client, network = client_for(lambda _: Reply(), user_agent="aggregator/1 (+https://me.example)")
    client.fetch(FetchRequest(url=URL))
    headers = network.sent[0].headers
    assert headers["User-Agent"] == "aggregator/1 (+https://me.example)"
    assert headers["Accept"].startswith("application/atom+xml")
    assert headers["Accept-Encoding"] == "gzip, deflate"
    assert set(headers) == {"User-Agent", "Accept", "Accept-Encoding"}


def test_validators_are_sent_as_they_were_given() -> None:
    client, network = client_for(lambda _: Reply(status=304))
    result = client.fetch(FetchRequest(url=URL, etag='W/"caf\xe9"', last_modified="yesterday"))
    assert isinstance(result, NotModified)
    assert network.sent[0].headers["If-None-Match"] == 'W/"caf\xe9"'
    assert network.sent[0].headers["If-Modified-Since"] == "yesterday"


def test_validators_that_would_break_a_request_are_left_out() -> None:
    client, network = client_for(lambda _: Reply())
    client.fetch(FetchRequest(url=URL, etag='"x"\r\nHost: evil', last_modified="\n"))
    assert set(network.sent[0].headers) == {"User-Agent", "Accept", "Accept-Encoding"}


def test_a_304_refreshes_the_validators_it_names_and_keeps_the_others() -> None:
    headers = (("ETag", '"v2"'), ("Cache-Control", "max-age=60"))
    result = fetch(lambda _: Reply(status=304, headers=headers), etag='"v1"', last_modified="yesterday")
    assert (result.etag, result.last_modified, result.max_age_s) == ('"v2"', "yesterday", 60)


def test_a_304_that_nobody_asked_for_is_an_error() -> None:
    assert fetch(lambda _: Reply(status=304)).status == 304
    assert isinstance(fetch(lambda _: Reply(status=304)), FetchFailed)


def test_redirects_are_followed_and_told() -> None:
    pages = {
        URL: moved("https://a.example/2", 301),
        "https://a.example/2": moved("/3", 307),
        "https://a.example/3": moved("4x", 308),
        "https://a.example/4x": moved("//b.example/feed", 302),
        "https://b.example/feed": Reply(body=b"there"),
    }
    result = fetch(by_url(pages))
    assert (result.body, result.url, result.final_url) == (b"there", URL, "https://b.example/feed")
    assert [status for status, _ in result.redirects] == [301, 307, 308, 302]
    assert result.permanent_url is None


@pytest.mark.parametrize(
    ("first", "second", "permanent"), [(301, 308, True), (301, 302, False), (302, 301, False), (307, 307, False)]
)
def test_a_move_is_for_good_only_if_every_hop_says_so(first: int, second: int, permanent: bool) -> None:
    pages = {
        URL: moved("https://b.example/", first),
        "https://b.example/": moved("https://c.example/", second),
        "https://c.example/": Reply(),
    }
    assert fetch(by_url(pages)).permanent_url == ("https://c.example/" if permanent else None)


def test_a_move_for_good_is_told_with_a_304_too() -> None:
    pages = {URL: moved("https://b.example/", 301), "https://b.example/": Reply(status=304)}
    assert fetch(by_url(pages), etag='"v1"').permanent_url == "https://b.example/"


def test_a_move_from_https_to_http_is_never_for_good() -> None:
    pages = {URL: moved("http://a.example/", 301), "http://a.example/": Reply(body=b"x")}
    assert fetch(by_url(pages)).permanent_url is None


def test_a_move_for_good_keeps_the_login_on_its_origin_only() -> None:
    pages = {
        "https://a.example/old": moved("/new", 301),
        "https://a.example/new": Reply(),
        "https://a.example/away": moved("https://b.example/", 301),
        "https://b.example/": Reply(),
    }
    assert fetch(by_url(pages), "https://me:p%40w@a.example/old").permanent_url == "https://me:p%40w@a.example/new"
    assert fetch(by_url(pages), "https://me:pw@a.example/away").permanent_url is None


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ({URL: moved(URL)}, "in a circle"),
        ({URL: moved("/b"), "https://a.example/b": moved("/feed")}, "in a circle"),
        ({URL: moved("")}, "names no address"),
        ({URL: Reply(status=302)}, "names no address"),
        ({URL: moved("http://[::1")}, "not"),
        ({URL: moved("ftp://a.example/")}, "Only http"),
        ({URL: moved("file:///etc/passwd")}, "Only http"),
        ({URL: moved("data:text/xml,<rss/>")}, "Only http"),
    ],
)
def test_redirects_that_lead_nowhere_are_errors(pages: dict[str, Reply], words: str) -> None:
    result = fetch(by_url(pages))
    assert isinstance(result, FetchFailed)
    assert words in str(result.error)


def test_no_more_than_five_redirects_are_followed() -> None:
    client, network = client_for(lambda request: moved(request.target.url + "x"))
    result = client.fetch(FetchRequest(url=URL))
    assert isinstance(result.error, TooLarge)
    assert len(network.sent) == 6


def test_a_login_in_the_address_is_sent_as_a_header_and_not_in_the_address() -> None:
    client, network = client_for(lambda _: Reply())
    client.fetch(FetchRequest(url="https://me:p%40w@a.example/feed"))
    assert network.sent[0].target.url == URL
    assert network.sent[0].headers["Authorization"] == "Basic bWU6cEB3"


def test_credentials_and_own_headers_stay_with_the_origin() -> None:
    pages = {
        URL: moved("/same"),
        "https://a.example/same": moved("https://b.example/other"),
        "https://b.example/other": moved(URL + "/back"),
        URL + "/back": Reply(body=b"ok"),
    }
    client, network = client_for(by_url(pages))
    result = client.fetch(FetchRequest(url=URL, auth=("me", "pw"), headers=(("X-Api-Key", "k"), ("Cookie", "c=1"))))
    assert result.body == b"ok"
    own = [{"Authorization", "X-Api-Key", "Cookie"} & set(sent.headers) for sent in network.sent]
    assert [len(names) for names in own] == [3, 3, 0, 3]


def test_own_headers_cannot_smuggle_more_headers_in() -> None:
    client, network = client_for(lambda _: Reply())
    client.fetch(FetchRequest(url=URL, headers=(("X-A", "1\r\nX-Evil: 1"), ("X-B\n", "2"), ("X-C", "3"))))
    assert {name for name in network.sent[0].headers if name.startswith("X-")} == {"X-C"}


def test_trust_ends_where_a_redirect_leaves_the_named_host() -> None:
    pages = {
        "http://nas.local/hook": moved("/hook2"),
        "http://nas.local/hook2": moved("http://router.local/"),
        "http://router.local/": Reply(),
    }
    client, network = client_for(by_url(pages))
    client.fetch(FetchRequest(url="http://nas.local/hook", kind="other", trusted=True))
    assert [sent.trusted for sent in network.sent] == [True, True, False]


def test_a_post_follows_no_redirect() -> None:
    client, network = client_for(lambda _: moved("https://b.example/"))
    result = client.fetch(FetchRequest(url=URL, kind="other", method="POST", body=b"{}"))
    assert isinstance(result, FetchFailed)
    assert result.status == 302
    assert (len(network.sent), network.sent[0].body) == (1, b"{}")


def test_an_answer_of_no_content_is_an_answer() -> None:
    assert fetch(lambda _: Reply(status=204), kind="other", method="POST", body=b"").status == 204


@pytest.mark.parametrize(
    ("status", "transient"),
    [(400, False), (401, False), (403, False), (404, False), (408, True), (410, False), (425, True), (429, True),
     (500, True), (503, True), (999, True), (206, False), (300, False)],
)  # fmt: skip
def test_an_error_status_says_whether_to_come_back(status: int, transient: bool) -> None:
    result = fetch(lambda _: Reply(status=status))
    assert isinstance(result, FetchFailed)
    assert isinstance(result.error, HTTPStatusError)
    assert (result.status, result.error.status, result.error.transient) == (status, status, transient)
    assert f"HTTP {status}" in str(result.error)


def test_a_refusal_for_a_while_says_for_how_long() -> None:
    result = fetch(lambda _: Reply(status=429, headers=(("Retry-After", "Thu, 28 May 2026 21:26:40 GMT"),)))
    assert result.retry_after_s == result.error.retry_after_s == 3600
    assert "asked again in 60 min" in str(result.error)


def test_the_wall_that_refuses_is_named() -> None:
    assert fetch(lambda _: Reply(status=403, headers=(("Server", "cloudflare"),))).wall == "Cloudflare"
    assert fetch(lambda _: Reply(status=404, headers=(("Server", "cloudflare"),))).wall is None


def test_a_challenge_in_place_of_a_document_is_a_failure() -> None:
    result = fetch(lambda _: Reply(status=202, headers=(("x-amzn-waf-action", "challenge"),)))
    assert isinstance(result, FetchFailed)
    assert result.wall == "AWS WAF"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(hang=True), FetchTimeout),
        (Reply(reset=True), ConnectError),
        (Reply(body=b"x", declared=100), ConnectError),
        (Reply(body=b"x", declared=10**18), TooLarge),
        (Reply(body=b"x" * 3_000_000), TooLarge),
        (Reply(body=b"x", headers=(("Content-Encoding", "br"),)), FetchError),
    ],
)
def test_trouble_on_the_way_is_a_value_not_an_exception(reply: Reply, error: type[FetchError]) -> None:
    client, _ = client_for(lambda _: reply, max_bytes=2**20, max_compressed_bytes=2 * 2**20)
    result = client.fetch(FetchRequest(url=URL))
    assert isinstance(result, FetchFailed)
    assert type(result.error) is error
    assert str(result.error).startswith(URL)


def test_no_answer_at_all_may_come_later_but_a_refusal_of_ours_stays() -> None:
    assert fetch(lambda _: Reply(hang=True)).error.transient
    assert not fetch(lambda _: Reply(), "ftp://a.example/").error.transient


@pytest.mark.parametrize("url", ["", "/etc/passwd", "exec:date", "http://[bad", "ftp://a.example/"])
def test_what_is_no_address_is_never_asked(url: str) -> None:
    client, network = client_for(lambda _: Reply())
    result = client.fetch(FetchRequest(url=url))
    assert isinstance(result, FetchFailed)
    assert isinstance(result.error, Refused)
    assert result.url == url
    assert network.sent == []


def test_secrets_of_the_address_are_not_in_the_error() -> None:
    result = fetch(lambda _: Reply(status=500), "https://me:hunter2@a.example/feed?token=abc123")
    for text in (str(result.error), result.error.url, repr(result.error)):
        assert "hunter2" not in text
        assert "abc123" not in text


@pytest.mark.parametrize("kind", ["video/mp4", "application/pdf", "image/png", "application/zip"])
def test_what_is_no_page_is_not_downloaded_as_one(kind: str) -> None:
    reply = Reply(body=b"x" * 100, headers=(("Content-Type", kind),))
    result = fetch(lambda r: Reply(status=404) if r.target.url.endswith("robots.txt") else reply, kind="page")
    assert isinstance(result, FetchFailed)
    assert kind in str(result.error)
    assert isinstance(fetch(lambda _: reply), Fetched)


def test_the_time_that_redirects_take_counts() -> None:
    clock = [0.0]

    def slow(request: Outgoing) -> Reply:
        clock[0] += 8.0
        return moved(request.target.url + "x")

    network = FakeTransport(slow, monotonic=lambda: clock[0])
    client = Client(FetchOptions(timeout_s=20), network, monotonic=lambda: clock[0])
    result = client.fetch(FetchRequest(url=URL))
    assert isinstance(result.error, FetchTimeout)
    assert [sent.deadline for sent in network.sent] == [20.0, 20.0, 20.0]
    assert result.elapsed_s == 24.0


@pytest.mark.parametrize(("kind", "seconds"), [("feed", 20), ("page", 30), ("other", 20)])
def test_a_page_may_take_longer_than_a_feed(kind: str, seconds: float) -> None:
    client, network = client_for(lambda r: Reply(status=404 if "robots" in r.target.url else 200))
    client.fetch(FetchRequest(url=URL, kind=kind))
    assert network.sent[-1].deadline == seconds


def test_a_request_can_be_given_its_own_time_and_proxy() -> None:
    client, network = client_for(lambda _: Reply(), proxy="http://proxy.example:3128")
    client.fetch(FetchRequest(url=URL, timeout_s=90))
    client.fetch(FetchRequest(url=URL, proxy="http://other.example:3128"))
    assert network.sent[0].deadline == 90
    assert [sent.proxy for sent in network.sent] == ["http://proxy.example:3128", "http://other.example:3128"]


def test_every_result_can_be_sent_to_another_process() -> None:
    replies = [
        Reply(body=b"x"),
        Reply(status=304),
        Reply(status=503, headers=(("Retry-After", "60"),)),
        Reply(hang=True),
    ]
    for reply in replies:
        result = fetch(lambda _, reply=reply: reply, etag='"v1"')
        again = pickle.loads(pickle.dumps(result))
        assert type(again) is type(result)
        assert again.url == URL
        if isinstance(result, FetchFailed):
            assert str(again.error) == str(result.error)
            assert type(again.error) is type(result.error)


def test_a_broken_certificate_is_an_error_not_a_reason_to_do_without() -> None:
    attempts = []

    def handler(request: Outgoing) -> Reply:
        attempts.append(request.target.scheme)
        raise TLSError("The certificate does not hold: expired.")

    result = fetch(handler)
    assert isinstance(result.error, TLSError)
    assert attempts == ["https"]
