"""Where two word sequences agree: shares, shared passages, sentences, and what was put in place of what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from aggregator.text.shingles import FIGURE, NAME, QUOTED, covered, sentence_starts, shingles, unpack, widths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aggregator.text.shingles import WordSequence

__all__ = ["Overlap", "Shingled", "differ", "identical", "overlap", "shingled", "swaps"]

# A sentence counts as standing in the other text with this share of its words under shared shingles, as touched with
# that one: a reworded sentence keeps a third of its words in runs of three.
_WHOLE = 0.95
_TOUCHED = 0.2
_OPENING = 30
# With fewer words outside quotation marks a text is one quotation.
_FEWEST_OUTSIDE = 20
# A gap between two shared passages is a substitution when it is short on both sides.
_LONGEST_SWAP = 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlap:
    """What the shorter of two texts shares with the longer.

    `shared` is the share of the shorter's shingles that the longer has, `words` that of its words under
    them, `words_returned` that of the longer's words; `sentences` how much of each of the shorter's sentences stands in the
    longer, `whole` and `touched` the share of its words in sentences that stand whole, or partly; `opening` how much of
    either text's first words does (quotations left out: two reports may begin with one); `unquoted` how much of the
    shorter's words outside quotation marks does; `passages` are (start in the shorter, start in the longer, length) in
    words, in the shorter's order.
    """

    shared: float
    words: float
    words_returned: float
    whole: float
    touched: float
    opening: float
    unquoted: float
    sentences: tuple[float, ...]
    passages: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shingled:
    """A text made ready to be compared.

    Its words; its shingles, sorted (`known`), with the word each begins at first (`first`) and which of them begins at
    each word (`order`, `wide` words long); where its sentences start and how long they are; the share of its words that
    are written as names.
    """

    words: WordSequence
    known: NDArray[np.uint32]
    first: NDArray[np.int64]
    order: NDArray[np.int64]
    wide: NDArray[np.int64]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    names: float


# A story is compared with several others in a row.
@lru_cache(maxsize=256)
def shingled(hashes: bytes, flags: bytes) -> Shingled:
    """Make ready the text with these word hashes (little-endian uint32) and flags."""
    words = unpack(hashes, flags)
    known, first, order = np.unique(shingles(words), return_index=True, return_inverse=True)
    starts = sentence_starts(words)
    return Shingled(
        words=words,
        known=known,
        first=first,
        order=order,
        wide=widths(words),
        starts=starts,
        names=np.count_nonzero(words.flags & NAME) / max(len(words), 1),
        lengths=np.diff(np.append(starts, len(words))),
    )


def overlap(shorter: Shingled, longer: Shingled, *, least: float = 0.0) -> Overlap:
    """Compare two texts by their shingles; not further if they share less than `least`. About 0.1 ms for 500 words each."""
    if not len(shorter.known) or not len(longer.known):
        return _uniform(0.0, ())
    place = np.minimum(np.searchsorted(longer.known, shorter.known), len(longer.known) - 1)
    same = longer.known[place] == shorter.known
    hits = same[shorter.order]
    if _mean(hits) < least:
        return _uniform(_mean(hits), ())
    same_back = np.zeros(len(longer.known), dtype=np.bool_)
    same_back[place[same]] = True
    back = same_back[longer.order]
    under, under_back = covered(shorter.words, hits, shorter.wide), covered(longer.words, back, longer.wide)
    share = np.add.reduceat(under, shorter.starts, dtype=np.float64) / shorter.lengths
    return Overlap(
        shared=_mean(hits),
        words=_mean(under),
        words_returned=_mean(under_back),
        whole=float(shorter.lengths[share >= _WHOLE].sum() / len(shorter.words)),
        touched=float(shorter.lengths[share >= _TOUCHED].sum() / len(shorter.words)),
        opening=max(_opening(shorter.words, under), _opening(longer.words, under_back)),
        unquoted=_unquoted(shorter.words, under),
        sentences=tuple(share.tolist()),
        passages=_passages(np.flatnonzero(hits), longer.first[place][shorter.order[hits]], shorter.wide),
    )


def _opening(words: WordSequence, under: NDArray[np.bool_]) -> float:
    return _mean(_outside(words, under)[:_OPENING])


def _unquoted(words: WordSequence, under: NDArray[np.bool_]) -> float:
    return _mean(_outside(words, under))


def _outside(words: WordSequence, under: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The marks of the words outside quotation marks; all of them for a text that is one quotation."""
    outside = (words.flags & QUOTED) == 0
    return under[outside] if np.count_nonzero(outside) >= _FEWEST_OUTSIDE else under


def _mean(marks: NDArray[np.bool_]) -> float:
    return int(np.count_nonzero(marks)) / len(marks)


def identical(words: int) -> Overlap:
    """What a text of so many words shares with itself."""
    return _uniform(1.0, ((0, 0, words),)) if words else _uniform(0.0, ())


def _uniform(share: float, passages: tuple[tuple[int, int, int], ...]) -> Overlap:
    return Overlap(
        shared=share,
        words=share,
        words_returned=share,
        whole=share,
        touched=share,
        opening=share,
        unquoted=share,
        sentences=(share,),
        passages=passages,
    )


def _passages(
    here: NDArray[np.int64], there: NDArray[np.int64], wide: NDArray[np.int64]
) -> tuple[tuple[int, int, int], ...]:
    """Runs of shared shingles that follow one another in both texts."""
    if not len(here):
        return ()
    breaks = np.flatnonzero((here[1:] - here[:-1] != 1) | (there[1:] - there[:-1] != 1)) + 1
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
    differing = telling = 0
    ends = ((0, 0, 0), *passages, (len(shorter), len(longer), 0))
    for (i, j, length), (next_i, next_j, _) in pairwise(ends):
        ours, theirs = slice(i + length, next_i), slice(j + length, next_j)
        if 0 < next_i - ours.start <= _LONGEST_SWAP and 0 < next_j - theirs.start <= _LONGEST_SWAP:
            differing += 1
            telling += differ(shorter, ours, longer, theirs, names=names)
    return differing, telling


def differ(one: WordSequence, here: slice, other: WordSequence, there: slice, *, names: bool) -> bool:
    """Each of two stretches has a figure (or a name) that the other has not."""
    return _lacks(one, here, other, there, names=names) and _lacks(other, there, one, here, names=names)


def _lacks(one: WordSequence, here: slice, other: WordSequence, there: slice, *, names: bool) -> bool:
    telling = (one.flags[here] & (FIGURE | NAME if names else FIGURE)) != 0
    return bool(telling.any()) and not np.isin(one.hashes[here][telling], other.hashes[there]).all()
