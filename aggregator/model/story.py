"""A story: one report by one outlet, as the pure stages see it and as the store keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["CopyMatch", "Story", "StoryLine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """What deduplication and clustering know of a story; the contract of the filters.

    `id` is unique in the stream. `published_at` is aware UTC. `source` is the outlet's name. At least one of `title` and
    `text` is given. `seen_at` is when it arrived (defaults to `published_at` where unknown). `credit` names an agency.
    """

    id: str
    published_at: datetime
    title: str | None = None
    text: str | None = None
    source: str | None = None
    lang: str | None = None
    url: str | None = None
    seen_at: datetime | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMatch:
    """The decision that story `id` is a copy of `copy_of` (both are `StoryLine.id`).

    `kind` is exact, near, excerpt or reworded; `score` in [0, 1]; `evidence` are up to three shared passages as
    (start in the copy, start in the source, length) in words of the normalised text; `reason` is a sentence for a reader.
    """

    id: str
    copy_of: str
    kind: str
    score: float
    evidence: tuple[tuple[int, int, int], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A stored story. `url` is the address to open; `copy_of` and `event_id` are ids of the store.

    `page` says how far its article page has come: none (no address, or not wanted), due, done, failed, refused.
    """

    id: int
    url: str | None
    title: str | None
    outlet: str
    outlet_id: int
    feed_id: int | None = None
    feed: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime
    updated_at: datetime | None = None
    seen_at: datetime
    lang: str | None = None
    words: int = 0
    text: str | None = None
    summary: str | None = None
    event_id: int | None = None
    copy_of: int | None = None
    kind: str | None = None
    copy_score: float | None = None
    copy_reason: str | None = None
    section: str | None = None
    image: str | None = None
    credit: str | None = None
    paywall: str | None = None
    page: str = "none"
    page_error: str | None = None
    is_read: bool = False
    is_starred: bool = False
    tags: tuple[str, ...] = ()
