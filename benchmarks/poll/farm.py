"""The feed farm of the shared tools: a process that serves a thousand feeds on loopback, and counts what is asked of it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Farm", "running", "shared_tools"]

START_S = 240


def shared_tools(root: Path) -> Path | None:
    """The folder with `tools/`, `data/` and `hostile/`: named by AGGREGATOR_DATA, or beside the repository."""
    named = os.environ.get("AGGREGATOR_DATA")
    folder = Path(named) if named else root.parent / "shared"
    return folder if (folder / "tools" / "feedfarm.py").exists() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Farm:
    """The control of a running farm; see the tool's own description for the paths."""

    control: str

    def get(self, path: str) -> Any:
        """The answer to a control path: JSON as a value, anything else as bytes."""
        with urllib.request.urlopen(f"{self.control}{path}", timeout=600) as answer:
            data = answer.read()
            return json.loads(data) if answer.headers["Content-Type"] == "application/json" else data

    def truth(self) -> list[dict[str, Any]]:
        """Every item served now."""
        return [json.loads(line) for line in self.get("/truth").split(b"\n") if line]


@contextlib.contextmanager
def running(tools: Path, *, feeds: int, seed: int) -> Iterator[Farm]:
    """A farm that answers at once: its waiting is not ours, and CPU time does not depend on it."""
    port, control = _free_port(), _free_port()
    command = [
        sys.executable, str(tools / "tools" / "feedfarm.py"), "--feeds", str(feeds), "--seed", str(seed),
        "--port", str(port), "--control-port", str(control), "--warm", "--max-seconds", "7200",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    farm = Farm(control=f"http://127.0.0.1:{control}")
    try:
        _wait_for(farm, process)
        farm.get("/set?latency=off")
        yield farm
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(farm: Farm, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_S
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError):
            farm.get("/expect")
            return
        time.sleep(0.3)
    raise SystemExit("the feed farm did not start")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
