"""What changed in an event since the reader was last told of it."""

from __future__ import annotations

from aggregator.model import Change, EventView, Told

__all__ = ["changes"]


def changes(view: EventView, told: Told) -> tuple[Change, ...]:
    """What is new in `view` since `told`: outlets, figures and sentences."""
    old = {s.outlet for s in view.stories if s.id in told.story_ids}
    new = sorted({s.outlet for s in view.stories if s.id not in told.story_ids} - old)
    return (Change(kind="outlet", after=", ".join(new), what="outlets"),) if new and old else ()
