"""Builders with good defaults, one for each value that tests make often."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aggregator.model import Feed, FeedSpec, StoryLine
from aggregator.store.ingest import NewEntry

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_feed(**over: Any) -> Feed:
    return Feed(**{"id": 1, "url": "https://courier.example/feed.xml", "title": "The Courier", **over})


def a_spec(url: str = "https://courier.example/feed.xml", **over: Any) -> FeedSpec:
    return FeedSpec(url=url, **over)


def a_new_entry(number: int = 1, **over: Any) -> NewEntry:
    text = f"The storm numbered {number} reached the coast on Monday."
    return NewEntry(
        **{
            "guid": f"guid-{number}",
            "key": f"https://courier.example/{number}",
            "url": f"https://courier.example/{number}",
            "title": f"Storm {number} reaches the coast",
            "text": text,
            "authors": (),
            "published_at": NOW,
            "updated_at": None,
            "lang": "en",
            "image": None,
            "content_hash": f"hash-{number}",
            "grams": None,
            "words": len(text.split()),
            "text_hash": f"text-{number}",
            "outlet_key": "courier.example",
            "outlet_name": "The Courier",
            "wants_page": True,
            **over,
        }
    )


def a_line(story_id: str = "a", **over: Any) -> StoryLine:
    return StoryLine(
        **{
            "id": story_id,
            "published_at": NOW,
            "title": "Storm reaches the coast",
            "text": "The storm reached the coast on Monday.",
            "source": "The Courier",
            "lang": "en",
            **over,
        }
    )
