"""Pairs of stories that may tell one event, and what a model looks at to say how likely that is.

What two stories share is computed once, when the pair is first met. How the pair stands among the neighbours of each is
computed anew whenever those neighbours change, from both sides, so that it never depends on who came first.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from aggregator.cluster.index import SCALE
from aggregator.cluster.likeness import SHARED
from aggregator.cluster.neighbours import RANKED

if TYPE_CHECKING:
    from aggregator.cluster.neighbours import Neighbours

__all__ = ["COLUMNS", "PairTable", "describe"]

_Ints = npt.NDArray[np.int64]
_Rows = npt.NDArray[np.int32]
_Whole = npt.NDArray[np.signedinteger[Any]]
_Floats = npt.NDArray[np.float64]

_STANDING = (
    "rank min", "rank max", "margin min", "margin max", "z min", "z max", "mean min", "mean max", "common", "above mean",
)  # fmt: skip
COLUMNS = (
    "comb cosine", "lead cosine", *SHARED, "days apart, at most one",
    *(f"comb {name}" for name in _STANDING), *(f"lead {name}" for name in _STANDING),
)  # fmt: skip
_NAMES_SAID, _PLAIN, _PLACES = (SHARED.index(name) for name in ("subjects said max", "plain title words", "places"))
_TEMPLATE, _TEMPLATE_COSINE = 0.6, SCALE * 20 // 100  # from which two titles may be one template filled in twice
_FEW = 128  # so many times more rows in the table, and sorting those asked for is quicker than marking them in it
_COLUMNS_OF_TABLE = ("a", "b", "comb", "lead", "shared", "strength", "veto", "apart", "template")


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
        self.shared: npt.NDArray[np.float32] = np.zeros((1024, len(SHARED)), dtype=np.float32)
        self.strength: npt.NDArray[np.int32] = np.zeros(1024, dtype=np.int32)
        self.veto: npt.NDArray[np.int8] = np.full(1024, -1, dtype=np.int8)
        self.apart: npt.NDArray[np.bool_] = np.zeros(1024, dtype=np.bool_)
        self.template: npt.NDArray[np.bool_] = np.zeros(1024, dtype=np.bool_)
        self.of: dict[int, array[int]] = {}

    def append(self, one: _Ints, other: _Ints, comb: _Ints, lead: _Ints, shared_of: _Floats) -> None:
        """Enter pairs of slots."""
        first, last = self.count, self.count + len(one)
        self._reserve(last)
        self.a[first:last] = np.minimum(one, other)
        self.b[first:last] = np.maximum(one, other)
        self.comb[first:last] = comb
        self.lead[first:last] = lead
        self.shared[first:last] = shared_of
        self.strength[first:last] = 0
        self.veto[first:last] = -1
        self.apart[first:last] = (shared_of[:, _NAMES_SAID] <= 0) | (shared_of[:, _PLACES] == 0)
        self.template[first:last] = (shared_of[:, _PLAIN] >= _TEMPLATE) & (comb >= _TEMPLATE_COSINE)
        self.count = last
        for row, ends in enumerate(zip(one.tolist(), other.tolist(), strict=True), first):
            for slot in ends:
                if (rows := self.of.get(slot)) is None:
                    rows = self.of[slot] = array("q")
                rows.append(row)

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
        joined = np.frombuffer(b"".join([self.of[slot] for slot in slots if slot in self.of]), dtype=np.int64)
        if _FEW * len(joined) < self.count:
            return np.unique(joined)
        found = np.zeros(self.count, dtype=np.bool_)
        found[joined] = True
        return np.flatnonzero(found)

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


def _standing(lists: Neighbours, value: _Rows, a: _Whole, b: _Whole) -> _Floats:
    closest = np.ascontiguousarray(lists.values[:, : RANKED + 1].T)  # whole lists along memory: many pairs at a time
    near = closest[:RANKED].astype(np.int64)
    total, squares = near.sum(axis=0), (near * near).sum(axis=0)
    variance = (squares * RANKED - total * total) / (RANKED * RANKED) / (SCALE * SCALE)
    mean, deviation = total / (RANKED * SCALE), np.sqrt(np.maximum(variance, 1e-4))
    ranks, margins, scores, means = [], [], [], []
    for slot in (a, b):
        beside = closest.take(slot, axis=1)
        ranks.append((beside[:RANKED] > value).sum(axis=0, dtype=np.uint8).astype(np.float64))
        margins.append((value - np.where(value >= beside[0], beside[1], beside[0])) / SCALE)
        means.append(mean[slot])
        scores.append((value / SCALE - means[-1]) / deviation[slot])
    common = _in_common(lists, a, b)
    columns = [f(*pair) for pair in (ranks, margins, scores, means) for f in (np.minimum, np.maximum)]
    return np.stack([*columns, common, value / SCALE - columns[-1]], axis=1)


def _in_common(lists: Neighbours, a: _Whole, b: _Whole) -> _Floats:
    """How many stories are in the closest circle of both. Ties at its edge count as outside: they have no order."""
    inside = lists.values[:, :RANKED] > lists.values[:, RANKED : RANKED + 1]
    circle = np.ascontiguousarray(np.where(inside, lists.slots[:, :RANKED], -1).T)
    one, other = circle.take(a, axis=1), circle.take(b, axis=1)
    other[other == -1] = -2  # nobody is in common
    both = np.zeros(len(a), dtype=np.uint8)
    for slots in one:
        both += (other == slots).sum(axis=0, dtype=np.uint8)
    return both.astype(np.float64)
