"""Tasks for executors, most of them poisonous. Imports little: worker processes import it too."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from aggregator.errors import ParseError

MIB = 2**20


class Stubborn(Exception):
    """An error that pickles but cannot be built again."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)


def double(number: int, *, plus: int = 0) -> int:
    return 2 * number + plus


def refuse(url: str) -> None:
    raise ParseError("not a feed", url=url)


def total(numbers: tuple[int, ...]) -> int:
    return sum(numbers)


def hang() -> None:
    while True:
        time.sleep(60)


def spin_without_the_interpreter() -> int:
    """One call into C that holds the interpreter for hours."""
    return sum(range(10**14))


def swell() -> int:
    kept = []
    while True:
        kept.append(bytearray(4 * MIB))


def crash() -> None:
    ctypes.string_at(0)


def leave() -> None:
    os._exit(3)


def hold(size: int) -> int:
    return len(bytearray(size))


def leak(size: int, kept: list[bytearray] = []) -> int:  # noqa: B006 - meant to be kept
    kept.append(bytearray(size))
    return os.getpid()


def dial() -> None:
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def run_a_program() -> None:
    subprocess.run(["true"], check=True)


def raise_stubborn() -> None:
    raise Stubborn("cannot", "travel")


def answer_with_a_lambda() -> object:
    return lambda: None


def interrupt_myself() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return "still here"


def shout() -> str:
    sys.stdout.write("noise that would spoil the program's own output")
    sys.stderr.write("and complaints")
    return "done"


def linger(folder: Path, *, stop: threading.Event) -> str:
    """Wait to be stopped; says in `folder` when it began and when it ended."""
    (folder / "begun").touch()
    while not stop.is_set():
        time.sleep(0.01)
    (folder / "ended").touch()
    return "stopped"


def linger_once(folder: Path, *, stop: threading.Event) -> str:
    """Wait to be stopped, but only when called for the first time."""
    try:
        (folder / "begun").mkdir()
    except FileExistsError:
        return "done here"
    while not stop.is_set():
        time.sleep(0.01)
    return "stopped"


def linger_elsewhere(number: int, home: int, *, stop: threading.Event) -> int:
    """In another process than `home` wait to be stopped; there be quick."""
    while os.getpid() != home and not stop.is_set():
        time.sleep(0.01)
    return 2 * number
