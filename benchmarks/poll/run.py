"""What polling costs: CPU for each feed, time, memory, lost entries and bad manners, against a farm of feeds on loopback.

    python benchmarks/poll/run.py [--feeds 1000 5000] [--seed 1] [--repeat 1] [--whole] [--calm] [--peers] [--out poll.json]

Each kind of poll is the program itself, `aggregator poll --force --no-pages --no-cluster`, in a process of its own:

- `all new`: an empty database;
- `unchanged`: nothing has changed since, servers answer 304 where they can;
- `5 % changed`: one feed in twenty has one or two new entries;
- `no validators`: nothing has changed, but no server gives an ETag or a date: every document comes again;
- `unchanged, far away`: as `unchanged`, but servers take their time (80 ms at the median, some 2 s), for the manners.

With `--peers` other programs do the first four against the same farm, in the same run; compare ratios, for machines differ.

CPU is that of all processes together (user and system, from the kernel); memory the largest sum of their resident sets.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
from farm import Farm, running, shared_tools
from peers import peers

ROOT = Path(__file__).parents[2]
BARS = {"all new": 10.0, "unchanged": 2.5, "5 % changed": 4.0, "no validators": 3.0}  # CPU ms for each feed, at 1,000
POLL = ("poll", "--force", "--no-pages", "--no-cluster")
MIB = 2**20


def aggregator(db: Path, *arguments: str, **env: str) -> dict[str, Any]:
    """Run our program on a database: see `run`."""
    set_for_us = {"AGGREGATOR_DB": str(db), "AGGREGATOR_FETCH_ALLOW_NETWORKS": "127.0.0.0/8", **env}
    return run([sys.executable, "-m", "aggregator", *arguments], home=db.parent, env=set_for_us)


def run(command: Sequence[str], *, home: Path, env: Mapping[str, str]) -> dict[str, Any]:
    """Run a program: its CPU and wall seconds, its largest memory, and what it printed if that is JSON."""
    # Python programs as they are once installed: with their modules compiled, also where the caller does not want that.
    around = {k: v for k, v in os.environ.items() if not k.startswith(("AGGREGATOR_", "PYTHONDONTWRITEBYTECODE"))}
    started = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**around, **env, "HOME": str(home)}, cwd=ROOT,
    )  # fmt: skip
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process, peak))
    watcher.start()
    printed = process.stdout.read() if process.stdout else b""
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    watcher.join()
    return {
        "cpu_s": used.ru_utime + used.ru_stime,
        "wall_s": time.monotonic() - started,
        "memory_mib": peak[0] / MIB,
        "report": json.loads(printed) if printed.startswith(b"{") else None,
    }


def _watch(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    try:
        root = psutil.Process(process.pid)
        while process.returncode is None:
            tree = [root, *root.children(recursive=True)]
            peak[0] = max(peak[0], sum(_resident(p) for p in tree))
            time.sleep(0.05)
    except psutil.Error:
        return


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def measure(farm: Farm, folder: Path, feeds: int, *, whole: bool) -> dict[str, Any]:
    """All kinds of poll, one after the other on one database."""
    db = folder / "poll.db"
    (folder / "feeds.opml").write_bytes(farm.get("/feeds.opml"))
    aggregator(db, "feeds", "import", str(folder / "feeds.opml"))
    listed = addresses(db)
    found: dict[str, Any] = {"startup": aggregator(folder / "none.db", "--version")}
    found |= kinds_of_poll(farm, feeds, lambda: aggregator(db, *POLL, "--json"), lambda: stored(db, listed))
    found["unchanged, far away"] = from_afar(farm, db)
    if whole:
        aggregator(folder / "whole.db", "feeds", "import", str(folder / "feeds.opml"))
        done = aggregator(folder / "whole.db", "poll", "--force", "--no-pages", "--json")
        found["all new, with copies and events"] = done | {"cpu_ms_per_feed": 1000 * done["cpu_s"] / feeds}
    return found


def kinds_of_poll(
    farm: Farm, feeds: int, poll: Callable[[], dict[str, Any]], stored: Callable[[], set[tuple[str, str]]]
) -> dict[str, Any]:
    """All kinds of poll by one program, with what it lost and how it behaved."""
    found: dict[str, Any] = {}
    for kind in BARS:
        if kind == "5 % changed":
            farm.get("/advance?pct=5&items=2")
        if kind == "no validators":
            farm.get("/set?validators=off")
            poll()  # forget the validators
        farm.get("/stats/reset")
        done = poll()
        stats = farm.get("/stats")
        done |= {"cpu_ms_per_feed": 1000 * done["cpu_s"] / feeds, "polite": stats["polite"], "status": stats["status"]}
        found[kind] = done | {"lost": len(lost(farm, stored()))}
    farm.get("/set?validators=on")
    return found


def beside(farm: Farm, folder: Path, feeds: int, *, reader_python: str | None) -> dict[str, Any]:
    """The same polls by other programs, each from an empty database."""
    found: dict[str, Any] = {}
    for peer in peers(folder, farm.get("/urls.txt").decode().split(), reader_python=reader_python):
        kinds = kinds_of_poll(
            farm,
            feeds,
            functools.partial(run, peer.command, home=folder, env={"LC_ALL": "C.UTF-8", "TERM": "dumb"}),
            peer.stored,
        )
        found |= {f"{peer.name}: {kind}": done for kind, done in kinds.items()}
    return found


def from_afar(farm: Farm, db: Path) -> dict[str, Any]:
    """An unchanged poll of servers that take their time: only then can requests to one host pile up."""
    farm.get("/set?latency=on")
    farm.get("/stats/reset")
    done = aggregator(db, *POLL, "--json")
    farm.get("/set?latency=off")
    return done | {"polite": farm.get("/stats")["polite"]}


def addresses(db: Path) -> dict[int, str]:
    """The feeds by id, as they are called at the beginning: some move."""
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as conn:
        return dict(conn.execute("SELECT id, url FROM feeds"))


def stored(db: Path, listed: Mapping[int, str]) -> set[tuple[str, str]]:
    """(feed, guid) and (feed, address) of every entry that has a story."""
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as conn:
        rows = conn.execute("SELECT feed_id, guid, url FROM entries WHERE story_id IS NOT NULL").fetchall()
    return {(listed[feed_id], name) for feed_id, *names in rows for name in names}


def lost(farm: Farm, stored: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """Items that a feed that answered serves, and that are not stored as entries of it."""
    return [
        item
        for item in farm.truth()
        if item["fate"] in {"ok", "301", "302"}
        and not {(item["feed"], item[name]) for name in ("guid", "link")} & stored
    ]


def wall_of_many(farm: Farm, folder: Path) -> dict[str, Any]:
    """An unchanged poll while no feed fails, from afar: how long a reader waits when hundreds of feeds stand on one host."""
    farm.get("/set?faults=off")
    db = folder / "calm.db"
    aggregator(db, "feeds", "import", str(folder / "feeds.opml"))
    aggregator(db, *POLL)
    farm.get("/set?latency=on")
    done = aggregator(db, *POLL, "--json")
    farm.get("/set?latency=off")
    farm.get("/set?faults=on")
    return done


def table(results: dict[str, Any]) -> str:
    """The results for a person."""
    rows = [f"{'':34}{'CPU ms/feed':>12}{'bar':>6}{'wall s':>8}{'MiB':>6}{'lost':>6}  manners"]
    for size, kinds in results["sizes"].items():
        rows.append(f"{size} feeds")
        for kind, done in kinds.items():
            bar = BARS.get(kind, "")
            polite = done.get("polite")
            manners = f"{polite['max_active_one_host']} at once, {polite['early_retries']} too early" if polite else ""
            cpu = f"{done['cpu_ms_per_feed']:.2f}" if "cpu_ms_per_feed" in done else f"({done['cpu_s']:.2f} s)"
            rows.append(
                f"  {kind:32}{cpu:>12}{bar!s:>6}{done['wall_s']:8.1f}{done['memory_mib']:6.0f}{done.get('lost', ''):>6}"
                f"  {manners}"
            )
    return "\n".join(rows)


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--feeds", type=int, nargs="+", default=[1000, 5000])
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--repeat", type=int, default=1, help="the median of so many runs")
    flags.add_argument("--whole", action="store_true", help="also with copies and events")
    flags.add_argument("--peers", action="store_true", help="also newsboat and, if it is there, lemon24/reader")
    flags.add_argument("--calm", action="store_true", help="no feed fails: peers wait a minute for each that hangs")
    flags.add_argument("--reader-python", help="an interpreter that has lemon24/reader")
    flags.add_argument("--out", type=Path, help="write all figures as JSON")
    given = flags.parse_args()
    tools = shared_tools(ROOT)
    if tools is None:
        print("The feed farm is not here: set AGGREGATOR_DATA to the folder that holds tools/feedfarm.py. Skipped.")
        return
    results: dict[str, Any] = {"sizes": {}, "seed": given.seed, "load_1min": os.getloadavg()[0]}
    for feeds in given.feeds:
        with running(tools, feeds=feeds, seed=given.seed) as farm:
            if given.calm:
                farm.get("/set?faults=off")
            runs = []
            for _ in range(given.repeat):
                with tempfile.TemporaryDirectory() as folder:
                    runs.append(measure(farm, Path(folder), feeds, whole=given.whole))
                    if feeds >= 5000 and not given.calm:
                        runs[-1]["unchanged, no faults"] = wall_of_many(farm, Path(folder))
                    if given.peers:
                        runs[-1] |= beside(farm, Path(folder), feeds, reader_python=given.reader_python)
            results["sizes"][feeds] = runs[0] if len(runs) == 1 else _median(runs)
    print(table(results))
    if given.out:
        given.out.write_text(json.dumps(results, indent=1))


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Figures of several runs: the median of each number, the worst of what was lost."""
    merged: dict[str, Any] = {}
    for kind, first in runs[0].items():
        merged[kind] = dict(first)
        for name in ("cpu_s", "wall_s", "memory_mib", "cpu_ms_per_feed"):
            if name in first:
                merged[kind][name] = statistics.median(figures[kind][name] for figures in runs)
        if "lost" in first:
            merged[kind]["lost"] = max(figures[kind]["lost"] for figures in runs)
    return merged


if __name__ == "__main__":
    main()
