"""What a second worker buys: article pages read by one process of this machine, and by one and two workers of a dask cluster.

    AGGREGATOR_DATA=FOLDER python benchmarks/scale/spread.py [--pages 150] [--repeat 3]

The same pages, as bytes, through the same executors as a poll uses, each warmed up. The kinds take turns, so that what else
the machine does disturbs all alike; a speed-up is that of one turn against the local process in the same turn, and the
median of the turns is told. Workers are processes of this machine, so the figures say nothing of a network, and more workers
than cores buy nothing here. `cpu_s` is the processor time of all processes, `own_cpu_s` that of the one that hands out the
pages, with the scheduler in it.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import os
import statistics
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import dask
import psutil
from distributed import LocalCluster

from aggregator.errors import AggregatorError
from aggregator.pipeline.sandbox import SandboxExecutor
from aggregator.pipeline.sandbox_worker import Limits
from aggregator.pipeline.spread import Cluster, SpreadExecutor
from aggregator.pipeline.work import PRELOAD, extract

# As docs/scale.md advises: dask looks at itself so often that each process takes 2 to 3 % of a core for nothing.
QUIET = {"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "1s"}
LIMITS = Limits(wall_s=30, cpu_s=30, memory_bytes=160 * 2**20, preload=PRELOAD)
Pages = Sequence[tuple[str, bytes]]


def pages(count: int) -> Pages:
    shared = Path(os.environ.get("AGGREGATOR_DATA") or Path(__file__).resolve().parents[3] / "shared")
    folder = shared / "data" / "pages"
    with gzip.open(folder / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    step = max(1, len(rows) // count)
    found = {path.name: path for path in folder.rglob("*.gz")}
    return [
        (row.get("url") or "https://courier.example/story", gzip.decompress(found[row["file"]].read_bytes()))
        for row in rows[::step]
    ][:count]


def read_all(executor: Executor, todo: Pages) -> int:
    futures = [executor.submit(extract, body, url=url, charset="utf-8", feed_text=None) for url, body in todo]
    read = 0
    for future in futures:
        try:
            read += future.result().text is not None
        except AggregatorError:
            continue
    return read


def cpu_s() -> float:
    """Processor time of this process and all that it started."""
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in family)


def timed(executor: Executor, todo: Pages) -> dict[str, float]:
    family, own, start = cpu_s(), time.process_time(), time.perf_counter()
    read = read_all(executor, todo)
    seconds = time.perf_counter() - start
    return {
        "seconds": round(seconds, 2),
        "cpu_s": round(cpu_s() - family, 2),
        "own_cpu_s": round(time.process_time() - own, 2),
        "with_text": read,
    }


@contextlib.contextmanager
def spread(workers: int) -> Iterator[Executor]:
    """An executor on a cluster of so many worker processes."""
    with (
        dask.config.set(QUIET),
        LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as started,
    ):
        cluster = Cluster(started.scheduler_address)
        with SpreadExecutor(cluster, LIMITS, local=lambda: SandboxExecutor(1)) as executor:
            yield executor
        cluster.close()


def measure(todo: Pages, repeat: int) -> dict[str, list[dict[str, float]]]:
    with contextlib.ExitStack() as stack:
        kinds: dict[str, Executor] = {
            f"local, {n}": stack.enter_context(
                SandboxExecutor(n, timeout_s=30, memory_bytes=LIMITS.memory_bytes, preload=PRELOAD)
            )
            for n in (1, 2)
        }
        kinds |= {f"dask, {n}": stack.enter_context(spread(n)) for n in (1, 2)}
        for executor in kinds.values():
            read_all(executor, todo[:32])
        turns = [{kind: timed(executor, todo) for kind, executor in kinds.items()} for _ in range(repeat)]
    return {kind: [turn[kind] for turn in turns] for kind in kinds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=150)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    todo = pages(options.pages)
    measured = measure(todo, options.repeat)
    alone = [turn["seconds"] for turn in measured["local, 1"]]
    found: dict[str, Any] = {
        "pages": len(todo),
        "mean_bytes": round(statistics.mean(len(body) for _, body in todo)),
        "mean_packed_bytes": round(statistics.mean(len(zlib.compress(body)) for _, body in todo)),
    }
    for kind, turns in measured.items():
        ups = [base / turn["seconds"] for base, turn in zip(alone, turns, strict=True)]
        found[kind] = {"speed_up": round(statistics.median(ups), 2), "turns": turns}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
