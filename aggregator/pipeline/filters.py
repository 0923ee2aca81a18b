"""The stages `dedupe` and `cluster` as filters: story lines in, decisions out, over the pipeline's own window."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from aggregator.cluster import Arrivals
from aggregator.dedupe import CopyGraph, fingerprint
from aggregator.model import CopyMatch, EventAssignment, StoryLine
from aggregator.pipeline.window import Changes, Window, prepare_many

__all__ = ["Decided", "decide_copies", "decide_stream"]

KEEP = timedelta(days=16)  # twice the reach of a story, so that late ones find their neighbours
RECENT = 512  # arrivals; the oldest of them tells where the stream stands, so that one wrong date forgets nothing
BATCH = 256


@dataclass(slots=True)
class Decided:
    """The last decision about every story that went through."""

    copies: dict[str, CopyMatch | None] = field(default_factory=dict)
    events: dict[str, EventAssignment] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def take(self, changes: Changes) -> None:
        """Let new decisions stand in the place of old ones."""
        self.copies.update(changes.copies)
        for story_id, assignment in changes.events.items():
            self.events[story_id] = replace(assignment, event=self._names.get(assignment.event, assignment.event))

    def event_of(self, story_id: str) -> str:
        """The event of a story, by the last decision."""
        return self.events[story_id].event

    def outlive(self, changes: Changes) -> None:
        """What was decided stands when older stories leave the window: an event that lost its first keeps its name."""
        for story_id, assignment in changes.events.items():
            if (before := self.events[story_id].event) != assignment.event:
                self._names[assignment.event] = before


def decide_stream(
    lines: Iterable[StoryLine],
    *,
    online: Callable[[EventAssignment], None] | None = None,
    across: bool = False,
) -> Decided:
    """Run a stream of stories, in order of arrival, through a window that starts empty.

    Args:
        lines: the stories; memory is bounded by those of about two weeks of publication.
        online: called with the decision about each story as it arrives, under a name of its event that lasts (`Arrivals`).
            The final state is the same with it or without, and calls each event by its earliest story.
        across: join events of different languages too; needs the extra `languages`.

    Returns:
        The state after all merges and splits.

    """
    window, decided, arrivals = Window(across=across), Decided(), Arrivals()
    recent: deque[datetime] = deque(maxlen=RECENT)
    evicted = datetime.min.replace(tzinfo=UTC) + KEEP
    stream = iter(lines)
    while batch := tuple(islice(stream, BATCH)):
        for story in prepare_many(batch, across=across):
            window.put(story)
            recent.append(story.published_at)
            if online is not None:
                decided.take(window.flush())
                name = arrivals.tell(story.id, window.members(story.id), decided.event_of)
                online(replace(decided.events[story.id], event=name))
        decided.take(window.flush())
        if (oldest := min(recent)) - KEEP > evicted:
            evicted = oldest - KEEP
            window.evict(evicted)
            decided.outlive(window.flush())
    return decided


def decide_copies(lines: Iterable[StoryLine]) -> dict[str, CopyMatch | None]:
    """Run a stream through deduplication alone: the last decision about each story."""
    graph = CopyGraph()
    decided: dict[str, CopyMatch | None] = {}
    recent: deque[datetime] = deque(maxlen=RECENT)
    stream = iter(lines)
    while batch := tuple(islice(stream, BATCH)):
        for line in batch:
            graph.add(fingerprint(line))
            recent.append(line.published_at)
        decided.update({key: graph.decision(key) for key in graph.flush()})
        graph.evict(min(recent) - KEEP)
    return decided
