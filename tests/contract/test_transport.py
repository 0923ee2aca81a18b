"""What every transport does: the real one over loopback, and the fake that other tests stand on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from aggregator.errors import ConnectError, FetchTimeout, TooLarge
from aggregator.fetch import FetchOptions, Outgoing, Transport
from aggregator.fetch.address import read_target
from aggregator.fetch.transport import RequestsTransport
from tests.support.http_server import Asked, Reply, Server
from tests.support.transport import FakeTransport

MIB = 2**20


def echo(asked: Asked) -> Reply:
    lines = [f"{asked.method} {asked.target}", *(f"{k}: {v}" for k, v in sorted(asked.headers.items()))]
    return Reply(body="\n".join(lines).encode() + b"\n\n" + asked.body)


ROUTES = {
    "/plain": Reply(body=b"<rss/>", headers=(("Content-Type", "text/xml"), ("X-Twice", "a"), ("x-twice", "b"))),
    "/echo": echo,
    "/large": Reply(body=b"x" * 300_000),
    "/chunked": Reply(body=b"piece", chunked=True),
    "/unsized": Reply(body=b"until the end", declared=-1),
    "/packed": Reply(body=b"\x1f\x8bnot really", headers=(("Content-Encoding", "gzip"),)),
    "/empty": Reply(),
    "/304": Reply(status=304),
    "/404": Reply(status=404, body=b"no"),
    "/moved": Reply(status=302, headers=(("Location", "/plain"),)),
    "/cookie": Reply(headers=(("Set-Cookie", "track=me"),)),
    "/short": Reply(body=b"only this", declared=1000),
    "/reset": Reply(reset=True),
    "/garbage": Reply(raw=b"garbage\r\n\r\n"),
    "/hang": Reply(hang=True),
    "/drip": Reply(body=b"never whole", drip_s=0.05),
    "/headers": Reply(headers=tuple((f"X-{n}", "y" * 1000) for n in range(50))),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(ROUTES) as running:
        yield running


@pytest.fixture(params=["requests", "fake"])
def transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    if request.param == "fake":
        yield FakeTransport(routes=ROUTES)
    else:
        real = RequestsTransport(FetchOptions(allow_networks=("127.0.0.0/8",)))
        yield real
        real.close()


@pytest.fixture
def send(transport: Transport, server: Server):
    def sender(path: str, *, seconds: float = 5.0, headers=None, max_body: int = MIB, max_header: int = 65536, **more):
        return transport.send(
            Outgoing(
                target=read_target(server.url(path)),
                headers=headers or {},
                deadline=time.monotonic() + seconds,
                max_header_bytes=max_header,
                max_body_bytes=max_body,
                **more,
            )
        )

    return sender


def body_of(response) -> bytes:
    try:
        return b"".join(response.chunks())
    finally:
        response.close()


def test_status_and_body_arrive(send) -> None:
    response = send("/plain")
    assert response.status == 200
    assert body_of(response) == b"<rss/>"


def test_header_names_are_lower_case_and_repeated_headers_are_joined(send) -> None:
    response = send("/plain")
    assert response.headers["content-type"] == "text/xml"
    assert response.headers["x-twice"] == "a, b"
    response.close()


@pytest.mark.parametrize(
    ("path", "body"),
    [("/chunked", b"piece"), ("/unsized", b"until the end"), ("/empty", b""), ("/large", b"x" * 300_000)],
)
def test_a_body_comes_whole_however_it_is_framed(send, path: str, body: bytes) -> None:
    assert body_of(send(path)) == body


def test_a_body_stays_compressed(send) -> None:
    assert body_of(send("/packed")) == b"\x1f\x8bnot really"


def test_our_headers_are_sent_and_no_others_give_us_away(send) -> None:
    text = body_of(
        send("/echo?a=1", headers={"User-Agent": "aggregator/1 (+https://a.example)", "If-None-Match": '"v1"'})
    ).decode()
    assert text.startswith("GET /echo?a=1\n")
    assert 'if-none-match: "v1"' in text
    assert "user-agent: aggregator/1 (+https://a.example)" in text
    assert "cookie" not in text
    assert "authorization" not in text


def test_a_body_can_be_posted(send) -> None:
    text = body_of(
        send("/echo", method="POST", body=b'{"a": 1}', headers={"Content-Type": "application/json"})
    ).decode()
    assert text.startswith("POST /echo\n")
    assert text.endswith('\n\n{"a": 1}')


@pytest.mark.parametrize(("path", "status"), [("/304", 304), ("/404", 404)])
def test_any_status_is_an_answer(send, path: str, status: int) -> None:
    response = send(path)
    assert response.status == status
    response.close()


def test_redirects_are_not_followed(send) -> None:
    response = send("/moved")
    assert (response.status, response.headers["location"]) == (302, "/plain")
    response.close()


def test_cookies_are_not_kept(send) -> None:
    send("/cookie").close()
    assert b"cookie" not in body_of(send("/echo"))


def test_one_answer_after_the_other_comes_right(send) -> None:
    for _ in range(3):
        assert send("/304").close() is None
        assert body_of(send("/plain")) == b"<rss/>"
        response = send("/404")
        response.close()
        assert body_of(send("/chunked")) == b"piece"


def test_a_body_that_ends_too_early_is_an_error(send) -> None:
    with pytest.raises(ConnectError):
        body_of(send("/short"))


@pytest.mark.parametrize("path", ["/reset", "/garbage"])
def test_a_broken_exchange_is_a_connect_error(send, path: str) -> None:
    with pytest.raises(ConnectError) as caught:
        send(path)
    assert caught.value.transient


@pytest.mark.parametrize("path", ["/hang", "/drip"])
def test_the_deadline_holds_however_slowly_bytes_come(send, path: str) -> None:
    with pytest.raises(FetchTimeout):
        body_of(send(path, seconds=0.3))


def test_more_headers_than_allowed_are_refused(send) -> None:
    with pytest.raises(TooLarge):
        send("/headers", max_header=10_000)


def test_more_body_than_allowed_is_refused(send) -> None:
    with pytest.raises(TooLarge):
        body_of(send("/large", max_header=10_000, max_body=50_000))


def test_errors_do_not_name_the_address(send) -> None:
    with pytest.raises(ConnectError) as caught:
        send("/reset?token=SECRET")
    assert "SECRET" not in str(caught.value)
