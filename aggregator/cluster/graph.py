"""The event graph: stories near in time, the links between them, and the events these make.

What it holds is a function of the set of stories, copies and the reader's hands that it was given, whatever their order
or batching: add one by one, all at once, or take out and put back, and the events are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from aggregator.cluster.contradiction import contradiction
from aggregator.cluster.features import Features
from aggregator.cluster.index import SCALE, Index
from aggregator.cluster.linkage import FORBIDDEN, average_linkage
from aggregator.cluster.model import ONE, PairModel, pair_model
from aggregator.cluster.neighbours import Neighbours
from aggregator.cluster.pairs import PairTable, Sizes, describe, shared
from aggregator.model import EventAssignment

__all__ = ["EventGraph", "Options"]

_Ints = npt.NDArray[np.int64]
_DAY_US = 86_400_000_000
_LISTED = SCALE * 4 // 100  # similarity from which a story counts as a neighbour
_LINKED = SCALE * 6 // 100  # ... from which a pair may be a link
_STRONG = SCALE * 20 // 100  # ... from which it is one whatever its rank
_CHUNK = 256
_LOOKED_AT = ONE * 5 // 100  # probability from which a pair is searched for contradictions
_REPELLED = -ONE  # a contradiction weighs as much as a sure link
_MIN_COMPACT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How events are decided: one frozen configuration for every stream (docs/events.md says how it was chosen).

    Stories of one event link directly only within `reach_days`; `threshold` is the mean probability of the links at which
    clusters merge.
    """

    threshold: float = 0.35
    reach_days: float = 4.0


