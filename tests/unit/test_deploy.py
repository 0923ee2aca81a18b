"""The files that an operator installs hold what the documentation says of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
MOST_EXPOSED = 2.0  # of 10, as systemd counts


@pytest.mark.parametrize("unit", sorted(DEPLOY.glob("*.service")), ids=lambda unit: unit.name)
def test_systemd_finds_little_that_a_unit_may_do(unit: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed (package systemd)")
    said = subprocess.run([program, "security", "--offline=true", unit], capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said.stdout)
    assert found, said.stderr
    assert float(found[1]) <= MOST_EXPOSED


def test_the_container_is_not_root_keeps_its_data_apart_and_is_asked_how_it_is() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8")
    assert re.search(r"^USER (?!root)\w+$", lines, re.MULTILINE)
    assert re.search(r"^VOLUME /data$", lines, re.MULTILINE)
    assert "/healthz" in lines
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)$", lines, re.MULTILINE) for word in line.split()[:-1]]
    assert [name for name in copied if not (DEPLOY.parent / name).exists()] == []
