"""The only door to the network: requests that are polite, bounded in time and size, and go to public addresses only."""

from aggregator.fetch.client import Client
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.masking import mask
from aggregator.fetch.options import FetchOptions, user_agent
from aggregator.fetch.politeness import HostGate
from aggregator.fetch.robots import RobotsRecord
from aggregator.fetch.schedule import fetch_all, fetch_ticking
from aggregator.fetch.shards import Harvest, Shard, fetch_shard
from aggregator.fetch.values import Fetched, FetchFailed, FetchRequest, FetchResult, NotModified
from aggregator.fetch.wire import Incoming, Outgoing, Transport

__all__ = [
    "Client",
    "Exchange",
    "FetchFailed",
    "FetchOptions",
    "FetchRequest",
    "FetchResult",
    "Fetched",
    "Harvest",
    "HostGate",
    "Incoming",
    "NotModified",
    "Outgoing",
    "RobotsRecord",
    "Shard",
    "Transport",
    "fetch_all",
    "fetch_shard",
    "fetch_ticking",
    "mask",
    "user_agent",
]
