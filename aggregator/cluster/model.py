"""How likely two stories tell one event: boosted trees, learnt elsewhere and shipped as plain arrays.

Many pairs walk down all trees at once, a bit for each pair: which pairs reach a node is a row of bits, and its children
are the row of its parent where the question of the node has the answer yes, and where it has not. Every step is exact, so
a pair gets the same probability alone or among ten thousand others, on every machine.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["GRAIN", "NOTICED", "ONE", "PairModel", "pair_model"]

ONE = 1 << 12  # probabilities are whole numbers of 1/ONE
GRAIN = ONE // 64  # steps of probability: a smaller change is none, and leaves all that hangs on it in peace
NOTICED = ONE * 4 // 100  # probability below which a pair is no link
UNIT = 1 << 16  # leaf values are whole numbers of 1/UNIT, in log odds

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
_CHUNK = 512  # pairs at a time: the rows of 240 trees then about fit the processor's cache
_BITS = 5  # of the number of a leaf
_NEVER = 0  # the row that no pair is in


@dataclass(frozen=True, slots=True, eq=False)
class PairModel:
    """Trees of at most 32 leaves each.

    The questions, whether column c is at most `edges[c][k]`, are numbered through over all columns. Rows are numbered: the
    empty one, the roots, then for each depth the children of its nodes, all that answered yes first. `levels` are for each
    depth the rows of its nodes and their questions. `numbered` of shape (16, _BITS * trees) are the rows of the leaves whose
    number has a bit, for each bit, the highest first, and tree. `leaves` of shape (trees, 32) are log odds in units of 1/UNIT.
    """

    edges: tuple[npt.NDArray[np.float32], ...]
    levels: tuple[tuple[_Ints, _Ints], ...]
    numbered: _Ints
    leaves: _Ints

    @property
    def digest(self) -> int:
        """A number that changes with the trees."""
        questions = b"".join(edges.tobytes() for edges in self.edges)
        nodes = b"".join(array.tobytes() for level in self.levels for array in level)
        return zlib.crc32(questions + nodes + self.numbered.T.tobytes() + self.leaves.tobytes())

    def strength(self, described: _Floats) -> npt.NDArray[np.int32]:
        """Probability of each described pair in units of 1/ONE."""
        odds = np.empty(len(described), dtype=np.int64)
        for first in range(0, len(described), _CHUNK):
            some = described[first : first + _CHUNK]
            odds[first : first + _CHUNK] = self._odds(np.ascontiguousarray(some.T, dtype=np.float32))
        units: npt.NDArray[np.int32] = _probability()[np.clip((odds >> 8) + _HALF, 0, 2 * _HALF)]
        return units

    def _odds(self, columns: npt.NDArray[np.float32]) -> _Ints:
        """Log odds in units of 1/UNIT."""
        trees, pairs = len(self.leaves), columns.shape[1]
        reached = self._descend(columns)
        bits = reached.take(self.numbered[0], axis=0)
        for rows in self.numbered[1:]:
            bits |= reached.take(rows, axis=0)
        number = np.zeros((trees, pairs), dtype=np.uint8)
        for is_set in np.unpackbits(bits, axis=1, count=pairs).reshape(_BITS, trees, pairs):
            number += number
            number |= is_set
        places = number.astype(np.intp)
        places += np.arange(0, self.leaves.size, self.leaves.shape[1])[:, None]
        odds: _Ints = self.leaves.take(places).sum(axis=0)
        return odds

    def _descend(self, columns: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
        """Which pairs reach each node, a row of bits for each."""
        answers = np.empty((sum(map(len, self.edges)), columns.shape[1]), dtype=np.bool_)
        last = 0
        for edges, values in zip(self.edges, columns, strict=True):
            first, last = last, last + len(edges)
            np.greater_equal(edges[:, None], values, out=answers[first:last])
        yes = np.packbits(answers, axis=1)
        first = 1 + len(self.leaves)
        reached = np.empty((first + 2 * sum(len(rows) for rows, _ in self.levels), yes.shape[1]), dtype=np.uint8)
        reached[_NEVER] = 0
        reached[1:first] = 0xFF
        for rows, questions in self.levels:
            middle, last = first + len(rows), first + 2 * len(rows)
            here = reached.take(rows, axis=0)
            np.bitwise_and(here, yes.take(questions, axis=0), out=reached[first:middle])
            np.bitwise_xor(here, reached[first:middle], out=reached[middle:last])
            first = last
        return reached


_HALF = 16 * 256  # log odds beyond 16 are certain


@lru_cache(maxsize=1)
def _probability() -> npt.NDArray[np.int32]:
    """Units of probability by log odds in steps of 1/256."""
    odds = np.arange(-_HALF, _HALF + 1) / 256
    return np.rint(ONE / (1 + np.exp(-odds))).astype(np.int32)


@lru_cache(maxsize=1)
def pair_model() -> PairModel:
    """The shipped model; written by benchmarks/events/train.py."""
    with resources.files("aggregator.cluster").joinpath("trees.npz").open("rb") as file, np.load(file) as raw:
        return build({name: raw[name] for name in raw.files})


def build(trees: Mapping[str, npt.NDArray[Any]]) -> PairModel:
    """Lay plain trees out: arrays of shape (trees, nodes), and `columns`, the number of features.

    Node k of a tree asks whether column `feature[k]` is at most `threshold[k]` and goes to `left[k]` or else `right[k]`;
    negative numbers are leaves, -1 the first. Unused nodes have feature -1. `leaf`, of shape (trees, 32), holds log odds
    in units of 1/UNIT.
    """
    feature, threshold, left, right = (trees[name] for name in ("feature", "threshold", "left", "right"))
    edges = [np.unique(threshold[feature == column]) for column in range(int(trees["columns"]))]
    before = np.cumsum([0, *map(len, edges)])
    question = np.zeros(feature.shape, dtype=np.int64)
    for column, known in enumerate(edges):
        asks = feature == column
        question[asks] = before[column] + np.searchsorted(known, threshold[asks])
    tree, node = np.arange(len(feature)), np.zeros(len(feature), dtype=np.int64)
    rows, end = 1 + tree, 1 + len(tree)
    leaf_rows = np.full((len(feature), 1 << _BITS), _NEVER)
    levels = []
    while len(tree):
        levels.append((rows, question[tree, node]))
        child, tree = np.concatenate([left[tree, node], right[tree, node]]), np.concatenate([tree, tree])
        rows, end = end + np.arange(len(child)), end + len(child)
        is_leaf = child < 0
        leaf_rows[tree[is_leaf], -1 - child[is_leaf]] = rows[is_leaf]
        tree, node, rows = tree[~is_leaf], child[~is_leaf], rows[~is_leaf]
    numbers = np.arange(1 << _BITS)
    numbered = np.concatenate([leaf_rows[:, numbers >> bit & 1 == 1] for bit in reversed(range(_BITS))])
    return PairModel(tuple(edges), tuple(levels), np.ascontiguousarray(numbered.T), trees["leaf"].astype(np.int64))
