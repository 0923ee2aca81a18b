"""A poll that is killed, starved of disk or locked out leaves a whole database, and the next one goes on from there.

SOAK=N makes N rounds of each kind instead of a few (`make soak`).
"""

from __future__ import annotations

import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.newsroom import Server
from tests.support.invariant import faults
from tests.support.newsroom import END, environment, on_the_air, run
from tests.support.shared import ROOT, shared

SOAK = int(os.environ.get("SOAK") or 0)
POLL = f"{shlex.quote(sys.executable)} -m aggregator poll --force"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with on_the_air() as server:
        yield server


@pytest.fixture
def db(tmp_path: Path, server: Server) -> Path:
    return subscribed(tmp_path, server)


def subscribed(folder: Path, server: Server) -> Path:
    path = folder / "a.db"
    (folder / "feeds.opml").write_bytes(server.opml())
    run("feeds", "import", folder / "feeds.opml", db=path, now=END, check=True)
    return path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", tmp_path], check=False)
    if mounted.returncode != 0:
        pytest.skip("no file system may be mounted here")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


def disturb(db: Path, mode: str, rounds: int, *more: str, poll: str = "") -> str:
    """The crash driver's verdict on polls of this database."""
    driver = shared("hostile", "crash", "crash_driver.py")
    invariant = f"{shlex.quote(sys.executable)} {ROOT / 'tests' / 'support' / 'invariant.py'} {{DB}}"
    command = [
        sys.executable, driver, "--db", db, "--cmd", f"{POLL} {poll}", "--mode", mode, "--n", rounds,
        "--invariant", invariant, *more,
    ]  # fmt: skip
    done = subprocess.run(
        list(map(str, command)),
        env=environment(db, END),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=7200,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_kills_lose_nothing(db: Path, server: Server) -> None:
    assert disturb(db, "kill", SOAK or 8, "--tmin", "0.3", "--tmax", "2.2", "--seed", str(END.day)) == ""
    run("poll", "--force", "--no-pages", db=db, now=END, check=True)
    assert faults(db) == []
    with sqlite3.connect(db) as conn:
        stored = {url for (url,) in conn.execute("SELECT url FROM entries")}
    assert set(server.gold()) <= stored


@pytest.mark.parametrize(
    ("mode", "rounds", "more", "poll"),
    [
        ("term", 4, ("--tmin", "0.3", "--tmax", "3", "--grace", "5"), ""),
        ("fsize", 4, (), ""),
        ("lock", 2, ("--tmax", "2"), "--no-pages"),
        ("twin", 1, (), "--no-pages"),
    ],
)
def test_other_disturbances_leave_a_whole_database(
    db: Path, mode: str, rounds: int, more: tuple[str, ...], poll: str
) -> None:
    assert disturb(db, mode, SOAK // 4 or rounds, *more, poll=poll) == ""


@pytest.mark.skipif(not SOAK or os.geteuid() != 0, reason="mounts a disk of its own: make soak, as root")
def test_a_full_disk_leaves_a_whole_database(small_disk: Path, server: Server) -> None:
    assert disturb(subscribed(small_disk, server), "full", max(1, SOAK // 10)) == ""


@pytest.mark.parametrize("command", [("poll", "--force"), ("run", "--port", "0")])
def test_sigterm_ends_the_work_within_five_seconds(db: Path, command: tuple[str, ...]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator", *command],
        env=environment(db, END), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    time.sleep(2.0)
    process.send_signal(signal.SIGTERM)
    try:
        _, said = process.communicate(timeout=5.0)
    finally:
        process.kill()
    assert b"Traceback" not in said
    assert faults(db) == []
