"""Who reported an event, and who printed whose report: what the copies among an event's stories come to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

__all__ = ["Coverage", "Report", "ReportedStory", "reports"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedStory:
    """A story of an event: `copy_of` as decided (None: an original), `credit` the agency its text is signed with."""

    id: str
    published_at: datetime
    outlet: str | None = None
    copy_of: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One text and all who carry it. `source` is the original's id; `stories` and `outlets` in order of publication."""

    source: str
    outlet: str | None
    first_at: datetime
    stories: tuple[str, ...]
    outlets: tuple[str, ...]
    credit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How an event was covered.

    `reports` in order of publication; `independent` counts those who reported by themselves (texts of one agency, and
    several texts of one outlet, are one voice); `first` is the id of the first story; `credits` are agencies and the
    number of outlets that carry a text of theirs, most first.
    """

    stories: int
    outlets: tuple[str, ...]
    independent: int
    first: str | None
    reports: tuple[Report, ...]
    credits: tuple[tuple[str, int], ...]

    def in_words(self) -> str:
        """The line a reader sees: "12 outlets, 4 independent reports; AP text in 7"."""
        outlets, voices = len(self.outlets), self.independent
        line = f"{outlets} outlet{'' if outlets == 1 else 's'}, {voices} independent report{'' if voices == 1 else 's'}"
        carried = ", ".join(f"{agency} text in {number}" for agency, number in self.credits if number > 1)
        return f"{line}; {carried}" if carried else line


def reports(stories: Iterable[ReportedStory]) -> Coverage:
    """Group an event's stories into reports. The order of the stories does not matter."""
    ordered = sorted(stories, key=lambda story: (story.published_at, story.id))
    groups: dict[str, list[ReportedStory]] = defaultdict(list)
    for story in ordered:
        groups[story.copy_of or story.id].append(story)
    found = sorted((_report(source, members) for source, members in groups.items()), key=_by_time)
    outlets = _in_order(story.outlet for story in ordered)
    return Coverage(
        stories=len(ordered),
        outlets=outlets,
        independent=len({report.credit or report.outlet or report.source for report in found}),
        first=ordered[0].id if ordered else None,
        reports=tuple(found),
        credits=_credits(found, {story.id: story for story in ordered}),
    )


def _report(source: str, members: list[ReportedStory]) -> Report:
    """One text's report. The original itself may be outside the event; the earliest carrier then stands for it."""
    original = next((story for story in members if story.id == source), members[0])
    return Report(
        source=source,
        outlet=original.outlet,
        first_at=members[0].published_at,
        stories=tuple(story.id for story in members),
        outlets=_in_order(story.outlet for story in members),
        credit=original.credit or next((story.credit for story in members if story.credit), None),
    )


def _credits(found: Iterable[Report], stories: Mapping[str, ReportedStory]) -> tuple[tuple[str, int], ...]:
    carriers: dict[str, set[str]] = defaultdict(set)
    for report in found:
        if report.credit:
            carriers[report.credit].update(stories[key].outlet or key for key in report.stories)
    return tuple(sorted(((name, len(who)) for name, who in carriers.items()), key=lambda pair: (-pair[1], pair[0])))


def _by_time(report: Report) -> tuple[datetime, str]:
    return report.first_at, report.source


def _in_order(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
