"""The only door to the network: requests that are polite, bounded in time and size, and go to public addresses only."""

from aggregator.fetch.client import Client
from aggregator.fetch.masking import mask
from aggregator.fetch.options import FetchOptions, user_agent
from aggregator.fetch.politeness import HostGate
from aggregator.fetch.robots import RobotsRecord
from aggregator.fetch.schedule import fetch_all, fetch_ticking
from aggregator.fetch.values import Fetched, FetchFailed, FetchRequest, FetchResult, NotModified
from aggregator.fetch.wire import Incoming, Outgoing, Transport

__all__ = [
    "Client",
    "FetchFailed",
    "FetchOptions",
    "FetchRequest",
    "FetchResult",
    "Fetched",
    "HostGate",
    "Incoming",
    "NotModified",
    "Outgoing",
    "RobotsRecord",
    "Transport",
    "fetch_all",
    "fetch_ticking",
    "mask",
    "user_agent",
]
