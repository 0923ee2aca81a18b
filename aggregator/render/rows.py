"""Records as rows of plain values: what lists print as JSON, NDJSON and CSV. New columns only come at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, overload

from aggregator.model import Article, Event, EventView, Feed, RevisionChange, StoredEnclosure, Story
from aggregator.text.folders import join_folder

__all__ = [
    "EVENT_COLUMNS",
    "STORY_COLUMNS",
    "event_detail",
    "event_row",
    "feed_detail",
    "feed_row",
    "iso",
    "next_row",
    "revision_row",
    "story_row",
]

STORY_COLUMNS = (
    "id", "url", "title", "outlet", "feed", "authors", "published", "seen", "lang", "words", "event", "copy_of", "kind",
)  # fmt: skip
HIDDEN = "***"
EVENT_COLUMNS = ("id", "headline", "first", "last", "outlets", "reports", "stories", "thread_id", "independent")


@overload
def iso(at: datetime) -> str: ...
@overload
def iso(at: None) -> None: ...
def iso(at: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def story_row(
    story: Story, *, with_text: bool = False, enclosures: Sequence[StoredEnclosure] | None = None
) -> dict[str, Any]:
    """A story as a row; `with_text` adds its text, `enclosures` the files that it carries."""
    row: dict[str, Any] = {
        "id": story.id,
        "url": story.url,
        "title": story.title,
        "outlet": story.outlet,
        "feed": story.feed,
        "authors": list(story.authors),
        "published": iso(story.published_at),
        "seen": iso(story.seen_at),
        "lang": story.lang,
        "words": story.words,
        "event": story.event_id,
        "copy_of": story.copy_of,
        "kind": story.kind,
    }
    if with_text:
        row["text"] = story.text
    if enclosures is not None:
        row["enclosures"] = [asdict(e) for e in enclosures]
    return row


def revision_row(change: RevisionChange) -> dict[str, Any]:
    """What one revision changed: the headline on both sides, and the sentences that are not the same."""
    return {
        "revision": change.number,
        "at": iso(change.at),
        "what_changed": list(change.what_changed),
        "silent": change.is_silent,
        "title_before": change.title_before,
        "title_after": change.title_after,
        "sentences": [
            {"kind": s.kind, "before": s.before, "after": s.after} for s in change.sentences if s.kind != "same"
        ],
    }


def article_row(article: Article) -> dict[str, Any]:
    """All that was read from a page, with where each fact came from."""
    row = asdict(article) | {"authors": list(article.authors), "quality_reasons": list(article.quality_reasons)}
    del row["mark"]  # ours: it tells of the page, not of the article
    return row


def event_row(event: Event) -> dict[str, Any]:
    """An event as a row; events of one thread have the same `thread_id`, that of its first event, others none."""
    return {
        "id": event.id,
        "headline": event.headline,
        "first": iso(event.first_at),
        "last": iso(event.last_at),
        "outlets": event.outlets,
        "reports": event.reports,
        "stories": event.stories,
        "thread_id": event.thread_id,
        "independent": event.independent,
    }


def event_detail(view: EventView) -> dict[str, Any]:
    """An event with its stories and the reasons why they are in it."""
    return event_row(view.event) | {
        "members": [
            story_row(member.story)
            | {
                "probability": round(member.probability, 4),
                "nearest": member.nearest_id,
                "reason": member.reason or None,
                "copy_reason": member.story.copy_reason,
                "kept_apart": [{"story": story_id, "why": why} for story_id, why in member.vetoes],
            }
            for member in view.members
        ],
        "thread": [event_row(event) for event in view.thread],
    }


def feed_row(feed: Feed) -> dict[str, Any]:
    """A subscription as a row. What it is asked with is named, and its secrets are `***`."""
    access = feed.access
    return {
        "url": feed.url,
        "title": feed.title,
        "folder": join_folder(feed.folder),
        "state": feed.state,
        "last_polled": iso(feed.last_polled_at),
        "next_poll": iso(feed.next_poll_at),
        "failures": feed.failures,
        "error": feed.last_error,
        "every_s": feed.override_interval_s,
        "login": HIDDEN if access.auth else None,
        "headers": [f"{name}: {HIDDEN}" for name, _ in access.headers],
        "proxy": _without_login(access.proxy) if access.proxy else None,
        "selectors": {k: v for k, v in asdict(feed.selectors).items() if v} if feed.selectors else None,
    }


def _without_login(address: str) -> str:
    scheme, slashes, rest = address.partition("://")
    login, at, host = rest.rpartition("@")
    return f"{scheme}{slashes}{HIDDEN if login else ''}{at}{host}"


def feed_detail(feed: Feed) -> dict[str, Any]:
    """All that a person may want to know of one subscription."""
    return feed_row(feed) | {
        "site": feed.site_url,
        "lang": feed.lang,
        "added": iso(feed.added_at),
        "last_ok": iso(feed.last_ok_at),
        "last_new": iso(feed.last_new_at),
        "last_status": feed.last_status,
        "interval_s": feed.interval_s,
        "reason": next_row(feed)["reason"],
        "moves_to": feed.moved_to,
    }


def next_row(feed: Feed) -> dict[str, Any]:
    """When a feed is due, and why."""
    return {
        "url": feed.url,
        "title": feed.title,
        "next_poll": iso(feed.next_poll_at),
        "reason": feed.next_poll_reason or "never asked yet",
        "interval_s": feed.interval_s,
        "last_polled": iso(feed.last_polled_at),
        "failures": feed.failures,
        "state": feed.state,
    }
