"""Threads: events that follow one another, chapters of an affair that runs for days.

Chapters are told in other words about the same names, so their links are too weak for one event and too strong for
chance. Each event follows at most one other, its strongest earlier chapter: a thread grows like a story, not like a heap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.cluster.features import Features

__all__ = ["LEAST", "Chapter", "names_of", "threads"]

LEAST = 0.08  # mean probability over the pairs of two events, from which one follows the other if they share names
_NAMED = 0.5  # share of the stories of each event that mention a shared name
_NAMES = 2  # shared names that are asked for
_APART = timedelta(hours=3)  # less, and it is one event told in two ways rather than a development


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """An event as a thread sees it: its key, when its first story was published, the names that it is about."""

    event: str
    first_at: datetime
    names: frozenset[str]


def threads(chapters: list[Chapter], links: Mapping[tuple[str, str], float]) -> tuple[tuple[str, ...], ...]:
    """Threads of two events or more, each the keys of its events by time.

    `links` gives, for two events' keys, the mean probability over their pairs of stories; absent is 0.
    A pure function of its arguments.
    """
    known = {chapter.event: chapter for chapter in chapters}
    follows: dict[str, tuple[float, str]] = {}
    for (one, other), mean in links.items():
        if mean < LEAST or one not in known or other not in known:
            continue
        early, late = known[one], known[other]
        if late.first_at < early.first_at:
            early, late = late, early
        if late.first_at - early.first_at >= _APART and len(early.names & late.names) >= _NAMES:
            follows[late.event] = max(follows.get(late.event, (0.0, "")), (mean, early.event))
    found: dict[str, list[Chapter]] = {}
    for chapter in chapters:
        first = chapter.event
        while first in follows:
            first = follows[first][1]
        found.setdefault(first, []).append(chapter)
    grown = [sorted(group, key=_order) for group in found.values() if len(group) > 1]
    return tuple(tuple(chapter.event for chapter in group) for group in sorted(grown, key=lambda g: _order(g[0])))


def _order(chapter: Chapter) -> tuple[datetime, str]:
    return chapter.first_at, chapter.event


def names_of(stories: Collection[Features]) -> frozenset[str]:
    """Names that at least half of an event's stories mention."""
    counts = Counter(name for story in stories for name in {*map(str.lower, story.readable.shown_names)})
    return frozenset(name for name, count in counts.items() if count >= _NAMED * len(stories))
