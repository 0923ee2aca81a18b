"""An event's reports: each original with its copies, the way every surface shows them."""

from __future__ import annotations

from datetime import datetime

from aggregator.model import EventView, Story

__all__ = ["order", "reports"]


def reports(view: EventView) -> list[tuple[Story, list[Story]]]:
    """Each original with its copies, in the order of appearance; a copy whose original is elsewhere stands alone."""
    ids = {s.id for s in view.stories}
    root = {s.id: s.copy_of if s.copy_of in ids and s.copy_of is not None else s.id for s in view.stories}
    groups: dict[int, list[Story]] = {s.id: [] for s in view.stories if root[s.id] == s.id}
    for story in view.stories:
        top = root[story.id]
        while root.get(top, top) != top:
            top = root[top]
        if top != story.id:
            groups.setdefault(top, []).append(story)
    by_id = {s.id: s for s in view.stories}
    found = [(by_id[key], sorted(copies, key=order)) for key, copies in groups.items()]
    return sorted(found, key=lambda group: order(group[0]))


def order(story: Story) -> tuple[datetime, int]:
    """The order of appearance."""
    return story.published_at, story.id
