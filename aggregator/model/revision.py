"""Earlier versions of a story, and what changed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Revision", "RevisionChange", "SentenceChange"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A version of a story that another took the place of: as first seen at `seen_at`, replaced at `replaced_at`.

    `number` counts from 1, oldest first. `what_changed` says what the next version changed: headline, figure, typo, wording,
    addition, removal, correction note. `text_hash` is that of the story then.
    """

    story_id: int
    number: int
    seen_at: datetime
    replaced_at: datetime
    title: str | None = None
    text: str | None = None
    text_hash: str | None = None
    what_changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceChange:
    """One sentence in two versions of a text: kind is same, changed, added or removed; a side that has none is None."""

    kind: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionChange:
    """What changed at `at` from version `number` of a story to the next. `sentences` are all, in reading order.

    `is_silent`: nothing in the new version says that something was changed.
    """

    story_id: int
    number: int
    at: datetime
    what_changed: tuple[str, ...]
    title_before: str | None = None
    title_after: str | None = None
    sentences: tuple[SentenceChange, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether the publisher changed it without a word."""
        return "correction note" not in self.what_changed
