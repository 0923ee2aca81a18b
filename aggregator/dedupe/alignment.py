"""Which sentences of one text say, in partly other words, what a sentence of another says: how rewording is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aggregator.dedupe.passages import differ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aggregator.dedupe.passages import Shingled

__all__ = ["Alignment", "align"]

# Two sentences say the same with so much of the weight of their words in common (Dice). A word weighs less the more
# of the sentences have it, so that "the" in all of them makes none alike.
_ALIKE = 0.35
_SHORTEST = 4
_VERBATIM = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """How far one text's sentences have counterparts in another.

    `share` of the shorter text's words stand in sentences that have one; `conflict` of these in sentences whose figures
    (or names) are not the counterpart's.
    """

    share: float
    conflict: float


def align(shorter: Shingled, longer: Shingled, standing: tuple[float, ...], *, names: bool) -> Alignment:
    """Find each sentence's best counterpart. Cost: about 0.2 ms for 25 sentences each.

    `standing` is how much of each of the shorter's sentences stands in the longer word for word; one that nearly does
    is no conflict, though it be cut short.
    """
    vocabulary, place = np.unique(np.concatenate((shorter.words.hashes, longer.words.hashes)), return_inverse=True)
    ours = _incidence(shorter, place[: len(shorter.words)], len(vocabulary))
    theirs = _incidence(longer, place[len(shorter.words) :], len(vocabulary))
    weight = (1 / (ours.sum(axis=0) + theirs.sum(axis=0))).astype(np.float32)
    ours_weight, theirs_weight = ours @ weight, theirs @ weight
    common = (ours * weight) @ theirs.T
    alike = 2 * common / np.maximum(ours_weight[:, None] + theirs_weight[None, :], 1e-6)
    best = alike.argmax(axis=1)
    found = (alike[np.arange(len(ours)), best] >= _ALIKE) & (shorter.lengths >= _SHORTEST)
    counted = int(shorter.lengths[shorter.lengths >= _SHORTEST].sum())
    if not counted or not found.any():
        return Alignment(share=0.0, conflict=0.0)
    paired = int(shorter.lengths[found].sum())
    disagree = sum(
        int(shorter.lengths[one])
        for one in np.flatnonzero(found).tolist()
        if standing[one] < _VERBATIM and _conflict(shorter, one, longer, int(best[one]), names=names)
    )
    return Alignment(share=paired / counted, conflict=disagree / paired)


def _incidence(text: Shingled, place: NDArray[np.int64], vocabulary: int) -> NDArray[np.float32]:
    """One row a sentence, one column a word: 1 where the sentence has it."""
    grid = np.zeros((len(text.starts), vocabulary), dtype=np.float32)
    grid[np.repeat(np.arange(len(text.starts)), text.lengths), place] = 1
    return grid


def _conflict(shorter: Shingled, one: int, longer: Shingled, other: int, *, names: bool) -> bool:
    """Each of two sentences has a figure (or a name) that the other has not."""
    ours, theirs = _sentence(shorter, one), _sentence(longer, other)
    return differ(shorter.words, ours, longer.words, theirs, names=names)


def _sentence(text: Shingled, number: int) -> slice:
    return slice(int(text.starts[number]), int(text.starts[number] + text.lengths[number]))
