"""Stories near in time and how strongly each two are linked, kept up to date while stories come and go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from aggregator.cluster.agglomeration import Moved
from aggregator.cluster.contradiction import contradiction
from aggregator.cluster.features import Features
from aggregator.cluster.index import SCALE, Index, similarity
from aggregator.cluster.likeness import shared
from aggregator.cluster.model import GRAIN, NOTICED, ONE, PairModel
from aggregator.cluster.neighbours import Neighbours
from aggregator.cluster.pairs import PairTable, describe
from aggregator.cluster.slots import Slots
from aggregator.cluster.tongues import Tongues
from aggregator.cluster.tongues import strength as strength_across

__all__ = ["AGAINST", "Links"]

_Ints = npt.NDArray[np.int64]
_Whole = npt.NDArray[np.signedinteger[Any]]
_Bools = npt.NDArray[np.bool_]
_DAY_US = 86_400_000_000
_LISTED = SCALE * 4 // 100  # similarity from which a story counts as a neighbour
_LINKED = SCALE * 6 // 100  # ... from which a pair may be a link
_STRONG = SCALE * 20 // 100  # ... from which it may, whatever its rank
_LOOKED_AT = ONE * 5 // 100  # probability from which a pair is searched for contradictions
AGAINST = 6  # how often a sure link must be there to outweigh that two stories of one language are none
_NONE: _Ints = np.zeros(0, dtype=np.int64)
_REPELLED = -ONE  # a contradiction weighs as much as a sure link
_UNKNOWN, _VETOED = -1, 1
_CHUNK = 256  # stories entered before pairs are weighed against the lists so far
_DESCRIBED = 8192  # pairs described at a time: more would only cost memory
_CROWDED, _SMALL = 1.25, 1000  # times as many pairs or slots as are of use, and some more, before others are dropped


class Links:
    """Nodes (stories that are no copies) in slots, and weighted pairs of them.

    Strengths are probabilities in units of 1/ONE, or negative where two stories contradict each other; a pair that is not
    held has strength 0. All is a function of the set of nodes.
    """

    def __init__(self, model: PairModel, reach_days: float, *, across: bool = False) -> None:
        self.model = model
        self.across = across
        self.slots = Slots()
        self._reach_us = int(reach_days * _DAY_US)
        self._clear()

    def _clear(self) -> None:
        self._index = Index()
        self._comb, self._lead = Neighbours(), Neighbours()
        self._pairs = PairTable()
        self._tongues = Tongues()
        self._settled = 0  # pairs that there were after the last dropping

    def get(self, story: str) -> Features | None:
        """The node of that id, if it is one."""
        return self.slots.node(self.slots.of(story)) if story in self.slots else None

    def update(self, leaving: Iterable[str], coming: Iterable[Features]) -> tuple[set[int], Moved, Moved]:
        """Take nodes out and in.

        Returns the slots of new nodes, and ends and strengths of all links that changed: those that hold within a language,
        and those across languages.
        """
        dirty: set[int] = set()
        displaced: set[int] = set()
        coming = sorted(coming, key=lambda story: (story.published_at, story.id))
        left = sorted(self.slots.of(story) for story in leaving)
        self._empty(left)
        self._close_gaps(left, dirty)
        for first in range(0, len(coming), _CHUNK):
            self._take_in(coming[first : first + _CHUNK], dirty, displaced)
        moved = self._weigh(dirty, displaced)
        if self._pairs.count > _CROWDED * self._settled + _SMALL:
            self._drop_pairs()
        fresh = {self.slots.of(story.id) for story in coming}
        return fresh, moved, self._link_across(fresh)

    def forget(self, leaving: Iterable[str]) -> set[int]:
        """Let nodes go that nothing will come near to any more; returns the slots they had.

        Their neighbours remember how alike they were: nobody takes their places, and no other link changes.
        """
        slots = {self.slots.of(story) for story in leaving}
        self._empty(slots)
        self._pairs.strength[self._pairs.rows_of(slots)] = 0
        return slots

    def renumber(self) -> _Ints | None:
        """Number the slots anew if many are empty; returns the new number of each, -1 of an empty one."""
        size = len(self.slots)
        if size <= _CROWDED * self.slots.filled + _SMALL:
            return None
        kept = np.flatnonzero(self.slots.alive)
        renumbered = np.full(size, -1, dtype=np.int64)
        renumbered[kept] = np.arange(len(kept))
        self._drop_pairs(renumbered)
        self._tongues.renumber(renumbered)
        for lists in (self._comb, self._lead):
            lists.keep(kept, renumbered)
        self.slots.keep(kept)
        self._index = Index()
        self._index.fill(self.slots.nodes)
        return renumbered

    def edges(self, slots: set[int]) -> tuple[_Ints, _Ints, _Ints, _Bools]:
        """Links with an end among `slots`, each once.

        Two arrays of slots, strengths, none 0, and whether no name is in common.
        """
        table = self._pairs
        rows = table.rows_of(slots)
        strength = table.strength[rows]
        rows, strength = rows[strength != 0], strength[strength != 0]
        return *_ends(table, rows), strength.astype(np.int64), table.apart[rows]

    def edges_across(self, slots: set[int]) -> tuple[_Ints, _Ints, _Ints, _Bools]:
        """As `edges`, with the links across languages.

        Links within one language say more here: from what is just enough for one event they fall to -AGAINST for none.
        """
        a, b, strong, _ = self.edges(slots)
        told = self.told
        sure = (told[a] > 0) & (told[b] > 0) & (strong > 0)
        strong = np.where(sure, np.minimum(strong * AGAINST * 8 // 3 - AGAINST * ONE, ONE), strong)
        across = self._tongues.edges(slots)
        a, b, strong = (np.concatenate(both) for both in zip((a, b, strong), across, strict=True))
        return a, b, strong, np.zeros(len(a), dtype=np.bool_)

    @property
    def told(self) -> _Ints:
        """1 for the nodes whose links within their language can be relied on, else 0."""
        return self._tongues.told(len(self.slots))

    def beside(self, story: str) -> dict[str, int]:
        """Strengths of the links of a story, by the other's id; below zero, the two contradict each other."""
        slot, table = self.slots.of(story), self._pairs
        rows = table.rows_of({slot})
        rows = rows[table.strength[rows] != 0]
        others = np.where(table.a[rows] == slot, table.b[rows], table.a[rows])
        within = dict(zip(map(self.slots.name, others.tolist()), table.strength[rows].tolist(), strict=True))
        return within | {self.slots.name(other): strong for other, strong in self._tongues.beside(slot).items()}

    def between(self, group: _Ints) -> tuple[_Ints, _Ints, _Ints]:
        """Pairs of groups that links lie between, the lower first, and the sums of these links; `group` by slot, -1 for none."""
        table = self._pairs
        rows = np.flatnonzero(table.strength[: table.count])
        one, other = group[table.a[rows]], group[table.b[rows]]
        across = (one != other) & (one >= 0) & (other >= 0)
        rows, one, other = rows[across], one[across], other[across]
        keys = np.minimum(one, other) * len(group) + np.maximum(one, other)
        found, of = np.unique(keys, return_inverse=True)
        sums = np.bincount(of, weights=table.strength[rows], minlength=len(found)).astype(np.int64)
        return found // len(group), found % len(group), sums

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """All that took time to find out, as plain arrays; `load` takes it back."""
        size = len(self.slots)
        parts: dict[str, Mapping[str, npt.NDArray[Any]]] = {
            "pairs": self._pairs.arrays(),
            "comb": self._comb.arrays(size),
            "lead": self._lead.arrays(size),
            "across": self._tongues.arrays(),
        }
        found: dict[str, npt.NDArray[np.generic]] = {
            f"{part}.{name}": values for part, arrays in parts.items() for name, values in arrays.items()
        }
        return found | self.slots.arrays() | {"settled": np.array([self._settled])}

    def load(self, arrays: Mapping[str, npt.NDArray[Any]], stories: Mapping[str, Features]) -> tuple[set[int], Moved]:
        """Take over what `arrays` says of those `stories` that are as they were.

        Returns the slots of those that are not, and ends and strengths of the links that changed by it.
        """
        self._clear()
        gone = self.slots.load(arrays, stories)
        self._index.fill(self.slots.nodes)
        for part, into in (("comb", self._comb), ("lead", self._lead), ("pairs", self._pairs)):
            into.load({name.partition(".")[2]: found for name, found in arrays.items() if name.startswith(f"{part}.")})
        self._settled = int(arrays["settled"][0])
        if self.across:
            for slot, story in enumerate(self.slots.nodes):
                if story is not None:
                    self._tongues.enter(slot, story)
            self._tongues.load({"links": arrays["across.links"]}, self.slots.alive)
        dirty: set[int] = set()
        self._close_gaps(gone, dirty)
        return set(gone), self._weigh(dirty, set())

    def described(self, since: int = 0) -> tuple[list[str], _Ints, _Ints, npt.NDArray[np.float64]]:
        """What a model is trained on: ids, and per candidate pair the places of its two nodes and its description.

        Only pairs with a node whose place is at least `since`.
        """
        table = self._pairs
        rows = np.flatnonzero(table.b[: table.count] >= since)
        rows = rows[self._counting(rows)]
        ids = [story.id if story is not None else "" for story in self.slots.nodes]
        return ids, *_ends(table, rows), describe(table, rows, self._comb, self._lead)

    # --- taking stories in and out ---

    def _empty(self, slots: Iterable[int]) -> None:
        self.slots.empty(slots)
        self._tongues.drop(slots)

    def _link_across(self, fresh: set[int]) -> Moved:
        """Link new nodes with those in other languages."""
        found: list[Moved] = [(_NONE, _NONE, _NONE)]
        for slot in sorted(fresh) if self.across else ():
            times, alive = self.slots.times, self.slots.alive
            near = alive[:slot] & (np.abs(times[:slot] - times[slot]) <= self._reach_us)
            found.append(self._tongues.link(slot, np.flatnonzero(near), partial(self._across, slot)))
        a, b, strong = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return a, b, strong

    def _across(self, slot: int, other: int, cosine: float) -> int:
        """The strength of a link between stories of two languages."""
        one, two = self.slots.node(slot), self.slots.node(other)
        strong = strength_across(cosine, self.slots.sizes(slot), self.slots.sizes(other))
        return _REPELLED if strong and contradiction(one, two) else strong

    def _drop_pairs(self, renumbered: _Ints | None = None) -> None:
        """Drop the pairs that do not count: should they ever again, `_complete` enters them anew."""
        self._pairs.keep(self._counting(np.arange(self._pairs.count)), renumbered)
        self._settled = self._pairs.count

    def _close_gaps(self, slots: list[int], dirty: set[int]) -> None:
        """Take dead slots out of all lists and pairs."""
        if not slots:
            return
        gone = np.array(slots, dtype=np.int64)
        self._pairs.strength[self._pairs.rows_of(set(slots))] = 0
        for lists in (self._comb, self._lead):
            changed, short = lists.drop(gone)
            dirty.update(changed[self.slots.alive[changed]].tolist())
            for slot in short[self.slots.alive[short]].tolist():
                self._refill(slot)
        self._complete(sorted(dirty))

    def _refill(self, slot: int) -> None:
        others, comb, lead = self._near(slot)
        for lists, values in ((self._comb, comb), (self._lead, lead)):
            lists.fill(slot, others[values >= _LISTED], values[values >= _LISTED])

    def _complete(self, slots: list[int]) -> None:
        """After neighbours left: the pairs of these slots that now count, since others have moved up, and were never entered."""
        met, seen = [], dict[int, set[int]]()
        for slot in slots:
            others, comb, lead = self._risen(slot)
            known = seen.get(slot, set())  # a pair of two of them may be met from both sides
            once = np.array([other not in known for other in others.tolist()], dtype=np.bool_)
            met.append((slot, others[once], comb[once], lead[once]))
            for other in others.tolist():
                seen.setdefault(other, set()).add(slot)
        self._enter(met)

    def _risen(self, slot: int) -> tuple[_Ints, _Ints, _Ints]:
        """Slots that may count as close to one and are no partners of it, and both similarities."""
        by_comb, by_lead = self._comb.nearest(slot), self._lead.nearest(slot)
        partners = self._pairs.partners(slot)
        if by_comb is None or by_lead is None:
            others, comb, lead = self._near(slot)
            fresh = ~np.isin(others, partners)
            return others[fresh], comb[fresh], lead[fresh]
        others = np.setdiff1d(np.union1d(by_comb, by_lead), partners)
        others = others[self.slots.alive[others]]
        alike = np.array(
            [similarity(self.slots.node(slot), self.slots.node(other)) for other in others.tolist()], dtype=np.int64
        )
        return others, *alike.reshape(-1, 2).T

    def _take_in(self, stories: list[Features], dirty: set[int], displaced: set[int]) -> None:
        """Enter stories; `dirty` gains those whose closest neighbours changed, `displaced` those that lost a farther one."""
        self._grow(len(self.slots) + len(stories))
        met = []
        for story in stories:
            slot = self.slots.add(story)
            others, comb, lead = self._near(slot)
            self._index.add(slot, story)
            if self.across:
                self._tongues.enter(slot, story)
            for lists, values in ((self._comb, comb), (self._lead, lead)):
                listed = values >= _LISTED
                lists.fill(slot, others[listed], values[listed])
                closest, farther = lists.offer(slot, others[listed], values[listed])
                dirty.update(closest.tolist())
                displaced.update(farther.tolist())
            dirty.add(slot)
            linked = comb >= _LINKED
            met.append((slot, others[linked], comb[linked], lead[linked]))
        self._enter(met)

    def _grow(self, size: int) -> None:
        self.slots.grow(size)
        self._comb.grow(self.slots.capacity)
        self._lead.grow(self.slots.capacity)

    def _near(self, slot: int) -> tuple[_Ints, _Ints, _Ints]:
        """Slots in reach that are somewhat alike, and both similarities."""
        times = self.slots.times
        comb, lead = self._index.similarities(self.slots.node(slot), len(times), self._reach_us)
        near = (comb >= _LISTED) | (lead >= _LISTED)
        near &= self.slots.alive & (np.abs(times - times[slot]) <= self._reach_us)
        near[slot] = False
        others = np.flatnonzero(near)
        return others, comb[others], lead[others]

    def _enter(self, met: Sequence[tuple[int, _Ints, _Ints, _Ints]]) -> None:
        """Hold the pairs that count now, of stories (their slots) with others, given both similarities."""
        if not met:
            return
        one = np.repeat([slot for slot, *_ in met], [len(others) for _, others, *_ in met])
        other, comb, lead = (np.concatenate(parts) for parts in zip(*(found for _, *found in met), strict=True))
        counts = np.flatnonzero(self._count(one, other, comb, lead))
        one, other, comb, lead = one[counts], other[counts], comb[counts], lead[counts]
        starts = np.flatnonzero(np.diff(one, prepend=-1))
        groups = [
            (self.slots.sizes(int(mine[0])), [self.slots.sizes(slot) for slot in theirs.tolist()])
            for mine, theirs in zip(np.split(one, starts[1:]), np.split(other, starts[1:]), strict=True)
            if len(mine)
        ]
        self._pairs.append(one, other, comb, lead, shared(groups))

    # --- weighing pairs ---

    def _count(self, a: _Whole, b: _Whole, comb: _Whole, lead: _Whole) -> _Bools:
        """Whether pairs may be links: alike, and among the closest of either by text or lead, or much alike."""
        closest = comb >= np.minimum(self._comb.entry(a), self._comb.entry(b))
        closest |= (lead >= np.minimum(self._lead.entry(a), self._lead.entry(b))) & (lead >= _LISTED)
        return (comb >= _LINKED) & (closest | (comb > _STRONG))

    def _counting(self, rows: _Ints) -> _Bools:
        table = self._pairs
        a, b = table.a[rows], table.b[rows]
        return self.slots.alive[a] & self.slots.alive[b] & self._count(a, b, table.comb[rows], table.lead[rows])

    def _weigh(self, dirty: set[int], displaced: set[int]) -> Moved:
        """Strengths of the pairs of stories whose neighbours changed; ends and strengths of the links that changed."""
        table = self._pairs
        rows = table.rows_of(dirty)
        counts = self._counting(rows)
        strength = np.zeros(len(rows), dtype=np.int32)
        for some in np.array_split(np.flatnonzero(counts), 1 + len(rows) // _DESCRIBED):
            strength[some] = self.model.strength(describe(table, rows[some], self._comb, self._lead))
        strength = (strength + GRAIN // 2) // GRAIN * GRAIN
        # Titles that name others are told to be unlikely, not left unsaid: they keep a strength.
        strength[strength < NOTICED] = 0
        strength[counts & table.apart[rows]] = np.maximum(strength[counts & table.apart[rows]], 1)
        if self.across:
            ends = _ends(table, rows)
            strength[self._tongues.foreign(*ends) | self._tongues.unlike(*ends)] = 0
        self._veto(rows, strength)
        moved = rows[strength != table.strength[rows]]
        table.strength[rows] = strength
        moved = np.concatenate([moved, self._let_go(displaced - dirty)])
        moved = moved[self.slots.alive[table.a[moved]] & self.slots.alive[table.b[moved]]]
        return *_ends(table, moved), table.strength[moved].astype(np.int64)

    def _let_go(self, displaced: set[int]) -> _Ints:
        """Rows of pairs that no longer count because closer ones came; they are links no more."""
        rows = self._pairs.rows_of(displaced)
        rows = rows[self._pairs.strength[rows] != 0]
        gone: _Ints = rows[~self._counting(rows)]
        self._pairs.strength[gone] = 0
        return gone

    def _veto(self, rows: _Ints, strength: npt.NDArray[np.int32]) -> None:
        """Turn links between contradicting stories into repulsion; each pair that sounds alike is searched once."""
        table = self._pairs
        strong = np.flatnonzero((strength >= _LOOKED_AT) | (table.template[rows] & (strength > 0)))
        for row in rows[strong[table.veto[rows[strong]] == _UNKNOWN]].tolist():
            a, b = self.slots.node(int(table.a[row])), self.slots.node(int(table.b[row]))
            table.veto[row] = _VETOED if contradiction(a, b) else 0
        strength[strong[table.veto[rows[strong]] == _VETOED]] = _REPELLED


def _ends(table: PairTable, rows: _Ints) -> tuple[_Ints, _Ints]:
    return table.a[rows].astype(np.int64), table.b[rows].astype(np.int64)
