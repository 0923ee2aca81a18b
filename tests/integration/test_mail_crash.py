"""`kill -9` at every step of making and sending: no edition is lost, none is made twice, and whatever may have come twice
came under one Message-ID and is in the ledger.

SOAK=N kills N times instead of a few (`make soak`).
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.app.app import open_app
from aggregator.config import Config
from tests.support.building import NOW, a_new_entry
from tests.support.invariant import faults
from tests.support.newsroom import environment, run
from tests.support.smtp import FaultServer, faulty
from tests.unit.web.conftest import fill

SOAK = int(os.environ.get("SOAK") or 0)
TO = tuple(f"reader{n}@example.net" for n in range(3))
STEPS = ("greeting", "mail", "rcpt", "data", "dot", "answered")
SETTINGS = """[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "news@example.org"

[digests.morning]
at = "12:00"
to = {to}
"""


def new_day(db: Path, number: int) -> datetime:
    """Noon of another day, with a story that was not there before."""
    at = NOW + timedelta(days=number)
    with open_app(Config(timezone="UTC"), db=db, clock=lambda: at) as app:
        if not number:
            fill(app)
        title = f"Bridge {number} opens"
        text = f"The bridge numbered {number} was opened to trams and walkers. The mayor cut a ribbon."
        app.store.ingest.apply(1, [a_new_entry(900 + number, published_at=at, title=title, text=text)], now=at)
        app.polling.decide()
    return at + timedelta(seconds=30)


def start(db: Path, settings: Path, now: datetime) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "aggregator", "--config", str(settings), "digests", "send", "morning", "--if-due"]
    env = environment(db, now)
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def end(process: subprocess.Popen[bytes]) -> str:
    _, said = process.communicate(timeout=60)
    assert b"Traceback" not in said, said
    return said.decode()


class Killer:
    """Kills the process that talks to the server, when it comes to a step."""

    def __init__(self) -> None:
        self.pid = 0
        self.step = ""
        self.kills = 0
        self._lock = threading.Lock()

    def __call__(self, step: str) -> None:
        with self._lock:
            if step == self.step and self.pid:
                self.step = ""
                self.kills += 1
                os.kill(self.pid, signal.SIGKILL)


def check(db: Path, server: FaultServer, editions: int, settings: Path) -> None:
    """Every reader has every edition once, but for doubles that the ledger names."""
    assert faults(db) == []
    with sqlite3.connect(db) as conn:
        assert conn.execute("SELECT count(*) FROM editions").fetchone() == (editions,)
    arrived = Counter((r.recipient, str(r.message["Message-ID"])) for r in server.received)
    audit = json.loads(
        run("--config", settings, "digests", "audit", "--json", db=db, now=NOW + timedelta(days=9999)).stdout
    )
    assert set(audit["counts"]) <= {"once", "in doubt"}
    assert set(arrived) == {(m["recipient"], m["message_id"]) for m in audit["mails"]}
    assert Counter(reader for reader, _ in arrived) == dict.fromkeys(TO, editions)
    doubles = {key for key, times in arrived.items() if times > 1}
    assert doubles <= {(m["recipient"], m["message_id"]) for m in audit["mails"] if m["in_doubt"]}


def test_a_kill_at_every_step_of_the_conversation_loses_and_repeats_nothing(tmp_path: Path) -> None:
    db, settings, killer = tmp_path / "a.db", tmp_path / "settings.toml", Killer()
    steps = STEPS * max(1, SOAK // (2 * len(STEPS))) if SOAK else ("rcpt", "dot")
    with faulty("ok") as server:
        server.on_step = killer
        settings.write_text(SETTINGS.format(port=server.port, to=list(TO)))
        for day, step in enumerate(steps):
            now = new_day(db, day)
            killer.step = step
            doomed = start(db, settings, now)
            killer.pid = doomed.pid
            end(doomed)
            assert doomed.returncode == -signal.SIGKILL, f"it was not killed at {step}"
            killer.pid = 0
            after = start(db, settings, now)
            end(after)
            assert after.returncode == 0
        check(db, server, len(steps), settings)
    assert killer.kills == len(steps)


def test_kills_at_any_moment_lose_and_repeat_nothing(tmp_path: Path) -> None:
    db, settings = tmp_path / "a.db", tmp_path / "settings.toml"
    chance = random.Random(7)
    kills, wanted, day = 0, SOAK // 2 or 3, 0
    with faulty("ok") as server:
        settings.write_text(SETTINGS.format(port=server.port, to=list(TO)))
        began = time.monotonic()
        now = new_day(db, day)
        end(start(db, settings, now))
        usual_s = time.monotonic() - began
        while kills < wanted:
            day += 1
            now = new_day(db, day)
            for _ in range(4):
                doomed = start(db, settings, now)
                time.sleep(chance.uniform(0.1, usual_s))
                doomed.kill()
                end(doomed)
                kills += doomed.returncode == -signal.SIGKILL
                if doomed.returncode == 0:
                    break
            else:
                last = start(db, settings, now)
                end(last)
                assert last.returncode == 0
        check(db, server, day + 1, settings)


def test_processes_that_send_at_the_same_time_make_one_edition(tmp_path: Path) -> None:
    db, settings = tmp_path / "a.db", tmp_path / "settings.toml"
    with faulty("ok") as server:
        settings.write_text(SETTINGS.format(port=server.port, to=list(TO)))
        now = new_day(db, 0)
        together = [start(db, settings, now) for _ in range(2 + SOAK // 50)]
        for process in together:
            end(process)
            assert process.returncode == 0
        check(db, server, 1, settings)
    assert len(server.received) == len(TO)
