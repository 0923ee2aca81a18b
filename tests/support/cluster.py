"""A dask cluster on this machine: a scheduler and workers, each a process of its own that can be killed."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def need_dask() -> None:
    pytest.importorskip("distributed", reason="distributed is not installed: pip install 'aggregator[dask]'")


@contextlib.contextmanager
def threads(workers: int = 2) -> Iterator[Any]:
    """A scheduler and workers as threads of this process: there in a moment, and nothing that can be killed."""
    need_dask()
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
    ) as made:
        yield made


@dataclass
class Processes:
    """Processes as an operator starts them: `dask scheduler`, `dask worker`."""

    address: str
    folder: Path
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self) -> None:
        self.workers.append(
            _start(
                self.folder, "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                "--local-directory", str(self.folder), "--memory-limit", "0",
            )
        )  # fmt: skip

    def kill_worker(self) -> None:
        """`kill -9` the oldest one."""
        worker = self.workers.pop(0)
        worker.kill()
        worker.wait()

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def _start(folder: Path, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    env = os.environ | {"PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "20s"}
    with (folder / "dask.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", module, *arguments], env=env, stdout=log, stderr=log, cwd=folder)


@contextlib.contextmanager
def processes(folder: Path, *, workers: int) -> Iterator[Processes]:
    """A cluster of processes; what it says is in `dask.log`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    scheduler = _start(
        folder,
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-dashboard",
        "--dashboard-address",
        "127.0.0.1:0",
    )
    made = Processes(address=f"tcp://127.0.0.1:{port}", folder=folder, scheduler=scheduler)
    try:
        for _ in range(workers):
            made.add_worker()
        _wait_for(port)
        yield made
    finally:
        made.end()


def _wait_for(port: int) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    raise AssertionError("the scheduler did not start")
