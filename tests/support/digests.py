"""Stories, events and digests with good defaults, for tests of what a reader gets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.digest import Occasion, compose
from aggregator.model import Digest, Event, EventMember, EventView, Story

NOW = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)

QUAKE = (
    (
        "Meridian Wire",
        "Earthquake kills at least 14 in southern Cordania",
        """VALMARA (Meridian) - An earthquake of magnitude 6.1 killed at least 14 people in southern Cordania on Tuesday, officials said.

Soldiers were digging for survivors in the town of Santa Olaya.

The mayor asked for tents and blankets.""",
    ),
    (
        "The Courier",
        "'We dig toward the voices'",
        """At least 14 people were killed when an earthquake struck southern Cordania before dawn on Tuesday.

He has not slept.

More than 120 people were injured in Santa Olaya, the civil protection agency said.""",
    ),
    (
        "Radio Seven",
        "Cordania earthquake: soldiers dig for survivors in Santa Olaya",
        "Soldiers are digging for survivors in southern Cordania after an earthquake killed at least 14 people on Tuesday.",
    ),
)


def a_story(number: int = 1, **over: Any) -> Story:
    return Story(
        **{
            "id": number,
            "url": f"https://outlet{number}.example/{number}",
            "title": f"Storm {number} reaches the coast",
            "text": f"Storm number {number} reached the northern coast on Monday and cut the power to many homes.",
            "outlet": f"Outlet {number}",
            "outlet_id": over.get("outlet_id", number),
            "published_at": NOW - timedelta(hours=5),
            "seen_at": over.get("published_at", NOW - timedelta(hours=5)),
            "lang": "en",
            **over,
        }
    )


def a_view(stories: Sequence[Story], event_id: int = 1, **over: Any) -> EventView:
    times = [s.published_at for s in stories]
    event = Event(
        id=event_id,
        headline=stories[0].title or "",
        first_at=min(times),
        last_at=max(times),
        seen_at=min(s.seen_at for s in stories),
        outlets=len({s.outlet_id for s in stories}),
        reports=sum(s.copy_of is None for s in stories),
        independent=max(1, len({s.credit or s.outlet_id for s in stories if s.copy_of is None})),
        stories=len(stories),
    )
    return EventView(
        event=event, members=tuple(EventMember(story=s, reason="They share a name.") for s in stories), **over
    )


def a_quake(event_id: int = 1, first: int = 1, **over: Any) -> EventView:
    stories = [
        a_story(
            first + n, outlet=outlet, outlet_id=n + 1, title=title, text=text, published_at=NOW - timedelta(hours=6 - n)
        )
        for n, (outlet, title, text) in enumerate(QUAKE)
    ]
    return a_view(stories, event_id, **{"folder": ("World",), **over})


def a_digest(views: Sequence[EventView] | None = None, **over: Any) -> Digest:
    own = {name: over.pop(name) for name in ("now", "title", "health", "edits") if name in over}
    occasion = Occasion(**{"since": YESTERDAY, "until": NOW, **over})
    return compose((a_quake(),) if views is None else views, occasion, **{"now": NOW, "title": "Morning", **own})
