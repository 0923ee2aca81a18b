"""What this process tells systemd: that it is ready, that it lives, that it ends (sd_notify(3), a datagram of text)."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

__all__ = ["tell", "watchdog_s"]

log = logging.getLogger(__name__)


def tell(state: str, environ: Mapping[str, str] | None = None) -> bool:
    """Send `READY=1`, `WATCHDOG=1`, `STOPPING=1` or `STATUS=…` to whoever started us.

    Returns whether anybody listens. Trouble is logged: a service must not end because its supervisor is deaf.
    """
    place = (os.environ if environ is None else environ).get("NOTIFY_SOCKET", "")
    if place[:1] not in ("/", "@"):
        return False
    address = f"\0{place[1:]}" if place[0] == "@" else place
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.connect(address)
            line.sendall(state.encode())
    except OSError as error:
        log.warning("the supervisor does not listen", extra={"error": str(error)})
        return False
    return True


def watchdog_s(environ: Mapping[str, str] | None = None) -> float | None:
    """Within how many seconds the supervisor wants a sign of life; None if it wants none, or of another process."""
    environ = os.environ if environ is None else environ
    wanted, of = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not wanted.isdecimal() or int(wanted) == 0 or (of and of != str(os.getpid())):
        return None
    return int(wanted) / 1e6
