"""The event graph: stories near in time, the links between them, and the events these make.

What it decides is a function of the set of stories, copies and the reader's hands that it was given, whatever their order
or batching: add one by one, all at once, or take out and put back, and the events are the same to the last bit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from aggregator.cluster.agglomeration import BREVITY_STEPS, Agglomeration, Cut, Moved, Ties, steps
from aggregator.cluster.families import Families
from aggregator.cluster.features import VERSION, Features
from aggregator.cluster.hands import Hands
from aggregator.cluster.links import AGAINST, Links
from aggregator.cluster.model import ONE, PairModel, pair_model
from aggregator.cluster.reasons import reason, vetoes
from aggregator.cluster.threads import LEAST, Chapter, names_of, threads
from aggregator.model import EventAssignment

__all__ = ["EventGraph", "Options"]

_NONE: Moved = (np.zeros(0, dtype=np.int64),) * 3
_STATE = 5  # of what `state` gives; to be raised when candidates, descriptions or linkage change


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How events are decided: one frozen configuration for every stream (docs/events.md says how it was chosen).

    Stories link directly only within `reach_days`. Clusters merge while the mean probability over the pairs between them
    is at least `threshold`, of two groups up to `reserve` more (`average_linkage`). Two stories that share no telling word
    count as 0, but two bare titles as `unsaid`: that a title leaves a word out says little. `across` joins events of
    different languages as well, if stories come with their meaning.
    """

    threshold: float = 0.37
    reserve: float = 0.1
    reach_days: float = 4.0
    unsaid: float = 0.34
    across: bool = False


