"""How likely two stories tell one event: boosted trees, learnt elsewhere and shipped as plain arrays.

The trees are read as bit masks (QuickScorer; Lucchese et al., SIGIR 2015): each value of a feature rules out some leaves of
each tree, and the lowest leaf left standing is the answer. That is one table look-up and one AND per feature for all trees
at once. Every step is exact, so a pair gets the same probability alone or among ten thousand others, on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["ONE", "PairModel", "pair_model"]

ONE = 1 << 12  # probabilities are whole numbers of 1/ONE
UNIT = 1 << 16  # leaf values are whole numbers of 1/UNIT, in log odds

_Floats = npt.NDArray[np.float64]
_CHUNK = 1024  # pairs at a time: the masks of 120 trees then fit the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class PairModel:
    """Trees of at most 32 leaves each.

    Per column of the description: `edges[c]`, ascending, and `masks[c]` of shape (len(edges) + 1, trees): which leaves are
    still possible for a value in that bin (bin k holds edges[k-1] < value <= edges[k]). `leaves` of shape (trees, 32) are
    log odds in units of 1/UNIT.
    """

    edges: tuple[npt.NDArray[np.float32], ...]
    masks: tuple[npt.NDArray[np.uint32], ...]
    leaves: npt.NDArray[np.int64]

    def strength(self, described: _Floats) -> npt.NDArray[np.int32]:
        """Probability of each described pair in units of 1/ONE."""
        out = np.zeros(len(described), dtype=np.int32)
        for first in range(0, len(described), _CHUNK):
            out[first : first + _CHUNK] = self._of(described[first : first + _CHUNK].astype(np.float32))
        return out

    def _of(self, described: npt.NDArray[np.float32]) -> npt.NDArray[np.int32]:
        bins = [np.searchsorted(edges, described[:, k], side="left") for k, edges in enumerate(self.edges)]
        odds = self._odds(bins, slice(0, _FIRST))
        open_ = np.flatnonzero(odds >= _HOPELESS)
        odds[open_] += self._odds([found[open_] for found in bins], slice(_FIRST, None))
        units: npt.NDArray[np.int32] = _probability()[np.clip((odds >> 8) + _HALF, 0, 2 * _HALF)]
        return units

    def _odds(self, bins: list[npt.NDArray[np.intp]], trees: slice) -> npt.NDArray[np.int64]:
        """Log odds by some of the trees, in units of 1/UNIT."""
        leaves = self.leaves[trees]
        standing = np.full((len(bins[0]), len(leaves)), 0xFFFFFFFF, dtype=np.uint32)
        for found, masks in zip(bins, self.masks, strict=True):
            if len(masks) > 1:
                standing &= masks[:, trees][found]
        lowest = standing & (~standing + np.uint32(1))
        leaf = np.frexp(lowest.astype(np.float64))[1] - 1
        odds: npt.NDArray[np.int64] = leaves[np.arange(len(leaves)), leaf].sum(axis=1)
        return odds


_FIRST = 40  # trees that are asked first
# Log odds after these from which pairs do not recover to .04 (none of 24,000 did): the other trees are spared.
_HOPELESS = -11 * UNIT // 5
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
    """Bit masks from plain trees: arrays of shape (trees, nodes), and `columns`, the number of features.

    Node k of a tree asks whether column `feature[k]` is at most `threshold[k]` and goes to `left[k]` or else `right[k]`;
    negative numbers are leaves, -1 the first. Unused nodes have feature -1. `leaf`, of shape (trees, 32), holds log odds
    in units of 1/UNIT.
    """
    feature, threshold, left, right = (trees[name] for name in ("feature", "threshold", "left", "right"))
    count = len(feature)
    edges = [np.unique(threshold[feature == column]) for column in range(int(trees["columns"]))]
    masks = [np.full((len(edge) + 1, count), 0xFFFFFFFF, dtype=np.uint32) for edge in edges]
    leaves = np.zeros((count, 32), dtype=np.int64)
    for tree in range(count):
        order = _below(left[tree], right[tree], 0)
        place = {number: k for k, number in enumerate(order)}
        leaves[tree, : len(order)] = trees["leaf"][tree][order]
        for node in np.flatnonzero(feature[tree] >= 0).tolist():
            gone = sum(1 << place[number] for number in _below(left[tree], right[tree], int(left[tree][node])))
            column = int(feature[tree][node])
            first = int(np.searchsorted(edges[column], threshold[tree][node])) + 1
            masks[column][first:, tree] &= np.uint32(0xFFFFFFFF ^ gone)
    return PairModel(tuple(edges), tuple(masks), leaves)


def _below(left: npt.NDArray[np.int16], right: npt.NDArray[np.int16], node: int) -> list[int]:
    """Numbers of the leaves under a node, from left to right."""
    if node < 0:
        return [-node - 1]
    return _below(left, right, int(left[node])) + _below(left, right, int(right[node]))
