"""Pairs of stories that may tell one event, and what a model looks at to say how likely that is.

What two stories share is computed once, when the pair is first met. How the pair stands among the neighbours of each is
computed anew whenever those neighbours change, from both sides, so that it never depends on who came first.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from aggregator.cluster.features import Features
from aggregator.cluster.index import SCALE
from aggregator.cluster.names import figures_in
from aggregator.cluster.neighbours import RANKED
from aggregator.cluster.rarity import HASH_BITS, rarity
from aggregator.text.words import terms

if TYPE_CHECKING:
    from aggregator.cluster.neighbours import Neighbours

__all__ = ["COLUMNS", "PairTable", "Sizes", "describe", "shared"]

_Ints = npt.NDArray[np.int64]
_Rows = npt.NDArray[np.int32]
_Whole = npt.NDArray[np.signedinteger[Any]]
_Floats = npt.NDArray[np.float64]

_SHARED = (
    "comb containment", "lead containment", "title cosine", "bigram cosine", "title coverage min", "title coverage max",
    "name cosine", "name containment", "weekday", "title in lead min", "title in lead max", "rare in leads", "figures",
    "subjects said min", "subjects said max", "subjects", "plain title words", "places", "title figures", "days apart",
)  # fmt: skip
_STANDING = (
    "rank min", "rank max", "margin min", "margin max", "z min", "z max", "mean min", "mean max", "common", "above mean",
)  # fmt: skip
COLUMNS = (
    "comb cosine", "lead cosine", *_SHARED, "days apart, at most one",
    *(f"comb {name}" for name in _STANDING), *(f"lead {name}" for name in _STANDING),
)  # fmt: skip
_NAMES_SAID, _PLAIN, _PLACES = (_SHARED.index(name) for name in ("subjects said max", "plain title words", "places"))
_TEMPLATE, _TEMPLATE_COSINE = 0.6, SCALE * 20 // 100  # from which two titles may be one template filled in twice
_YEAR = re.compile(r"(?:19|20)\d\d")  # says little: everything of a year shares it
_SHORT, _LONG = 15, 60  # different words of a title with its subtitle, and of a summary that tells the whole
_RARE = 4.0  # idf from which a shared word counts as rare: one story in fifty
_COLUMNS_OF_TABLE = ("a", "b", "comb", "lead", "shared", "strength", "veto", "apart", "template")
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sums over a story that containments divide by, and its brevity: 1 for a title, 0 from _LONG different words on."""

    idf: float
    lead_idf: float
    title_idf: float
    names: int
    brevity: float
    figures: frozenset[str]
    title_figures: frozenset[str]
    subjects: npt.NDArray[np.uint32]
    plain: npt.NDArray[np.uint32]
    title_places: frozenset[str]
    places: frozenset[str]

    @classmethod
    def of(cls, story: Features) -> Sizes:
        """The sums of one story."""
        idf = story.idf.astype(np.float64)
        table = rarity(story.lang)
        keys = {table[term][0] for name in story.subjects for term in terms(name, story.lang)}
        title = set(story.terms[story.title > 0].tolist())
        return cls(
            float(np.add.accumulate(idf)[-1]) if len(idf) else 0.0,
            float((idf * (story.lead > 0)).sum()),
            float((idf * (story.title > 0)).sum()),
            len(story.names),
            min(1.0, max(0.0, (_LONG - len(story.terms)) / (_LONG - _SHORT))),
            _told(story.figures),
            _told(figures_in(story.headline)),
            np.array(sorted(keys & title), dtype=np.uint32),
            np.array(sorted(title - keys), dtype=np.uint32),
            frozenset(story.title_places),
            frozenset(story.places),
        )


def _told(figures: Iterable[str]) -> frozenset[str]:
    return frozenset(figure.replace(",", ".") for figure in figures if not _YEAR.fullmatch(figure))


