"""The commonest calls on a generated store: p50 and p99, against raw FTS5 with SQL written by hand, and lemon24/reader.

    python benchmarks/store/measure.py STORE.db [--small SMALL.db] [--young YOUNG.db] [--peer PEER.db] [--rounds 50] [--json OUT.json]

Calls that write are undone, but for a few stories that are added. Bars: p99 of a read at most 50 ms (CSV of 10,000 and the
digest of a day: 1 s), the whole process at most 0.4 s, an import at least 150 lines a second. With a store of 10,000 stories each
call is timed there too, and its cost may grow by three: `--small` has them from as many days, so that a day, a week and the front
page hold a hundredth as much; `--young` has as many a day, as the large store once had. lemon24/reader (`pip install reader`; left out where it
is not installed) is given the texts of `--peer`, for its own index of a million would take an hour to make.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from generate import Texts

from aggregator.app.app import App, open_app
from aggregator.app.front import Front
from aggregator.cli.output import write_rows
from aggregator.config import Config
from aggregator.render.rows import STORY_COLUMNS, story_row
from aggregator.store.ingest import NewEntry
from aggregator.text.words import stop_words


def calls(app: App, random: np.random.Generator, now: datetime) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Name and call; each call draws its own words."""
    words = Texts().words
    common = frozenset(words[:100])
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

    headlines = list(_headlines(reading, now, [float(d) for d in random.uniform(0, days, HEADLINES)]))

    def headline() -> list[str]:
        return headlines[int(random.integers(0, len(headlines)))]

    def phrase() -> None:
        # As a reader would: three words of a headline, one of them at least no stop word.
        found = headline()
        start = int(random.integers(0, len(found) - 2))
        phrase = found[start : start + 3]
        if all(w.lower() in common for w in phrase):
            phrase = found[:3]
        page(f'"{" ".join(phrase)}"')

    def topic() -> None:
        # What a reader follows is in the news: three words of a headline, the commonest left out.
        telling = [w for w in dict.fromkeys(headline()) if w.lower() not in common]
        page(" ".join(map(str, random.permutation(telling)[:3])))

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
    yield "front page, no memory", lambda: Front(app.store, app.clock, app.timezone).page()
    yield "latest stories", page
    yield "next page by key", next_page
    yield "word", lambda: page(word(5, 100_000))
    yield "topic of three terms", topic
    yield "three words by chance", lambda: page(f"{word(50, 5000)} {word(50, 5000)} {word(50, 5000)}")
    yield "any of three terms", lambda: page(f"{word(50, 50_000)} OR {word(50, 50_000)} OR {word(50, 50_000)}")
    yield "phrase", phrase
    yield "prefix", lambda: page(f"{word(300, 100_000)[:5]}*")
    yield "field and date", lambda: page(f"title:{word(50, 5000)} date:{day[int(random.integers(1, int(days)))]}/P7D")
    yield "outlet and word", lambda: page(f"outlet:{words[int(random.integers(901, 2900))]} {word(50, 5000)}")
    yield "outlet alone", lambda: page(f"outlet:{words[int(random.integers(901, 2900))]}")
    yield "author", lambda: page(f"author:{words[int(random.integers(400, 1300))]}")
    yield "tag and word", lambda: page(f"tag:later {word(5, 5000)}")
    yield "events with a word", lambda: list(reading.events(word(5, 100_000), limit=20))
    yield "unread stories", lambda: page("is:unread")
    yield "unread per folder", lambda: app.store.counts.unread(1)
    yield "event page", lambda: app.front.event(events[int(random.integers(0, len(events)))])
    yield "relevance", lambda: page(word(5, 100_000), by_relevance=True)
    yield (
        "two characters",
        lambda: page(chr(0x4E00 + int(random.integers(0, 3000))) + chr(0x4E00 + int(random.integers(0, 3000)))),
    )
    yield "mark 1,000 read and undo", mark
    yield "add a story", add
    yield "csv of 10,000", csv
    yield "digest of a day", lambda: app.digests.make(since=now - timedelta(days=1))
    # A small store has a hundredth of a large one's stories a day: of as many stories, a digest should cost the same.
    many = app.store.connections.value("SELECT seen_at FROM stories ORDER BY seen_at DESC LIMIT 1 OFFSET 2700")
    yield "digest of 2,700 stories", lambda: app.digests.make(since=datetime.fromisoformat(many))


