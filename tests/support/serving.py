"""The page and the protocols on a real port, by the real server."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aggregator.app.app import App
from aggregator.web import make_server


@contextmanager
def served(app: App) -> Iterator[str]:
    """The address of a server of this app, without a slash at its end."""
    server = make_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.address.rstrip("/")
    server.close()
    with contextlib.suppress(OSError):  # so that it sees at once that it is to stop
        socket.create_connection(("127.0.0.1", int(server.address.rstrip("/").rpartition(":")[2])), timeout=1).close()
    thread.join(timeout=5)
