"""The store: one SQLite file, and the only room that speaks SQL."""

from aggregator.store.store import Store

__all__ = ["Store"]
