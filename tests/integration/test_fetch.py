"""The client over real sockets, against a server that misbehaves on purpose."""

from __future__ import annotations

import base64
import gzip
import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.errors import ConnectError, FetchTimeout, Refused, TLSError, TooLarge
from aggregator.fetch import Client, Fetched, FetchFailed, FetchOptions, FetchRequest, NotModified
from aggregator.fetch.guard import Resolver
from aggregator.fetch.transport import RequestsTransport
from tests.support.http_server import Asked, Reply, Server

LOOPBACK = ("127.0.0.0/8",)
TLS = Path(__file__).parents[1] / "data" / "tls"
MIB = 2**20


def conditional(asked: Asked) -> Reply:
    if asked.headers.get("if-none-match") == '"v1"':
        return Reply(status=304)
    return Reply(body=b"<rss/>", headers=(("ETag", '"v1"'),))


BOMB = gzip.compress(bytes(64 * MIB))
ROUTES = {
    "/feed": conditional,
    "/robots.txt": Reply(body=b"User-agent: *\nDisallow: /private/"),
    "/page": Reply(body=b"<p>page</p>", headers=(("Content-Type", "text/html; charset=utf-8"),)),
    "/bomb": Reply(body=BOMB, headers=(("Content-Encoding", "gzip"),)),
    "/error-bomb": Reply(status=500, body=BOMB, headers=(("Content-Encoding", "gzip"),)),
    "/redirect-bomb": Reply(status=302, body=BOMB, headers=(("Content-Encoding", "gzip"), ("Location", "/feed"))),
    "/packed": Reply(body=gzip.compress(b"<rss/>"), headers=(("Content-Encoding", "gzip"),)),
    "/large": Reply(body=b"x" * (2 * MIB)),
    "/drip": Reply(body=b"x" * 1000, drip_s=0.02),
    "/drip-header": Reply(headers=(("X-Pad", "x" * 1000),), drip_s=0.02),
    "/hang": Reply(hang=True),
    "/hundreds": Reply(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000),
    "/header-line": Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"a" * 400_000),
    "/many-headers": Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000),
    "/chunk-extension": Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + b"x" * 3 * MIB),
    "/trailers": Reply(
        raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n" + b"T: x\r\n" * 500_000
    ),
    "/chunk-negative": Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx"),
    "/two-lengths": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 50\r\n\r\n<rss/>"),
    "/old": Reply(raw=b"<rss>no header at all</rss>"),
    "/bare": Reply(raw=b"HTTP/1.1 200 OK\nContent-Type: text/xml\nX: a\n  b\n\n<rss/>"),
    "/nul": Reply(
        raw=b"HTTP/1.1 200 OK\r\nX\x00Y: \xff\xfe\x00\r\n: empty\r\nnocolon\r\nContent-Type: text/xml\r\n\r\n<rss/>"
    ),
    "/error-cut": Reply(status=404, body=b"not all of it", declared=1000),
    "/error-large": Reply(status=404, body=b"x" * 100_000),
    "/cookie": Reply(headers=(("Set-Cookie", "track=me; Path=/"),)),
    "/to-metadata": Reply(status=302, headers=(("Location", "http://169.254.169.254/latest/"),)),
    "/to-private": Reply(status=302, headers=(("Location", "http://10.0.0.1/"),)),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(ROUTES) as running:
        yield running


@pytest.fixture(autouse=True)
def _forget(server: Server) -> None:
    server.asked.clear()


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(FetchOptions(allow_networks=LOOPBACK, timeout_s=5, max_bytes=MIB, max_compressed_bytes=MIB)) as made:
        yield made


def test_an_unchanged_feed_costs_one_conditional_request(client: Client, server: Server) -> None:
    first = client.fetch(FetchRequest(url=server.url("/feed")))
    assert isinstance(first, Fetched)
    second = client.fetch(FetchRequest(url=server.url("/feed"), etag=first.etag))
    assert isinstance(second, NotModified)
    assert [asked.connection for asked in server.asked] == [server.asked[0].connection] * 2


def test_a_compressed_document_is_unpacked(client: Client, server: Server) -> None:
    assert client.fetch(FetchRequest(url=server.url("/packed"))).body == b"<rss/>"


def test_cookies_are_never_sent_back(client: Client, server: Server) -> None:
    for _ in range(2):
        client.fetch(FetchRequest(url=server.url("/cookie")))
    assert all("cookie" not in asked.headers for asked in server.asked)


def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure(client: Client) -> None:
    with Server({"/": Reply(body=b"ok")}) as server:
        assert client.fetch(FetchRequest(url=server.url())).body == b"ok"
        for connection in server._connections:
            connection.shutdown(socket.SHUT_RDWR)
        assert client.fetch(FetchRequest(url=server.url())).body == b"ok"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/bomb", TooLarge),
        ("/large", TooLarge),
        ("/header-line", TooLarge),
        ("/chunk-extension", ConnectError),
        ("/trailers", TooLarge),
        ("/hundreds", TooLarge),
        ("/many-headers", ConnectError),
        ("/chunk-negative", ConnectError),
        ("/two-lengths", ConnectError),
        ("/old", ConnectError),
    ],
)
def test_what_has_no_end_or_no_sense_is_broken_off(client: Client, server: Server, path: str, error: type) -> None:
    result = client.fetch(FetchRequest(url=server.url(path)))
    assert isinstance(result, FetchFailed)
    assert isinstance(result.error, error)


