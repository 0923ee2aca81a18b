"""The stories of the last days in memory: which are copies, which tell of one event.

One code path for the pipeline, which fills the window from the store, and for the filters, which start it empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy.typing as npt

from aggregator.cluster import EventGraph, Features, Options, features
from aggregator.cluster.meaning import encoder
from aggregator.dedupe import CopyGraph, Fingerprint, fingerprint
from aggregator.model import CopyMatch, EventAssignment, StoryLine
from aggregator.pipeline.parts import pack, unpack

__all__ = ["Changes", "Prepared", "Window", "prepare", "prepare_many"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A story with what is computed from its text alone; may be made in another process."""

    id: str
    published_at: datetime
    fingerprint: Fingerprint
    features: Features


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Decisions about stories that are new or decided otherwise than before; a copy decision of None means an original."""

    copies: Mapping[str, CopyMatch | None]
    events: Mapping[str, EventAssignment]


def prepare(line: StoryLine, *, across: bool = False) -> Prepared:
    """Compute what the window needs of a story, and what one `across` languages does."""
    told = features(line, encoder() if across else None)
    return Prepared(id=line.id, published_at=line.published_at, fingerprint=fingerprint(line), features=told)


def prepare_many(lines: Sequence[StoryLine], *, across: bool = False) -> tuple[Prepared, ...]:
    """As `prepare`, for a batch: one task for an executor."""
    return tuple(prepare(line, across=across) for line in lines)


class Window:
    """Copies and events of the stories that were put in.

    The decisions are a function of the set of stories, not of the order in which they came: `flush` brings them up to
    date after any number of `put` and `remove`. One `across` languages joins events of different languages too.
    """

    def __init__(self, *, across: bool = False) -> None:
        self._copies = CopyGraph()
        self._events = EventGraph(Options(across=across))
        self._published: dict[str, datetime] = {}
        self._not_copies: set[tuple[str, str]] = set()
        self._put: set[str] = set()  # since the last flush: the event graph must hear whether they are copies

    def __len__(self) -> int:
        return len(self._published)

    def __contains__(self, story_id: str) -> bool:
        return story_id in self._published

    def put(self, story: Prepared) -> None:
        """Add a story, or put a new text in the place of its old one."""
        self.remove(story.id)
        self._copies.add(story.fingerprint)
        self._events.add(story.features)
        self._published[story.id] = story.published_at
        self._put.add(story.id)

    def remove(self, story_id: str) -> None:
        """Take a story out, if it is there."""
        if self._published.pop(story_id, None) is not None:
            self._copies.remove(story_id)
            self._events.remove(story_id)

    def flush(self) -> Changes:
        """Decide what has to be decided again; returns what came out otherwise than before."""
        copies = {i: self._copies.decision(i) for i in self._copies.flush() | self._put if i in self._published}
        self._put.clear()
        for story_id, match in copies.items():
            self._events.set_copy(story_id, match.copy_of if match else None)
        events = {i: self._events.assignment(i) for i in self._events.flush() if i in self._published}
        return Changes(copies=copies, events=events)

    def state(self) -> dict[str, bytes]:
        """What was found out of copies and of events, for a quick start: a cache, never needed for a right answer.

        In parts, of which most stay as they are from one time to the next.
        """
        graphs = (("copies", self._copies.state()), ("events", self._events.state()))
        return pack({f"{graph}.{name}": values for graph, state in graphs for name, values in state.items()})

    def restore(self, state: Mapping[str, bytes]) -> bool:
        """Take back a `state` after the stories of now were put in and before the first `flush`.

        What came, went or changed since is decided at the next `flush`. False if either is of another version, and is
        found out anew.

        ValueError, and nothing taken, if it is not whole.
        """
        copies: dict[str, npt.NDArray[Any]] = {}
        events: dict[str, npt.NDArray[Any]] = {}
        for path, values in unpack(state).items():
            graph, _, name = path.partition(".")
            (copies if graph == "copies" else events)[name] = values
        known = self._copies.restore(copies)
        for story_id in self._copies.flush():
            match = self._copies.decision(story_id)
            self._events.set_copy(story_id, match.copy_of if match else None)
        return self._events.restore(events) and known

    def settle(self) -> None:
        """Take what was put in so far as decided: it came from the store, and its decisions are there."""
        self.flush()

    def copy(self, story_id: str) -> CopyMatch | None:
        """The decision whether this story is a copy."""
        return self._copies.decision(story_id)

    def event(self, story_id: str) -> EventAssignment:
        """The decision to which event this story belongs."""
        return self._events.assignment(story_id)

    def members(self, story_id: str) -> tuple[str, ...]:
        """The stories of the event of this story, by time of publication."""
        return self._events.members(self._events.event_of(story_id))

    def threads(self) -> tuple[tuple[str, ...], ...]:
        """Events that are chapters of one affair, each thread the keys of its events by time."""
        return self._events.threads()

    def event_keys(self) -> tuple[str, ...]:
        """Keys of all events held: each the id of its earliest story."""
        return tuple(members[0] for members in self._events.events())

    def evict(self, before: datetime) -> None:
        """Forget stories published before this time; what was decided about them stands."""
        self._copies.evict(before)
        self._events.evict(before)
        self._published = {i: at for i, at in self._published.items() if at >= before}

    def constrain(
        self,
        *,
        not_copies: Iterable[tuple[str, str]],
        together: Iterable[tuple[str, str]],
        apart: Iterable[tuple[str, str]],
    ) -> None:
        """Obey the reader: pairs that are no copies, pairs of one event, pairs of different events."""
        wanted = {(min(pair), max(pair)) for pair in not_copies}
        for pair in wanted - self._not_copies:
            self._copies.keep_apart(*pair)
        for pair in self._not_copies - wanted:
            self._copies.let_join(*pair)
        self._not_copies = wanted
        self._events.constrain(joined=together, parted=apart)
