"""Long work shows how far it is on a terminal, and says nothing of it where nobody looks."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.integration.test_poll import feed, item, reading
from tests.support.http_server import Asked, Reply, Server
from tests.support.newsroom import environment

POLL = [sys.executable, "-m", "aggregator", "poll", "--force", "--no-pages", "--no-cluster"]
LINE = re.compile(r"\[#+\.+\] feeds 4/5 · \d\.\d/s · 5 new stories · 1 failed · about \d+ s left")


def seen(command: list[str], env: dict[str, str], *, once: str, then: Callable[[], None]) -> str:
    """What a person at a terminal sees of a program; `then` is called when `once` was read there."""
    terminal, ours = pty.openpty()
    with subprocess.Popen(command, stdin=ours, stdout=ours, stderr=ours, env=env) as process:
        os.close(ours)
        said = b""
        while True:
            try:
                said += os.read(terminal, 4096)
            except OSError:  # so Linux tells the end
                break
            if once in said.decode(errors="ignore"):
                then()
        assert process.wait(20) == 0
    os.close(terminal)
    return said.decode()


def test_a_poll_tells_how_far_it_is_and_when_it_will_be_done(tmp_path: Path) -> None:
    is_read = threading.Event()

    def later(asked: Asked) -> Reply:
        is_read.wait(1 if asked.path == "/slow" else 15)
        return feed(item(5 if asked.path == "/slow" else 6))

    routes = {
        "/a": feed(item(1), item(2)),
        "/b": Reply(status=500),
        "/c": feed(item(3), item(4)),
        "/slow": later,
        "/last": later,
    }
    db = tmp_path / "a.db"
    with Server(routes) as server:
        with reading(db, *map(server.url, routes)):
            pass
        told = seen(POLL, environment(db) | {"TERM": "xterm"}, once=" left", then=is_read.set)
    *progress, end = told.split("\r\x1b[K")
    assert any(LINE.fullmatch(line) for line in progress), told
    assert "6 new stories" in end
    assert "5/5" not in end, "the line is gone at the end"


def test_a_poll_whose_output_goes_to_a_file_shows_no_progress(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with Server({"/a": feed(item(1))}) as server:
        with reading(db, server.url("/a")):
            pass
        done = subprocess.run(POLL, env=environment(db), capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert done.stderr == "1 feed asked, 0 failed; 1 new story, 0 pages read.\n"
