"""What a query means: whether one story matches it, in plain Python. The store's answers must be the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model import Story
from aggregator.query.dates import Period, period
from aggregator.query.nodes import And, Count, Everything, Is, Node, Not, Or, Pattern, When, Words
from aggregator.query.patterns import found
from aggregator.query.words import has_words, needle

__all__ = ["Candidate", "bounds", "matches"]

PATTERN_TIMEOUT_S = 0.5
_COMPARISONS = {
    ">": int.__gt__,
    ">=": int.__ge__,
    "<": int.__lt__,
    "<=": int.__le__,
    "=": int.__eq__,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story with what a query may ask of its surroundings. The numbers are its event's."""

    story: Story
    outlet_key: str = ""
    feed_title: str | None = None
    folder: str = ""
    outlets: int = 1
    reports: int = 1
    stories: int = 1
    is_hidden: bool = False
    is_quiet: bool = False


def bounds(node: When, *, zone: str, now: datetime) -> Period:
    """The period in which the time of a story must lie."""
    whole = period(node.text, zone=zone, now=now)
    if node.edge == "since":
        return Period(start=whole.start)
    return Period(end=whole.end) if node.edge == "until" else whole


def matches(node: Node, candidate: Candidate, *, zone: str, now: datetime) -> bool:
    """Whether a story matches a query."""
    if isinstance(node, Everything):
        return True
    if isinstance(node, And):
        return all(matches(p, candidate, zone=zone, now=now) for p in node.parts)
    if isinstance(node, Or):
        return any(matches(p, candidate, zone=zone, now=now) for p in node.parts)
    if isinstance(node, Not):
        return not matches(node.part, candidate, zone=zone, now=now)
    if isinstance(node, When):
        story = candidate.story
        return bounds(node, zone=zone, now=now).holds(story.seen_at if node.of == "seen" else story.published_at)
    if isinstance(node, Count):
        return _COMPARISONS[node.operator](getattr(candidate, node.what), node.number)
    return _state(node, candidate) if isinstance(node, Is) else _words(node, candidate)


def _state(node: Is, candidate: Candidate) -> bool:
    story = candidate.story
    return {
        "read": story.is_read,
        "unread": not story.is_read,
        "starred": story.is_starred,
        "tagged": bool(story.tags),
        "copy": story.copy_of is not None,
        "original": story.copy_of is None,
        "single": candidate.outlets == 1,
        "hidden": candidate.is_hidden,
        "quiet": candidate.is_quiet,
    }[node.state]


def _words(node: Words | Pattern, candidate: Candidate) -> bool:
    story = candidate.story
    if node.field == "tag" and isinstance(node, Words):
        return node.text in story.tags
    if node.field == "lang" and isinstance(node, Words):
        lang = (story.lang or "").lower()
        return lang == node.text or lang.startswith(f"{node.text}-")
    texts = _texts(node.field, candidate)
    if isinstance(node, Pattern):
        return any(found(t, node.pattern, node.flags, timeout_s=PATTERN_TIMEOUT_S) for t in texts)
    if node.field == "url":
        return any(t is not None and node.text.lower() in t.lower() for t in texts)
    wanted = needle(node.text, is_prefix=node.is_prefix)
    return any(has_words(t, wanted) for t in texts)


def _texts(field: str | None, candidate: Candidate) -> tuple[str | None, ...]:
    story = candidate.story
    return {
        None: (story.title, story.text),
        "title": (story.title,),
        "text": (story.text,),
        "outlet": (story.outlet, candidate.outlet_key),
        "feed": (candidate.feed_title, story.feed),
        "folder": (candidate.folder,),
        "author": story.authors,
        "url": (story.url,),
        "tag": story.tags,
    }[field]
