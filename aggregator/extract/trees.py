"""Boosted trees as plain numbers, evaluated with numpy: no training library at run time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Trees"]

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

# Log-odds (p = .007) at which a row is given up after the first ensemble.
_HOPELESS = -5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """A sum of trees, all nodes of all trees in one row.

    In inner nodes `feature` is the column looked at and the way goes to `left + 1` where it is greater than `threshold`,
    else to `left` (children stand side by side). A leaf has an infinite threshold and points to itself. `value` is what
    a leaf adds to the log-odds; `roots` is where each tree begins; `depth` the longest way down. The trees are those of
    `ensembles` trained from different seeds, one after the other, whose log-odds are averaged.
    """

    feature: Indices
    threshold: Floats
    left: Indices
    value: Floats
    roots: Indices
    depth: int
    ensembles: int

    @classmethod
    def load(cls, arrays: Any, prefix: str) -> Trees:
        """From the arrays `{prefix}_feature`, `…_threshold` and so on (benchmarks/pages/train.py writes them)."""
        return cls(
            feature=np.asarray(arrays[f"{prefix}_feature"], dtype=np.int32),
            threshold=np.asarray(arrays[f"{prefix}_threshold"], dtype=np.float32),
            left=np.asarray(arrays[f"{prefix}_left"], dtype=np.int32),
            value=np.asarray(arrays[f"{prefix}_value"], dtype=np.float32),
            roots=np.asarray(arrays[f"{prefix}_roots"], dtype=np.int32),
            depth=int(arrays[f"{prefix}_depth"]),
            ensembles=int(arrays[f"{prefix}_ensembles"]),
        )

    def probability(self, rows: Floats) -> Floats:
        """The probability of each row of features. Cost: about 15 ns per row, tree and level.

        Most blocks of a page are furniture beyond doubt: rows that the first ensemble finds hopeless go no further.
        """
        some = len(self.roots) // self.ensembles
        odds = self._odds(rows, self.roots[:some])
        going = odds > _HOPELESS
        if self.ensembles > 1 and going.any():
            rest = self._odds(rows[going], self.roots[some:])
            odds[going] = (odds[going] + rest) / self.ensembles
        return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float32)

    def _odds(self, rows: Floats, roots: Indices) -> Floats:
        count, width = rows.shape
        flat = np.ascontiguousarray(rows, dtype=np.float32).ravel()
        at = np.arange(count, dtype=np.int32)[:, None] * np.int32(width)
        node = np.broadcast_to(roots, (count, len(roots)))
        for _ in range(self.depth):
            seen = flat.take(self.feature.take(node) + at)
            node = self.left.take(node) + (seen > self.threshold.take(node))
        return np.asarray(self.value.take(node).sum(axis=1), dtype=np.float32)
