"""One writing process at a time: a lease in the database, renewed while we work."""

from __future__ import annotations

import logging
import os
import platform
import re
import threading
from datetime import timedelta
from typing import Self

from aggregator.app.clock import machine_time
from aggregator.errors import LeaseHeld, StoreError
from aggregator.store import Store

__all__ = ["WRITER", "Lease", "holder_name", "is_running"]

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


class Lease:
    """The writer's lease, held from `take` or the start of a `with` block to its end.

    A lease of a dead process of this machine is taken over at once.
    """

    def __init__(self, store: Store, command: str) -> None:
        self._store = store
        self._holder = holder_name(command)
        self._done = threading.Event()
        self._renewer: threading.Thread | None = None

    def take(self) -> None:
        """Take the lease, and renew it from now on.

        Raises:
            LeaseHeld: another process is writing.

        """
        try:
            self._renew()
        except LeaseHeld as held:
            if is_running(held.holder):
                raise
            self._store.leases.release(WRITER, held.holder)
            self._renew()
        self._renewer = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._renewer.start()

    def __enter__(self) -> Self:
        if self._renewer is None:
            self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        if self._renewer is not None:
            self._renewer.join()
        self._store.leases.release(WRITER, self._holder)

    def _renew(self) -> None:
        self._store.leases.take(WRITER, self._holder, now=machine_time(), lasts=LASTS)

    def _keep(self) -> None:
        while not self._done.wait(RENEW_S):
            try:
                self._renew()
            except (StoreError, LeaseHeld) as error:
                log.warning("lease not renewed", extra={"error": str(error)})
        self._store.connections.let_go()