@pytest.mark.parametrize("path", ["/bare", "/nul"])
def test_odd_headers_do_not_lose_the_document(client: Client, server: Server, path: str) -> None:
    result = client.fetch(FetchRequest(url=server.url(path)))
    assert isinstance(result, Fetched)
    assert result.body == b"<rss/>"


@pytest.mark.parametrize("path", ["/drip", "/drip-header", "/hang"])
def test_the_total_time_holds_however_slowly_bytes_come(server: Server, path: str) -> None:
    with Client(FetchOptions(allow_networks=LOOPBACK, timeout_s=0.4)) as client:
        result = client.fetch(FetchRequest(url=server.url(path)))
    assert isinstance(result.error, FetchTimeout)
    assert "0.4 s" in str(result.error)


def test_bombs_in_bodies_that_nobody_needs_are_not_unpacked(client: Client, server: Server) -> None:
    assert client.fetch(FetchRequest(url=server.url("/redirect-bomb"))).body == b"<rss/>"
    assert client.fetch(FetchRequest(url=server.url("/error-bomb"))).status == 500


@pytest.mark.parametrize("path", ["/error-cut", "/error-large"])
def test_an_error_is_told_by_its_status_whatever_becomes_of_its_body(client: Client, server: Server, path: str) -> None:
    assert client.fetch(FetchRequest(url=server.url(path))).status == 404
    assert isinstance(client.fetch(FetchRequest(url=server.url("/feed"))), Fetched)


def test_nothing_listening_is_a_connect_error(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    result = client.fetch(FetchRequest(url=f"http://127.0.0.1:{port}/"))
    assert isinstance(result.error, ConnectError)
    assert "refused" in str(result.error)


def test_warnings_of_the_library_do_not_leak_the_address(
    client: Client, server: Server, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING):
        client.fetch(FetchRequest(url=server.url("/nul?token=SECRET")))
    assert "SECRET" not in caplog.text + "".join(capfd.readouterr())


# -- where we may not go


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0177.0.0.1", "127.1", "2130706433", "0x7f.1", "0"]
)
def test_this_machine_is_not_connected_to_in_any_spelling(server: Server, host: str) -> None:
    with Client(FetchOptions()) as client:
        result = client.fetch(FetchRequest(url=f"http://{host}:{server.port}/feed"))
    assert isinstance(result.error, Refused | ConnectError)
    assert server.asked == []


@pytest.mark.parametrize("path", ["/to-metadata", "/to-private"])
def test_a_redirect_into_a_private_network_is_refused(client: Client, server: Server, path: str) -> None:
    result = client.fetch(FetchRequest(url=server.url(path)))
    assert isinstance(result.error, Refused)
    assert "allow_networks" in str(result.error)


def client_resolving(*answers: list[str]) -> Client:
    """A client for whom every name has these addresses, one answer after the other."""
    turns = iter(answers)

    def look_up(_host: str, port: int, **_: object) -> list[tuple]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(turns)]

    options = FetchOptions()
    return Client(options, RequestsTransport(options, resolver=Resolver(look_up)))


@pytest.mark.parametrize(
    "answers",
    [(["127.0.0.1"], ["127.0.0.1"]), (["93.184.215.14"], ["127.0.0.1"]), (["93.184.215.14", "127.0.0.1"],) * 2],
    ids=["private", "rebinding", "mixed"],
)
def test_a_name_that_leads_here_is_refused_even_if_it_leads_elsewhere_too(server: Server, answers) -> None:
    with client_resolving(*answers) as client:
        result = client.fetch(FetchRequest(url=f"http://news.example:{server.port}/feed"))
    assert isinstance(result.error, Refused)
    assert "news.example leads to 127.0.0.1" in str(result.error)
    assert server.asked == []


def test_a_host_that_the_owner_named_may_be_private(server: Server) -> None:
    with Client(FetchOptions()) as client:
        assert isinstance(client.fetch(FetchRequest(url=server.url("/feed"), trusted=True)), Fetched)
        # The connection that is still open must not serve an address that came from a feed.
        assert isinstance(client.fetch(FetchRequest(url=server.url("/feed"))).error, Refused)


def test_the_connection_keeps_the_name_it_was_asked_for(server: Server) -> None:
    options = FetchOptions(allow_networks=LOOPBACK)
    look_up = lambda _h, port, **_: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]  # noqa: E731
    with Client(options, RequestsTransport(options, resolver=Resolver(look_up))) as client:
        client.fetch(FetchRequest(url=f"http://news.example:{server.port}/feed"))
    assert server.asked[0].headers["host"] == f"news.example:{server.port}"


