"""Average linkage kept up to date: after an arrival only what it can have changed is decided anew.

The cut of an average-linkage tree at a lower threshold continues from the cut at a higher one, and at each threshold the
groups fall apart along the connected components of group pairs whose mean reaches it. So the tree is cut in steps from
sure to likely; a new story unsettles its component of each step, which is small, a changed link only a component that it
lies in or that it now joins to another, and nothing else is looked at. The result is the same as from scratch, to the last
bit: all sums are whole numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from aggregator.cluster.linkage import FORBIDDEN, average_linkage

__all__ = ["BREVITY_STEPS", "Agglomeration", "Cut", "Edges", "Moved", "Ties", "steps"]

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
Edges = Callable[[set[int]], tuple[_Ints, _Ints, _Ints, npt.NDArray[np.bool_]]]
Moved = tuple[_Ints, _Ints, _Ints]

BREVITY_STEPS = 4  # brevity is told in so many steps, so that sums over two groups need counts only
_STEPS = (0.85, 0.7, 0.55, 0.45)  # cuts above the final one; any choice gives the same events


@dataclass(frozen=True, slots=True)
class Cut:
    """One cut of the tree: groups of the cut before merge while the mean strength between them is at least `at`.

    `edges(slots)` gives all links with an end among `slots`, each once: two arrays of slots, their strengths (not 0), and
    whether their titles speak of others. `brief` is for every slot a number up to BREVITY_STEPS: `unit` times the lower of
    two is the least strength of two stories whose titles do not. `reserve` is by how much more than `at` two large groups
    must reach, as far as their stories are not brief.
    """

    at: float
    edges: Edges
    unit: int
    brief: Callable[[], _Ints]
    reserve: float = 0.0


def steps(theta: float, one: float) -> list[float]:
    """The thresholds of the cuts down to the one at `theta`."""
    return [*(step * one for step in _STEPS if step * one > theta), theta]


@dataclass(frozen=True, slots=True)
class Ties:
    """The reader's hands by slot: the first of those a slot was joined with, and those it was parted from."""

    joined: dict[int, int] = field(default_factory=dict)
    parted: dict[int, set[int]] = field(default_factory=dict)