def _headlines(reading: Any, now: datetime, ages_d: list[float]) -> Iterator[list[str]]:
    """The words of headlines of these ages, those in scripts without spaces left out."""
    for age in ages_d:
        for story in reading.stories(before=(now - timedelta(days=age), 1), limit=1):
            if len(words := (story.title or "").split()) > 3:
                yield words


HEADLINES = 400  # that phrases and topics are taken from
IMPORTED = 3_000  # lines
MARKED = 10  # times
SLOW = {"csv of 10,000": 5, "digest of a day": 3, "digest of 2,700 stories": 3}


def timed(call: Callable[[], Any], rounds: int) -> dict[str, float]:
    call()
    times, work = [], []
    for _ in range(rounds):
        begun, busy = time.perf_counter(), cpu_s()
        call()
        times.append((time.perf_counter() - begun) * 1000)
        work.append((cpu_s() - busy) * 1000)
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


def raw_fts(path: Path, terms: Callable[[], str], rounds: int) -> dict[str, float]:
    """All terms, by hand: the matches' ids, joined and put in order."""
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    conn.execute("PRAGMA mmap_size = 268435456")
    conn.execute("PRAGMA cache_size = -16384")

    def call() -> None:
        conn.execute(
            "SELECT s.id, s.url, s.title, s.published_at FROM stories_fts x JOIN stories s ON s.id = x.rowid"
            " WHERE stories_fts MATCH ? ORDER BY s.published_at DESC LIMIT 20",
            (" ".join(f'"{term}"' for term in terms().split()),),
        ).fetchall()

    return timed(call, rounds)


def reader_search(path: Path, terms: Callable[[], str], rounds: int) -> dict[str, float] | None:
    """All terms in lemon24/reader, newest first, over the stories of this store."""
    try:
        from reader import make_reader
    except ImportError:
        return None
    stories = sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(
        "SELECT key, url, title, text, published_at FROM stories"
    )
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = make_reader(f"{folder}/reader.db", search_enabled=True)
        reader.add_feed("https://bench.example/feed", allow_invalid_url=True)
        for key, url, title, text, published in stories:
            reader.add_entry(
                {
                    "feed_url": "https://bench.example/feed", "id": key, "link": url, "title": title,
                    "published": datetime.fromisoformat(published), "content": [{"value": text, "type": "text/plain"}],
                }
            )  # fmt: skip
        reader.update_search()
        return timed(lambda: list(reader.search_entries(terms(), sort="recent", limit=20)), rounds)


def side_by_side(path: Path, rounds: int, *, with_reader: bool) -> dict[str, dict[str, float]]:
    """The same three terms asked of us, of FTS5 by hand and, if wished, of lemon24/reader, over the same texts."""
    words, now = Texts().words, latest(path)

    def terms() -> Callable[[], str]:
        random = np.random.default_rng(11)
        return lambda: " ".join(str(words[int(np.exp(random.uniform(np.log(50), np.log(5000))))]) for _ in range(3))

    with open_app(Config(timezone="Europe/Berlin"), db=path, clock=lambda: now) as app:
        ask = terms()
        found = {"ours, three terms": timed(lambda: list(app.reading.stories(ask(), limit=20)), rounds)}
    found["raw FTS5, three terms"] = raw_fts(path, terms(), rounds)
    if with_reader and (theirs := reader_search(path, terms(), rounds)):
        found["lemon24/reader, three terms"] = theirs
    return {name: shown(name, result) for name, result in found.items()}


