"""What polling costs: CPU for each feed, time, memory, lost entries and bad manners, against a farm of feeds on loopback.

    python benchmarks/poll/run.py [--feeds 1000 5000] [--seed 1] [--repeat 1] [--whole] [--out poll.json]

Each kind of poll is the program itself, `aggregator poll --force --no-pages --no-cluster`, in a process of its own:

- `all new`: an empty database;
- `unchanged`: nothing has changed since, servers answer 304 where they can;
- `5 % changed`: one feed in twenty has one or two new entries;
- `no validators`: nothing has changed, but no server gives an ETag or a date: every document comes again;
- `unchanged, far away`: as `unchanged`, but servers take their time (80 ms at the median, some 2 s), for the manners.

CPU is that of all processes together (user and system, from the kernel); memory the largest sum of their resident sets.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from farm import Farm, running, shared_tools

ROOT = Path(__file__).parents[2]
BARS = {"all new": 10.0, "unchanged": 2.5, "5 % changed": 4.0, "no validators": 3.0}  # CPU ms for each feed, at 1,000
MIB = 2**20


def aggregator(db: Path, *arguments: str) -> dict[str, Any]:
    """Run the program: its CPU and wall seconds, its largest memory, and what it printed as JSON."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("AGGREGATOR_")}
    env |= {"AGGREGATOR_DB": str(db), "AGGREGATOR_FETCH_ALLOW_NETWORKS": "127.0.0.0/8", "HOME": str(db.parent)}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, cwd=ROOT,
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
    found: dict[str, Any] = {"startup": aggregator(folder / "none.db", "--version")}
    for kind in BARS:
        if kind == "5 % changed":
            farm.get("/advance?pct=5&items=2")
        if kind == "no validators":
            farm.get("/set?validators=off")
            aggregator(db, "poll", "--force", "--no-pages", "--no-cluster")  # forget the validators
        farm.get("/stats/reset")
        run = aggregator(db, "poll", "--force", "--no-pages", "--no-cluster", "--json")
        stats = farm.get("/stats")
        run |= {"cpu_ms_per_feed": 1000 * run["cpu_s"] / feeds, "polite": stats["polite"], "status": stats["status"]}
        run["lost"] = lost(farm, db)
        found[kind] = run
    farm.get("/set?validators=on")
    found["unchanged, far away"] = from_afar(farm, db)
    if whole:
        run = aggregator(folder / "whole.db", "feeds", "import", str(folder / "feeds.opml"))
        run = aggregator(folder / "whole.db", "poll", "--force", "--no-pages", "--json")
        found["all new, with copies and events"] = run | {"cpu_ms_per_feed": 1000 * run["cpu_s"] / feeds}
    return found


def from_afar(farm: Farm, db: Path) -> dict[str, Any]:
    """An unchanged poll of servers that take their time: only then can requests to one host pile up."""
    farm.get("/set?latency=on")
    farm.get("/stats/reset")
    run = aggregator(db, "poll", "--force", "--no-pages", "--no-cluster", "--json")
    farm.get("/set?latency=off")
    return run | {"polite": farm.get("/stats")["polite"]}


def lost(farm: Farm, db: Path) -> int:
    """Items that a feed that answered serves, and that are not stored as entries of it."""
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as conn:
        stored = set(conn.execute("SELECT f.url, e.guid FROM entries e JOIN feeds f ON f.id = e.feed_id"))
        stored |= set(conn.execute("SELECT f.url, e.url FROM entries e JOIN feeds f ON f.id = e.feed_id"))
    items = [i for i in farm.truth() if i["fate"] in {"ok", "301", "302"}]
    moved = {i["feed"] for i in items if i["fate"] == "301"}  # adopted under another address after some polls
    return sum(
        (i["feed"], i["guid"]) not in stored and (i["feed"], i["link"]) not in stored and i["feed"] not in moved
        for i in items
    )


def wall_of_many(farm: Farm, folder: Path) -> dict[str, Any]:
    """An unchanged poll while no feed fails: how long a reader waits when hundreds of feeds stand on one host."""
    farm.get("/set?faults=off")
    db = folder / "calm.db"
    aggregator(db, "feeds", "import", str(folder / "feeds.opml"))
    aggregator(db, "poll", "--force", "--no-pages", "--no-cluster")
    run = aggregator(db, "poll", "--force", "--no-pages", "--no-cluster", "--json")
    farm.get("/set?faults=on")
    return run


def table(results: dict[str, Any]) -> str:
    """The results for a person."""
    rows = [f"{'':34}{'CPU ms/feed':>12}{'bar':>6}{'wall s':>8}{'MiB':>6}{'lost':>6}  manners"]
    for size, kinds in results["sizes"].items():
        rows.append(f"{size} feeds")
        for kind, run in kinds.items():
            bar = BARS.get(kind, "")
            polite = run.get("polite")
            manners = f"{polite['max_active_one_host']} at once, {polite['early_retries']} too early" if polite else ""
            cpu = f"{run['cpu_ms_per_feed']:.2f}" if "cpu_ms_per_feed" in run else f"({run['cpu_s']:.2f} s)"
            rows.append(
                f"  {kind:32}{cpu:>12}{bar!s:>6}{run['wall_s']:8.1f}{run['memory_mib']:6.0f}{run.get('lost', ''):>6}  {manners}"
            )
    return "\n".join(rows)


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--feeds", type=int, nargs="+", default=[1000, 5000])
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--repeat", type=int, default=1, help="the median of so many runs")
    flags.add_argument("--whole", action="store_true", help="also with copies and events")
    flags.add_argument("--out", type=Path, help="write all figures as JSON")
    given = flags.parse_args()
    tools = shared_tools(ROOT)
    if tools is None:
        print("The feed farm is not here: set AGGREGATOR_DATA to the folder that holds tools/feedfarm.py. Skipped.")
        return
    results: dict[str, Any] = {"sizes": {}, "seed": given.seed, "load_1min": os.getloadavg()[0]}
    for feeds in given.feeds:
        with running(tools, feeds=feeds, seed=given.seed) as farm:
            runs = []
            for _ in range(given.repeat):
                with tempfile.TemporaryDirectory() as folder:
                    runs.append(measure(farm, Path(folder), feeds, whole=given.whole))
                    if feeds >= 5000:
                        runs[-1]["unchanged, no faults"] = wall_of_many(farm, Path(folder))
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
                merged[kind][name] = statistics.median(run[kind][name] for run in runs)
        if "lost" in first:
            merged[kind]["lost"] = max(run[kind]["lost"] for run in runs)
    return merged


if __name__ == "__main__":
    main()
