"""`aggregator run` under a supervisor, and `doctor --online` against servers that have trouble."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest

from aggregator.app.app import open_app
from aggregator.app.online import examine_online
from aggregator.config import MailConfig, WebConfig, WorkersConfig
from aggregator.model import FeedSpec
from tests.support.http_server import Reply, Server
from tests.support.newsroom import environment, loopback

FEED = b'<rss version="2.0"><channel><title>The Courier</title></channel></rss>'


def test_a_supervisor_hears_that_we_are_ready_that_we_live_and_that_we_end(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, socket.create_server(("127.0.0.1", 0)) as free:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(40)
        port = free.getsockname()[1]
        free.close()
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
        process = subprocess.Popen(
            [sys.executable, "-m", "aggregator", "run", "--port", str(port)],
            env=environment(tmp_path / "a.db") | told,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert systemd.recv(200) == b"READY=1"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
                assert answer.read() == b'{"status": "ok"}'
            assert systemd.recv(200) == b"WATCHDOG=1"
            process.send_signal(signal.SIGTERM)
            while (said := systemd.recv(200)) != b"STOPPING=1":
                assert said == b"WATCHDOG=1"
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait()


def dated(offset: timedelta) -> Reply:
    said = format_datetime(datetime.now(UTC) + offset, usegmt=True)
    return Reply(headers=(("Content-Type", "application/rss+xml"), ("Date", said)), body=FEED)


def found(db: Path, *urls: str, **over: object) -> list[str]:
    with open_app(loopback(**over), db=db) as app:
        app.feeds.add([FeedSpec(url=url) for url in urls])
        return [finding.what for finding in examine_online(app)]


def test_all_well_outside_is_no_finding(tmp_path: Path) -> None:
    with Server({"/feed": dated(timedelta()), "/healthz": Reply(body=b"ok")}) as server:
        web = WebConfig(public_url=server.url("/").rstrip("/"))
        assert found(tmp_path / "a.db", server.url("/feed"), web=web) == []


def test_a_feed_that_fails_now_is_named_with_what_its_server_says(tmp_path: Path) -> None:
    with Server({"/feed": Reply(status=500)}) as server:
        [what] = found(tmp_path / "a.db", server.url("/feed"))
    assert "500" in what


def test_a_wrong_clock_is_told_by_the_servers(tmp_path: Path) -> None:
    with Server({"/feed": dated(timedelta(hours=-1))}) as server:
        [what] = found(tmp_path / "a.db", server.url("/feed"))
    assert "ahead" in what
    assert 3500 < int(next(word for word in what.split() if word.isdecimal())) < 3700


def test_a_public_address_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    with Server({"/feed": dated(timedelta())}) as server:
        web = WebConfig(public_url=server.url("/news"))
        [what] = found(tmp_path / "a.db", server.url("/feed"), web=web)
    assert "public_url" in what


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_mail_server_that_is_not_there_is_named_by_its_setting(tmp_path: Path, closed_port: int) -> None:
    mail = MailConfig(host="127.0.0.1", port=closed_port, security="none", sender="me@example.org", timeout_s=5)
    with open_app(msgspec.structs.replace(loopback(), mail=mail), db=tmp_path / "a.db") as app:
        [finding] = examine_online(app)
    assert str(closed_port) in finding.what
    assert "[mail]" in finding.mend


def test_no_network_at_all_is_one_finding(tmp_path: Path, closed_port: int) -> None:
    assert os.environ.get("AGGREGATOR_DB") is None
    urls = [f"http://127.0.0.{n}:{closed_port}/feed" for n in range(1, 6)]
    [what] = found(tmp_path / "a.db", *urls)
    assert what.startswith("None of 5 hosts can be reached")


def test_a_cluster_that_does_not_answer_is_named(
    tmp_path: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="distributed is not installed: pip install 'aggregator[dask]'")
    monkeypatch.setattr("aggregator.pipeline.spread.CONNECT_S", 1.0)
    workers = WorkersConfig(engine="dask", scheduler=f"tcp://127.0.0.1:{closed_port}")
    [what] = found(tmp_path / "a.db", workers=workers)
    assert str(closed_port) in what
