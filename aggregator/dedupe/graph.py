"""The copies among the stories of a few days, kept up to date as stories come and go."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from aggregator.dedupe.compare import Comparison, match
from aggregator.dedupe.index import StoryIndex
from aggregator.dedupe.reasons import in_words
from aggregator.dedupe.sources import choose_sources
from aggregator.model import CopyMatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from aggregator.dedupe.fingerprint import Fingerprint

__all__ = ["CopyGraph"]

_EVIDENCE = 3
_CHUNK = 512  # stories indexed together: more would only cost memory
_STATE = 2  # of what `state` gives; to be raised when fingerprints or comparisons change


class CopyGraph:
    """An index of stories near in time, and the copies among them.

    The decisions are a function of the set of stories held and of the pairs kept apart: neither the order in which they
    were added nor how often `flush` was called changes them. About a millisecond a story at 1,000 stories a day.
    """

    def __init__(self, *, apart: Iterable[tuple[str, str]] = ()) -> None:
        self._index = StoryIndex()
        self._new: dict[str, Fingerprint] = {}
        self._again: set[str] = set()
        self._touched: set[str] = set()
        self._edges: dict[str, dict[str, Comparison]] = {}
        self._matches: dict[str, CopyMatch] = {}
        self._former: dict[str, CopyMatch] = {}
        self._apart: set[frozenset[str]] = {frozenset(pair) for pair in apart}

    def __len__(self) -> int:
        return len(self._index) + len(self._new)

    def __contains__(self, key: object) -> bool:
        return key in self._index or key in self._new

    def add(self, story: Fingerprint) -> None:
        """Add a story, in place of the one with its id if there is one. Decided at the next `flush`."""
        if story.id in self._index:
            self._forget(story.id)
        self._new[story.id] = story

    def remove(self, key: str) -> None:
        """Forget a story; nothing happens if it is not there. Added again before `flush`, it counts as replaced."""
        self._new.pop(key, None)
        if key in self._index:
            self._forget(key)
        if key in self._matches:
            self._former[key] = self._matches.pop(key)

    def evict(self, before: datetime) -> None:
        """Forget the stories published before a moment. What was decided of the others stays until they are touched.

        A copy may be `WINDOW` younger than its original, and a story that touches it as much again: evict what is older
        than twice `WINDOW` before the oldest story still to come.
        """
        old = self._index.before(before)
        for key in old:
            for other in self._edges.pop(key, {}):
                self._edges[other].pop(key, None)
            self._touched.discard(key)
            self._matches.pop(key, None)
        self._again = (self._again - set(old)) | self._index.remove(old)
        self._new = {key: story for key, story in self._new.items() if story.published_at >= before}

    def keep_apart(self, one: str, other: str) -> None:
        """These two are never copies of one another, nor of one original."""
        self._apart.add(frozenset((one, other)))
        self._touched |= {one, other}

    def let_join(self, one: str, other: str) -> None:
        """Take `keep_apart` back."""
        self._apart.discard(frozenset((one, other)))
        self._touched |= {one, other}

    def decision(self, key: str) -> CopyMatch | None:
        """What the story is a copy of, as of the last `flush`; None for an original or an unknown id."""
        return self._matches.get(key)

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was found out, for a quick start: `restore` takes it back. A cache, never needed for a right answer.

        About 1 kB a story. The arrays are the graph's own: save them before it goes on.
        """
        self.flush()
        links = [(a, b, asdict(found)) for a, others in self._edges.items() for b, found in others.items() if a < b]
        said = json.dumps({"version": _STATE, "links": links}, separators=(",", ":"))
        return {"said": np.frombuffer(said.encode(), dtype=np.uint8), **self._index.arrays()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> bool:
        """Take back a `state` after the stories of now were added and before the first `flush`.

        Stories that came, went or changed since are compared at the next `flush`. False, and nothing taken, for a state of
        another version.
        """
        said = json.loads(state["said"].tobytes())
        if said["version"] != _STATE:
            return False
        self._again |= self._index.load(state, self._new)
        self._new = {key: story for key, story in self._new.items() if key not in self._index}
        for one, other, values in said["links"]:
            if one in self._index and other in self._index:
                found = Comparison(**values | {"passages": tuple((i, j, n) for i, j, n in values["passages"])})
                self._edges.setdefault(one, {})[other] = found
                self._edges.setdefault(other, {})[one] = found.mirrored()
        self._touched |= self._edges.keys()
        return True

    def flush(self) -> set[str]:
        """Decide all that was added, removed or kept apart since the last time; the ids whose decision changed."""
        again = self._again | self._take_in(list(self._new.values()))
        self._new.clear()
        self._again = set()
        for key in again:
            self._unlink(key)
        for one, other in sorted(self._index.candidates(again)):
            self._link(one, other)
        self._touched |= again
        changed = self._decide()
        self._former.clear()
        return changed

    def _take_in(self, stories: list[Fingerprint]) -> set[str]:
        """Index stories; the ids to compare: these, and those whose house lines changed."""
        again: set[str] = set()
        for first in range(0, len(stories), _CHUNK):
            again |= self._index.add(stories[first : first + _CHUNK])
        return again

    def _forget(self, key: str) -> None:
        self._unlink(key)
        self._touched.discard(key)
        self._again.discard(key)
        self._again |= self._index.remove([key])

    def _link(self, one: str, other: str) -> None:
        compared = match(self._index.own(one), self._index.own(other))
        if compared is not None:
            compared = replace(compared, passages=compared.passages[:_EVIDENCE])
            self._edges.setdefault(one, {})[other] = compared
            self._edges.setdefault(other, {})[one] = compared.mirrored()

    def _unlink(self, key: str) -> None:
        for other in self._edges.pop(key, {}):
            self._touched.add(other)
            self._edges[other].pop(key, None)

    def _decide(self) -> set[str]:
        """Choose sources anew in every connected piece that was touched."""
        changed: set[str] = set()
        apart = self._are_apart if self._apart else None
        left = {key for key in self._touched if key in self._index}
        self._touched = set()
        while left:
            piece = self._piece(left.pop())
            left -= piece
            stories = {key: self._index.own(key) for key in piece}
            edges = {key: self._edges.get(key, {}) for key in piece}
            originals = choose_sources(stories, edges, apart) if len(piece) > 1 else {}
            changed |= {key for key in piece if self._settle(key, originals.get(key))}
        return changed

    def _piece(self, key: str) -> set[str]:
        piece, open_ends = {key}, [key]
        while open_ends:
            fresh = self._edges.get(open_ends.pop(), {}).keys() - piece
            piece |= fresh
            open_ends.extend(fresh)
        return piece

    def _are_apart(self, one: str, other: str) -> bool:
        return frozenset((one, other)) in self._apart

    def _settle(self, key: str, original: str | None) -> bool:
        """Store the decision on a story; whether it is another than before."""
        decided = None if original is None else self._as_match(key, original)
        before = self._matches.pop(key, None) or self._former.get(key)
        if decided is not None:
            self._matches[key] = decided
        return decided != before

    def _as_match(self, key: str, original: str) -> CopyMatch:
        compared = self._edges[key][original]
        assert compared.kind is not None
        return CopyMatch(
            id=key,
            copy_of=original,
            kind=compared.kind,
            score=compared.score,
            evidence=tuple(self._in_full(key, original, passage) for passage in compared.passages),
            reason=in_words(compared, self._index.own(key), self._index.own(original)),
        )

    def _in_full(self, key: str, original: str, passage: tuple[int, int, int]) -> tuple[int, int, int]:
        """A passage in words of the full texts: house lines were left out of the comparison."""
        i, j, length = passage
        start, end = self._index.place(key, i), self._index.place(key, i + length - 1)
        return start, self._index.place(original, j), end - start + 1
