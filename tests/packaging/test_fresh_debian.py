"""A Debian 12 system on which nothing of ours was ever installed: from the wheel to a restored backup, as its owner would.

Needs root, debootstrap and what `pip` and `apt` of this machine need to reach their registries; `make soak` runs it where these are.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.newsroom import on_the_air

ROOT = Path(__file__).parents[2]
RELEASE = "bookworm"
PACKAGES = "python3-venv,pipx,ca-certificates"
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
READER = "reader"
PAGE = "http://127.0.0.1:18642"

pytestmark = pytest.mark.skipif(
    not os.environ.get("SOAK") or os.geteuid() != 0 or not shutil.which("debootstrap"),
    reason="installs a Debian system: make soak, as root, with debootstrap",
)


@dataclass(frozen=True)
class Debian:
    """The system; commands are run by an ordinary user of it."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / "home" / READER

    def command(self, line: str, *, user: str = READER) -> list[str]:
        home = "/root" if user == "root" else f"/home/{READER}"
        env = {
            "HOME": home, "USER": user, "LANG": "C.UTF-8", "PATH": f"{home}/.local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "PIP_CERT": f"/{CERTIFICATES}", "AGGREGATOR_FETCH_ALLOW_NETWORKS": "127.0.0.0/8", "AGGREGATOR_FETCH_HOST_GAP_S": "0",
            "AGGREGATOR_DB": f"{home}/news.db", "AGGREGATOR_WEB_PORT": PAGE.rpartition(":")[2], "AGGREGATOR_PAGES_BACKFILL": "1000",
        }  # fmt: skip
        setting = [f"{name}={value}" for name, value in env.items()]
        return [
            "chroot",
            f"--userspec={user}:{user}",
            str(self.root),
            "env",
            "-i",
            *setting,
            "sh",
            "-c",
            f"cd {home} && {line}",
        ]

    def run(self, line: str, *, user: str = READER) -> str:
        done = subprocess.run(self.command(line, user=user), capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextlib.contextmanager
    def service(self) -> Iterator[None]:
        """What the installed unit starts, until it is told to end as systemd does."""
        unit = (self.home / ".config/systemd/user/aggregator.service").read_text()
        start = re.search(r"^ExecStart=(.+)$", unit, re.MULTILINE)
        assert start
        process = subprocess.Popen(self.command(f"exec {start[1]}"))
        try:
            wait_until(healthy)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0


def healthy() -> bool:
    try:
        with urllib.request.urlopen(f"{PAGE}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_until(is_so: Callable[[], bool], *, seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.2)


def mirror() -> str:
    """Where this machine's apt gets Debian from."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)"], capture_output=True, text=True, check=False
    ).stdout
    return next((line.split()[1] for line in listed.splitlines() if line.split()[:1] == [RELEASE]), "")


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Debian]:
    root = tmp_path_factory.mktemp("debian") / "root"
    made = subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", RELEASE, str(root), *filter(None, [mirror()])],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"debootstrap does not get through here: {made.stdout[-300:]}")
    for name in ("etc/resolv.conf", CERTIFICATES):
        shutil.copy(Path("/") / name, root / name)
    system = Debian(root)
    system.run(f"useradd --create-home {READER}", user="root")
    try:
        yield system
    finally:
        shutil.rmtree(root, ignore_errors=True)


def wheel(source: Path, folder: Path) -> Path:
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=source, capture_output=True, text=True, timeout=300, check=True
    )
    return folder / made.stdout.split()[-1]


def next_version(folder: Path) -> Path:
    """The source tree, with a higher version."""
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, kept.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for file in (folder / "aggregator" / "__init__.py", folder / "pyproject.toml"):
        text, changed = re.subn(r'(?m)^((?:__)?version(?:__)?) = "[^"]+"', r'\1 = "9.9.9"', file.read_text(), count=1)
        assert changed
        file.write_text(text)
    return folder


def test_installed_by_pipx_run_as_a_service_backed_up_restored_and_upgraded(debian: Debian, tmp_path: Path) -> None:
    (debian.root / "wheels").mkdir()
    new = next_version(tmp_path / "next")
    first = wheel(ROOT, debian.root / "wheels").name
    second = wheel(new, debian.root / "wheels").name

    debian.run(f"pipx install /wheels/{first}")
    with on_the_air() as newsroom:
        (debian.home / "feeds.opml").write_bytes(newsroom.opml())
        debian.run("aggregator feeds import feeds.opml")
        debian.run("aggregator service install")
        with debian.service():
            debian.run("aggregator poll")
            counted = stories(debian)
            assert counted > 100
            debian.run("aggregator backup kept.db")

    debian.run("rm news.db*")  # a lost disk
    debian.run("aggregator restore kept.db")
    assert stories(debian) == counted

    debian.run(f"pipx install --force /wheels/{second}")
    assert "9.9.9" in debian.run("aggregator --version")
    with debian.service():
        assert stories(debian) == counted


def stories(debian: Debian) -> int:
    return len(debian.run("aggregator stories --ndjson --limit 100000").splitlines())


@pytest.mark.skipif(not shutil.which("buildah"), reason="buildah is not installed")
def test_the_container_is_built_is_not_root_and_says_that_it_is_well(debian: Debian, tmp_path: Path) -> None:
    """The Containerfile's steps, with this system in the place of its base image, which a registry would have to give."""
    (tmp_path / "storage.conf").write_text(
        f'[storage]\ndriver = "vfs"\nrunroot = "{tmp_path}/run"\ngraphroot = "{tmp_path}/graph"\n'
    )
    env = os.environ | {"CONTAINERS_STORAGE_CONF": str(tmp_path / "storage.conf"), "BUILDAH_ISOLATION": "chroot"}

    def buildah(*words: str | Path) -> str:
        done = subprocess.run(
            ["buildah", *map(str, words)], env=env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout.strip()

    base = buildah("from", "scratch")
    buildah("add", "-q", base, debian.root, "/")
    buildah("run", base, "--", "ln", "-sf", "/usr/bin/python3", "/usr/local/bin/python")
    for name in set(re.findall(r"^FROM (\S+)", (ROOT / "deploy/Containerfile").read_text(), re.MULTILINE)):
        buildah("commit", "-q", base, name)
    buildah(
        "bud",
        "--pull=never",
        "--network=host",
        "--format=docker",
        "-f",
        "deploy/Containerfile",
        "-t",
        "aggregator",
        ".",
    )
    made = json.loads(buildah("inspect", "--type=image", "aggregator"))["Docker"]["config"]
    assert made["User"] == "aggregator"
    assert made["Volumes"] == {"/data": {}}
    ask = shlex.join(made["Healthcheck"]["Test"][1:])
    container = buildah("from", "--pull=never", "aggregator")
    lived = buildah(
        "run", container, "--", "sh", "-c",
        "test $(id -u) -gt 0 && ! touch /opt/here 2>/dev/null || exit 1; "
        f"echo correct horse battery | aggregator users set me --password-stdin; {shlex.join(made['Cmd'])} & "
        f"for n in $(seq 60); do sleep 1; {ask} && echo well && break; done; kill $!; wait $!; ls /data/aggregator",
    )  # fmt: skip
    assert "well" in lived
    assert "aggregator.db" in lived