class PairTable:
    """Growing columns of pairs: slots a < b, similarities, shared features, probability.

    `veto` says what a search for contradictions found; `apart`, that neither title has a name the other story says;
    `template`, that the rest of the titles agrees.
    """

    def __init__(self) -> None:
        self.count = 0
        self.a: _Rows = np.zeros(1024, dtype=np.int32)
        self.b: _Rows = np.zeros(1024, dtype=np.int32)
        self.comb: _Rows = np.zeros(1024, dtype=np.int32)
        self.lead: _Rows = np.zeros(1024, dtype=np.int32)
        self.shared: npt.NDArray[np.float32] = np.zeros((1024, len(_SHARED)), dtype=np.float32)
        self.strength: npt.NDArray[np.int32] = np.zeros(1024, dtype=np.int32)
        self.veto: npt.NDArray[np.int8] = np.full(1024, -1, dtype=np.int8)
        self.apart: npt.NDArray[np.bool_] = np.zeros(1024, dtype=np.bool_)
        self.template: npt.NDArray[np.bool_] = np.zeros(1024, dtype=np.bool_)
        self.of: dict[int, array[int]] = {}

    def append(self, slot: int, others: _Ints, comb: _Ints, lead: _Ints, shared_of: _Floats) -> None:
        """Enter pairs of `slot` with `others`."""
        first, last = self.count, self.count + len(others)
        self._reserve(last)
        self.a[first:last] = np.minimum(others, slot)
        self.b[first:last] = np.maximum(others, slot)
        self.comb[first:last] = comb
        self.lead[first:last] = lead
        self.shared[first:last] = shared_of
        self.strength[first:last] = 0
        self.veto[first:last] = -1
        self.apart[first:last] = (shared_of[:, _NAMES_SAID] <= 0) | (shared_of[:, _PLACES] == 0)
        self.template[first:last] = (shared_of[:, _PLAIN] >= _TEMPLATE) & (comb >= _TEMPLATE_COSINE)
        self.count = last
        self.of.setdefault(slot, array("q")).extend(range(first, last))
        for row, other in enumerate(others.tolist(), first):
            self.of.setdefault(other, array("q")).append(row)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """All columns, cut to size."""
        return {name: getattr(self, name)[: self.count] for name in _COLUMNS_OF_TABLE}

    def load(self, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Take over columns from `arrays`."""
        self.count = len(arrays["a"])
        for name in _COLUMNS_OF_TABLE:
            setattr(self, name, arrays[name])
        self._find_rows()

    def keep(self, rows: npt.NDArray[np.bool_], renumbered: _Ints | None = None) -> None:
        """Drop all other rows; `renumbered` are the new numbers of all slots, if they have any."""
        kept = np.flatnonzero(rows[: self.count])
        self.count = len(kept)
        capacity = max(1024, self.count * 5 // 4)
        for name in _COLUMNS_OF_TABLE:
            old = getattr(self, name)
            new = np.zeros((capacity, *old.shape[1:]), dtype=old.dtype)
            np.take(old, kept, axis=0, out=new[: self.count])
            setattr(self, name, new)
        if renumbered is not None:
            for ends in (self.a, self.b):
                ends[: self.count] = renumbered[ends[: self.count]]
        self._find_rows()

    def _find_rows(self) -> None:
        """Note for each slot the rows that it is in."""
        self.of = {}
        if not self.count:
            return
        ends = np.concatenate([self.a[: self.count], self.b[: self.count]])
        order = np.argsort(ends, kind="stable")
        slots, starts = np.unique(ends[order], return_index=True)
        rows = order % self.count
        self.of = {
            slot: array("q", found.astype(np.int64).tobytes())
            for slot, found in zip(slots.tolist(), np.split(rows, starts[1:]), strict=True)
        }

    def rows_of(self, slots: set[int]) -> _Ints:
        """Rows of all pairs with one of `slots`, ascending."""
        joined = b"".join([self.of[slot] for slot in slots if slot in self.of])
        rows = np.sort(np.frombuffer(joined, dtype=np.int64))
        distinct: _Ints = rows[np.concatenate([np.ones(min(1, len(rows)), dtype=np.bool_), rows[1:] != rows[:-1]])]
        return distinct

    def partners(self, slot: int) -> _Rows:
        """Slots that share a row with `slot`."""
        rows = self.rows_of({slot})
        return np.where(self.a[rows] == slot, self.b[rows], self.a[rows])

    def _reserve(self, size: int) -> None:
        if size <= len(self.a):
            return
        capacity = max(size, len(self.a) * 5 // 4)
        for name in _COLUMNS_OF_TABLE:
            old = getattr(self, name)
            new = np.zeros((capacity, *old.shape[1:]), dtype=old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)


_POSITION: npt.NDArray[np.int32] = np.zeros(1 << HASH_BITS, dtype=np.int32)


def shared(story: Features, sizes: Sizes, others: list[Features], sizes_of: list[Sizes]) -> _Floats:
    """Shared features of one story with each of `others`: one row each, columns _SHARED; symmetric to the last bit."""
    n = len(others)
    owner, mine, theirs = _meet(story.terms, [o.terms for o in others])

    def total(values: _Floats) -> _Floats:
        return _summed(owner, values, n)

    def column(name: str) -> _Floats:
        joined: _Floats = np.concatenate([getattr(o, name) for o in others])[theirs].astype(np.float64)
        return joined

    idf, lead, title = (getattr(story, name).astype(np.float64)[mine] for name in ("idf", "lead", "title"))
    idf_of, lead_of, title_of = column("idf"), column("lead"), column("title")
    both = (idf + idf_of) / 2
    size, lead_size, title_size, names = (
        np.array([(s.idf, s.lead_idf, s.title_idf, s.names) for s in sizes_of], dtype=np.float64).reshape(n, 4).T
    )
    covers = _ratio(total(idf * (title > 0)), np.full(n, sizes.title_idf), -1.0)
    covered = _ratio(total(idf_of * (title_of > 0)), title_size, -1.0)
    lead_covers = _ratio(total(idf * ((title > 0) & (lead_of > 0))), np.full(n, sizes.title_idf), -1.0)
    lead_covered = _ratio(total(idf_of * ((title_of > 0) & (lead > 0))), title_size, -1.0)
    bigram = _cosine(story.bigrams, story.bigram_weights, [(o.bigrams, o.bigram_weights) for o in others])
    name, common = _names(story, others)
    days = np.abs(np.array([o.time_us for o in others], dtype=np.float64) - story.time_us) / _DAY_US
    return np.stack(
        [
            _ratio(total(both), np.minimum(size, sizes.idf), 0.0),
            _ratio(total(both * ((lead > 0) & (lead_of > 0))), np.minimum(lead_size, sizes.lead_idf), 0.0),
            total(title * title_of),
            bigram,
            np.minimum(covers, covered),
            np.maximum(covers, covered),
            name,
            _ratio(common, np.minimum(names, sizes.names), -1.0),
            _weekday(story, others),
            np.minimum(lead_covers, lead_covered),
            np.maximum(lead_covers, lead_covered),
            np.sqrt(total(np.maximum(both - _RARE, 0.0) * ((lead > 0) & (lead_of > 0)))),
            _figures(sizes, sizes_of),
            *_title_names(story, sizes, others, sizes_of),
            days,
        ],
        axis=1,
    )


def describe(table: PairTable, rows: _Ints, comb: Neighbours, lead: Neighbours) -> _Floats:
    """The feature matrix of pairs, one column each of COLUMNS."""
    base = table.shared[rows].astype(np.float64)
    a, b = table.a[rows], table.b[rows]
    out: _Floats = np.concatenate(
        [
            np.stack([table.comb[rows] / SCALE, table.lead[rows] / SCALE], axis=1),
            base,
            np.minimum(base[:, -1:], 1.0),
            _standing(comb, table.comb[rows], a, b),
            _standing(lead, table.lead[rows], a, b),
        ],
        axis=1,
    )
    return out


def _standing(lists: Neighbours, value: _Whole, a: _Whole, b: _Whole) -> _Floats:
    ranks, margins, scores, means = [], [], [], []
    for slot in (a, b):
        near = lists.values[slot, :RANKED].astype(np.int64)
        ranks.append((near > value[:, None]).sum(axis=1).astype(np.float64))
        best = np.where(value >= near[:, 0], near[:, 1], near[:, 0])
        margins.append((value - best) / SCALE)
        total, squares = near.sum(axis=1), (near * near).sum(axis=1)
        variance = (squares * RANKED - total * total) / (RANKED * RANKED) / (SCALE * SCALE)
        means.append(total / (RANKED * SCALE))
        scores.append((value / SCALE - means[-1]) / np.sqrt(np.maximum(variance, 1e-4)))
    common = _in_common(lists, a, b)
    columns = [f(*pair) for pair in (ranks, margins, scores, means) for f in (np.minimum, np.maximum)]
    return np.stack([*columns, common, value / SCALE - columns[-1]], axis=1)


def _in_common(lists: Neighbours, a: _Whole, b: _Whole) -> _Floats:
    """How many stories are in the closest circle of both. Ties at its edge count as outside: they have no order."""
    circle: list[npt.NDArray[np.int32]] = []
    for slot in (a, b):
        inside = lists.values[slot, :RANKED] > lists.values[slot, RANKED : RANKED + 1]
        circle.append(np.where(inside, lists.slots[slot, :RANKED], -1 - len(circle)))
    both: _Floats = (circle[0][:, :, None] == circle[1][:, None, :]).sum(axis=(1, 2)).astype(np.float64)
    return both


def _figures(sizes: Sizes, sizes_of: list[Sizes]) -> _Floats:
    """Share of the figures of the story with fewer that the other has too; -1 where one has none."""
    mine = sizes.figures
    return np.array(
        [len(mine & o.figures) / min(len(mine), len(o.figures)) if mine and o.figures else -1.0 for o in sizes_of]
    )


def _title_names(
    story: Features, sizes: Sizes, others: list[Features], sizes_of: list[Sizes]
) -> tuple[_Floats, _Floats, _Floats, _Floats, _Floats, _Floats]:
    """Whether two titles speak of the same.

    Shares of the names of each title that the other story says, the fewer and the more; the names of the title with fewer;
    the share of other title words in common; countries and figures (1 common, 0 different, -1 none to compare).
    """
    n = len(others)
    known = np.array([len(o.subjects) for o in sizes_of], dtype=np.float64)
    said = _counted(sizes.subjects, [o.terms for o in others])
    theirs = _counted(story.terms, [o.subjects for o in sizes_of])
    mine_said = _ratio(said, np.full(n, float(len(sizes.subjects))), -1.0)
    theirs_said = _ratio(theirs, known, -1.0)
    plain = np.minimum(np.array([len(o.plain) for o in sizes_of], dtype=np.float64), len(sizes.plain))
    return (
        np.minimum(mine_said, theirs_said),
        np.maximum(mine_said, theirs_said),
        np.minimum(known, len(sizes.subjects)),
        _ratio(_counted(sizes.plain, [o.plain for o in sizes_of]), plain, -1.0),
        np.array([_same_place(sizes, o) for o in sizes_of]),
        np.array([_same(sizes.title_figures, o.title_figures) for o in sizes_of]),
    )


def _counted(ids: npt.NDArray[np.uint32], others: list[npt.NDArray[np.uint32]]) -> _Floats:
    """How many of `ids` each of `others` holds."""
    if not len(ids):
        return np.zeros(len(others))
    owner, _, _ = _meet(ids, others)
    return np.bincount(owner, minlength=len(others)).astype(np.float64)


def _same(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return float(bool(mine & theirs)) if mine and theirs else -1.0


def _same_place(one: Sizes, other: Sizes) -> float:
    if not one.title_places or not other.title_places:
        return -1.0
    return float(bool(one.title_places & other.places or other.title_places & one.places))


def _weekday(story: Features, others: list[Features]) -> _Floats:
    """1 where both leads name a common weekday, 0 where they name different ones, else -1."""
    theirs = np.array([o.weekdays for o in others], dtype=np.int64)
    common = np.where((theirs & story.weekdays) > 0, 1.0, 0.0)
    return np.where((theirs > 0) & (story.weekdays > 0), common, -1.0)


def _meet(
    ids: npt.NDArray[np.uint32], others: list[npt.NDArray[np.uint32]]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32], npt.NDArray[np.intp]]:
    """Where `ids` occur in the joined `others`: whose they are, position in `ids`, position in the joined array."""
    _POSITION[ids] = np.arange(1, len(ids) + 1, dtype=np.int32)
    joined = np.concatenate(others)
    at = _POSITION[joined]
    _POSITION[ids] = 0
    theirs = np.flatnonzero(at)
    ends = np.cumsum([len(o) for o in others])
    return np.searchsorted(ends, theirs, side="right"), at[theirs] - 1, theirs


def _cosine(
    ids: npt.NDArray[np.uint32],
    weights: npt.NDArray[np.float16],
    others: list[tuple[npt.NDArray[np.uint32], npt.NDArray[np.float16]]],
) -> _Floats:
    owner, mine, theirs = _meet(ids, [o for o, _ in others])
    joined = np.concatenate([w for _, w in others]).astype(np.float64)
    return _summed(owner, weights.astype(np.float64)[mine] * joined[theirs], len(others))


def _names(story: Features, others: list[Features]) -> tuple[_Floats, _Floats]:
    owner, mine, theirs = _meet(story.names, [o.names for o in others])
    joined = np.concatenate([o.name_weights for o in others]).astype(np.float64)
    weights = story.name_weights.astype(np.float64)[mine] * joined[theirs]
    n = len(others)
    return _summed(owner, weights, n), np.bincount(owner, minlength=n).astype(np.float64)


def _summed(owner: npt.NDArray[np.intp], values: _Floats, n: int) -> _Floats:
    """Sum of the values of each owner, in order: the same for a pair from either side."""
    out: _Floats = np.bincount(owner, weights=values, minlength=n).astype(np.float64)
    return out


def _ratio(part: _Floats, whole: _Floats, empty: float) -> _Floats:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), empty)
