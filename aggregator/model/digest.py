"""A digest: the events of a period, chosen and put in order; the same value feeds page, mail, terminal and API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

__all__ = [
    "Brief",
    "Change",
    "Difference",
    "Digest",
    "DigestEvent",
    "DigestSection",
    "Sentence",
    "SourceLine",
    "Told",
    "TopicMatch",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence verbatim from a story: `story.text[offset : offset + len(text)]`; `text_hash` is of the whole story text.

    Where headlines were pasted into it, `spans` (start, end) are the places in the story's text of what is shown, and `text`
    is these pieces joined by one space; else there are none.
    """

    text: str
    story_id: str
    offset: int
    outlet: str = ""
    url: str | None = None
    at: datetime | None = None
    text_hash: str = ""
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def end(self) -> int:
        """Where it ends in the story's text."""
        return self.spans[-1][1] if self.spans else self.offset + len(self.text)

    @property
    def pieces(self) -> tuple[tuple[int, str], ...]:
        """What of it stands together in the story, in order: each with its offset."""
        found, at = [], 0
        for start, end in self.spans or ((self.offset, self.end),):
            found.append((start, self.text[at : at + end - start]))
            at += end - start + 1
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """An account of an event: a headline of one story, unchanged, and sentences of its stories, verbatim."""

    headline: str
    headline_from: str
    sentences: tuple[Sentence, ...] = ()

    @property
    def text(self) -> str:
        """The sentences joined by one space."""
        return " ".join(s.text for s in self.sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something new since the reader last looked: kind is figure, sentence, outlet or headline."""

    kind: str
    sentence: Sentence | None = None
    before: str | None = None
    after: str | None = None
    what: str = ""
    before_sentence: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something the outlets do not agree on: `what` is the counted thing; each side is (value, sentence)."""

    what: str
    sides: tuple[tuple[str, Sentence], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What this reader was last told of an event: when, and the ids of the stories that it had then."""

    at: datetime
    story_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMatch:
    """A topic that the reader follows and the events that it matches. `weight` in [0, 1] says how much it lifts them."""

    title: str
    event_ids: frozenset[int] = frozenset()
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One report of an event: the original story, and the outlets that copied it."""

    story_id: str
    outlet: str
    title: str
    url: str | None
    at: datetime
    copies: tuple[str, ...] = ()
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestEvent:
    """One event in a digest. `status` is new, developing or day (then `day` counts from 1).

    `score` is the sum of `score_parts`. `copies` counts the stories folded into another. `independent` counts the
    outlets and agencies that report by themselves. `topics` are the reader's topics that it matches, `lang` the language
    of its headline, `told_at` when the reader was last told of it. `summary` is a model's
    retelling of `sentences`, where the settings ask for one.
    """

    event_id: int
    headline: str
    headline_outlet: str
    headline_url: str | None
    section: str
    status: str
    day: int
    outlets: int
    reports: int
    stories: int
    first_outlet: str
    first_at: datetime
    last_at: datetime
    sentences: tuple[Sentence, ...] = ()
    changes: tuple[Change, ...] = ()
    differences: tuple[Difference, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    score: float = 0.0
    score_parts: dict[str, float] = field(default_factory=dict)
    headline_story_id: str = ""
    copies: int = 0
    independent: int = 1
    topics: tuple[str, ...] = ()
    lang: str | None = None
    told_at: datetime | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSection:
    """Events under one heading: a topic, a folder, or "One outlet only"."""

    title: str
    events: tuple[DigestEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A whole digest for one reader and period. Counts tell what stands behind it and what was left out."""

    title: str
    made_at: datetime
    since: datetime
    until: datetime
    sections: tuple[DigestSection, ...] = ()
    stories: int = 0
    outlets: int = 0
    events: int = 0
    new_events: int = 0
    copies: int = 0
    left_out: int = 0
    health: tuple[str, ...] = ()
    edits: tuple[Change, ...] = ()
