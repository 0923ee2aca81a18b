"""What systemd is told, over a socket as systemd's."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from aggregator.app.supervision import tell, watchdog_s


def test_nobody_is_told_when_nobody_listens() -> None:
    assert not tell("READY=1", {})


def test_a_state_is_one_datagram(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        assert tell("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert systemd.recv(100) == b"READY=1"


def test_a_supervisor_that_has_gone_does_not_end_us(tmp_path: Path) -> None:
    assert not tell("WATCHDOG=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "120000000"}, 120.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": str(os.getpid())}, 120.0),
        ({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_obeyed_if_it_is_meant_for_us(environ: dict[str, str], wanted: float | None) -> None:
    assert watchdog_s(environ) == wanted
