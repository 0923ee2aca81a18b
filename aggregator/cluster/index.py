"""An inverted index over the stories of the window: how alike is this story to every other, in one pass of numpy.

Similarities are exact to the last bit whatever the order of arrival: the product of two weights is exact in double
precision, and the sum for a pair always runs over the shared terms in ascending order, from whichever side it is asked.
"""

from __future__ import annotations

from array import array

import numpy as np
import numpy.typing as npt

from aggregator.cluster.features import Features

__all__ = ["SCALE", "Index"]

SCALE = 1 << 15  # similarities are kept as whole numbers of 1/SCALE: all later arithmetic on them is exact

_POSTING = np.dtype([("slot", "<i4"), ("comb", "<f2"), ("lead", "<f2")])
_Ints = npt.NDArray[np.int64]


class Index:
    """Postings per term, eight bytes each: slot, weight in the whole text, weight in the lead."""

    def __init__(self) -> None:
        self._postings: dict[int, array[int]] = {}

    def add(self, slot: int, story: Features) -> None:
        """Enter a story under a slot number; slots only grow, so postings stay in order."""
        packed = np.empty(len(story.terms), dtype=_POSTING)
        packed["slot"] = slot
        packed["comb"] = story.comb
        packed["lead"] = story.lead
        postings = self._postings
        for term, posting in zip(story.terms.tolist(), packed.view(np.int64).tolist(), strict=True):
            held = postings.get(term)
            if held is None:
                postings[term] = array("q", (posting,))
            else:
                held.append(posting)

    def fill(self, stories: list[Features | None]) -> None:
        """Enter many at once into an empty index: slot k is the k-th; None is left out."""
        held = [(slot, story) for slot, story in enumerate(stories) if story is not None]
        if not held:
            return
        terms = np.concatenate([story.terms for _, story in held])
        packed = np.empty(len(terms), dtype=_POSTING)
        packed["slot"] = np.repeat([slot for slot, _ in held], [len(story.terms) for _, story in held])
        packed["comb"] = np.concatenate([story.comb for _, story in held])
        packed["lead"] = np.concatenate([story.lead for _, story in held])
        order = np.argsort(terms, kind="stable")
        found, starts = np.unique(terms[order], return_index=True)
        joined = packed[order].tobytes()
        ends = [*starts[1:].tolist(), len(terms)]
        width = _POSTING.itemsize
        for term, first, last in zip(found.tolist(), starts.tolist(), ends, strict=True):
            self._postings[term] = array("q", joined[first * width : last * width])

    def similarities(self, story: Features, size: int) -> tuple[_Ints, _Ints]:
        """Cosines by whole text and by lead with slots 0..size-1, in units of 1/SCALE."""
        held = [self._postings.get(term, _NONE) for term in story.terms.tolist()]
        joined = np.frombuffer(b"".join(held), dtype=_POSTING)
        lengths = np.fromiter(map(len, held), dtype=np.int64, count=len(held))
        slots = joined["slot"]
        comb = np.repeat(story.comb.astype(np.float64), lengths) * joined["comb"]
        in_lead = np.repeat(story.lead > 0, lengths)
        lead = np.repeat(story.lead.astype(np.float64), lengths)[in_lead] * joined["lead"][in_lead]
        return (
            _quantised(np.bincount(slots, weights=comb, minlength=size)),
            _quantised(np.bincount(slots[in_lead], weights=lead, minlength=size)),
        )


_NONE: array[int] = array("q")


def _quantised(values: npt.NDArray[np.generic]) -> _Ints:
    return np.rint(values.astype(np.float64) * SCALE).astype(np.int64)
