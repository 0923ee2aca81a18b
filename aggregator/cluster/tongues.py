"""Links between stories of different languages: by what they say and the figures that they name.

A link depends on its two stories alone, so the links are a function of the set of stories.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt

from aggregator.cluster.features import Features
from aggregator.cluster.likeness import Sizes
from aggregator.cluster.meaning import EXACT
from aggregator.cluster.model import GRAIN, NOTICED, ONE
from aggregator.cluster.rarity import is_counted

__all__ = ["Tongues", "strength"]

_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]

# A logistic fit to the pairs of the demo newsroom (benchmarks/events/tongues.py), carried over to a full window, where one
# in 500 strangers rather than one in 36 tells the same.
_EVEN, _SLOPE = 0.54, 19.0  # cosine at which a link is as likely as not, and how much it says
_COMMON, _DIFFERENT = 2.0, 0.3  # what a figure that both name says, and that none is named by both
_CANDIDATE = 0.3  # cosine from which a pair is looked at; none below it comes near a link
_ALIKE = 0.44  # cosine below which two stories of one language say other things
_NONE = np.zeros(0, dtype=np.int64)


class Tongues:
    """Links by slot, between stories whose languages are known to differ and whose meanings are known."""

    def __init__(self) -> None:
        self._vectors: npt.NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self._language: _Ints = np.zeros(0, dtype=np.int64)  # 0: no meaning is known
        self._languages: dict[str, int] = {}
        self._uncounted: _Bools = np.zeros(1, dtype=np.bool_)
        self._links: dict[int, dict[int, int]] = {}

    def enter(self, slot: int, story: Features) -> None:
        """Take in what a story says, if that is known."""
        if not len(story.meaning) or story.lang is None:
            return
        self._reserve(slot + 1, len(story.meaning))
        self._vectors[slot] = story.meaning
        if story.lang not in self._languages:
            self._languages[story.lang] = len(self._languages) + 1
            self._uncounted = np.append(self._uncounted, not is_counted(story.lang))
        self._language[slot] = self._languages[story.lang]

    def foreign(self, a: _Ints, b: _Ints) -> _Bools:
        """Whether pairs of slots are of different languages, so that links between them are found here."""
        one, other = self._of(a), self._of(b)
        differ: _Bools = (one != other) & (one > 0) & (other > 0)
        return differ

    def told(self, size: int) -> _Ints:
        """For slots below `size`, 1 where words were counted and meaning is known, else 0."""
        language = self._of(np.arange(size))
        counted: _Ints = np.where(language > 0, ~self._uncounted[language], 0).astype(np.int64)
        return counted

    def unlike(self, a: _Ints, b: _Ints) -> _Bools:
        """Whether pairs of slots of one language say other things, where no words were counted to tell that by."""
        known: _Bools = (self._of(a) == self._of(b)) & (self._of(a) > 0)
        known[known] = self._uncounted[self._of(a)[known]]
        cosines = np.einsum("ij,ij->i", self._vectors[a[known]], self._vectors[b[known]]) / (EXACT * EXACT)
        known[known] = cosines < _ALIKE
        return known

    def link(self, slot: int, near: _Ints, weigh: Callable[[int, float], int]) -> tuple[_Ints, _Ints, _Ints]:
        """Link a slot with those of `near` that say the same; `weigh(other, cosine)` is the strength, 0 for no link."""
        if slot >= len(self._language) or not self._language[slot]:
            return _NONE, _NONE, _NONE
        others = near[self.foreign(np.full(len(near), slot), near)]
        cosines = self._vectors[others] @ self._vectors[slot] / (EXACT * EXACT)
        alike = np.flatnonzero(cosines >= _CANDIDATE)
        found = {
            other: strong
            for other, cosine in zip(others[alike].tolist(), cosines[alike].tolist(), strict=True)
            if (strong := weigh(other, cosine))
        }
        for other, strong in found.items():
            self._links.setdefault(slot, {})[other] = strong
            self._links.setdefault(other, {})[slot] = strong
        ends = np.array([*found], dtype=np.int64)
        return np.full(len(ends), slot), ends, np.array([*found.values()], dtype=np.int64)

    def beside(self, slot: int) -> Mapping[int, int]:
        """Strengths of the links of a slot."""
        return self._links.get(slot, {})

    def drop(self, slots: Iterable[int]) -> None:
        """Forget slots."""
        for slot in slots:
            for other in self._links.pop(slot, {}):
                del self._links[other][slot]
            if slot < len(self._language):
                self._language[slot] = 0

    def edges(self, slots: set[int]) -> tuple[_Ints, _Ints, _Ints]:
        """Links with an end among `slots`, each once: two arrays of slots, and strengths."""
        found = [
            (slot, other, strong)
            for slot in slots & self._links.keys()
            for other, strong in self._links[slot].items()
            if slot < other or other not in slots
        ]
        a, b, strong = np.array(found, dtype=np.int64).reshape(len(found), 3).T
        return a, b, strong

    def renumber(self, renumbered: _Ints) -> None:
        """Take over new numbers of all slots; -1 for those that were dropped."""
        kept = np.flatnonzero(renumbered[: len(self._language)] >= 0)
        self._vectors, self._language = self._vectors[kept], self._language[kept]
        of = renumbered.tolist()
        self._links = {
            of[slot]: {of[other]: strong for other, strong in links.items()} for slot, links in self._links.items()
        }

    def arrays(self) -> dict[str, npt.NDArray[np.int64]]:
        """All links, as a plain array; `load` takes them back."""
        return {"links": np.stack(self.edges({*self._links}), axis=1)}

    def load(self, arrays: Mapping[str, npt.NDArray[np.int64]], alive: _Bools) -> None:
        """Take over the links between slots that are alive, after these were entered."""
        for a, b, strong in arrays["links"].tolist():
            if alive[a] and alive[b]:
                self._links.setdefault(a, {})[b] = strong
                self._links.setdefault(b, {})[a] = strong

    def _of(self, slots: _Ints) -> _Ints:
        if not len(self._language):
            return np.zeros(len(slots), dtype=np.int64)
        inside = np.minimum(slots, len(self._language) - 1)
        found: _Ints = np.where(slots < len(self._language), self._language[inside], 0)
        return found

    def _reserve(self, size: int, width: int) -> None:
        held = len(self._language)
        if size > held:
            more = max(size, held * 3 // 2, 256) - held
            self._vectors = np.concatenate(
                [self._vectors.reshape(held, width), np.zeros((more, width), dtype=np.float32)]
            )
            self._language = np.concatenate([self._language, np.zeros(more, dtype=np.int64)])


def strength(cosine: float, one: Sizes, other: Sizes) -> int:
    """How likely two stories of different languages tell one event, in units of 1/ONE; 0 for no link."""
    odds = _SLOPE * (cosine - _EVEN)
    if one.figures and other.figures:
        odds += _COMMON if one.figures & other.figures else -_DIFFERENT
    likely = round(ONE / (1 + math.exp(-odds)) / GRAIN) * GRAIN
    return likely if likely >= NOTICED else 0
