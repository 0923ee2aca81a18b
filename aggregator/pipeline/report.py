"""What a poll did, for people and programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aggregator.store.pages import PageResult

__all__ = ["FeedOutcome", "PollReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """One feed in one poll: outcome is new, same, unchanged, failed, held or gone.

    `moved_to` is the address that was adopted, after its server had pointed there for good three times.
    """

    url: str
    outcome: str
    status: int | None = None
    entries: int = 0
    stories: int = 0
    changed: int = 0
    error: str | None = None
    warning: str | None = None
    moved_to: str | None = None
    elapsed_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class PollReport:
    """Counts of a whole poll, filled as it goes."""

    feeds: int = 0
    polled: int = 0
    new_entries: int = 0
    new_stories: int = 0
    changed_stories: int = 0
    pages: int = 0
    pages_failed: int = 0
    pages_reread: int = 0
    revisions: int = 0
    decided: int = 0
    failed: list[FeedOutcome] = field(default_factory=list)
    moved: list[FeedOutcome] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    stopped: bool = False

    def add(self, outcome: FeedOutcome) -> None:
        """Count one feed."""
        self.polled += 1
        self.new_entries += outcome.entries
        self.new_stories += outcome.stories
        self.changed_stories += outcome.changed
        self.outcomes[outcome.outcome] = self.outcomes.get(outcome.outcome, 0) + 1
        if outcome.outcome in {"failed", "gone"}:
            self.failed.append(outcome)
        if outcome.moved_to:
            self.moved.append(outcome)

    def add_page(self, result: PageResult) -> None:
        """Count one page; one that was read again counts apart, and failing it takes nothing away."""
        if result.is_reread:
            self.pages_reread += 1
            self.revisions += bool(result.headline_changed or result.text_changed)
        else:
            self.pages += result.page == "done"
            self.pages_failed += result.page != "done"

    def as_dict(self) -> dict[str, Any]:
        """The report for `poll --json`."""
        return {
            "feeds": self.feeds,
            "polled": self.polled,
            "outcomes": dict(sorted(self.outcomes.items())),
            "new_entries": self.new_entries,
            "new_stories": self.new_stories,
            "changed_stories": self.changed_stories,
            "pages": self.pages,
            "pages_failed": self.pages_failed,
            "pages_reread": self.pages_reread,
            "revisions": self.revisions,
            "decided": self.decided,
            "stopped": self.stopped,
            "moved": [{"url": f.url, "to": f.moved_to} for f in self.moved],
            "failed": [{"url": f.url, "status": f.status, "error": f.error} for f in self.failed],
        }
