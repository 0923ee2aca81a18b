"""The wheel, unpacked: the whole product without the source tree around it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.newsroom import environment

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel carries; dependencies come from the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    with zipfile.ZipFile(folder / made.stdout.split()[-1]) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed program, started where no source tree is."""
    code = f"import sys; sys.path.insert(0, {str(installed)!r}); from aggregator.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=home, env=environment(home / "a.db"), capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def test_the_wheel_brings_its_starter_set(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "feeds", "import")
    assert done.returncode == 0, done.stderr
    assert len(run(installed, tmp_path, "feeds", "list", "--ndjson").stdout.splitlines()) >= 40


def test_the_wheel_brings_the_demo_newsroom_and_what_shows_it(installed: Path, tmp_path: Path) -> None:
    files = {str(path.relative_to(installed / "aggregator")) for path in (installed / "aggregator").rglob("*")}
    assert {"data/feeds.opml", "data/seeds/outlets.toml"} <= files
    source = {str(path.relative_to(ROOT / "aggregator")) for path in (ROOT / "aggregator").rglob("*") if path.is_file()}
    assert {name for name in source if "__pycache__" not in name} <= files
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); from aggregator.newsroom import default_folder, load;"
        " print(default_folder()); print(len(load(default_folder()).stories))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    ).stdout.splitlines()
    assert shown[0].startswith(str(installed))
    assert int(shown[1]) > 100
