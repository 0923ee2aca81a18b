"""Average linkage, wary of large groups: which stories of a connected group make one event.

A story that is half like a group is mostly one of it; two groups, each sure of itself and half like the other, are mostly two
events with one cast: the same champion's two fights. So what two clusters must reach grows with the smaller one.

With a threshold, average linkage falls apart exactly along the connected components of the links at or above it: the mean
over a pair of clusters cannot reach what none of its pairs reaches. So each component is decided alone, and after an
arrival only the touched ones again, with the same result as from scratch. Sums are whole numbers, hence exact.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]

__all__ = ["FORBIDDEN", "average_linkage"]

FORBIDDEN = -1e15  # a link the reader cut: no mean that holds it reaches any threshold


def average_linkage(sums: _Floats, sizes: _Floats, threshold: float, reserve: _Floats | None = None) -> list[list[int]]:
    """Clusters of start clusters 0..n-1, in ascending order.

    `sums[a, b]` is the sum of link strengths between start clusters a and b (symmetric, whole numbers), `sizes` their
    numbers of stories. Two clusters merge while the mean strength over their pairs is at least `threshold`; before that
    the sum loses `reserve[a, b]` (symmetric, added up like the sums) times 1 - 1/m, with m stories in the smaller: nothing
    for a single story. Nearest neighbour chains (Murtagh 1983) reach the same merges as always taking the best pair, for a
    merge makes nothing nearer; ties go to the lower number. O(n^2) time, n^2 numbers of memory.
    """
    forest = _Forest(sums.copy(), np.zeros_like(sums) if reserve is None else reserve.copy(), sizes.copy())
    chain: list[int] = []
    while True:
        if not chain:
            if (first := forest.first_open()) is None:
                return sorted(forest.done)
            chain.append(first)
        top = chain[-1]
        before = chain[-2] if len(chain) > 1 else None
        best, mean = forest.nearest(top, before)
        if mean < threshold:
            forest.finish(top)
            chain.pop()
        elif best == before:
            forest.merge(min(top, best), max(top, best))
            del chain[-2:]
        else:
            chain.append(best)


class _Forest:
    """Clusters that may still grow, and those that are done."""

    def __init__(self, sums: _Floats, reserve: _Floats, sizes: _Floats) -> None:
        np.fill_diagonal(sums, -np.inf)
        self._sums, self._reserve, self._sizes = sums, reserve, sizes
        self._members = [[k] for k in range(len(sizes))]
        self._open = np.ones(len(sizes), dtype=np.bool_)
        self._first = 0
        self.done: list[list[int]] = []

    def first_open(self) -> int | None:
        while self._first < len(self._open) and not self._open[self._first]:
            self._first += 1
        return self._first if self._first < len(self._open) else None

    def nearest(self, top: int, before: int | None) -> tuple[int, float]:
        """The cluster of the highest mean strength, and that; the one before in the chain if it ties."""
        size = self._sizes[top]
        sums = self._sums[top] - self._reserve[top] * (1 - 1 / np.minimum(self._sizes, size))
        means = sums / (self._sizes * size)
        best = int(means.argmax())
        if before is not None and means[before] >= means[best]:
            best = before
        return best, float(means[best])

    def finish(self, cluster: int) -> None:
        """Nothing reaches it: merges elsewhere only lower its best mean."""
        self.done.append(sorted(self._members[cluster]))
        self._close(cluster)

    def merge(self, into: int, gone: int) -> None:
        for table in (self._sums, self._reserve):
            table[into] += table[gone]
            table[:, into] = table[into]
        self._sums[into, into] = -np.inf
        self._sizes[into] += self._sizes[gone]
        self._members[into] += self._members[gone]
        self._close(gone)

    def _close(self, gone: int) -> None:
        self._open[gone] = False
        self._sums[gone, :] = -np.inf
        self._sums[:, gone] = -np.inf
