"""Programs with windows, on a display that nobody sees, worked by their keys."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.support.browser import program

LONGEST_S = 60
ANSWERS_WITHIN_S = 4.0

T = TypeVar("T")


@dataclass(frozen=True)
class Desktop:
    """A display, and a home folder of its own for what runs there."""

    home: Path
    env: dict[str, str]

    @contextmanager
    def running(self, *command: str | Path) -> Iterator[None]:
        """A program on a message bus of its own, ended afterwards."""
        with (self.home / "output.txt").open("ab") as output:
            whole = ["dbus-run-session", "--", *map(str, command)]
            started = subprocess.Popen(
                whole, env=self.env, stdout=output, stderr=output, start_new_session=True
            )  # a group of its own, for such programs start others
            try:
                yield
            finally:
                _end(started)

    def press(self, title: str, *keys: str) -> None:
        """Press keys in the window whose title has these words."""
        found = self._xdotool("search", "--onlyvisible", "--name", title).split()
        if found:
            self._xdotool("windowfocus", found[-1])
            self._xdotool("key", "--delay", "200", *keys)

    def _xdotool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self.env, capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout


@contextmanager
def desktop(home: Path) -> Iterator[Desktop]:
    """A display in memory; without the programs for it the test is skipped."""
    for name, package in (("Xvfb", "xvfb"), ("xdotool", "xdotool"), ("dbus-run-session", "dbus")):
        program(name, package)
    for name in ("config", "cache", "data", "run"):
        (home / name).mkdir(parents=True, mode=0o700)
    read, write = os.pipe()
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1200x800x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            number = told.readline().strip()
        assert number, "no display came up"
        yield Desktop(home, _environment(home, number))
    finally:
        _end(display)


def _environment(home: Path, number: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | {
        "DISPLAY": f":{number}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "GSETTINGS_BACKEND": "memory",
        "NO_AT_BRIDGE": "1",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",  # which does not run as root
    }


def _end(started: subprocess.Popen[bytes]) -> None:
    """End a program and what it started: politely, then not."""
    for signal, patience_s in ((15, 5), (9, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(timeout=patience_s)


def until(seen: Callable[[], T], *, doing: Callable[[], None] | None = None) -> T:
    """What is seen at last; `doing` is done again whenever nothing has come of it for some seconds."""
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        if doing is not None:
            doing()
        again = time.monotonic() + ANSWERS_WITHIN_S
        while time.monotonic() < again:
            if found := seen():
                return found
            time.sleep(0.2)
    return seen()


def sealed(password: str) -> str:
    """A password as RSS Guard keeps it under the key 0: each byte is mixed with the one before it."""
    mixed, last = bytearray(), 0
    for byte in b"\0" + password.encode():
        last ^= byte
        mixed.append(last)
    return base64.b64encode(b"\x03\0" + bytes(mixed)).decode()
