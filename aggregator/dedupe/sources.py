"""Who copied whom: from the pairs that match to originals and their copies.

Each copy points at one original, which is itself no copy, and matches it directly: a chain of small changes (a live
blog) never makes copies of two texts that do not match. The answer depends on the set of stories alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aggregator.dedupe.compare import Comparison
    from aggregator.dedupe.fingerprint import Fingerprint

    Edges = Mapping[str, Mapping[str, Comparison]]

__all__ = ["choose_sources"]

# A longer text can be the copy of a shorter one (chrome was scraped with it) while this much of it stands there.
_LEAST_OF_LONGER = 0.25


@dataclass(slots=True)
class _Group:
    root: str
    members: list[str] = field(default_factory=list)


def choose_sources(
    stories: Mapping[str, Fingerprint], edges: Edges, apart: Callable[[str, str], bool] | None = None
) -> dict[str, str]:
    """The original of each copy among `stories` (one connected piece of the match graph).

    `edges[a][b]` compares a with b as (a, b), and is there for both directions. `apart(a, b)` are pairs that someone
    has undone: never in one group. The source of a group is the agency itself if it is there, else the earliest, then
    the one not signed with an agency's name, then the longest, among those that all others are copies of.
    """
    groups = _gather(_centres(stories, edges), stories, edges, apart)
    _join_partial(groups, stories, edges, apart)
    originals: dict[str, str] = {}
    for group in groups.values():
        source = _source(group, stories, edges)
        originals |= {member: source for member in (group.root, *group.members) if member != source}
    return originals


def _may_copy(edges: Edges, copy: str, original: str) -> Comparison | None:
    """The comparison by which `copy` may be one of `original`, or None."""
    compared = edges[copy].get(original)
    if compared is None or compared.kind is None:
        return None
    if compared.kind == "exact" or compared.words_a <= compared.words_b:
        return compared
    excerpt = compared.kind == "excerpt" and not compared.partial
    return None if excerpt or compared.share_a < _LEAST_OF_LONGER else compared


def _centres(stories: Mapping[str, Fingerprint], edges: Edges) -> list[str]:
    """Texts that others can be copies of, the one that holds most of most others first, until every story hangs on one."""
    hanging = {key: _hanging(key, edges) for key in stories}
    weight = {key: sum(shares.values()) for key, shares in hanging.items()}
    likelihood = {key: _likelihood(story) for key, story in stories.items()}
    waiting = [(-weight[key], likelihood[key], key) for key in stories]
    heapify(waiting)
    left, centres = set(stories), []
    while waiting:
        held, _, key = heappop(waiting)
        if key not in left:
            continue
        if -held != weight[key]:
            heappush(waiting, (-weight[key], likelihood[key], key))
            continue
        centres.append(key)
        gone = {other for other in hanging[key].keys() & left if not edges[key][other].partial} | {key}
        left -= gone
        for done in gone:
            for other in edges[done]:
                weight[other] -= hanging[other].get(done, 0)
    return centres


def _hanging(key: str, edges: Edges) -> dict[str, int]:
    """The stories that may be copies of `key`, and how much of each it holds, in whole ten-thousandths."""
    found = {other: _may_copy(edges, other, key) for other in edges[key]}
    return {other: round(1e4 * compared.share_a) for other, compared in found.items() if compared}


def _gather(
    centres: Iterable[str],
    stories: Mapping[str, Fingerprint],
    edges: Edges,
    apart: Callable[[str, str], bool] | None,
) -> dict[str, _Group]:
    """Each story joins the centre that holds most of it; one that has been undone with all of them founds a group."""
    groups = {key: _Group(root=key) for key in centres}
    for key in sorted(stories.keys() - groups.keys(), key=lambda key: _likelihood(stories[key])):
        fitting = []
        for root in edges[key].keys() & groups.keys():
            compared = _may_copy(edges, key, root)
            if compared and not compared.partial and not _undone(groups[root], (key,), apart):
                nearness = -abs((stories[key].published_at - stories[root].published_at).total_seconds())
                fitting.append((_same_title(stories, key, root), compared.share_a, nearness, root))
        if fitting:
            groups[max(fitting)[-1]].members.append(key)
        else:
            groups[key] = _Group(root=key)
    return groups


def _join_partial(
    groups: dict[str, _Group],
    stories: Mapping[str, Fingerprint],
    edges: Edges,
    apart: Callable[[str, str], bool] | None,
) -> None:
    """Texts of which half is another's join it, best first, and are then done: they never glue two originals."""
    pairs = sorted(
        (not _same_title(stories, key, root), -max(compared.share_a, compared.share_b), key, root)
        for key in groups
        for root, compared in edges[key].items()
        if key < root and root in groups and compared.partial
    )
    for _, _, one, other in pairs:
        if one not in groups or other not in groups:
            continue
        for key, root in sorted(((one, other), (other, one)), key=lambda pair: _standing(groups[pair[0]], stories)):
            moving = (key, *groups[key].members)
            if all(_may_copy(edges, member, root) for member in moving) and not _undone(groups[root], moving, apart):
                groups[root].members += moving
                del groups[key]
                break


def _standing(group: _Group, stories: Mapping[str, Fingerprint]) -> tuple[int, int, str]:
    """The smaller group joins the larger, the shorter text the longer."""
    return len(group.members), len(stories[group.root]), group.root


def _undone(group: _Group, joining: Iterable[str], apart: Callable[[str, str], bool] | None) -> bool:
    return apart is not None and any(apart(one, other) for one in joining for other in (group.root, *group.members))


def _source(group: _Group, stories: Mapping[str, Fingerprint], edges: Edges) -> str:
    members = (group.root, *group.members)
    for key in sorted(members, key=lambda member: (*_likelihood(stories[member])[:-2], member != group.root, member)):
        if all(other == key or _may_copy(edges, other, key) for other in members):
            return key
    return group.root


def _likelihood(story: Fingerprint) -> tuple[bool, float, bool, int, str]:
    """Smallest for the most likely source: an agency itself, the earliest, one not signed by another, the longest."""
    signed_by_another = story.credit is not None and story.credit != story.agency
    is_agency = story.agency is not None and not signed_by_another
    return not is_agency, story.published_at.timestamp(), signed_by_another, -len(story), story.id


def _same_title(stories: Mapping[str, Fingerprint], one: str, other: str) -> bool:
    return bool(stories[one].title_words) and stories[one].title_words == stories[other].title_words
