"""The most similar stories of every story, kept exact while stories come and go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["RANKED", "Neighbours"]

RANKED = 10  # the closest circle: neighbours that pair features look at
_NEAR = 20  # neighbours that may be links
_KEPT = 32  # a reserve, so that a removed neighbour is mostly replaced without searching again

_GONE = -3  # from here down are neighbours that were forgotten; above it, what stands for none

_Ints = npt.NDArray[np.int64]
_Rows = npt.NDArray[np.int32]
_Whole = npt.NDArray[np.signedinteger[Any]]


class Neighbours:
    """Per slot the `_KEPT` highest similarities and whose they are, descending; 0 and -1 where there are fewer.

    Every neighbour above `_floor` is in the list; at or below it some were let go for want of room.
    """

    def __init__(self, capacity: int = 1024) -> None:
        self.values: _Rows = np.zeros((capacity, _KEPT), dtype=np.int32)
        self.slots: _Rows = np.full((capacity, _KEPT), -1, dtype=np.int32)
        self._floor: _Rows = np.zeros(capacity, dtype=np.int32)
        self._forgotten = 0  # numbers given to neighbours that were forgotten

    def grow(self, capacity: int) -> None:
        """Make room for slots below `capacity`."""
        more = capacity - len(self.values)
        if more > 0:
            self.values = np.concatenate([self.values, np.zeros((more, _KEPT), dtype=np.int32)])
            self.slots = np.concatenate([self.slots, np.full((more, _KEPT), -1, dtype=np.int32)])
            self._floor = np.concatenate([self._floor, np.zeros(more, dtype=np.int32)])

    def arrays(self, size: int) -> dict[str, _Rows]:
        """The lists of slots below `size`."""
        return {"values": self.values[:size], "slots": self.slots[:size], "floor": self._floor[:size]}

    def load(self, arrays: Mapping[str, _Rows]) -> None:
        """Take over lists from `arrays`."""
        size = len(arrays["values"])
        self.grow(size)
        self.values[:size], self.slots[:size], self._floor[:size] = arrays["values"], arrays["slots"], arrays["floor"]
        self._forgotten = max(0, _GONE + 1 - int(self.slots.min(initial=-1)))

    def keep(self, slots: _Ints, renumbered: _Ints) -> None:
        """Keep the lists of `slots` only, in this order; `renumbered` says what is now the number of every slot.

        A neighbour that has none stays in the lists with a number of its own: how alike it was still counts.
        """
        self.values, self._floor = self.values[slots], self._floor[slots]
        lists = self.slots[slots]
        lost = _GONE - self._forgotten - np.arange(len(renumbered), dtype=np.int32)
        self._forgotten += len(renumbered)
        of = np.where(renumbered >= 0, renumbered, lost).astype(np.int32)
        self.slots = np.where(lists >= 0, of[np.maximum(lists, 0)], lists)

    def entry(self, slots: _Whole) -> _Rows:
        """Similarity from which one is among the _NEAR closest of each of `slots`; 0 while there is room."""
        found: _Rows = self.values[slots, _NEAR - 1]
        return found

    def fill(self, slot: int, others: _Ints, values: _Ints) -> None:
        """Set the list of one slot from all its similar stories."""
        order = np.argsort(-values, kind="stable")
        keep = order[:_KEPT]
        self.values[slot] = 0
        self.slots[slot] = -1
        self.values[slot, : len(keep)] = values[keep]
        self.slots[slot, : len(keep)] = others[keep]
        self._floor[slot] = values[order[_KEPT]] if len(order) > _KEPT else 0

    def offer(self, slot: int, others: _Ints, values: _Ints) -> tuple[_Ints, _Ints]:
        """Enter `slot` into the lists of `others`; returns those whose closest circle changed, and other _NEAR lists."""
        better = values > np.maximum(self.values[others, -1], self._floor[others])
        worse = others[~better]
        self._floor[worse] = np.maximum(self._floor[worse], values[~better])
        rows, offered = others[better], values[better].astype(np.int32)
        # One past the circle counts too: it says whether the edge of the circle is a tie.
        closest = offered > self.values[rows, RANKED]
        changed: tuple[_Ints, _Ints] = (rows[closest], rows[~closest & (offered > self.values[rows, _NEAR - 1])])
        values, slots = self.values[rows], self.slots[rows]
        self._floor[rows] = np.maximum(self._floor[rows], values[:, -1])
        place = (values >= offered[:, None]).sum(axis=1)[:, None] - np.arange(_KEPT)
        for held, lists, new in ((self.values, values, offered[:, None]), (self.slots, slots, slot)):
            held[rows] = np.where(place > 0, lists, new)
            held[rows, 1:] = np.where(place[:, 1:] < 0, lists[:, :-1], held[rows, 1:])
        return changed

    def drop(self, gone: _Ints) -> tuple[_Ints, _Ints]:
        """Take slots out of all lists: the slots whose _NEAR closest changed, and those whose lists are to be filled anew."""
        self.values[gone] = 0
        self.slots[gone] = -1
        self._floor[gone] = 0
        hit = np.isin(self.slots, gone)
        rows = np.flatnonzero(hit.any(axis=1))
        near: _Ints = rows[hit[rows, :_NEAR].any(axis=1)]
        self._sort(rows, np.where(hit[rows], 0, self.values[rows]), np.where(hit[rows], -1, self.slots[rows]))
        short = (self.values[rows, _NEAR - 1] == 0) & (self._floor[rows] > 0)
        short_rows: _Ints = rows[short]
        return near, short_rows

    def nearest(self, slot: int) -> _Ints | None:
        """The slots that are among the _NEAR closest of one, ties included; None if not all that tie are in the list."""
        entry, floor = self.values[slot, _NEAR - 1], self._floor[slot]
        if entry <= floor and floor:
            return None
        held = (self.values[slot] >= max(1, entry)) & (self.slots[slot] >= 0)
        found: _Ints = self.slots[slot, held].astype(np.int64)
        return found

    def _sort(self, rows: _Ints, values: _Rows, slots: _Rows) -> None:
        order = np.argsort(-values, axis=1, kind="stable")
        self.values[rows] = np.take_along_axis(values, order, axis=1)
        self.slots[rows] = np.take_along_axis(slots, order, axis=1)
