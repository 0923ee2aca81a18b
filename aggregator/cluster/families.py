"""Copies and their sources: a copy stands where its source stands and adds no evidence of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

__all__ = ["Families"]


class Families:
    """Which story is a copy of which, followed up to the first; sources may be unknown to the graph."""

    def __init__(self) -> None:
        self._copy_of: dict[str, str] = {}
        self._copies: dict[str, set[str]] = {}

    def set(self, story: str, copy_of: str | None) -> set[str]:
        """Say what a story is a copy of; returns the stories whose place that may change."""
        before = self._copy_of.get(story)
        wanted = None if copy_of == story else copy_of
        if before == wanted:
            return set()
        if before is not None:
            del self._copy_of[story]
            self._copies[before].discard(story)
            if not self._copies[before]:
                del self._copies[before]
        if wanted is not None:
            self._copy_of[story] = wanted
            self._copies.setdefault(wanted, set()).add(story)
        return {story, *(s for s in (before, wanted) if s is not None)}

    def top(self, story: str) -> str:
        """The first source; in a circle, the lowest id of it."""
        path = [story]
        while (source := self._copy_of.get(path[-1])) is not None:
            if source in path:
                return min(path[path.index(source) :])
            path.append(source)
        return path[-1]

    def of(self, top: str) -> list[str]:
        """A source and all copies of it, and of these; known to the graph or not."""
        family = [top]
        seen = {top}
        for story in family:
            fresh = self._copies.get(story, set()) - seen
            seen |= fresh
            family.extend(sorted(fresh))
        return family

    def root(self, story: str, holds: Callable[[str], bool], order: Callable[[str], tuple[datetime, str]]) -> str:
        """The story that stands for this one's family: its source, or the earliest copy where the source is not held."""
        if story not in self._copy_of:
            return story
        top = self.top(story)
        if holds(top):
            return top
        return min((s for s in self.of(top) if holds(s)), key=order, default=top)
