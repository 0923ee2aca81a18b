"""Our own API under `/api/v1`: REST and JSON, described by the OpenAPI document that it serves."""

from __future__ import annotations

from aggregator.web.api import acts, lists, subscriptions
from aggregator.web.api.operations import api

__all__ = ["api"]

_ROUTES = (lists, acts, subscriptions)  # loading them puts their operations on the blueprint
