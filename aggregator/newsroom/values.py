"""What the demo newsroom is made of: outlets, events, stories as they stood at a time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zlib import crc32

__all__ = ["Correction", "Event", "FeedShape", "Mark", "Newsroom", "Outlet", "Story"]

_SLUG_CHARS = 60
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae", "\u2019": "", "'": ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedShape:
    """How an outlet's feed looks.

    `format` is rss2, rss1, atom or json; `body` is full, summary or title; `tracking` is a query string added to the links;
    a `careless` feed has XML errors that a lenient reader gets over.
    """

    path: str
    format: str
    body: str
    encoding: str = "utf-8"
    tracking: str | None = None
    careless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """Who publishes.

    `number` counts from 1; `path` is the pattern of its story addresses; `metadata` says what its pages tell to machines:
    json-ld, opengraph, dublin-core. `words` are those its pages carry around the text.
    """

    key: str
    number: int
    name: str
    lang: str
    folder: str
    tagline: str
    sections: tuple[str, ...]
    path: str
    feed: FeedShape
    template: str
    metadata: frozenset[str]
    words: Mapping[str, str]
    evergreen: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A passage that tells a fact of its event, verbatim; `value` is the figure it gives, if the fact is one."""

    fact: str
    passage: str
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """From `at` on, `new` stands wherever `old` stood, in title and text. Unless it is `silent` the page says so."""

    at: datetime
    old: str
    new: str
    silent: bool = True

    def mend_figure(self, mark: Mark) -> str | None:
        """The figure of a marked passage after the correction."""
        if mark.value is None or self.old not in mark.passage or mark.value not in self.old:
            return mark.value
        before, _, after = self.old.partition(mark.value)
        return self.new.removeprefix(before).removesuffix(after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One story as published at `at`; `changed_at` and `corrected_at` tell how it stands after corrections.

    `id` names it within the newsroom ("event/3"); `path` is its address at its outlet. `copy_of` is the id of the story it was
    taken from, `kind` how: exact, near, excerpt, reworded.
    """

    id: str
    event: str
    outlet: str
    at: datetime
    title: str
    paragraphs: tuple[str, ...]
    summary: str
    section: str
    path: str
    authors: tuple[str, ...] = ()
    caption: str | None = None
    credit: str | None = None
    copy_of: str | None = None
    kind: str | None = None
    marks: tuple[Mark, ...] = ()
    corrections: tuple[Correction, ...] = ()
    changed_at: datetime | None = None
    corrected_at: datetime | None = None

    @property
    def text(self) -> str:
        """The paragraphs, separated by a blank line."""
        return "\n\n".join(self.paragraphs)

    @property
    def last_change_at(self) -> datetime:
        """When the page last changed."""
        return self.changed_at or self.at

    def as_of(self, now: datetime) -> Story:
        """The story with the corrections made by `now`."""
        story = self
        for correction in self.corrections:
            if correction.at <= now:
                story = story._corrected(correction)
        return story

    def _corrected(self, correction: Correction) -> Story:
        def mend(text: str) -> str:
            return text.replace(correction.old, correction.new)

        return replace(
            self,
            title=mend(self.title),
            paragraphs=tuple(mend(p) for p in self.paragraphs),
            summary=mend(self.summary),
            marks=tuple(replace(m, passage=mend(m.passage), value=correction.mend_figure(m)) for m in self.marks),
            changed_at=correction.at,
            corrected_at=self.corrected_at if correction.silent else correction.at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened. `facts` maps the key of a fact to what it is; `differ` names those on which outlets disagree."""

    key: str
    about: str
    facts: Mapping[str, str] = field(default_factory=dict)
    differ: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """Everything, in order: outlets as listed, events by key, stories by time."""

    outlets: tuple[Outlet, ...]
    events: tuple[Event, ...]
    stories: tuple[Story, ...]

    def published(self, outlet: str, now: datetime) -> tuple[Story, ...]:
        """The stories that an outlet has out at `now`, newest first, as they stand then."""
        return tuple(s.as_of(now) for s in reversed(self.stories) if s.outlet == outlet and s.at <= now)


def slug(text: str) -> str:
    """A title as part of an address: lower-case ASCII words joined by hyphens, cut at a word."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_SPELT_OUT)).encode("ascii", "ignore").decode()
    joined = "-".join(re.findall(r"[a-z0-9]+", plain))
    return joined if len(joined) <= _SLUG_CHARS else joined[: _SLUG_CHARS + 1].rpartition("-")[0]


def story_path(pattern: str, *, at: datetime, title: str, section: str) -> str:
    """Fill an outlet's pattern of addresses. `{number}` is a seven-digit number that says nothing about the story."""
    return pattern.format(
        year=f"{at:%Y}",
        month=f"{at:%m}",
        day=f"{at:%d}",
        slug=slug(title),
        section=slug(section),
        number=1_000_000 + crc32(f"{at.isoformat()} {title}".encode()) % 9_000_000,
    )
