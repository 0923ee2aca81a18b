"""The page: requests to use cases and back, on Flask and waitress. No SQL, no sockets of its own, no rules about news."""

from aggregator.web.application import create_app
from aggregator.web.server import PageServer, make_server

__all__ = ["PageServer", "create_app", "make_server"]