class EventGraph:
    """Stories in, events out: `add`, `remove`, `set_copy`, `constrain`, `evict`, then `flush`, then `assignment`."""

    def __init__(self, options: Options | None = None, model: PairModel | None = None) -> None:
        self._options = options or Options()
        self._model = model or pair_model()
        self._theta = self._options.threshold * ONE
        self._stories: dict[str, Features] = {}
        self._copy_of: dict[str, str] = {}
        self._copies: dict[str, set[str]] = {}
        self._slot: dict[str, int] = {}
        self._changed: set[str] = set()
        self._joined: dict[str, set[str]] = {}
        self._parted: dict[str, set[str]] = {}
        self._event: dict[str, str] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._reset()

    def __len__(self) -> int:
        return len(self._stories)

    def __contains__(self, story: object) -> bool:
        return story in self._stories

    def ids(self) -> Iterator[str]:
        """Ids of all stories held, copies too."""
        return iter(self._stories)

    def add(self, story: Features, copy_of: str | None = None) -> None:
        """Take a story in; one of the same id is replaced. It is decided at the next `flush`."""
        if story.id in self._stories:
            self.remove(story.id)
        self._stories[story.id] = story
        self._changed.add(story.id)
        if copy_of is not None:
            self.set_copy(story.id, copy_of)

    def remove(self, story: str) -> None:
        """Forget a story; its copies stand for themselves until told otherwise."""
        self.set_copy(story, None)
        del self._stories[story]
        self._changed |= {story, *self._copies.get(story, ())}

    def set_copy(self, story: str, copy_of: str | None) -> None:
        """Say that `story` is a copy of another, or no longer one. A copy follows its source and adds no link."""
        before = self._copy_of.pop(story, None)
        if before is not None:
            self._copies[before].discard(story)
        if copy_of is not None and copy_of != story:
            self._copy_of[story] = copy_of
            self._copies.setdefault(copy_of, set()).add(story)
        if before != copy_of:
            self._changed |= {story, *(s for s in (before, copy_of) if s is not None)}

    def constrain(self, *, joined: Iterable[tuple[str, str]] = (), parted: Iterable[tuple[str, str]] = ()) -> None:
        """Set the reader's hands, in place of all before: pairs that are one event, and pairs that never are."""
        for held, pairs in ((self._joined, joined), (self._parted, parted)):
            before = {frozenset((a, b)) for a, others in held.items() for b in others}
            after = {frozenset(pair) for pair in pairs if pair[0] != pair[1]}
            for pair in before ^ after:
                self._changed |= pair
            held.clear()
            for pair in after:
                a, b = sorted(pair)
                held.setdefault(a, set()).add(b)
                held.setdefault(b, set()).add(a)

    def evict(self, before: datetime) -> None:
        """Forget stories published before a time.

        Stories within four days after that time lose neighbours by it: keep the window four days longer than you take
        decisions from.
        """
        for story in [s.id for s in self._stories.values() if s.published_at < before]:
            self.remove(story)

    def assignment(self, story: str) -> EventAssignment:
        """The event of a story as of the last `flush`, and why."""
        event = self._event[story]
        members = self._members[event]
        if len(members) == 1:
            return EventAssignment(id=story, event=event)
        node = self._root(story)
        links = self._links(node, {self._root(m) for m in members} - {node})
        if not links:
            return EventAssignment(id=story, event=event)
        nearest = min(links, key=lambda other: (-links[other], other))
        others = {self._root(m) for m in members} - {node}
        mean = sum(links.values()) / (ONE * len(others))
        return EventAssignment(id=story, event=event, probability=min(1.0, max(0.0, mean)), nearest=nearest)

    def members(self, event: str) -> tuple[str, ...]:
        """Ids of an event's stories, copies too, by time of publication."""
        return self._members[event]

    def described_pairs(self) -> tuple[list[str], _Ints, _Ints, npt.NDArray[np.float64]]:
        """What a model is trained on: node ids, and per candidate pair the places of its two nodes and its description."""
        table = self._pairs
        rows = np.arange(table.count)
        a, b = table.a[rows], table.b[rows]
        rows = rows[self._alive[a] & self._alive[b] & self._counts(a, b, table.comb[rows], table.lead[rows])]
        ids = [story.id if story is not None else "" for story in self._held]
        return ids, table.a[rows], table.b[rows], describe(table, rows, self._comb, self._lead)

    # --- deciding ---

    def flush(self) -> set[str]:
        """Decide what came since the last time; ids whose event or whose event's members changed."""
        if not self._changed:
            return set()
        changed, self._changed = self._changed, set()
        dirty: set[int] = set()
        nodes: set[str] = set()
        leaving, coming = [], []
        for story in sorted(changed):
            is_node = story in self._stories and self._root(story) == story
            held = self._slot.get(story)
            if held is not None and not (is_node and self._held[held] is self._stories.get(story)):
                leaving.append(held)
                held = None
            if is_node and held is None:
                coming.append(self._stories[story])
            nodes.add(self._root(story) if story in self._stories else story)
        nodes |= self._take_out(leaving, dirty)
        coming.sort(key=_order)
        for first in range(0, len(coming), _CHUNK):
            self._take_in(coming[first : first + _CHUNK], dirty)
        nodes |= self._weigh(dirty)
        return self._decide(nodes, changed)

    def _reset(self) -> None:
        self._index = Index()
        self._comb = Neighbours()
        self._lead = Neighbours()
        self._pairs = PairTable()
        self._held: list[Features | None] = []
        self._sizes: list[Sizes] = []
        self._times: _Ints = np.zeros(1024, dtype=np.int64)
        self._alive: npt.NDArray[np.bool_] = np.zeros(1024, dtype=np.bool_)

    def _root(self, story: str) -> str:
        """The story whose place a copy takes: its source, followed up; without one, the first of the copies."""
        seen = {story}
        at = story
        while (source := self._copy_of.get(at)) is not None and source not in seen:
            seen.add(source)
            at = source
        if at in self._stories:
            return at
        orphans = [s for s in self._family(at) if s in self._stories]
        return min(orphans, key=lambda s: _order(self._stories[s]), default=at)

    def _family(self, root: str) -> list[str]:
        """A story and all copies of it, and of these."""
        family = [root]
        seen = {root}
        for story in family:
            fresh = self._copies.get(story, set()) - seen
            seen |= fresh
            family.extend(sorted(fresh))
        return family

    def _take_out(self, slots: list[int], dirty: set[int]) -> set[str]:
        """Remove nodes; returns the stories they were linked to."""
        if not slots:
            return set()
        gone = np.array(slots, dtype=np.int64)
        rows = self._pairs.rows_of(set(slots))
        linked = rows[self._pairs.strength[rows] != 0]
        touched = set(np.concatenate([self._pairs.a[linked], self._pairs.b[linked]]).tolist()) - set(slots)
        self._pairs.strength[rows] = 0
        names: set[str] = set()
        for slot in slots:
            story = self._held[slot]
            assert story is not None
            names.add(story.id)
            del self._slot[story.id]
            self._held[slot] = None
        self._alive[gone] = False
        for lists in (self._comb, self._lead):
            changed, short = lists.drop(gone)
            changed = changed[self._alive[changed]]
            dirty.update(changed.tolist())
            for slot in short[self._alive[short]].tolist():
                self._refill(slot)
            self._complete(changed)
        return names | {self._name(slot) for slot in touched}

    def _name(self, slot: int) -> str:
        story = self._held[slot]
        assert story is not None
        return story.id

    def _near(self, slot: int) -> tuple[_Ints, _Ints, _Ints]:
        """Slots of all stories in reach that are somewhat alike, and the two similarities."""
        story = self._held[slot]
        assert story is not None
        size = len(self._held)
        comb, lead = self._index.similarities(story, size)
        reach = self._options.reach_days * _DAY_US
        near = self._alive[:size] & (np.abs(self._times[:size] - self._times[slot]) <= reach)
        near &= (comb >= _LISTED) | (lead >= _LISTED)
        near[slot] = False
        others = np.flatnonzero(near)
        return others, comb[others], lead[others]

    def _refill(self, slot: int) -> None:
        others, comb, lead = self._near(slot)
        self._comb.fill(slot, others[comb >= _LISTED], comb[comb >= _LISTED])
        self._lead.fill(slot, others[lead >= _LISTED], lead[lead >= _LISTED])

    def _complete(self, slots: _Ints) -> None:
        """After neighbours left: pairs that have become close enough to count and were never entered."""
        for slot in slots.tolist():
            others, comb, lead = self._near(slot)
            known = np.isin(others, self._pairs.partners(slot))
            self._enter(slot, others[~known], comb[~known], lead[~known])

    def _take_in(self, stories: list[Features], dirty: set[int]) -> None:
        first = len(self._held)
        self._grow(first + len(stories))
        met = []
        for story in stories:
            slot = len(self._held)
            self._held.append(story)
            self._sizes.append(Sizes.of(story))
            self._slot[story.id] = slot
            self._times[slot] = story.time_us
            self._index.add(slot, story)
            others, comb, lead = self._near(slot)
            self._alive[slot] = True
            for lists, values in ((self._comb, comb), (self._lead, lead)):
                listed = values >= _LISTED
                lists.fill(slot, others[listed], values[listed])
                dirty.update(lists.offer(slot, others[listed], values[listed]).tolist())
            dirty.add(slot)
            linked = comb >= _LINKED
            met.append((slot, others[linked], comb[linked], lead[linked]))
        for slot, others, comb, lead in met:
            self._enter(slot, others, comb, lead)

    def _grow(self, size: int) -> None:
        if size > len(self._times):
            capacity = max(size, len(self._times) * 3 // 2)
            self._times = np.resize(self._times, capacity)
            alive = np.zeros(capacity, dtype=np.bool_)
            alive[: len(self._alive)] = self._alive
            self._alive = alive
            self._comb.grow(capacity)
            self._lead.grow(capacity)

    def _enter(self, slot: int, others: _Ints, comb: _Ints, lead: _Ints) -> None:
        """Enter those pairs of one story that count as links now."""
        counts = self._counts(np.full(len(others), slot), others, comb, lead)
        others, comb, lead = others[counts], comb[counts], lead[counts]
        if not len(others):
            return
        story = self._held[slot]
        assert story is not None
        theirs = [s for o in others.tolist() if (s := self._held[o]) is not None]
        sizes = [self._sizes[o] for o in others.tolist()]
        self._pairs.append(slot, others, comb, lead, shared(story, self._sizes[slot], theirs, sizes))

    def _counts(self, a: _Ints, b: _Ints, comb: _Ints, lead: _Ints) -> npt.NDArray[np.bool_]:
        """Whether pairs may be links: alike, and among the closest of either by text or lead, or much alike."""
        ranked = (comb >= np.minimum(self._comb.entry(a), self._comb.entry(b))) | (
            (lead >= np.minimum(self._lead.entry(a), self._lead.entry(b))) & (lead >= _LISTED)
        )
        counts: npt.NDArray[np.bool_] = (comb >= _LINKED) & (ranked | (comb > _STRONG))
        return counts

    def _weigh(self, dirty: set[int]) -> set[str]:
        """Strengths of the pairs of changed stories; returns the stories whose links changed."""
        table = self._pairs
        rows = table.rows_of(dirty)
        a, b = table.a[rows], table.b[rows]
        counts = self._alive[a] & self._alive[b] & self._counts(a, b, table.comb[rows], table.lead[rows])
        strength = np.zeros(len(rows), dtype=np.int32)
        strength[counts] = self._model.strength(describe(table, rows[counts], self._comb, self._lead))
        self._veto(rows, strength)
        moved = strength != table.strength[rows]
        table.strength[rows] = strength
        touched = set(np.concatenate([a[moved], b[moved]]).tolist())
        return {self._name(slot) for slot in touched if self._alive[slot]}

    def _veto(self, rows: _Ints, strength: npt.NDArray[np.int32]) -> None:
        """Turn strong links between contradicting stories into repulsion; each pair is looked at once."""
        table = self._pairs
        strong = np.flatnonzero(strength >= _LOOKED_AT)
        for k in strong[table.veto[rows[strong]] < 0].tolist():
            row = int(rows[k])
            a, b = self._held[int(table.a[row])], self._held[int(table.b[row])]
            table.veto[row] = a is not None and b is not None and contradiction(a, b) is not None
        strength[strong[table.veto[rows[strong]] > 0]] = _REPELLED

    def _links(self, node: str, others: set[str]) -> dict[str, int]:
        slot = self._slot.get(node)
        if slot is None:
            return {}
        rows = self._pairs.rows_of({slot})
        rows = rows[self._pairs.strength[rows] != 0]
        ends = np.where(self._pairs.a[rows] == slot, self._pairs.b[rows], self._pairs.a[rows])
        found = zip(ends.tolist(), self._pairs.strength[rows].tolist(), strict=True)
        return {name: strength for end, strength in found if (name := self._name(end)) in others}

    def _decide(self, nodes: set[str], changed: set[str]) -> set[str]:
        """Events of the components that hold one of `nodes`, anew."""
        stale: set[str] = set()
        for node in nodes | changed:
            if node in self._event:
                stale.update(self._members[self._event[node]])
        todo = {self._root(s) for s in stale | nodes | changed if s in self._stories}
        fresh: dict[str, tuple[str, ...]] = {}
        seen: set[str] = set()
        for node in sorted(todo):
            if node not in seen:
                component = self._component(node)
                seen.update(component)
                for cluster in self._clusters(component):
                    members = self._ordered(cluster)
                    fresh[members[0]] = members
        return self._replace(fresh, stale | changed)

    def _replace(self, fresh: dict[str, tuple[str, ...]], stale: set[str]) -> set[str]:
        before = {m: self._members[self._event[m]] for m in stale if m in self._event}
        for members in fresh.values():
            before.update({m: self._members[self._event[m]] for m in members if m in self._event})
        for story in before:
            self._members.pop(self._event.pop(story), None)
        for event, members in fresh.items():
            self._members[event] = members
            for story in members:
                self._event[story] = event
        now = {m for members in fresh.values() for m in members}
        return {m for m in now if before.get(m) != self._members[self._event[m]]}

    def _ordered(self, cluster: list[str]) -> tuple[str, ...]:
        family = [s for node in cluster for s in self._relatives(node)]
        return tuple(sorted(family, key=lambda s: _order(self._stories[s])))

    def _relatives(self, node: str) -> list[str]:
        """A node and the copies that follow it."""
        at, seen = node, {node}
        while (source := self._copy_of.get(at)) is not None and source not in seen:
            seen.add(source)
            at = source
        return [s for s in self._family(at) if s in self._stories]

    def _component(self, node: str) -> list[str]:
        """Nodes connected by links at the threshold or by the reader's hand, in order of publication."""
        table = self._pairs
        found = {node}
        front = [node]
        while front:
            slots = {self._slot[n] for n in front if n in self._slot}
            rows = table.rows_of(slots)
            rows = rows[table.strength[rows] >= self._theta]
            ends = set(np.concatenate([table.a[rows], table.b[rows]]).tolist())
            reached = {self._name(slot) for slot in ends}
            for name in front:
                for story in self._relatives(name):
                    reached.update(self._root(s) for s in self._joined.get(story, ()) if s in self._stories)
            front = sorted(reached - found)
            found.update(front)
        return sorted(found, key=lambda s: _order(self._stories[s]))

    def _clusters(self, component: list[str]) -> list[list[str]]:
        if len(component) == 1:
            return [component]
        n = len(component)
        sums = np.zeros((n, n), dtype=np.float64)
        place = {self._slot[name]: k for k, name in enumerate(component)}
        table = self._pairs
        rows = table.rows_of(set(place))
        rows = rows[table.strength[rows] != 0]
        for a, b, strength in zip(
            table.a[rows].tolist(), table.b[rows].tolist(), table.strength[rows].tolist(), strict=True
        ):
            if a in place and b in place:
                sums[place[a], place[b]] = sums[place[b], place[a]] = strength
        groups = self._start(component)
        for k, name in enumerate(component):
            for story in self._relatives(name):
                for other in self._parted.get(story, ()):
                    j = place.get(self._slot.get(self._root(other), -1)) if other in self._stories else None
                    if j is not None and groups[j] != groups[k]:
                        sums[j, k] = sums[k, j] = FORBIDDEN
        starts = {group: k for k, group in enumerate(sorted(set(groups)))}
        fold = np.zeros((len(starts), n))
        fold[[starts[group] for group in groups], np.arange(n)] = 1
        folded = fold @ sums @ fold.T if len(starts) < n else sums
        clusters = average_linkage(folded, fold.sum(axis=1), self._theta)
        home = {start: number for number, cluster in enumerate(clusters) for start in cluster}
        found: list[list[str]] = [[] for _ in clusters]
        for name, group in zip(component, groups, strict=True):
            found[home[starts[group]]].append(name)
        return found

    def _start(self, component: list[str]) -> list[int]:
        """For each node the lowest number of those it is joined with by hand."""
        place = {name: k for k, name in enumerate(component)}
        group = list(range(len(component)))

        def top(k: int) -> int:
            while group[k] != k:
                k = group[k]
            return k

        for k, name in enumerate(component):
            for story in self._relatives(name):
                for other in self._joined.get(story, ()):
                    j = place.get(self._root(other)) if other in self._stories else None
                    if j is not None:
                        low, high = sorted((top(j), top(k)))
                        group[high] = low
        return [top(k) for k in range(len(component))]


def _order(story: Features) -> tuple[datetime, str]:
    return story.published_at, story.id
