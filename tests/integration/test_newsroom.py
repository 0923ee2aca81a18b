"""The newsroom over real HTTP on loopback."""

import http.client
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from aggregator.newsroom import default_folder, load, serve

TUESDAY = datetime(2026, 3, 3, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def newsroom():
    return load(default_folder())


@pytest.fixture
def server(newsroom):
    with serve(newsroom, now=TUESDAY) as running:
        yield running


def ask(url, method="GET", **headers):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, headers={n.replace("_", "-"): v for n, v in headers.items()})
        response = connection.getresponse()
        return response.status, dict(response.headers), response.read()
    finally:
        connection.close()


def test_every_outlet_answers_at_an_address_of_its_own(server, newsroom):
    assert len(set(server.addresses.values())) == len(newsroom.outlets)
    for url in server.feed_urls:
        assert ask(url)[0] == 200
    assert {r.status for r in server.requests} == {200}


def test_a_story_is_not_there_before_its_time(server, newsroom):
    story = next(s for s in newsroom.stories if s.at > TUESDAY)
    assert ask(server.url(story))[0] == 404
    server.set_now(story.at)
    status, _, body = ask(server.url(story))
    assert status == 200
    assert story.paragraphs[0][:40].encode() in body


def test_a_second_request_with_validators_gets_304(server):
    url = server.feed_urls[0]
    _, headers, body = ask(url)
    assert body
    status, again, nothing = ask(url, If_None_Match=headers["ETag"])
    assert (status, nothing, again["ETag"]) == (304, b"", headers["ETag"])
    assert [r.conditional for r in server.requests] == [False, True]
    server.set_now(TUESDAY + timedelta(days=1))
    assert ask(url, If_None_Match=headers["ETag"])[0] == 200


def test_head_says_the_same_without_the_body(server):
    url = server.feed_urls[1]
    _, full, body = ask(url)
    status, headers, nothing = ask(url, "HEAD")
    assert (status, nothing) == (200, b"")
    assert headers["Content-Length"] == full["Content-Length"] == str(len(body))


def test_connections_are_kept_alive(server):
    parts = urlsplit(server.feed_urls[2])
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        for _ in range(3):
            connection.request("GET", "/")
            assert connection.getresponse().read()
    finally:
        connection.close()


def test_the_subscription_list_names_every_feed_in_a_folder(server, newsroom):
    root = ET.fromstring(server.opml())
    rows = root.findall("./body/outline/outline")
    assert [r.get("xmlUrl") for r in rows if r.get("text") == newsroom.outlets[0].name] == [server.feed_urls[0]]
    assert {r.get("xmlUrl") for r in rows} == set(server.feed_urls)


def test_the_gold_names_what_is_out_and_only_that(server, newsroom):
    gold = server.gold()
    assert set(gold) == {server.url(s) for s in newsroom.stories if s.at <= TUESDAY}
    copies = {url: row for url, row in gold.items() if row["copy_of"]}
    assert copies
    assert all(
        row["copy_of"] in gold and row["kind"] and gold[row["copy_of"]]["event"] == row["event"]
        for row in copies.values()
    )


def test_two_newsrooms_can_be_open_at_once(newsroom, server):
    with serve(newsroom, now=TUESDAY) as other:
        assert not set(other.feed_urls) & set(server.feed_urls)


def test_a_closed_newsroom_answers_no_more(newsroom):
    with serve(newsroom, now=TUESDAY) as running:
        url = running.feed_urls[0]
    with pytest.raises(OSError, match=r"refused|Connection"):
        urllib.request.urlopen(url, timeout=5)
    running.close()


def test_without_addresses_of_their_own_outlets_get_ports_of_their_own(newsroom, monkeypatch):
    monkeypatch.setattr("aggregator.newsroom.server.HOSTS", "192.0.2.{}")
    with serve(newsroom, now=TUESDAY) as running:
        assert {urlsplit(u).hostname for u in running.feed_urls} == {"127.0.0.1"}
        assert all(ask(u)[0] == 200 for u in running.feed_urls)


def test_a_clock_without_a_zone_is_refused(newsroom, server):
    with pytest.raises(ValueError, match="zone"):
        server.set_now(datetime(2026, 3, 3))


def test_it_runs_alone(tmp_path):
    opml = tmp_path / "out.opml"
    arguments = ["--now", "2026-03-03T08:00Z", "--opml", str(opml)]
    done = subprocess.run(
        [sys.executable, "-m", "aggregator.newsroom", *arguments],
        input="2026-03-04T08:00Z\nnonsense\nquit\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "127.0." in done.stdout
    assert done.stdout.count("stories are out") == 2
    assert "nonsense" in done.stderr
    assert b"xmlUrl" in opml.read_bytes()
