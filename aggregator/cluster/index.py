"""An inverted index over the stories of the window: how alike is this story to every other, in one pass of numpy.

Similarities are exact whatever the order of arrival: weights are whole numbers of 2**-24, so products are of 2**-48, and
sums of these below 16 lose nothing in double precision.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from aggregator.cluster.features import Features

__all__ = ["SCALE", "Index", "similarity"]

SCALE = 1 << 15  # similarities are kept as whole numbers of 1/SCALE: all later arithmetic on them is exact

_POSTING = np.dtype([("slot", "<i4"), ("comb", "<f2"), ("lead", "<f2")])
_BLOCK = 2048  # slots: two days of a thousand stories
_Ints = npt.NDArray[np.int64]


class _Block:
    """Postings of a run of slots, and the times of its first and last story."""

    __slots__ = ("first_us", "last_us", "postings")

    def __init__(self) -> None:
        self.postings: dict[int, bytearray] = {}
        self.first_us, self.last_us = 1 << 62, -1 << 62

    def reaches(self, time_us: int, reach_us: int) -> bool:
        return self.first_us - reach_us <= time_us <= self.last_us + reach_us

    def spans(self, times_us: Iterable[int]) -> None:
        for time_us in times_us:
            self.first_us, self.last_us = min(self.first_us, time_us), max(self.last_us, time_us)


class Index:
    """Postings per term, eight bytes each: slot, weight in the whole text, weight in the lead.

    In blocks of slots, which mostly follow time: those that are out of reach need not be looked at.
    """

    def __init__(self) -> None:
        self._blocks: list[_Block] = []

    def add(self, slot: int, story: Features) -> None:
        """Enter a story under a slot number; slots only grow, so postings stay in order."""
        packed = np.empty(len(story.terms), dtype=_POSTING)
        packed["slot"] = slot
        packed["comb"] = story.comb
        packed["lead"] = story.lead
        block = self._block(slot // _BLOCK)
        block.spans([story.time_us])
        postings = block.postings
        joined, width = packed.tobytes(), _POSTING.itemsize
        for place, term in enumerate(story.terms.tolist()):
            posting = joined[place * width : (place + 1) * width]
            held = postings.get(term)
            if held is None:
                postings[term] = bytearray(posting)
            else:
                held += posting

    def fill(self, stories: list[Features | None]) -> None:
        """Enter many at once into an empty index: slot k is the k-th; None is left out."""
        for number in range(0, len(stories), _BLOCK):
            held = [
                (slot, story)
                for slot, story in enumerate(stories[number : number + _BLOCK], number)
                if story is not None
            ]
            if held:
                self._fill(self._block(number // _BLOCK), held)

    def _fill(self, block: _Block, held: list[tuple[int, Features]]) -> None:
        block.spans(story.time_us for _, story in held)
        terms = np.concatenate([story.terms for _, story in held])
        packed = np.empty(len(terms), dtype=_POSTING)
        packed["slot"] = np.repeat([slot for slot, _ in held], [len(story.terms) for _, story in held])
        packed["comb"] = np.concatenate([story.comb for _, story in held])
        packed["lead"] = np.concatenate([story.lead for _, story in held])
        order = np.argsort(terms, kind="stable")
        terms, joined = terms[order], packed[order].tobytes()
        starts = np.flatnonzero(np.diff(terms, prepend=-1))
        ends = [*starts[1:].tolist(), len(terms)][: len(starts)]
        width = _POSTING.itemsize
        for term, first, last in zip(terms[starts].tolist(), starts.tolist(), ends, strict=True):
            block.postings[term] = bytearray(joined[first * width : last * width])

    def similarities(self, story: Features, size: int, reach_us: int) -> tuple[_Ints, _Ints]:
        """Cosines by whole text and by lead with slots 0..size-1, in units of 1/SCALE.

        Of stories further away in time than `reach_us` some count as 0.
        """
        near = [block.postings for block in self._blocks if block.reaches(story.time_us, reach_us)]
        leading = np.argsort(story.lead <= 0, kind="stable")  # terms of the lead first: their postings are a slice
        in_lead = len(near) * int((story.lead > 0).sum())
        held = [postings.get(term, b"") for term in story.terms[leading].tolist() for postings in near]
        lengths = np.fromiter(map(len, held), dtype=np.int64, count=len(held)) // _POSTING.itemsize
        joined = np.frombuffer(b"".join(held), dtype=_POSTING)
        weights = np.repeat(np.stack([story.comb, story.lead])[:, leading].astype(np.float64), len(near), axis=1)
        slots = joined["slot"].astype(np.intp)
        cut = int(lengths[:in_lead].sum())
        comb = np.repeat(weights[0], lengths) * joined["comb"]
        lead = np.repeat(weights[1, :in_lead], lengths[:in_lead]) * joined["lead"][:cut]
        return (
            _quantised(np.bincount(slots, weights=comb, minlength=size)),
            _quantised(np.bincount(slots[:cut], weights=lead, minlength=size)),
        )

    def _block(self, number: int) -> _Block:
        while len(self._blocks) <= number:
            self._blocks.append(_Block())
        return self._blocks[number]


def similarity(one: Features, other: Features) -> tuple[int, int]:
    """The cosines of two stories by whole text and by lead, as `Index.similarities` has them."""
    _, here, there = np.intersect1d(one.terms, other.terms, assume_unique=True, return_indices=True)
    comb, lead = (
        _quantised(mine[here].astype(np.float64) @ theirs[there].astype(np.float64))
        for mine, theirs in ((one.comb, other.comb), (one.lead, other.lead))
    )
    return int(comb), int(lead)


def _quantised(values: npt.NDArray[np.generic]) -> _Ints:
    return np.rint(values.astype(np.float64) * SCALE).astype(np.int64)
