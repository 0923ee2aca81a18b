"""The reader's hands: pairs of stories that are one event, and pairs that never are, whatever the texts say."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

__all__ = ["Hands"]


class Hands:
    """Pairs joined and parted by a reader. False while there are none."""

    def __init__(self) -> None:
        self._joined: dict[str, set[str]] = {}
        self._parted: dict[str, set[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._joined or self._parted)

    def replace(self, joined: Iterable[tuple[str, str]], parted: Iterable[tuple[str, str]]) -> set[str]:
        """Replace all pairs; returns the stories of pairs that are new or gone."""
        changed: set[str] = set()
        for held, pairs in ((self._joined, joined), (self._parted, parted)):
            before = {frozenset((a, b)) for a, others in held.items() for b in others}
            after = {frozenset(pair) for pair in pairs if pair[0] != pair[1]}
            changed.update(*(before ^ after))
            held.clear()
            for pair in after:
                a, b = sorted(pair)
                held.setdefault(a, set()).add(b)
                held.setdefault(b, set()).add(a)
        return changed

    def pairs(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Pairs joined and pairs parted, each in ascending order."""
        joined, parted = (
            sorted((a, b) for a, others in held.items() for b in others if a < b)
            for held in (self._joined, self._parted)
        )
        return joined, parted

    def stories(self) -> set[str]:
        """All stories that the reader spoke of."""
        return self._joined.keys() | self._parted.keys()

    def joined(self, story: str) -> AbstractSet[str]:
        """Stories that the reader put together with this one."""
        return self._joined.get(story, frozenset())

    def parted(self, story: str) -> AbstractSet[str]:
        """Stories that the reader keeps apart from this one."""
        return self._parted.get(story, frozenset())

    def holds(self, story: str, others: AbstractSet[str]) -> bool:
        """Whether the reader put this story together with one of `others`."""
        return bool(self.joined(story) & others)
