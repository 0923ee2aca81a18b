"""A poll whose documents are read by the workers of a dask cluster, which die on the way."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aggregator.app.app import open_app
from aggregator.app.engine import Engine
from aggregator.app.polling import PollOptions
from aggregator.config import Config, FetchConfig, WorkersConfig
from aggregator.errors import AggregatorError, WorkerDied
from aggregator.newsroom import Server
from aggregator.pipeline import spread
from aggregator.pipeline.sandbox import InlineExecutor
from aggregator.pipeline.spread import Cluster, PinnedExecutor, SpreadExecutor
from benchmarks.poll.farm import Farm, running
from tests.support.cluster import Processes, need_dask, processes, threads
from tests.support.invariant import faults
from tests.support.newsroom import content, loopback, on_the_air, reading
from tests.support.shared import shared
from tests.support.tasks import crash, double, linger, linger_elsewhere, linger_once

SOAK = int(os.environ.get("SOAK") or 0)
KILLS = SOAK or 1
KILL_EVERY_S = 5.0 if SOAK else 2.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with on_the_air() as server:
        yield server


@pytest.fixture
def dask() -> Iterator[Any]:
    with threads() as started:
        yield started


def on(dask: Any) -> Engine:
    return Engine(WorkersConfig(engine="dask", scheduler=dask.scheduler_address))


def poll(server: Server, db: Path, scheduler: str) -> None:
    workers = WorkersConfig(engine="dask", scheduler=scheduler)
    with reading(server, db, config=loopback(workers=workers)) as app:
        report = app.polling.poll(PollOptions())
    assert report.failed == []


def test_a_cluster_fetches_what_this_machine_alone_would(server: Server, dask: Any, tmp_path: Path) -> None:
    poll(server, tmp_path / "dask.db", dask.scheduler_address)
    assert faults(tmp_path / "dask.db") == []
    assert content(server, tmp_path / "dask.db") == content(server, poll_here(server, tmp_path / "here.db"))


def poll_here(server: Server, db: Path) -> Path:
    with reading(server, db) as app:
        app.polling.poll(PollOptions())
    return db


@pytest.mark.skipif(not os.environ.get("SOAK"), reason="kills workers for a quarter of a minute: make soak")
def test_a_poll_whose_workers_are_killed_ends_with_what_this_machine_alone_would_have(
    server: Server, tmp_path: Path
) -> None:
    done = threading.Event()
    killed = []

    def kill(dask: Processes) -> None:
        while len(killed) < KILLS and not done.wait(KILL_EVERY_S):
            dask.add_worker()
            dask.kill_worker()
            killed.append(1)

    with processes(tmp_path, workers=2) as dask:
        killer = threading.Thread(target=kill, args=(dask,))
        killer.start()
        try:
            poll(server, tmp_path / "dask.db", dask.address)
        finally:
            done.set()
            killer.join()
    assert killed
    assert faults(tmp_path / "dask.db") == []
    assert content(server, tmp_path / "dask.db") == content(server, poll_here(server, tmp_path / "here.db"))


def test_feeds_fetched_by_workers_of_which_one_is_killed_are_all_there_once_and_no_host_was_crowded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole, with 2,000 feeds and a kill every five seconds, is benchmarks/scale/cluster.py."""
    monkeypatch.setattr(spread, "LOOK_EVERY_S", 0.5)
    config = loopback(fetch=FetchConfig(allow_networks=("127.0.0.0/8",), timeout_s=5))
    with running(shared(), feeds=60, seed=1) as farm:
        farm.get("/set?latency=on")
        farm.get("/set?faults=off")  # some of which keep a poll waiting until its time is up
        here = poll_farm(farm, tmp_path / "here.db", config)
        farm.get("/stats/reset")
        with processes(tmp_path, workers=2) as dask:
            workers = WorkersConfig(engine="dask", scheduler=dask.address)
            killer = threading.Thread(target=kill_under_way, args=(farm, dask))
            killer.start()
            there = poll_farm(farm, tmp_path / "there.db", msgspec.structs.replace(config, workers=workers))
            killer.join()
        polite, truth = farm.get("/stats")["polite"], farm.truth()
    assert there == here
    assert {item["feed"] for item in truth} == {url for url, _ in there}
    assert polite["max_active_one_host"] <= 2


def kill_under_way(farm: Farm, dask: Processes) -> None:
    """Kill a worker that has requests out."""
    while farm.get("/stats")["requests"] < 8:
        time.sleep(0.01)
    dask.kill_worker()