def test_a_dead_address_does_not_hide_a_live_one(server: Server) -> None:
    options = FetchOptions(allow_networks=LOOPBACK)
    look_up = lambda _h, port, **_: [(socket.AF_INET, 1, 6, "", (ip, port)) for ip in ("127.0.0.2", "127.0.0.1")]  # noqa: E731
    with Client(options, RequestsTransport(options, resolver=Resolver(look_up))) as client:
        assert isinstance(client.fetch(FetchRequest(url=f"http://news.example:{server.port}/feed")), Fetched)


# -- TLS


@pytest.fixture(scope="module")
def secure() -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "localhost.pem")
    with Server(ROUTES, tls=context) as running:
        yield running


def test_a_certificate_of_an_authority_the_owner_trusts_holds(secure: Server) -> None:
    options = FetchOptions(allow_networks=LOOPBACK, ca_file=str(TLS / "ca.pem"))
    with Client(options) as client:
        first, second = (client.fetch(FetchRequest(url=secure.url("/feed"))) for _ in range(2))
    assert isinstance(first, Fetched)
    assert isinstance(second, Fetched)


def test_a_certificate_of_an_unknown_authority_is_refused(secure: Server, client: Client) -> None:
    result = client.fetch(FetchRequest(url=secure.url("/feed")))
    assert isinstance(result.error, TLSError)
    assert "certificate" in str(result.error)


def test_a_certificate_for_another_name_is_refused(secure: Server) -> None:
    options = FetchOptions(allow_networks=LOOPBACK, ca_file=str(TLS / "ca.pem"))
    look_up = lambda _h, port, **_: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]  # noqa: E731
    with Client(options, RequestsTransport(options, resolver=Resolver(look_up))) as client:
        result = client.fetch(FetchRequest(url=f"https://news.example:{secure.port}/feed"))
    assert isinstance(result.error, TLSError)


def test_a_slow_body_over_tls_meets_the_total_time_too(secure: Server) -> None:
    options = FetchOptions(allow_networks=LOOPBACK, ca_file=str(TLS / "ca.pem"), timeout_s=0.6)
    with Client(options) as client:
        assert isinstance(client.fetch(FetchRequest(url=secure.url("/drip"))).error, FetchTimeout)


def test_a_handshake_that_never_ends_meets_the_total_time() -> None:
    options = FetchOptions(allow_networks=LOOPBACK, timeout_s=0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent, Client(options) as client:
        result = client.fetch(FetchRequest(url=f"https://127.0.0.1:{silent.getsockname()[1]}/"))
    assert isinstance(result.error, FetchTimeout)


def test_plain_http_where_tls_was_asked_for_is_a_tls_error(client: Client) -> None:
    def answer_in_plain_text(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(1000)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer_in_plain_text, args=(listener,))
        thread.start()
        result = client.fetch(FetchRequest(url=f"https://127.0.0.1:{listener.getsockname()[1]}/"))
        thread.join()
    assert isinstance(result.error, TLSError)


# -- proxy


def test_requests_go_through_the_proxy_with_its_login(server: Server) -> None:
    seen: list[Asked] = []

    def forward(asked: Asked) -> Reply:
        seen.append(asked)
        return Reply(body=b"through the proxy")

    class Everything(dict):
        def get(self, _key: str, _default: object = None) -> object:
            return forward

    with Server(Everything()) as proxy:
        options = FetchOptions(proxy=f"http://me:pw@{proxy.authority}")
        with Client(options) as client:
            result = client.fetch(FetchRequest(url="http://news.example/feed?x=1"))
            local = client.fetch(FetchRequest(url=server.url("/feed")))
    assert result.body == b"through the proxy"
    assert seen[0].target == "http://news.example/feed?x=1"
    assert seen[0].headers["proxy-authorization"] == "Basic " + base64.b64encode(b"me:pw").decode()
    assert isinstance(local.error, Refused)


def test_a_proxy_that_is_down_is_named_as_the_trouble_without_its_password() -> None:
    with Client(FetchOptions(proxy="http://me:hunter2@127.0.0.1:1")) as client:
        for url in ("http://news.example/feed", "https://news.example/feed"):
            result = client.fetch(FetchRequest(url=url))
            assert isinstance(result.error, ConnectError)
            assert "hunter2" not in str(result.error)


def test_proxies_of_the_environment_are_not_used(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert isinstance(client.fetch(FetchRequest(url=server.url("/feed"))), Fetched)


# -- many threads


def test_a_client_serves_many_threads(client: Client, server: Server) -> None:
    results: list[object] = []

    def work() -> None:
        results.extend(client.fetch(FetchRequest(url=server.url("/feed"))) for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(result) for result in results] == [Fetched] * 80


def test_connections_of_finished_threads_are_closed(client: Client, server: Server) -> None:
    thread = threading.Thread(target=client.fetch, args=(FetchRequest(url=server.url("/feed")),))
    thread.start()
    thread.join()
    deadline = time.monotonic() + 5
    while any(connection.fileno() >= 0 and _is_open(connection) for connection in server._connections[-1:]):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _is_open(connection: socket.socket) -> bool:
    try:
        connection.getpeername()
    except OSError:
        return False
    return True