class Agglomeration:
    """Groups of slots, cut at falling thresholds; the last cut are the events.

    `one` is the strength of a sure link; `order(slot)` sorts stories the same way whatever their slots.
    """

    def __init__(self, cuts: Sequence[Cut], one: float, order: Callable[[int], tuple[int, str]]) -> None:
        self._cuts = cuts
        self._one = one
        self._order = order
        self._joined: _Ints = np.zeros(0, dtype=np.int64)
        self._groups: list[_Ints] = [np.zeros(0, dtype=np.int64) for _ in self._cuts]
        self._parts: list[_Ints] = [np.zeros(0, dtype=np.int64) for _ in self._cuts]
        self._members: list[dict[int, list[int]]] = [{} for _ in self._cuts]

    def group(self, slot: int) -> int:
        """The event of a slot: the slot of its first story."""
        return int(self._groups[-1][slot])

    @property
    def groups(self) -> _Ints:
        """The event of every slot."""
        return self._groups[-1]

    def members(self, group: int) -> list[int]:
        """The slots of an event."""
        groups = self._groups[-1]
        return [slot for slot in self._members[-1][int(self._parts[-1][group])] if groups[slot] == group]

    def arrays(self) -> dict[str, _Ints]:
        """All cuts, as plain arrays; `load` takes them back."""
        return {"joined": self._joined, "groups": np.stack(self._groups), "parts": np.stack(self._parts)}

    def load(self, arrays: Mapping[str, _Ints]) -> None:
        """Take over cuts from `arrays`."""
        self._joined = arrays["joined"].copy()
        self._groups, self._parts = [*arrays["groups"].copy()], [*arrays["parts"].copy()]
        for parts, members in zip(self._parts, self._members, strict=True):
            order = np.argsort(parts, kind="stable")
            labels, starts = np.unique(parts[order], return_index=True)
            ends = [*starts[1:].tolist(), len(order)][: len(starts)]
            slots = order.tolist()
            members.update(
                (label, slots[first:last])
                for label, first, last in zip(labels.tolist(), starts.tolist(), ends, strict=True)
                if label >= 0
            )

    def renumber(self, renumbered: _Ints) -> None:
        """Take over new numbers of all slots; -1 for those that are no more, which must have been told as gone."""
        kept = np.flatnonzero(renumbered >= 0)
        joined = renumbered[self._joined[kept]]
        arrays = {
            "joined": np.where(joined >= 0, joined, renumbered[kept]),
            "groups": np.stack([renumbered[groups[kept]] for groups in self._groups]),
            "parts": np.stack([renumbered[parts[kept]] for parts in self._parts]),
        }
        self._members = [{} for _ in self._cuts]
        self.load(arrays)

    def update(
        self,
        gone: set[int],
        fresh: set[int],
        moved: Sequence[Moved],
        alive: npt.NDArray[np.bool_],
        hands: Ties | None = None,
    ) -> set[int]:
        """Decide anew; returns slots whose event may have changed.

        `fresh` are slots that are new or whose hands changed, `gone` those taken out since the last time, `moved` for each
        cut the two ends of links that changed and their strengths now; `alive` is told of every slot.
        """
        self._grow(len(alive))
        self._alive = alive
        hands = hands or Ties()
        self._parted = hands.parted
        live = fresh - gone
        for slot in live:
            self._joined[slot] = hands.joined.get(slot, slot)
        for level in range(len(self._cuts)):
            live |= self._recut(level, live, gone, moved[level])
        return live

    def _grow(self, size: int) -> None:
        held = len(self._joined)
        if size > held:
            fresh = np.arange(held, size)
            self._joined = np.concatenate([self._joined, fresh])
            self._groups = [np.concatenate([groups, fresh]) for groups in self._groups]
            self._parts = [np.concatenate([parts, np.full(size - held, -1)]) for parts in self._parts]

    def _items(self, level: int) -> _Ints:
        return self._groups[level - 1] if level else self._joined

    def _recut(self, level: int, live: set[int], gone: set[int], moved: Moved) -> set[int]:
        """One cut anew around `live` slots and `moved` links; returns slots whose group changed."""
        parts, members, groups = self._parts[level], self._members[level], self._groups[level]
        self._weigh_items(level)
        held = self._unsettle(level, live | gone | self._unsettled_by(level, moved))
        before = Counter(int(groups[slot]) for slot in held)
        slots = (held | live) - gone
        if not slots:
            return set()
        found = self._between(level, slots)
        while outside := found.reached() - slots:
            more = self._unsettle(level, outside)
            before.update(int(groups[slot]) for slot in more)
            slots |= more
            found = self._between(level, slots)
        was = {slot: int(groups[slot]) for slot in slots}
        by_item: dict[int, list[int]] = {}
        for slot, item in zip(slots, self._items(level)[list(slots)].tolist(), strict=True):
            by_item.setdefault(item, []).append(slot)
        now: dict[int, int] = {}
        for component in found.components(by_item):
            members[component[0]] = inside = [slot for item in component for slot in by_item[item]]
            parts[inside] = component[0]
            for cluster in self._cluster(component, found):
                inside = [slot for item in cluster for slot in by_item[item]]
                first = min(inside, key=self._order) if len(inside) > 1 else inside[0]
                groups[inside] = first
                now[first] = len(inside)
        return {slot for slot, group in was.items() if group != (new := int(groups[slot])) or before[group] != now[new]}

    def _weigh_items(self, level: int) -> None:
        """Stories of each item of a level, and how many of them are at least so brief, by step."""
        items = self._items(level)
        self._brief = self._cuts[level].brief()
        counts = (self._brief[:, None] >= np.arange(1, BREVITY_STEPS + 1)) & self._alive[:, None]
        self._sizes = np.bincount(items[self._alive], minlength=len(items))
        self._briefs = np.zeros((len(items), BREVITY_STEPS), dtype=np.float64)
        for step in range(BREVITY_STEPS):
            self._briefs[:, step] = np.bincount(items[counts[:, step]], minlength=len(items))

    def _unsettled_by(self, level: int, moved: Moved) -> set[int]:
        """Slots whose component must be taken apart because links within it changed, or now reach out of it."""
        parts, items, cut = self._parts[level], self._items(level), self._cuts[level]
        a, b, strength = moved
        within = parts[a] == parts[b]
        unsettled = set(a[within & (items[a] != items[b])].tolist())
        pairs = self._sizes[items[a]] * self._sizes[items[b]]
        # The mean over so many pairs reaches the cut only if this link and sure links for the rest would.
        said = np.where(strength < 0, strength, np.maximum(strength, cut.unit * BREVITY_STEPS))
        out = ~within & (said >= pairs * cut.at - (pairs - 1) * self._one)
        alone = out & (pairs == 1)
        unsettled.update(a[alone].tolist(), b[alone].tolist())
        out &= ~alone
        if out.any():
            ends = set(items[a[out]].tolist())
            whole = {slot for slot in self._inside(level, set(a[out].tolist())) if int(items[slot]) in ends}
            low, high = self._between(level, whole | set(a[out].tolist())).near()
            joins = parts[low] != parts[high]
            unsettled.update(low[joins].tolist(), high[joins].tolist())
        return unsettled

    def _inside(self, level: int, slots: set[int]) -> set[int]:
        """All slots of the components of some."""
        members = self._members[level]
        labels = set(self._parts[level][list(slots)].tolist()) - {-1}
        return {slot for label in labels for slot in members[label]}

    def _unsettle(self, level: int, slots: set[int]) -> set[int]:
        """Take the components of `slots` apart; returns all slots they held."""
        parts, members = self._parts[level], self._members[level]
        held: set[int] = set()
        for label in set(parts[list(slots)].tolist()) - {-1}:
            inside = members.pop(label)
            parts[inside] = -1
            held.update(inside)
        return held

    def _between(self, level: int, slots: set[int]) -> _Between:
        cut = self._cuts[level]
        a, b, strength, apart = cut.edges(slots)
        brief = cut.unit * np.minimum(self._brief[a], self._brief[b])
        excess = np.where((strength < 0) | apart, strength, np.maximum(strength, brief)) - brief
        cut_by_hand = [(s, o) for s in slots & self._parted.keys() for o in self._parted[s] if s < o or o not in slots]
        if cut_by_hand:
            ends = np.array(cut_by_hand, dtype=np.int64)
            a, b = np.concatenate([a, ends[:, 0]]), np.concatenate([b, ends[:, 1]])
            excess = np.concatenate([excess, np.full(len(ends), int(FORBIDDEN))])
        stories = self._sizes, self._briefs
        return _Between((a, b, excess), self._items(level), stories, cut)

    def _cluster(self, component: list[int], found: _Between) -> list[list[int]]:
        sizes = self._sizes[component]
        if len(component) == 1 or (len(component) == 2 and sizes.min() == 1):  # noqa: PLR2004 - their mean reaches the cut
            return [component]
        ordered = sorted(component, key=self._order)
        clusters = average_linkage(*found.matrix(ordered))
        return [[ordered[k] for k in cluster] for cluster in clusters]


