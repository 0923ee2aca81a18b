"""An event: what happened, told by stories of one or many outlets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.story import Story

__all__ = ["AnyEvent", "BriefEvent", "BriefStory", "Event", "EventAssignment", "EventMember", "EventView"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAssignment:
    """The decision that story `id` belongs to the event whose key is `event`, and why.

    `event` is stable for a group of stories: the `StoryLine.id` of its earliest member. `probability` in [0, 1] is the mean
    calibrated probability of its links to the other members (1 for a story alone). `nearest` is the member it is closest
    to; `reason` is a sentence for a reader (shared names, figures, rare words, time); `vetoes` say which near stories were
    kept apart and by what contradiction: (story id, sentence).
    """

    id: str
    event: str
    probability: float = 1.0
    nearest: str | None = None
    reason: str = ""
    vetoes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A stored event. `outlets`, `reports` and `stories` are counts; a report is an original with its copies.

    `independent` counts the voices among the reports: those of one outlet, and texts of one agency, are one voice.
    """

    id: int
    headline: str
    headline_story_id: int | None = None
    first_at: datetime
    last_at: datetime
    seen_at: datetime
    outlets: int = 1
    reports: int = 1
    independent: int = 1
    stories: int = 1
    thread_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMember:
    """A story in its event, with the reason why it is there."""

    story: Story
    probability: float = 1.0
    nearest_id: int | None = None
    reason: str = ""
    vetoes: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """An event with all its stories (with text), oldest first: what the digest and the event page are made from."""

    event: Event
    members: tuple[EventMember, ...] = ()
    folder: tuple[str, ...] = ()
    thread: tuple[Event, ...] = ()

    @property
    def stories(self) -> tuple[Story, ...]:
        """Its stories, oldest first."""
        return tuple(m.story for m in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefStory:
    """What orders and counts need of a story in its event."""

    id: int
    outlet: str
    outlet_id: int
    published_at: datetime
    seen_at: datetime
    lang: str | None = None
    copy_of: int | None = None
    is_read: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefEvent:
    """As `EventView`, with brief stories: enough to rank an event, and to tell it in one line."""

    event: Event
    stories: tuple[BriefStory, ...]
    folder: tuple[str, ...] = ()


AnyEvent = EventView | BriefEvent  # for what asks nothing of a story's text
