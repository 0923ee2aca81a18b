"""Which stories hold a key: an inverted index in sorted arrays, small enough for weeks of stories."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.int32]
    Keys = NDArray[np.unsignedinteger[Any]]

__all__ = ["Postings"]


class Postings:
    """Keys (uint32 or uint64, all of one kind) to rows (int32).

    Kept as a few sorted runs, each at least twice as long as the next, so that adding costs a logarithm of the size and
    looking up one binary search a run.
    """

    __slots__ = ("_runs",)

    def __init__(self) -> None:
        self._runs: list[tuple[Keys, Rows]] = []

    def __len__(self) -> int:
        return sum(len(keys) for keys, _ in self._runs)

    def add(self, keys: Keys, rows: Rows) -> None:
        """Add one posting a key."""
        if not len(keys):
            return
        order = np.argsort(keys, kind="stable")
        run = keys[order], rows[order]
        while self._runs and len(self._runs[-1][0]) < 2 * len(run[0]):
            run = _merged(self._runs.pop(), run)
        self._runs.append(run)

    def lookup(self, keys: Keys) -> tuple[NDArray[np.int64], Rows]:
        """Every posting of every key: (place in `keys`, row), in no promised order."""
        places: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
        rows: list[Rows] = [np.empty(0, dtype=np.int32)]
        for held, owners in self._runs:
            low = np.searchsorted(held, keys, "left")
            count = np.searchsorted(held, keys, "right") - low
            some = np.flatnonzero(count)
            many = count[some]
            place = np.repeat(some, many)
            within = np.arange(len(place)) - np.repeat(np.cumsum(many) - many, many)
            places.append(place)
            rows.append(owners[np.repeat(low[some], many) + within])
        return np.concatenate(places), np.concatenate(rows)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All postings as plain arrays, the long runs first, which change rarely; `load` takes them back."""
        keys, rows = ([run[side] for run in self._runs] or [np.empty(0, np.int32)] for side in (0, 1))
        lengths = [len(some) for some, _ in self._runs]
        return {"keys": np.concatenate(keys), "rows": np.concatenate(rows), "runs": np.array(lengths, dtype=np.int64)}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over postings from `arrays`."""
        ends = np.cumsum(arrays["runs"]).tolist()
        self._runs = [(arrays["keys"][a:b], arrays["rows"][a:b]) for a, b in pairwise([0, *ends])]

    def keep(self, alive: NDArray[np.bool_], renumbered: Rows) -> None:
        """Drop the postings of rows that are not `alive` and give the others their new numbers."""
        kept = [(keys[alive[rows]], renumbered[rows[alive[rows]]]) for keys, rows in self._runs]
        self._runs = [run for run in kept if len(run[0])]


def _merged(one: tuple[Keys, Rows], other: tuple[Keys, Rows]) -> tuple[Keys, Rows]:
    keys = np.concatenate((one[0], other[0]))
    rows = np.concatenate((one[1], other[1]))
    order = np.argsort(keys, kind="stable")
    return keys[order], rows[order]
