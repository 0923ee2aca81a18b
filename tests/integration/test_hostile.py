"""Hostile servers against the app itself: a part of the shared kit for each kind of attack (`make soak` runs it whole)."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shared import ROOT, shared

SOAK = bool(os.environ.get("SOAK"))
MOST_MIB = 256
# One of each kind, and those that bring down the most readers.
CASES = (
    "ssrf-redir-loopback", "ssrf-dns-rebind", "ssrf-item-link-loopback", "xml-billion-laughs", "xml-deep-nest",
    "http-gzip-gzip-bomb", "http-endless-headers", "enc-surrogate-json", "inj-title-ansi", "sem-guid-changing",
    "pol-429-date", "page-deep-nest",
)  # fmt: skip


def verdicts(work: Path, only: str) -> list[dict[str, object]]:
    if shutil.which("openssl") is None:
        pytest.skip("the kit makes its certificates with openssl")
    kit = shared("hostile", "run_kit.py")
    adapter = shlex.join([sys.executable, str(ROOT / "tests" / "support" / "hostile_adapter.py")])
    out = work / "verdicts.json"
    command = [
        sys.executable,
        kit,
        "--adapter",
        adapter,
        "--only",
        only,
        "--jobs",
        "2",
        "--keep",
        work / "kit",
        "--out",
        out,
    ]
    subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=3600)
    return json.loads(out.read_text())


@pytest.mark.skipif(SOAK, reason="the whole kit runs instead")
def test_one_attack_of_each_kind_fails(tmp_path: Path) -> None:
    found = verdicts(tmp_path, f"^({'|'.join(CASES)})$")
    assert {v["id"] for v in found} == set(CASES)
    assert {v["id"]: v["fails"] for v in found if v["verdict"] != "pass"} == {}
    assert max(v["rss_mib"] for v in found) <= MOST_MIB


@pytest.mark.skipif(not SOAK, reason="takes ten minutes: make soak")
def test_every_attack_of_the_kit_fails(tmp_path: Path) -> None:
    found = verdicts(tmp_path, ".")
    assert {v["id"]: v["fails"] for v in found if v["verdict"] != "pass"} == {}
    assert max(v["rss_mib"] for v in found) <= MOST_MIB
