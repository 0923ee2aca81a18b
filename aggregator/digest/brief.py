"""The account of one event: a headline and a few sentences of its stories, verbatim."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aggregator.digest.verify import text_hash
from aggregator.model import Brief, Sentence, StoryLine
from aggregator.text.sentences import split

__all__ = ["brief", "brief_line"]

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class _Candidate:
    story: int
    offset: int
    text: str
    vector: Counter[str]
    place: int


def _vector(text: str) -> Counter[str]:
    return Counter(w for w in _WORD.findall(text.lower()) if len(w) > 3)


def _cosine(a: Counter[str], b: Counter[str]) -> float:
    dot = sum(n * b[w] for w, n in a.items())
    return dot / math.sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values())) if dot else 0.0


def brief(event_id: int | str, stories: Sequence[StoryLine], words: int = 100, sentences: int = 3) -> Brief:  # noqa: ARG001
    """The account of an event from its stories."""
    titled = [s for s in stories if s.title]
    total: Counter[str] = Counter()
    for s in stories:
        total += _vector(f"{s.title or ''} {(s.text or '')[:1500]}")
    best = max(titled or stories, key=lambda s: _cosine(_vector(s.title or ""), total))
    found = []
    for number, s in enumerate(stories):
        for place, (a, b) in enumerate(split(s.text or "", s.lang)[:6]):
            text = (s.text or "")[a:b]
            found.append(_Candidate(number, a, text, _vector(text), place))
    found.sort(key=lambda c: -_cosine(c.vector, total) * (1, 0.75, 0.6, 0.6, 0.4, 0.4)[c.place])
    chosen: list[_Candidate] = []
    left = words
    for c in found:
        size = len(c.text.split())
        if 5 <= size <= left and all(_cosine(c.vector, o.vector) < 0.6 for o in chosen) and len(chosen) < sentences:
            chosen.append(c)
            left -= size
    return Brief(
        headline=best.title or (chosen[0].text if chosen else ""),
        headline_from=best.id,
        sentences=tuple(_sentence(stories[c.story], c) for c in chosen),
    )


def _sentence(story: StoryLine, c: _Candidate) -> Sentence:
    return Sentence(
        text=c.text,
        story_id=story.id,
        offset=c.offset,
        outlet=story.source or "",
        url=story.url,
        at=story.published_at,
        text_hash=text_hash(story.text or ""),
    )


def brief_line(line: Mapping[str, Any], words: int = 100) -> dict[str, Any]:
    """One line of the `brief` filter: an event with its story lines becomes its account."""
    stories = [
        StoryLine(
            id=str(s["id"]),
            title=s.get("title") or None,
            text=s.get("text") or None,
            source=s.get("source") or None,
            url=s.get("url") or None,
            lang=s.get("lang") or None,
            published_at=datetime.fromisoformat(s["published"])
            if s.get("published")
            else datetime(1970, 1, 1, tzinfo=UTC),
        )
        for s in line["stories"]
    ]
    account = brief(line["event"], stories, words)
    return {
        "event": line["event"],
        "headline": account.headline,
        "headline_from": account.headline_from,
        "sentences": [{"text": s.text, "story": s.story_id, "offset": s.offset} for s in account.sentences],
        "text": account.text,
    }
