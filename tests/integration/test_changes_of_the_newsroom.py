"""What the demo's reader is told has changed, against its gold file, as the benchmark counts it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

CHANGES = Path(__file__).parents[2] / "benchmarks" / "accounts" / "changes.py"
FLOORS = {"sentences": (0.8, 0.45), "all shown": (0.9, 0.45), "figures": (0.95, 0.85), "differences": (0.95, 0.7)}


def test_what_is_told_as_new_is_new_and_about_half_of_it_is_found() -> None:
    run = subprocess.run([sys.executable, CHANGES], capture_output=True, text=True, check=True)
    found = {
        name.strip(): (float(precision), float(recall))
        for name, precision, recall in re.findall(r"^(.{12}) precision (\S+) .*?recall (\S+)", run.stdout, re.MULTILINE)
    }
    assert found.keys() == FLOORS.keys()
    for name, (precision, recall) in FLOORS.items():
        assert found[name][0] >= precision, run.stdout
        assert found[name][1] >= recall, run.stdout
