"""Average linkage: which stories of a connected group make one event.

With a threshold, average linkage falls apart exactly along the connected components of the links at or above it: the mean
over a pair of clusters cannot reach what none of its pairs reaches. So each component is decided alone, and after an
arrival only the touched ones again, with the same result as from scratch. Sums are whole numbers, hence exact.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["FORBIDDEN", "average_linkage"]

FORBIDDEN = -1e15  # a link the reader cut: no mean that holds it reaches any threshold


def average_linkage(sums: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64], threshold: float) -> list[list[int]]:
    """Clusters of start clusters 0..n-1, in ascending order.

    `sums[a, b]` is the sum of link strengths between start clusters a and b (symmetric, whole numbers), `sizes` their
    numbers of stories. Two clusters merge while the mean strength over their pairs is at least `threshold`. Nearest
    neighbour chains (Murtagh 1983) reach the same merges as always taking the best pair; ties go to the lower number.
    O(n^2) time, n^2 numbers of memory.
    """
    n = len(sizes)
    sums = sums.copy()
    sizes = sizes.copy()
    members = [[k] for k in range(n)]
    np.fill_diagonal(sums, -np.inf)
    open_ = np.ones(n, dtype=np.bool_)
    done: list[list[int]] = []
    chain: list[int] = []
    first = 0
    while True:
        if not chain:
            while first < n and not open_[first]:
                first += 1
            if first == n:
                return sorted(done)
            chain.append(first)
        top = chain[-1]
        means = sums[top] / (sizes * sizes[top])
        best = int(means.argmax())
        if len(chain) > 1 and means[chain[-2]] >= means[best]:
            best = chain[-2]
        if means[best] < threshold or not open_[best]:
            done.append(sorted(members[top]))
            _close(sums, open_, top)
            chain.pop()
        elif len(chain) > 1 and best == chain[-2]:
            _merge(sums, sizes, members, open_, min(top, best), max(top, best))
            del chain[-2:]
        else:
            chain.append(best)


def _close(sums: npt.NDArray[np.float64], open_: npt.NDArray[np.bool_], gone: int) -> None:
    open_[gone] = False
    sums[gone, :] = -np.inf
    sums[:, gone] = -np.inf


def _merge(
    sums: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    members: list[list[int]],
    open_: npt.NDArray[np.bool_],
    into: int,
    gone: int,
) -> None:
    sums[into] += sums[gone]
    sums[:, into] = sums[into]
    sums[into, into] = -np.inf
    sizes[into] += sizes[gone]
    members[into] += members[gone]
    _close(sums, open_, gone)
