"""Which stories a list holds, as conditions for `Stories.each`; lists go on by key, never by offset."""

from __future__ import annotations

from datetime import datetime

from aggregator.store.stories import NOT_HIDDEN, Condition
from aggregator.store.times import to_db

__all__ = ["both", "earlier_than", "in_feed", "starred", "visible"]


def in_feed(feed_id: int) -> Condition:
    """Stories that came by this feed first."""
    return Condition(sql="s.feed_id = :feed_id", parameters={"feed_id": feed_id})


def starred() -> Condition:
    """Stories that the reader has starred."""
    marked = "SELECT story_id FROM story_marks WHERE reader_id = :reader AND starred_at IS NOT NULL"
    return Condition(sql=f"s.id IN ({marked})", parameters={})


def visible() -> Condition:
    """Stories that no rule hides."""
    return Condition(sql=NOT_HIDDEN, parameters={})


def earlier_than(published_at: datetime, story_id: int) -> Condition:
    """Stories that come after this one in a list, newest first."""
    return Condition(
        sql="(s.published_at, s.id) < (:key_at, :key_id)",
        parameters={"key_at": to_db(published_at), "key_id": story_id},
    )


def both(one: Condition, other: Condition) -> Condition:
    """What satisfies both conditions."""
    return Condition(sql=f"({one.sql}) AND ({other.sql})", parameters={**one.parameters, **other.parameters})
