"""Feeds fetched by the workers of a cluster, some of which are killed: what is lost, what is twice, and how hosts fare.

    AGGREGATOR_DATA=FOLDER python benchmarks/scale/cluster.py [--feeds 2000] [--workers 4] [--kill-every 5]

The same farm of feeds is polled three times, each from an empty database by `aggregator poll --force --no-pages
--no-cluster`: by this machine alone, by a dask cluster of worker processes on it, and by that cluster while one of its
workers after the other is killed with SIGKILL (its nanny starts another). The three must end with the same content, none
with an entry lost (the farm knows what it serves) or twice, and no host may see more than two requests at once (the farm
counts). Exit 1 if one of this is not so.

Servers take their time (80 ms at the median, some 2 s, some never answer), for only then can requests pile up on a host.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from distributed import Client, LocalCluster

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "poll"))

from farm import Farm, running, shared_tools
from run import POLL, ROOT, addresses, aggregator, lost, stored

# Without what is of the moment: times, ids, and the hash of a document that says when it was asked for.
CONTENT = {
    "feeds": "SELECT url, title, site_url, lang, state, etag, last_modified, last_status, failures, moved_to FROM feeds",
    "entries": "SELECT f.url, e.guid, e.url, e.content_hash FROM entries e JOIN feeds f ON f.id = e.feed_id",
    "stories": "SELECT key, url, title, authors, iif(is_dated, published_at, NULL), feed_title, feed_text, text FROM stories",
}
TWICE = "SELECT count(*) FROM (SELECT 1 FROM entries GROUP BY feed_id, guid HAVING count(*) > 1)"


def content(db: Path) -> dict[str, str]:
    """A hash of what each table holds, whatever the order in which it came."""
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as conn:
        return {name: _hashed(sorted(map(repr, conn.execute(sql)))) for name, sql in CONTENT.items()}


def _hashed(rows: list[str]) -> str:
    return f"{len(rows)} rows, {hashlib.blake2b(chr(10).join(rows).encode(), digest_size=8).hexdigest()}"


def poll(farm: Farm, folder: Path, name: str, **env: str) -> dict[str, Any]:
    """One poll from an empty database, with what is in it then and how the farm was treated."""
    db = folder / f"{name}.db"
    aggregator(db, "feeds", "import", str(folder / "feeds.opml"))
    listed = addresses(db)
    farm.get("/stats/reset")
    done = aggregator(db, *POLL, "--json", **env)
    stats = farm.get("/stats")
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as conn:
        twice = conn.execute(TWICE).fetchone()[0]
    return {
        "wall_s": round(done["wall_s"], 1),
        "cpu_s_of_the_one_writer": round(done["cpu_s"], 1),
        "requests": stats["requests"],
        "at_once_one_host": stats["polite"]["max_active_one_host"],
        "hosts_over_2": stats["polite"]["hosts_over_2"],
        "lost": len(lost(farm, stored(db, listed))),
        "twice": twice,
        "content": content(db),
    }


def kill_workers(scheduler: str, every_s: float, done: threading.Event, killed: list[int]) -> None:
    """Kill one worker after the other, as the kernel does when memory is short."""
    choose = random.Random(1)
    with Client(scheduler, set_as_default=False) as client:
        while not done.wait(every_s):
            pids = sorted(pid for pid in client.run(os.getpid, on_error="return").values() if isinstance(pid, int))
            if pids:
                os.kill(choose.choice(pids), signal.SIGKILL)
                killed.append(1)


def measure(farm: Farm, folder: Path, *, workers: int, kill_every_s: float) -> dict[str, Any]:
    """The three polls."""
    (folder / "feeds.opml").write_bytes(farm.get("/feeds.opml"))
    found = {"local": poll(farm, folder, "local")}
    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        on = {"AGGREGATOR_WORKERS_ENGINE": "dask", "AGGREGATOR_WORKERS_SCHEDULER": cluster.scheduler_address}
        found["cluster"] = poll(farm, folder, "cluster", **on)
        done, killed = threading.Event(), list[int]()
        killer = threading.Thread(target=kill_workers, args=(cluster.scheduler_address, kill_every_s, done, killed))
        killer.start()
        try:
            found["cluster, killed"] = poll(farm, folder, "killed", **on)
        finally:
            done.set()
            killer.join()
    found["cluster, killed"]["kills"] = len(killed)
    return found


def complaints(found: dict[str, Any]) -> list[str]:
    """What is not as it should be."""
    return [
        f"{name}: {what}"
        for name, one in found.items()
        for what, is_so in {
            "entries were lost": one["lost"] > 0,
            "entries are there twice": one["twice"] > 0,
            "a host saw more than two requests at once": one["at_once_one_host"] > 2,
            "the content is not what this machine alone stores": one["content"] != found["local"]["content"],
            "no worker was killed": one.get("kills", 1) == 0,
        }.items()
        if is_so
    ]


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--feeds", type=int, default=2000)
    flags.add_argument("--workers", type=int, default=4)
    flags.add_argument("--kill-every", type=float, default=5.0)
    flags.add_argument("--seed", type=int, default=1)
    given = flags.parse_args()
    tools = shared_tools(ROOT)
    if tools is None:
        print("The feed farm is not here: set AGGREGATOR_DATA to the folder that holds tools/feedfarm.py. Skipped.")
        return
    with running(tools, feeds=given.feeds, seed=given.seed) as farm, tempfile.TemporaryDirectory() as folder:
        farm.get("/set?latency=on")
        found = measure(farm, Path(folder), workers=given.workers, kill_every_s=given.kill_every)
    print(json.dumps(found, indent=1))
    if wrong := complaints(found):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
