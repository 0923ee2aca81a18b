"""What a second worker buys: article pages read by one process of this machine, and by one and two workers of a dask cluster.

    AGGREGATOR_DATA=FOLDER python benchmarks/scale/spread.py [--pages 200] [--repeat 3]

The same pages, as bytes, through the same executors as a poll uses; each kind warmed up, the best of the repeats. Workers are
processes of this machine, so the figures say nothing of a network, and more workers than cores buy nothing here.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import time
import zlib
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from distributed import LocalCluster

from aggregator.errors import AggregatorError
from aggregator.pipeline.sandbox import SandboxExecutor
from aggregator.pipeline.sandbox_worker import Limits
from aggregator.pipeline.spread import Cluster, SpreadExecutor
from aggregator.pipeline.work import PRELOAD, extract

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


def timed(executor: Executor, todo: Pages, repeat: int) -> dict[str, float]:
    read_all(executor, todo[:16])
    took = []
    for _ in range(repeat):
        start = time.perf_counter()
        read = read_all(executor, todo)
        took.append(time.perf_counter() - start)
    return {"seconds": round(min(took), 2), "pages_a_second": round(len(todo) / min(took), 1), "with_text": read}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    todo = pages(options.pages)
    sizes = [len(body) for _, body in todo]
    packed = [len(zlib.compress(body)) for _, body in todo]
    found = {
        "pages": len(todo),
        "mean_bytes": round(statistics.mean(sizes)),
        "mean_packed_bytes": round(statistics.mean(packed)),
    }
    for processes in (1, 2):
        with SandboxExecutor(processes, timeout_s=30, memory_bytes=LIMITS.memory_bytes, preload=PRELOAD) as local:
            found[f"local, {processes}"] = timed(local, todo, options.repeat)
    for workers in (1, 2):
        with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as started:
            cluster = Cluster(started.scheduler_address)
            with SpreadExecutor(cluster, LIMITS, local=lambda: SandboxExecutor(1)) as there:
                found[f"dask, {workers}"] = timed(there, todo, options.repeat)
            cluster.close()
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
