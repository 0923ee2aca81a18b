"""Where two word sequences agree: shares, shared passages, sentences, and what was put in place of what."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from aggregator.text.shingles import FIGURE, NAME, covered, sentence_starts, shingles, widths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aggregator.text.shingles import WordSequence

__all__ = ["Overlap", "identical", "overlap", "swaps"]

# A sentence counts as standing in the other text with this share of its words under shared shingles, as touched with
# that one: a reworded sentence keeps a third of its words in runs of three.
_WHOLE = 0.95
_TOUCHED = 0.2
_OPENING = 30
# A gap between two shared passages is a substitution when it is short on both sides.
_LONGEST_SWAP = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What the shorter of two texts shares with the longer.

    `shared` is the share of the shorter's shingles that the longer has, `returned` the reverse; `words` and
    `words_returned` the same in words under them; `whole` and `touched` the share of the shorter's words in sentences
    that stand whole, or partly, in the longer; `opening` how much of either text's first words stands in the other;
    `passages` are (start in the shorter, start in the longer, length) in words, in the shorter's order.
    """

    shared: float
    returned: float
    words: float
    words_returned: float
    whole: float
    touched: float
    opening: float
    passages: tuple[tuple[int, int, int], ...]


def overlap(shorter: WordSequence, longer: WordSequence) -> Overlap:
    """Compare two word sequences by their shingles. Cost: about 0.2 ms for 500 words each."""
    ours, theirs = shingles(shorter), shingles(longer)
    if not len(ours) or not len(theirs):
        return _uniform(0.0, ())
    hits, back = np.isin(ours, theirs), np.isin(theirs, ours)
    under, under_back = covered(shorter, hits), covered(longer, back)
    whole, touched = _sentences(shorter, under)
    return Overlap(
        shared=float(hits.mean()),
        returned=float(back.mean()),
        words=float(under.mean()),
        words_returned=float(under_back.mean()),
        whole=whole,
        touched=touched,
        opening=max(float(under[:_OPENING].mean()), float(under_back[:_OPENING].mean())),
        passages=_passages(ours, theirs, widths(shorter)),
    )


def identical(words: WordSequence) -> Overlap:
    """What a text shares with itself."""
    return _uniform(1.0, ((0, 0, len(words)),)) if len(words) else _uniform(0.0, ())


def _uniform(share: float, passages: tuple[tuple[int, int, int], ...]) -> Overlap:
    return Overlap(
        shared=share,
        returned=share,
        words=share,
        words_returned=share,
        whole=share,
        touched=share,
        opening=share,
        passages=passages,
    )


def _sentences(words: WordSequence, under: NDArray[np.bool_]) -> tuple[float, float]:
    starts = sentence_starts(words)
    lengths = np.diff(np.append(starts, len(words)))
    share = np.add.reduceat(under.astype(np.float64), starts) / lengths
    return float(lengths[share >= _WHOLE].sum() / len(words)), float(lengths[share >= _TOUCHED].sum() / len(words))


def _passages(
    ours: NDArray[np.uint32], theirs: NDArray[np.uint32], wide: NDArray[np.int64]
) -> tuple[tuple[int, int, int], ...]:
    _, here, there = np.intersect1d(ours, theirs, return_indices=True)
    if not len(here):
        return ()
    order = np.argsort(here)
    here, there = here[order], there[order]
    breaks = np.flatnonzero((np.diff(here) != 1) | (np.diff(there) != 1)) + 1
    first = np.concatenate(([0], breaks))
    last = np.concatenate((breaks, [len(here)])) - 1
    lengths = here[last] + wide[here[last]] - here[first]
    return tuple(zip(here[first].tolist(), there[first].tolist(), lengths.tolist(), strict=True))


def swaps(
    shorter: WordSequence, longer: WordSequence, passages: tuple[tuple[int, int, int], ...], *, names: bool
) -> tuple[int, int]:
    """How many short stretches between shared passages differ, and in how many of them a figure (or a name) does.

    A template filled in twice ("Magnitude 5.1 quake hits X") differs where its figures and names are; an edited copy
    differs in other words.
    """
    flag = FIGURE | NAME if names else FIGURE
    differing = telling = 0
    ends = ((0, 0, 0), *passages, (len(shorter), len(longer), 0))
    for (i, j, length), (next_i, next_j, _) in pairwise(ends):
        here, there = next_i - (i + length), next_j - (j + length)
        if 0 < here <= _LONGEST_SWAP and 0 < there <= _LONGEST_SWAP:
            differing += 1
            ours = _marked(shorter, slice(i + length, next_i), flag)
            theirs = _marked(longer, slice(j + length, next_j), flag)
            telling += bool(ours - theirs) and bool(theirs - ours)
    return differing, telling


def _marked(words: WordSequence, part: slice, flag: int) -> set[int]:
    return set(words.hashes[part][(words.flags[part] & flag) != 0].tolist())
