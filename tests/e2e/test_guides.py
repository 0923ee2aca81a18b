"""The tutorial and the guides of docs/guide, run as a reader types them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.newsroom import END, environment, on_the_air

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = [DOCS / "tutorial.md", *sorted((DOCS / "guide").glob("*.md"))]
_BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


def commands(guide: Path) -> list[str]:
    return [
        line.removeprefix("$ ")
        for block in _BLOCK.findall(guide.read_text("utf-8"))
        for line in block.splitlines()
        if line.startswith("$ ")
    ]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_command_of_the_guide_works(guide: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "aggregator").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m aggregator "$@"\n')
    (tmp_path / "bin" / "aggregator").chmod(0o755)
    env = environment(tmp_path / "a.db", END)
    env["PATH"] = f"{tmp_path / 'bin'}:{Path(sys.executable).parent}:{env['PATH']}"
    env["PYTHONPATH"] = os.pathsep.join(p for p in (str(Path.cwd()), env.get("PYTHONPATH")) if p)
    with on_the_air() as server:
        (tmp_path / "my.opml").write_bytes(server.opml())
        typed = commands(guide)
        assert typed
        for command in typed:
            done = subprocess.run(
                command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
            )
            assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