class EventGraph:
    """Stories in, events out: `add`, `remove`, `set_copy`, `constrain`, `evict`, then `flush`, then `assignment`."""

    def __init__(self, options: Options | None = None, model: PairModel | None = None) -> None:
        self._options = options or Options()
        self._links = Links(model or pair_model(), self._options.reach_days, across=self._options.across)
        self._grouping = self._new_grouping()
        self._stories: dict[str, Features] = {}
        self._families = Families()
        self._hands = Hands()
        self._changed: set[str] = set()
        self._event: dict[str, str] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._chapters: dict[str, tuple[tuple[str, ...], Chapter]] = {}  # as of the last `threads`, and of whom

    def __len__(self) -> int:
        return len(self._stories)

    def __contains__(self, story: object) -> bool:
        return story in self._stories

    def ids(self) -> Iterator[str]:
        """Ids of all stories held, copies too."""
        return iter(self._stories)

    def add(self, story: Features, copy_of: str | None = None) -> None:
        """Take a story in; one of the same id is replaced. It is decided at the next `flush`."""
        self._stories[story.id] = story
        self._changed.update(self._families.of(self._families.top(story.id)))
        if copy_of is not None:
            self.set_copy(story.id, copy_of)

    def remove(self, story: str) -> None:
        """Forget a story. Copies of it stand for each other. KeyError if it is not held."""
        del self._stories[story]
        self._changed.update(self._families.of(self._families.top(story)))
        self._changed |= self._families.set(story, None)

    def set_copy(self, story: str, copy_of: str | None) -> None:
        """Say that `story` is a copy of another, or no longer one. A copy follows its source and adds no link."""
        before = self._families.of(self._families.top(story))
        if moved := self._families.set(story, copy_of):
            self._changed.update(moved, before, self._families.of(self._families.top(story)))

    def constrain(self, *, joined: Iterable[tuple[str, str]] = (), parted: Iterable[tuple[str, str]] = ()) -> None:
        """Set the reader's hands, in place of all before: pairs that are one event, and pairs that never are.

        They stand above every reason the graph has; of a pair named in both ways, and where a chain of joins contradicts
        a part, joining wins.
        """
        self._changed |= self._hands.replace(joined, parted)

    def evict(self, before: datetime) -> None:
        """Forget stories published before a time, to which no story still to come is near.

        How alike they were to those that stay is remembered: nobody takes their places. An event that loses members by it
        may be decided otherwise: hold stories at least four days longer than you take decisions from.
        """
        old = [s.id for s in self._stories.values() if s.published_at < before]
        nodes = [story for story in old if story in self._links.slots]
        for story in old:
            self.remove(story)
        gone = self._links.forget(nodes)
        left = self._grouping.update(gone, set(), self._moved(_NONE, _NONE), self._links.slots.alive, self._ties())
        self._changed |= {self._links.slots.name(slot) for slot in left}

    def members(self, event: str) -> tuple[str, ...]:
        """Ids of the stories of an event, copies too, by time of publication. KeyError if there is no such event."""
        return self._members[event]

    def event_of(self, story: str) -> str:
        """The event of a story as of the last `flush`. KeyError if it is not held."""
        return self._event[story]

    def events(self) -> tuple[tuple[str, ...], ...]:
        """All events as of the last `flush`, each the ids of its stories, by time of publication."""
        return tuple(sorted(self._members.values(), key=lambda members: self._order(members[0])))

    def assignment(self, story: str) -> EventAssignment:
        """The event of a story as of the last `flush`, and why. KeyError if it is not held."""
        event = self._event[story]
        node = self._root(story)
        beside = self._links.beside(node)
        contrary = [self._stories[other] for other in sorted(beside) if beside[other] < 0]
        kept_apart = vetoes(self._stories[node], contrary)
        if node != story:
            return EventAssignment(
                id=story,
                event=event,
                nearest=node,
                reason="It is a copy, and goes where its source goes.",
                vetoes=kept_apart,
            )
        others = {self._root(member) for member in self._members[event]} - {node}
        links = {other: strength for other, strength in beside.items() if other in others}
        if not others:
            return EventAssignment(id=story, event=event, vetoes=kept_apart)
        nearest = min(links or dict.fromkeys(others, 0), key=lambda other: (-links.get(other, 0), self._order(other)))
        probability = min(1.0, max(0.0, sum(links.values()) / (ONE * len(others))))
        by_hand = not links or self._hands.holds(node, others)
        said = reason(self._stories[node], self._stories[nearest], probability, len(others), by_hand=by_hand)
        return EventAssignment(
            id=story, event=event, probability=probability, nearest=nearest, reason=said, vetoes=kept_apart
        )

    def threads(self) -> tuple[tuple[str, ...], ...]:
        """Events of several reports that are chapters of one affair, each thread the keys of its events by time.

        As of the last `flush`.
        """
        groups = np.where(self._links.slots.alive, self._grouping.groups, -1)
        sizes = np.bincount(groups[groups >= 0], minlength=len(groups))
        one, other, sums = self._links.between(np.where((groups >= 0) & (sizes[groups] > 1), groups, -1))
        means = sums / (ONE * sizes[one] * sizes[other])
        near = np.flatnonzero(means >= LEAST)
        chapters = {group: self._chapter(group) for group in {*one[near].tolist(), *other[near].tolist()}}
        links = {
            (chapters[a].event, chapters[b].event): mean
            for a, b, mean in zip(one[near].tolist(), other[near].tolist(), means[near].tolist(), strict=True)
        }
        self._chapters = {chapter.event: (self._members[chapter.event], chapter) for chapter in chapters.values()}
        return threads([*chapters.values()], links)

    def _chapter(self, group: int) -> Chapter:
        """An event as a thread sees it; the same as the last time if it was not told anew since."""
        event = self._event[self._links.slots.name(group)]
        members, known = self._chapters.get(event, (None, None))
        if known is not None and members is self._members[event]:
            return known
        stories = [self._stories[self._links.slots.name(slot)] for slot in self._grouping.members(group)]
        return Chapter(event=event, first_at=self._stories[event].published_at, names=names_of(stories))

    def flush(self) -> set[str]:
        """Decide what came since the last time; ids of stories whose event has other members than before.

        Those too whose event has a member that says something else, for the reasons of all of them may be others.
        """
        if not self._changed:
            return set()
        changed, self._changed = self._changed, set()
        leaving, coming = [], []
        for story in sorted(changed):
            wanted = self._stories.get(story) if self._root(story) == story else None
            held = self._links.get(story)
            if held is not None and held is not wanted:
                leaving.append(story)
            if wanted is not None and held is not wanted:
                coming.append(wanted)
        moved = self._decide(leaving, coming, changed)
        events = {self._event[story] for story in changed if story in self._event}
        return moved.union(*(self._members[event] for event in events))

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """All that was found out, for a quick start: `restore` takes it back. A cache, never needed for a right answer.

        About 3.5 kB a story. The arrays are the graph's own: save them before it goes on.
        """
        self.flush()
        said = {
            "version": self._version(),
            "events": [*self._members.values()],
            "roots": {story: root for story in self._event if (root := self._root(story)) != story},
            "hands": self._hands.pairs(),
        }
        cuts = {f"cuts.{name}": cut for name, cut in self._grouping.arrays().items()}
        return {"said": np.frombuffer(json.dumps(said).encode(), dtype=np.uint8), **self._links.arrays(), **cuts}

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> bool:
        """Take back a `state` after the stories, copies and hands of now were given and before the first `flush`.

        Stories that came, went or changed since are decided at the next `flush`, as if they had come later. False, and
        nothing taken, for a state of another version.
        """
        said = json.loads(state["said"].tobytes())
        if said["version"] != self._version():
            return False
        now = {story: self._root(story) for story in self._stories}
        nodes = {story: found for story, found in self._stories.items() if now[story] == story}
        gone, moved = self._links.load(state, nodes)
        self._grouping = self._new_grouping()
        self._grouping.load({name: state[f"cuts.{name}"] for name in ("joined", "groups", "parts")})
        self._members = {members[0]: tuple(members) for members in said["events"]}
        self._event = {story: event for event, members in self._members.items() for story in members}
        was = {story: said["roots"].get(story, story) for story in self._event}
        hands = self._hands.pairs()
        self._changed = {story for story in was.keys() | now.keys() if was.get(story) != now.get(story)}
        self._changed |= {story for story in nodes if story not in self._links.slots}
        self._changed |= self._hands.replace(*said["hands"]) | self._hands.stories()
        self._hands.replace(*hands)
        unsettled = self._grouping.update(gone, set(), self._moved(moved, _NONE), self._links.slots.alive)
        self._changed |= {self._links.slots.name(slot) for slot in unsettled}
        return True

    def _version(self) -> list[object]:
        """What a state must agree in: how stories are read, the trees, and the settings."""
        return [VERSION, _STATE, self._links.model.digest, repr(self._options)]

    # --- deciding ---

    def _root(self, story: str) -> str:
        return self._families.root(story, self._stories.__contains__, self._order)

    def _order(self, story: str) -> tuple[datetime, str]:
        return self._stories[story].published_at, story

    def _relatives(self, node: str) -> list[str]:
        """A node and the copies that follow it."""
        return [s for s in self._families.of(self._families.top(node)) if s in self._stories]

    def _decide(self, leaving: list[str], coming: list[Features], changed: set[str]) -> set[str]:
        """Bring links and events up to date; ids of stories whose event has other members than before."""
        if (renumbered := self._links.renumber()) is not None:
            self._grouping.renumber(renumbered)
        gone = {self._links.slots.of(story) for story in leaving}
        fresh, within, across = self._links.update(leaving, coming)
        fresh |= {self._links.slots.of(node) for node in self._nodes_of({*changed, *self._hands.stories()})}
        links = self._moved(within, across)
        moved = self._grouping.update(gone, fresh, links, self._links.slots.alive, self._ties())
        return self._retell({self._links.slots.name(slot) for slot in moved}, changed)

    def _new_grouping(self) -> Agglomeration:
        theta, links = self._options.threshold * ONE, self._links
        unit = int(self._options.unsaid * ONE / BREVITY_STEPS)
        reserve = round(self._options.reserve * ONE)
        cuts = [Cut(at, links.edges, unit, lambda: links.slots.brief, reserve) for at in steps(theta, ONE)]
        if self._options.across:
            # What is known of two stories of one language stands: two events of it do not become one through a third.
            cuts.append(Cut(theta, links.edges_across, -AGAINST * ONE, lambda: links.told))
        return Agglomeration(cuts, ONE, links.slots.order)

    def _moved(self, within: Moved, across: Moved) -> list[Moved]:
        """Links that changed, for each cut: the last may look across languages."""
        cuts = [within] * len(steps(self._options.threshold * ONE, ONE))
        if self._options.across:
            a, b, strong = (np.concatenate(parts) for parts in zip(within, across, strict=True))
            cuts.append((a, b, strong))
        return cuts

    def _nodes_of(self, stories: Iterable[str]) -> set[str]:
        """Nodes that stand for those of the stories that are held."""
        return {self._root(story) for story in stories if story in self._stories}

    def _retell(self, nodes: set[str], changed: set[str]) -> set[str]:
        """Members of the events of `nodes`, told anew; of these and of `changed` the ids whose event changed."""
        held = {story for node in nodes | self._nodes_of(changed) for story in self._relatives(node)} | changed
        old = {self._event[story] for story in held if story in self._event}
        nodes = (
            nodes | self._nodes_of(story for event in old for story in self._members[event]) | self._nodes_of(changed)
        )
        groups = {self._grouping.group(self._links.slots.of(node)) for node in nodes}
        fresh = [
            self._ordered([self._links.slots.name(slot) for slot in self._grouping.members(group)]) for group in groups
        ]
        stale = {story for members in fresh for story in members} | held
        before = {story: self._members[self._event[story]] for story in stale if story in self._event}
        for members in set(before.values()):
            self._members.pop(members[0], None)
            for story in members:
                self._event.pop(story, None)
        for members in fresh:
            self._members[members[0]] = members
            self._event.update(dict.fromkeys(members, members[0]))
        return {story for members in fresh for story in members if before.get(story) != members}

    def _ordered(self, cluster: list[str]) -> tuple[str, ...]:
        return tuple(sorted((s for node in cluster for s in self._relatives(node)), key=self._order))

    def _ties(self) -> Ties:
        """The reader's hands, as they lie on the nodes."""
        if not self._hands:
            return Ties()
        nodes = {story: self._root(story) for story in self._hands.stories() if story in self._stories}
        slots = {story: self._links.slots.of(node) for story, node in nodes.items() if node in self._links.slots}
        group: dict[int, int] = {}

        def top(slot: int) -> int:
            while group.setdefault(slot, slot) != slot:
                slot = group[slot]
            return slot

        parted: dict[int, set[int]] = {}
        for story, slot in slots.items():
            for other in self._hands.joined(story) & slots.keys():
                first, second = sorted((top(slot), top(slots[other])), key=self._links.slots.order)
                group[second] = first
        for story, slot in slots.items():
            for other in self._hands.parted(story) & slots.keys():
                parted.setdefault(slot, set()).add(slots[other])
        return Ties({slot: top(slot) for slot in group}, parted)