class _Between:
    """Sums of links between items (groups of the cut before), as far as they concern some slots."""

    def __init__(self, links: Moved, items: _Ints, stories: tuple[_Ints, _Floats], cut: Cut) -> None:
        a, b, excess = links
        sizes, briefs = stories
        self._sizes, self._briefs, self._cut = sizes, briefs, cut
        apart = items[a] != items[b]
        a, b, excess = a[apart], b[apart], excess[apart]
        low, high = np.minimum(items[a], items[b]), np.maximum(items[a], items[b])
        keys, of = _grouped(low * len(items) + high)
        self._low, self._high = keys // len(items), keys % len(items)
        self._excess: _Floats = np.bincount(of, weights=excess, minlength=len(keys)).astype(np.float64)
        sums = self._excess + cut.unit * (briefs[self._low] * briefs[self._high]).sum(axis=1)
        self._near = sums >= cut.at * (sizes[self._low] * sizes[self._high])
        ends = np.concatenate([a[self._near[of]], b[self._near[of]]])
        self._ends = set(ends.tolist())

    def reached(self) -> set[int]:
        """Slots at the ends of links between items whose mean reaches the cut."""
        return self._ends

    def near(self) -> tuple[_Ints, _Ints]:
        """Items whose mean reaches the cut, pair by pair."""
        return self._low[self._near], self._high[self._near]

    def components(self, by_item: dict[int, list[int]]) -> list[list[int]]:
        """Items connected by means that reach the cut."""
        root = {item: item for item in by_item}

        def top(item: int) -> int:
            while root[item] != item:
                root[item] = root[root[item]]
                item = root[item]
            return item

        for low, high in zip(self._low[self._near].tolist(), self._high[self._near].tolist(), strict=True):
            root[top(low)] = top(high)
        found: dict[int, list[int]] = {}
        for item in by_item:
            found.setdefault(top(item), []).append(item)
        return list(found.values())

    def matrix(self, items: list[int]) -> tuple[_Floats, _Floats, float, _Floats]:
        """Sums between items, their sizes, and what else `average_linkage` wants."""
        cut, sizes = self._cut, self._sizes[items].astype(np.float64)
        briefs: _Floats = self._briefs[items] @ self._briefs[items].T
        sums = cut.unit * briefs
        place = np.full(len(self._sizes), -1, dtype=np.int64)
        place[items] = np.arange(len(items))
        low, high = place[self._low], place[self._high]
        inside = (low >= 0) & (high >= 0)
        sums[low[inside], high[inside]] += self._excess[inside]
        sums[high[inside], low[inside]] += self._excess[inside]
        return sums, sizes, cut.at, cut.reserve * (np.outer(sizes, sizes) - briefs / BREVITY_STEPS)


def _grouped(keys: _Ints) -> tuple[_Ints, _Ints]:
    """Distinct keys, ascending, and where among them each is; for some thousands faster than hashing them."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.concatenate([np.ones(min(1, len(keys)), dtype=np.bool_), ordered[1:] != ordered[:-1]])
    of = np.empty(len(keys), dtype=np.int64)
    of[order] = np.cumsum(first) - 1
    return ordered[first], of
