"""Stories by number: the slots in which whatever is kept as arrays of stories finds each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from aggregator.cluster.agglomeration import BREVITY_STEPS
from aggregator.cluster.features import Features
from aggregator.cluster.likeness import Sizes

__all__ = ["Slots"]

_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]


class Slots:
    """Nodes (stories that are no copies), each in a slot. A slot that is left stays empty until they are numbered anew."""

    def __init__(self) -> None:
        self.nodes: list[Features | None] = []
        self._digests: list[int] = []
        self._of: dict[str, int] = {}
        self._sizes: dict[int, Sizes] = {}
        self._times: _Ints = np.zeros(1024, dtype=np.int64)
        self._alive: _Bools = np.zeros(1024, dtype=np.bool_)
        self._brief: _Ints = np.zeros(1024, dtype=np.int64)

    def __len__(self) -> int:
        """How many slots there are, empty ones included."""
        return len(self.nodes)

    def __contains__(self, story: object) -> bool:
        return story in self._of

    @property
    def capacity(self) -> int:
        """How many slots there is room for."""
        return len(self._times)

    @property
    def filled(self) -> int:
        """How many slots hold a node."""
        return len(self._of)

    @property
    def times(self) -> _Ints:
        """When the node of each slot was published, in microseconds since 1970."""
        return self._times[: len(self.nodes)]

    @property
    def alive(self) -> _Bools:
        """Whether each slot holds a node."""
        return self._alive[: len(self.nodes)]

    @property
    def brief(self) -> _Ints:
        """How little the node of each slot says: BREVITY_STEPS for a title, 0 from a long summary on."""
        return self._brief[: len(self.nodes)]

    def of(self, story: str) -> int:
        """The slot of a node. KeyError if it is none."""
        return self._of[story]

    def node(self, slot: int) -> Features:
        """The node in a slot that holds one."""
        story = self.nodes[slot]
        assert story is not None
        return story

    def name(self, slot: int) -> str:
        """The id of the node in a slot."""
        return self.node(slot).id

    def order(self, slot: int) -> tuple[int, str]:
        """What sorts nodes alike in every graph: time, then id."""
        story = self.node(slot)
        return story.time_us, story.id

    def sizes(self, slot: int) -> Sizes:
        """Sums over the node in a slot, made when they are first asked for."""
        if (known := self._sizes.get(slot)) is None:
            known = self._sizes[slot] = Sizes.of(self.node(slot))
        return known

    def add(self, story: Features) -> int:
        """Put a node into a slot of its own."""
        slot = len(self.nodes)
        self.grow(slot + 1)
        self.nodes.append(story)
        self._digests.append(story.digest)
        self._of[story.id] = slot
        self._times[slot], self._alive[slot] = story.time_us, True
        self._brief[slot] = round(self.sizes(slot).brevity * BREVITY_STEPS)
        return slot

    def empty(self, slots: Iterable[int]) -> None:
        """Take the nodes out of these slots."""
        for slot in slots:
            del self._of[self.name(slot)]
            self.nodes[slot] = None
            self._sizes.pop(slot, None)
            self._alive[slot] = False

    def grow(self, size: int) -> None:
        """Make room for that many slots."""
        if size <= self.capacity:
            return
        more = max(size, self.capacity * 3 // 2) - self.capacity
        self._times = np.concatenate([self._times, np.zeros(more, dtype=np.int64)])
        self._alive = np.concatenate([self._alive, np.zeros(more, dtype=np.bool_)])
        self._brief = np.concatenate([self._brief, np.zeros(more, dtype=np.int64)])

    def keep(self, kept: _Ints) -> None:
        """Keep these slots only, numbered in this order."""
        places = kept.tolist()
        self.nodes = [self.nodes[slot] for slot in places]
        self._digests = [self._digests[slot] for slot in places]
        self._sizes = {new: self._sizes[slot] for new, slot in enumerate(places) if slot in self._sizes}
        self._of = {story.id: slot for slot, story in enumerate(self.nodes) if story is not None}
        self._times, self._brief, self._alive = self._times[kept], self._brief[kept], self._alive[kept]

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Which node each slot holds, as plain arrays; `load` takes it back."""
        return {
            "nodes": np.array([story.id if story is not None else "" for story in self.nodes], dtype=np.str_),
            "digests": np.array(self._digests, dtype=np.int64), "times": self.times, "brief": self.brief,
        }  # fmt: skip

    def load(self, arrays: Mapping[str, npt.NDArray[Any]], stories: Mapping[str, Features]) -> list[int]:
        """Take over the slots from `arrays`, with those `stories` that are as they were; returns the slots of others."""
        names, self._digests, self._sizes = arrays["nodes"].tolist(), arrays["digests"].tolist(), {}
        self.nodes = [
            (story if (story := stories.get(name)) is not None and story.digest == digest else None)
            for name, digest in zip(names, self._digests, strict=True)
        ]
        self._of = {story.id: slot for slot, story in enumerate(self.nodes) if story is not None}
        size = len(names)
        self.grow(size)
        self._times[:size], self._brief[:size] = arrays["times"], arrays["brief"]
        self._alive[:size] = [story is not None for story in self.nodes]
        return [slot for slot, story in enumerate(self.nodes) if story is None and names[slot]]