def while_written(path: Path, now: datetime, random: np.random.Generator, rounds: int) -> dict[str, float]:
    """Searches and marks while another process adds stories as fast as it can; a lock error of either ends the benchmark."""
    writer = subprocess.Popen(
        [sys.executable, __file__, str(path), "--write"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if writer.stdout is None or writer.stdout.readline() != "ready\n":
        raise SystemExit("the writer failed")
    words = Texts().words
    with open_app(Config(timezone="Europe/Berlin"), db=path, clock=lambda: now) as app:

        def call() -> None:
            list(app.reading.stories(str(words[int(random.integers(100, 5000))]), limit=20))

        found = timed(call, rounds)
        for _ in range(MARKED):
            app.marks.undo(1, app.marks.read(1, [s.id for s in app.reading.stories("is:unread", limit=100)]))
    said, _ = writer.communicate(timeout=60)
    if writer.returncode or not int(said):
        raise SystemExit("the writer failed, or wrote nothing")
    print(f"beside {int(said)} stories added and taken away, and {MARKED} marks of 100 undone: no lock error")
    return found


def process(path: Path, random: np.random.Generator, rounds: int) -> dict[str, float]:
    """The whole process, interpreter and all, with modules compiled as an installation has them."""
    words = Texts().words
    command = [sys.executable, "-m", "aggregator", "--db", str(path), "stories"]

    def call() -> None:
        word = words[int(random.integers(100, 5000))]
        subprocess.run([*command, word, "--limit", "20"], check=True, stdout=subprocess.DEVNULL, env=environment)

    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": compiled}
        return timed(call, rounds)


def in_english() -> Callable[[str], str]:
    """Puts English words in the place of the commonest made-up ones, rank by rank: stop words, then words by the table of events.

    Clustering knows which words of a language are common. In a language of none but rare words all stories are alike.
    """
    _, *lines = resources.files("aggregator.cluster").joinpath("frequencies", "en.tsv").read_text("utf-8").splitlines()
    counted = sorted((line.split("\t") for line in lines), key=lambda row: -int(row[1]))
    ranked = [*sorted(stop_words("en")), *(row[0] for row in counted if row[0].isalpha())]
    english = dict(zip(Texts().words, ranked, strict=False))

    def word(made_up: re.Match[str]) -> str:
        found = english.get(made_up[0].lower(), made_up[0])
        return found.capitalize() if made_up[0][0].isupper() else found

    return lambda text: re.sub("[A-Za-z]+", word, text)


def bring(path: Path, stories: int) -> None:
    """Lines of this store's stories into an empty one, through dedupe and clustering, and out again; speed and peak memory."""
    english = in_english()
    with tempfile.TemporaryDirectory() as folder:
        lines, empty = Path(folder) / "lines.ndjson", Path(folder) / "empty.db"
        rows = sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(
            "SELECT s.key, s.title, s.text, s.published_at, o.name, s.url FROM stories s JOIN outlets o ON o.id = s.outlet_id"
            " ORDER BY s.id DESC LIMIT ?",
            (stories,),
        )
        names = ("id", "title", "text", "published", "source", "url")
        with lines.open("w") as file:
            for key, title, text, *rest in rows:
                line = dict(zip(names, (key, english(title), english(text), *rest), strict=True))
                file.write(json.dumps(line) + "\n")
        for name, command in (("import", ["import", str(lines)]), ("export", ["export"])):
            begun, busy = time.perf_counter(), cpu_s()
            with (Path(folder) / "out.ndjson").open("w") as out:
                run = [sys.executable, "-m", "aggregator", "--db", str(empty), *command]
                child = subprocess.Popen(run, stdout=out, stderr=subprocess.DEVNULL)
                _, status, usage = os.wait4(child.pid, 0)
            if status:
                raise SystemExit(f"{name} failed")
            elapsed, work = time.perf_counter() - begun, cpu_s() - busy
            print(
                f"{name} of {stories} lines: {stories / elapsed:.0f} a second, {stories / work:.0f} a second of CPU,"
                f" peak memory {usage.ru_maxrss / 1024:.0f} MB"
            )


def cpu_s() -> float:
    """CPU time of this process and of the processes it has waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("store", type=Path)
    flags.add_argument("--rounds", type=int, default=50)
    flags.add_argument("--json", type=Path)
    flags.add_argument("--only", help="only calls with this in their name")
    flags.add_argument("--small", type=Path, help="a store of 10,000 stories to compare with")
    flags.add_argument("--young", type=Path, help="another, whose stories came as thick and fast as the large one's")
    flags.add_argument("--peer", type=Path, help="a store whose texts lemon24/reader is given too")
    flags.add_argument("--write", action="store_true", help=argparse.SUPPRESS)
    given = flags.parse_args()
    if given.write:
        write(given.store)
        return
    found: dict[str, Any] = {}
    for title, path in (("small", given.small), ("young", given.young), ("large", given.store)):
        if path:
            print(f"{title}: {path.name}", flush=True)
            found[title] = measured(path, given.rounds, only=given.only)
    if given.peer:
        print(f"peer: {given.peer.name}", flush=True)
        found["peer"] = side_by_side(given.peer, given.rounds, with_reader=True)
    for title in ("small", "young"):
        for name, large in found["large"].items():
            if name in found.get(title, {}):
                growth = large["p50_cpu_ms"] / max(0.01, found[title][name]["p50_cpu_ms"])
                print(f"{name.ljust(28)} grows by {growth:.1f} from {title} (CPU)")
    if given.json:
        given.json.write_text(json.dumps({"made_at": datetime.now(UTC).isoformat(), **found}, indent=1))


def shown(name: str, result: dict[str, float]) -> dict[str, float]:
    rounded = {k: round(v, 2) for k, v in result.items()}
    print(name.ljust(28), "  ".join(f"{k} {v:8.2f}" for k, v in rounded.items()), flush=True)
    return rounded


def measured(path: Path, rounds: int, *, only: str | None) -> dict[str, dict[str, float]]:
    """Every call on this store."""
    random, now = np.random.default_rng(11), latest(path)
    found = {}
    with open_app(Config(timezone="Europe/Berlin"), db=path, clock=lambda: now) as app:
        for name, call in calls(app, random, now):
            if only is None or only in name:
                found[name] = shown(name, timed(call, SLOW.get(name, rounds)))
    if only is None:
        found |= side_by_side(path, rounds, with_reader=False)
        found["word, while written"] = shown("word, while written", while_written(path, now, random, rounds))
        found["whole process"] = shown("whole process", process(path, random, 10))
        bring(path, IMPORTED)
    return found


def write(path: Path) -> None:
    """Add and take away a story at a time until our input ends; says how many."""
    now, number, words, told = latest(path), 0, Texts().words, threading.Event()
    with open_app(Config(timezone="Europe/Berlin"), db=path, clock=lambda: now) as app:
        print("ready", flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), told.set()), daemon=True).start()
        while not told.is_set():
            number += 1
            n = f"written-{os.getpid()}-{number}"
            entry = NewEntry(
                guid=n, key=n, url=None, title="A storm", text=" ".join(words[:200]), authors=(), published_at=now,
                updated_at=None, lang="en", image=None, content_hash=n, grams=None, words=200, text_hash=n,
                outlet_key="x.example", outlet_name="X", wants_page=False,
            )  # fmt: skip
            app.store.ingest.apply(1, [entry], now=now)
            app.store.connections.run("DELETE FROM entries WHERE feed_id = 1 AND guid = ?", (n,))
            app.store.connections.run("DELETE FROM stories WHERE key = ?", (n,))
    print(number)


if __name__ == "__main__":
    main()
