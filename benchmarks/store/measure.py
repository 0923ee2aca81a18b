"""The commonest calls on a generated store: p50 and p99, against raw FTS5 with SQL written by hand.

    python benchmarks/store/measure.py STORE.db [--rounds 30] [--json OUT.json]

The database is copied in part only: calls that write are undone. Bars: p99 of a read at most 50 ms (CSV of 10,000 and the
digest of a day: 1 s), the whole process at most 0.4 s.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from generate import Texts

from aggregator.app.app import App, open_app
from aggregator.cli.output import write_rows
from aggregator.config import Config
from aggregator.render.rows import STORY_COLUMNS, story_row
from aggregator.store.ingest import NewEntry


def calls(app: App, random: np.random.Generator, now: datetime) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Name and call; each call draws its own words."""
    words = Texts().words
    reading = app.reading
    first = app.store.connections.value("SELECT min(seen_at) FROM stories")
    days = (now - datetime.fromisoformat(first)).days - 1

    def word(low: int, high: int) -> str:
        return str(words[int(np.exp(random.uniform(np.log(low), np.log(high))))])

    def page(query: str = "", **over: Any) -> list[Any]:
        return list(reading.stories(query, limit=20, **over))

    def next_page() -> None:
        first = page()
        back = timedelta(days=float(random.uniform(0, days)))
        page(before=(first[-1].published_at - back, first[-1].id))

    def phrase() -> None:
        story = next(
            iter(
                reading.stories(
                    before=(now - timedelta(days=float(random.uniform(0, days))), 1), limit=1, with_text=True
                )
            )
        )
        text = (story.text or "").split()
        start = int(random.integers(0, max(1, len(text) - 3)))
        page('"' + " ".join(text[start : start + 3]) + '"')

    day = [str((now - timedelta(days=int(d))).date()) for d in range(int(days) + 1)]
    events = [e.id for e in reading.events(limit=200)]
    unread = [s.id for s in reading.stories("is:unread", limit=1000)]

    def mark() -> None:
        app.marks.undo(1, app.marks.read(1, unread))

    number = iter(range(10**9))

    def add() -> None:
        n = f"bench-{os.getpid()}-{next(number)}"
        entry = NewEntry(
            guid=n, key=n, url=f"https://x.example/{n}", title="A storm", text=" ".join(words[:200]), authors=(),
            published_at=now, updated_at=None, lang="en", image=None, content_hash=n, grams=None, words=200, text_hash=n,
            outlet_key="x.example", outlet_name="X", wants_page=False,
        )  # fmt: skip
        app.store.ingest.apply(1, [entry], now=now)

    def csv() -> None:
        with redirect_stdout(io.StringIO()):
            write_rows((story_row(s) for s in reading.stories(limit=10_000)), "csv", columns=STORY_COLUMNS, table=print)

    yield "front page", app.front.page
    yield "latest stories", page
    yield "next page by key", next_page
    yield "word", lambda: page(word(5, 100_000))
    yield "topic of three terms", lambda: page(f"{word(50, 5000)} {word(50, 5000)} {word(50, 5000)}")
    yield "any of three terms", lambda: page(f"{word(50, 50_000)} OR {word(50, 50_000)} OR {word(50, 50_000)}")
    yield "phrase", phrase
    yield "prefix", lambda: page(f"{word(300, 100_000)[:5]}*")
    yield "field and date", lambda: page(f"title:{word(50, 5000)} date:{day[int(random.integers(1, int(days)))]}/P7D")
    yield "outlet and word", lambda: page(f"outlet:{words[int(random.integers(901, 2900))]} {word(50, 5000)}")
    yield "events with a word", lambda: list(reading.events(word(5, 100_000), limit=20))
    yield "unread stories", lambda: page("is:unread")
    yield "unread per folder", lambda: app.store.counts.unread(1)
    yield "event page", lambda: reading.event(events[int(random.integers(0, len(events)))])
    yield "relevance", lambda: page(word(5, 100_000), by_relevance=True)
    yield (
        "two characters",
        lambda: page(chr(0x4E00 + int(random.integers(0, 3000))) + chr(0x4E00 + int(random.integers(0, 3000)))),
    )
    yield "mark 1,000 read and undo", mark
    yield "add a story", add
    yield "csv of 10,000", csv
    yield "digest of a day", lambda: app.digests.make(since=now - timedelta(days=1))


SLOW = {"csv of 10,000": 5, "digest of a day": 3}


def timed(call: Callable[[], Any], rounds: int) -> dict[str, float]:
    call()
    times, work = [], []
    for _ in range(rounds):
        begun, busy = time.perf_counter(), time.process_time()
        call()
        times.append((time.perf_counter() - begun) * 1000)
        work.append((time.process_time() - busy) * 1000)
    times.sort()
    work.sort()
    last = min(len(times) - 1, int(len(times) * 0.99))
    return {
        "p50_ms": statistics.median(times),
        "p99_ms": times[last],
        "p50_cpu_ms": statistics.median(work),  # where other programs take the processor, this tells more
        "p99_cpu_ms": work[last],
    }


def latest(path: Path) -> datetime:
    """When the last story of the store was seen: the time to take for now."""
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    return datetime.fromisoformat(conn.execute("SELECT max(seen_at) FROM stories").fetchone()[0])


def raw_fts(path: Path, random: np.random.Generator, rounds: int) -> dict[str, float]:
    """Three terms, by hand: the matches' ids, joined and put in order."""
    words = Texts().words
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    conn.execute("PRAGMA mmap_size = 268435456")
    conn.execute("PRAGMA cache_size = -16384")

    def call() -> None:
        terms = " ".join(f'"{words[int(np.exp(random.uniform(np.log(50), np.log(5000))))]}"' for _ in range(3))
        conn.execute(
            "SELECT s.id, s.url, s.title, s.published_at FROM stories_fts x JOIN stories s ON s.id = x.rowid"
            " WHERE stories_fts MATCH ? ORDER BY s.published_at DESC LIMIT 20",
            (terms,),
        ).fetchall()

    return timed(call, rounds)


def process(path: Path, random: np.random.Generator, rounds: int) -> dict[str, float]:
    words = Texts().words
    command = [sys.executable, "-m", "aggregator", "--db", str(path), "stories"]

    def call() -> None:
        subprocess.run(
            [*command, words[int(random.integers(100, 5000))], "--limit", "20"], check=True, stdout=subprocess.DEVNULL
        )

    return timed(call, rounds)


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("store", type=Path)
    flags.add_argument("--rounds", type=int, default=50)
    flags.add_argument("--json", type=Path)
    flags.add_argument("--only")
    given = flags.parse_args()
    random = np.random.default_rng(11)
    found: dict[str, Any] = {}

    def told(name: str, result: dict[str, float]) -> None:
        found[name] = {k: round(v, 2) for k, v in result.items()}
        print(name.ljust(28), "  ".join(f"{k} {v:8.2f}" for k, v in found[name].items()), flush=True)

    now = latest(given.store)
    with open_app(Config(timezone="Europe/Berlin"), db=given.store, clock=lambda: now) as app:
        for name, call in calls(app, random, now):
            if given.only is None or given.only in name:
                told(name, timed(call, SLOW.get(name, given.rounds)))
    if given.only is None:
        told("raw FTS5, three terms", raw_fts(given.store, random, given.rounds))
        told("whole process", process(given.store, random, 10))
    if given.json:
        given.json.write_text(json.dumps({"made_at": datetime.now(UTC).isoformat(), "calls": found}, indent=1))


if __name__ == "__main__":
    main()