def poll_farm(farm: Farm, db: Path, config: Config) -> list[tuple[str, str]]:
    """Poll the farm from an empty database: all entries that are there then."""
    with open_app(config, db=db) as app:
        app.feeds.import_opml(farm.get("/feeds.opml"))
        app.polling.poll(PollOptions(pages=False, cluster=False))
    with contextlib.closing(sqlite3.connect(db)) as conn:
        return sorted(conn.execute("SELECT f.url, e.guid FROM entries e JOIN feeds f ON f.id = e.feed_id"))


def test_with_the_scheduler_gone_this_machine_goes_on_alone_and_says_so_once(
    dask: Any, caplog: pytest.LogCaptureFixture
) -> None:
    engine = on(dask)
    with engine.executor() as executor:
        assert isinstance(executor, SpreadExecutor)
        assert executor.submit(double, 1).result(timeout=60) == 2
        dask.close()
        with caplog.at_level(logging.WARNING):
            assert [executor.submit(double, n).result(timeout=60) for n in range(3)] == [0, 2, 4]
    engine.close()
    assert [r.message for r in caplog.records].count("the cluster is gone; this machine goes on alone") == 1


def test_fetches_that_are_given_up_end_on_their_worker_too(dask: Any, tmp_path: Path) -> None:
    cluster = Cluster(dask.scheduler_address)
    with PinnedExecutor(cluster, local=InlineExecutor) as executor:
        future = executor.submit(linger, tmp_path)
        until((tmp_path / "begun").exists)
        future.cancel()
        until((tmp_path / "ended").exists)
    cluster.close()


def test_fetches_that_are_under_way_when_the_scheduler_goes_are_done_here(
    dask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "QUIET_S", 0.1)
    cluster = Cluster(dask.scheduler_address)
    with PinnedExecutor(cluster, local=InlineExecutor) as executor:
        futures = [executor.submit(linger_elsewhere, n, os.getpid()) for n in range(3)]
        dask.close()
        assert [future.result(timeout=60) for future in futures] == [0, 2, 4]
    cluster.close()


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_a_document_that_crashes_its_reader_costs_its_own_task_and_no_worker(dask: Any) -> None:
    engine = on(dask)
    with engine.executor() as executor:
        with pytest.raises(WorkerDied):
            executor.submit(crash).result(timeout=60)
        assert executor.submit(double, 4).result(timeout=60) == 8
    engine.close()
    assert len(dask.workers) == 2


def test_tasks_of_a_cluster_whose_workers_have_all_gone_are_taken_back(
    dask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "LOOK_EVERY_S", 0.2)
    monkeypatch.setattr(spread, "FORSAKEN_AFTER_S", 0.4)
    engine = on(dask)
    with engine.executor() as executor:
        assert executor.submit(double, 1).result(timeout=60) == 2
        dask.scale(0)
        assert executor.submit(double, 2).result(timeout=60) == 4
    engine.close()


def test_fetches_of_which_a_lost_scheduler_tells_nothing_are_done_here_all_the_same(
    dask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "LOOK_EVERY_S", 0.2)
    monkeypatch.setattr(spread, "FORSAKEN_AFTER_S", 0.4)
    monkeypatch.setattr(spread, "QUIET_S", 0.1)
    cluster = Cluster(dask.scheduler_address)

    def no_answer() -> dict[str, int]:
        raise OSError("gone")

    with PinnedExecutor(cluster, local=InlineExecutor) as executor:
        future = executor.submit(linger_once, tmp_path)
        until((tmp_path / "begun").exists)
        monkeypatch.setattr(cluster._client, "nthreads", no_answer)
        assert future.result(timeout=60) == "done here"
    cluster.close()


def test_no_scheduler_is_one_line_and_this_machine_reads(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_dask()
    monkeypatch.setattr(spread, "CONNECT_S", 1.0)
    engine = Engine(WorkersConfig(engine="dask", scheduler="tcp://127.0.0.1:9"))
    with caplog.at_level(logging.WARNING), engine.executor() as executor:
        assert executor.submit(double, 4).result(timeout=60) == 8
    assert [r.message for r in caplog.records] == ["no cluster; this machine reads alone"]


def test_a_cluster_without_workers_is_refused() -> None:
    with threads(0) as empty, pytest.raises(AggregatorError, match="no workers"):
        Cluster(empty.scheduler_address, connect_s=1)
