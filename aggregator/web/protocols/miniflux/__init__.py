"""The Miniflux API, version 1: feeds and categories, entries, and who asks."""

from aggregator.web.protocols.miniflux import entries, feeds, people
from aggregator.web.protocols.miniflux.door import miniflux

__all__ = ["miniflux"]

_ROUTES = (entries, feeds, people)  # loading them puts their routes on the blueprint
