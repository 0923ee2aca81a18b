"""One writing process at a time: a lease in the database, renewed while we work."""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import re
import threading
from collections.abc import Iterator
from datetime import timedelta

from aggregator.app.clock import machine_time
from aggregator.errors import LeaseHeld, StoreError
from aggregator.store import Store

__all__ = ["WRITER", "holder_name", "is_running", "writing"]

log = logging.getLogger(__name__)

WRITER = "writer"
LASTS = timedelta(seconds=60)
RENEW_S = 15.0
_HOLDER = re.compile(r"pid (\d+) on (\S+)$")


def holder_name(command: str) -> str:
    """How this process is named to others: `run, pid 123 on box`."""
    return f"{command}, pid {os.getpid()} on {platform.node() or 'localhost'}"


def is_running(holder: str) -> bool:
    """Whether the holder can still be at work: only a process of this machine can be known to be dead."""
    match = _HOLDER.search(holder)
    if match is None or match[2] != (platform.node() or "localhost"):
        return True
    try:
        os.kill(int(match[1]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.contextmanager
def writing(store: Store, command: str) -> Iterator[str]:
    """Hold the lease for a block; a lease of a dead process of this machine is taken over at once.

    Raises:
        LeaseHeld: another process is writing.

    """
    holder = holder_name(command)
    _take(store, holder)
    done = threading.Event()
    renewer = threading.Thread(target=_renew, args=(store, holder, done), name="lease", daemon=True)
    renewer.start()
    try:
        yield holder
    finally:
        done.set()
        renewer.join()
        store.leases.release(WRITER, holder)


def _take(store: Store, holder: str) -> None:
    try:
        store.leases.take(WRITER, holder, now=machine_time(), lasts=LASTS)
    except LeaseHeld as held:
        if is_running(held.holder):
            raise
        store.leases.release(WRITER, held.holder)
        store.leases.take(WRITER, holder, now=machine_time(), lasts=LASTS)


def _renew(store: Store, holder: str, done: threading.Event) -> None:
    while not done.wait(RENEW_S):
        try:
            store.leases.take(WRITER, holder, now=machine_time(), lasts=LASTS)
        except (StoreError, LeaseHeld) as error:
            log.warning("lease not renewed", extra={"error": str(error)})
