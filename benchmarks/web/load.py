"""Fifty readers of the page and of other programs at once on a store of any size, while a poll writes.

    python benchmarks/web/load.py STORE.db [--readers 50] [--seconds 120] [--think 3]

The server is a process of its own, as `aggregator serve` runs it, on a clock that begins with the store's latest story. Each reader
asks for a page, looks at it for `think` seconds on average, and asks for the next; every tenth request marks something.
Meanwhile stories come in, ten every second: half of them go to the latest events, the others are events of their own. Copy the store
first: it is written to.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import requests

from aggregator.app.app import App, open_app
from aggregator.config import Config
from aggregator.model import EventAssignment
from aggregator.store.ingest import NewEntry

PASSWORD = "a long enough password"


def story(number: int, at: datetime) -> NewEntry:
    """A story that a poll brings."""
    url, text = (
        f"https://load.example/{number}",
        f"Report number {number} of the load. It came while fifty people read.",
    )
    return NewEntry(
        guid=url, key=url, url=url, title=f"Report {number}", text=text, authors=(), published_at=at, updated_at=None,
        lang="en", image=None, content_hash=str(number), grams=None, words=len(text.split()), text_hash=f"load-{number}",
        outlet_key="load.example", outlet_name="The Load", wants_page=False,
    )  # fmt: skip


def poll(app: App, feed: int, number: int, at: datetime, events: list[str]) -> None:
    """Ten stories, stored and decided as a poll does it."""
    stories = [story(number + i, at) for i in range(10)]
    app.store.ingest.apply(feed, stories, now=at)
    keys = [s.key for s in stories]
    homes = {key: events[(number + i) % len(events)] if i % 2 else key for i, key in enumerate(keys)}
    app.store.decisions.apply(
        features=dict.fromkeys(keys, (b"", b"")),
        copies={},
        events={
            key: EventAssignment(id=key, event=home, probability=0.9, nearest=home, reason="the load")
            for key, home in homes.items()
        },
    )


class Load:
    """Readers, a writer, and how long each answer took."""

    def __init__(self, address: str, secret: str, think_s: float, until: float) -> None:
        self.address, self.secret, self.think_s, self.until = address, secret, think_s, until
        self.took: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def reader(self, seed: int, cookie: str, events: list[int], stories: list[int]) -> None:
        """One reader until the time is over."""
        rng, web = random.Random(seed), requests.Session()
        web.cookies.set("aggregator", cookie)
        time.sleep(rng.random() * self.think_s)
        while time.monotonic() < self.until:
            kind, path = rng.choice((
                ("front", "/"), ("front", "/"), ("event", f"/events/{rng.choice(events)}"), ("event", f"/events/{rng.choice(events)}"),
                ("story", f"/stories/{rng.choice(stories)}"), ("search", "/search?q=" + rng.choice(("report", "election", "storm coast"))),
                ("starred", "/starred"), ("program: entries", "/v1/entries?limit=50&status=unread"),
                ("program: ids", "/reader/api/0/stream/items/ids?s=user/-/state/com.google/reading-list&n=1000"),
                ("program: mark", ""),
            ))  # fmt: skip
            self.ask(web, kind, path, rng.choice(stories))
            time.sleep(rng.expovariate(1 / self.think_s))

    def ask(self, web: requests.Session, kind: str, path: str, story_id: int) -> None:
        auth = ("load", self.secret) if kind.startswith("program") else None
        begun = time.perf_counter()
        try:
            if kind == "program: mark":
                value = {"entry_ids": [64 * story_id], "status": "read"}
                answer = web.put(self.address + "/v1/entries", json=value, auth=auth, timeout=30)
            else:
                answer = web.get(self.address + path, auth=auth, timeout=30, allow_redirects=True)
        except requests.RequestException as error:
            self.errors.append(f"{kind}: {error}")
            return
        self.took[kind].append(time.perf_counter() - begun)
        if answer.status_code >= 400 or "/login" in answer.url:
            self.errors.append(f"{kind}: {answer.status_code} {answer.url}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def share(times: list[float], part: float) -> float:
    """Milliseconds that this part of the answers took at most."""
    return round(sorted(times)[min(len(times) - 1, int(part * len(times)))] * 1000, 1) if times else 0.0


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("db", type=Path)
    ask.add_argument("--readers", type=int, default=50)
    ask.add_argument("--seconds", type=float, default=120)
    ask.add_argument("--think", type=float, default=3.0)
    given = ask.parse_args()
    port = free_port()
    with open_app(Config(timezone="UTC"), db=given.db) as app:
        app.accounts.set_password("load", PASSWORD)
        for p in app.access.all("load"):
            app.access.revoke("load", p.label)
        secret = app.access.make("load", "phone")
        cookies = [app.accounts.log_in("load", PASSWORD, address="x") for _ in range(given.readers)]
        begin = app.store.stories.last_seen_at() or datetime.now(UTC)
        begun_at = datetime.now(UTC)
        events = [e.id for e in app.store.events.each(limit=300)]
        homes = [app.store.connections.value("SELECT key FROM events WHERE id = ?", (e,)) for e in events[:50]]
        stories = [s.id for s in app.store.stories.each(limit=500)]
        feed = app.feeds.all()[0].id
        server = subprocess.Popen(
            [sys.executable, "-m", "aggregator", "--db", str(given.db), "--now", begin.isoformat(), "serve", "--port", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(120):
                try:
                    requests.get(address + "/login", timeout=5)
                    break
                except requests.RequestException:
                    time.sleep(0.5)
            time.sleep(5)
            load = Load(address, secret, given.think, time.monotonic() + given.seconds)
            threads = [
                threading.Thread(target=load.reader, args=(n, cookies[n], events, stories), daemon=True)
                for n in range(given.readers)
            ]
            for thread in threads:
                thread.start()
            number, writes = int(time.time() * 1000), []
            while time.monotonic() < load.until:
                begun = time.perf_counter()
                poll(app, feed, number, begin + (datetime.now(UTC) - begun_at), homes)
                writes.append(time.perf_counter() - begun)
                number += 10
                time.sleep(1)
            for thread in threads:
                thread.join(timeout=40)
        finally:
            server.terminate()
            server.wait(timeout=30)
    everything = [t for times in load.took.values() for t in times]
    rows = {
        kind: {
            "requests": len(times),
            "p50_ms": share(times, 0.5),
            "p99_ms": share(times, 0.99),
            "max_ms": share(times, 1),
        }
        for kind, times in sorted({**load.took, "all": everything}.items())
    }
    told = {
        "readers": given.readers,
        "seconds": given.seconds,
        "think_s": given.think,
        "errors": len(load.errors),
        "write_p99_ms": share(writes, 0.99),
    }
    print(json.dumps({**told, "first_errors": load.errors[:5], "answers": rows}, indent=1))


if __name__ == "__main__":
    main()
