"""A first search: every word must occur in title or text."""

from __future__ import annotations

from aggregator.store.stories import Condition
from aggregator.text.grams import grams

__all__ = ["event_condition", "story_condition"]


def story_condition(query: str) -> Condition:
    """The SQL for a query over stories."""
    words = [w for w in query.replace('"', " ").replace("\0", " ").split() if any(c.isalnum() for c in w)]
    match = " AND ".join(f'grams : "{grams(w)}"' if grams(w) else f'"{w}"' for w in words) or '""'
    return Condition(
        sql="s.id IN (SELECT rowid FROM stories_fts WHERE stories_fts MATCH :match)", parameters={"match": match}
    )


def event_condition(query: str) -> Condition:
    """The SQL for a query over events."""
    inner = story_condition(query)
    return Condition(
        sql=f"e.id IN (SELECT s.event_id FROM stories s WHERE {inner.sql})",
        parameters=inner.parameters,
    )
