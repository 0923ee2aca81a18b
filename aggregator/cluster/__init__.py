"""Which event is this story about? Pure: stories near in time in, events and reasons out."""

from aggregator.cluster.arrivals import Arrivals
from aggregator.cluster.features import Features, features
from aggregator.cluster.graph import EventGraph, Options

__all__ = ["Arrivals", "EventGraph", "Features", "Options", "features"]
