"""Why two stories that sound alike tell different events: another place, team, company, quarter, magnitude, score or date.

News desks write to a template: two earthquakes, two quarterly results, two matches share most of their words. What sets
them apart is one slot filled differently. These rules look for that slot, and only ever at pairs the model would link.
They know no list of places or companies: a name is what is capitalised within a sentence, or what stands in the same
place of two titles that otherwise agree; and it only counts if the other story does not mention it anywhere.
"""
# ruff: noqa: RUF001 - many scripts

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

import numpy as np

from aggregator.cluster.calendar import weekdays_in
from aggregator.cluster.rarity import rarity
from aggregator.text.language import has_spaces
from aggregator.text.words import stop_words, terms, words

if TYPE_CHECKING:
    import numpy.typing as npt

    from aggregator.cluster.features import Features

__all__ = ["contradiction"]

_ALIKE = 0.6  # share of two titles that must agree before one differing slot says more than the rest
_SAME_WORDS = 0.5  # share of title words from which two titles say the same of different names
_BEGINNING = 5  # letters that inflected forms and adjectives of a name share
_ACRONYM = 3  # letters from which capitals stand for words
_TOKEN = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_MAGNITUDE_NOISE = 0.35  # observatories differ by as much
_REMEMBERED = 4096  # texts, and half as many stories: each is compared with dozens


def contradiction(a: Features, b: Features) -> str | None:
    """A sentence that says what keeps two stories apart, or None; symmetric."""
    if (b.published_at, b.id) < (a.published_at, a.id):
        a, b = b, a
    return _other_fact(a, b) or _other_slot(a, b) or _other_subject(a, b)


def _other_fact(a: Features, b: Features) -> str | None:
    if not a.facts or not b.facts:
        return None
    mine, theirs = _by_kind(a.facts), _by_kind(b.facts)
    for kind in ("quarter", "magnitude", "score", "rate"):
        one, other = mine.get(kind, []), theirs.get(kind, [])
        if not one or not other or set(one) & set(other):
            continue
        if kind == "magnitude" and min(abs(float(x) - float(y)) for x in one for y in other) <= _MAGNITUDE_NOISE:
            continue
        return f"Another {kind}: {one[0]} against {other[0]}."
    return None


def _by_kind(facts: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fact in facts:
        kind, _, value = fact.partition(" ")
        found.setdefault(kind, []).append(value)
    return found


def _other_slot(a: Features, b: Features) -> str | None:
    """Two titles or openings to one template, with another name or day in the same place."""
    if a.lang is None or a.lang != b.lang:
        return None
    return _slots(a, b, a.headline, b.headline) or _slots(a, b, a.opening, b.opening)


def _slots(a: Features, b: Features, text: str, text_of: str) -> str | None:
    spaced = has_spaces(a.lang)
    mine, theirs = _tokens(text, spaced=spaced), _tokens(text_of, spaced=spaced)
    one, other = mine.written, theirs.written
    if not one or not other or mine.most_alike(theirs) < _ALIKE:
        return None
    matcher = SequenceMatcher(None, mine.lower, theirs.lower, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return None
    join = " " if spaced else ""
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "replace" and (said := _slot(a, b, join.join(one[i1:i2]), join.join(other[j1:j2]))):
            return said
    return None


@dataclass(frozen=True, slots=True)
class _Tokens:
    """A title or opening as it is compared slot by slot: its words or, without spaces, characters."""

    written: tuple[str, ...]
    lower: tuple[str, ...]
    counts: Counter[str]

    def most_alike(self, other: _Tokens) -> float:
        """What the ratio of a SequenceMatcher is at most: its `quick_ratio`."""
        both = len(self.written) + len(other.written)
        if 2 * min(len(self.written), len(other.written)) < _ALIKE * both:
            return 0.0
        theirs = other.counts
        return 2 * sum(min(count, theirs[word]) for word, count in self.counts.items() if word in theirs) / both


@lru_cache(maxsize=_REMEMBERED)
def _tokens(text: str, *, spaced: bool) -> _Tokens:
    written = tuple(_TOKEN.findall(text) if spaced else text)
    lower = tuple(token.lower() for token in written)
    return _Tokens(written, lower, Counter(lower))


def _slot(a: Features, b: Features, mine: str, theirs: str) -> str | None:
    days = [weekdays_in(words(slot), slot, a.lang) for slot in (mine, theirs)]
    if all(days) and not days[0] & days[1]:
        return f"Another day: {mine} against {theirs}."
    if not _names(mine, a) or not _names(theirs, b) or _akin(mine, theirs):
        return None
    if _mentions(b, mine) or _mentions(a, theirs):
        return None
    return f"Another name in the same place: {mine} against {theirs}."


def _akin(mine: str, theirs: str) -> bool:
    """Whether one may be the other: Venezuela and Venezuelan, Moise and Moïse, Fed and Federal, ECB and European Central Bank."""
    ours, others = ([_plain(word) for word in _TOKEN.findall(text)] for text in (mine, theirs))
    for a in ours:
        for b in others:
            short, long = sorted((a, b), key=len)
            if a[:_BEGINNING] == b[:_BEGINNING] or (len(short) >= _ACRONYM and long.startswith(short)):
                return True
    return _abbreviates(mine, others) or _abbreviates(theirs, ours)


def _abbreviates(text: str, others: list[str]) -> bool:
    initials = "".join(word[0] for word in others)
    return any(w.isupper() and len(w) >= _ACRONYM and _plain(w) in initials for w in _TOKEN.findall(text))


def _plain(word: str) -> str:
    return "".join(c for c in normalize("NFKD", word.lower()) if not combining(c))


def _names(text: str, story: Features) -> bool:
    """Whether a title's slot can hold a name: capitals where the script has them, any rare word where it has not."""
    if not has_spaces(story.lang):
        return any(char.isalpha() for char in text)
    plain = [w for w in text.split() if w.lower() not in stop_words(story.lang)]
    if any(c.isupper() or c.islower() for c in text):
        return any(w[:1].isupper() for w in plain)
    return any(w.isalpha() for w in plain)


def _mentions(story: Features, text: str) -> bool:
    """Whether the story says any of the meaningful words of `text`."""
    if not has_spaces(story.lang):
        return text in story.headline or _any_term(story, text)
    return _any_term(story, text)


def _any_term(story: Features, text: str) -> bool:
    keys = _keys(text, story.lang)
    return _holds(story, np.array(keys, dtype=np.uint32)) if keys else True  # nothing to tell apart by


def _keys(text: str, lang: str | None) -> list[int]:
    table = rarity(lang)
    return [table[term][0] for term in terms(text, lang) if not term.isdigit()]


def _holds(story: Features, keys: npt.NDArray[np.uint32]) -> bool:
    """Whether the story says one of these words."""
    if not len(story.terms):
        return False
    at = np.minimum(np.searchsorted(story.terms, keys), len(story.terms) - 1)
    return bool((story.terms[at] == keys).any())


@dataclass(frozen=True, slots=True)
class _Title:
    """The words of a title by what they are: of its names, and the rest."""

    names: npt.NDArray[np.uint32]
    is_told_by: bool  # whether each name has a word to tell it by
    rest: frozenset[int]


@lru_cache(maxsize=_REMEMBERED // 2)
def _title(story: Features) -> _Title:
    table = rarity(story.lang)
    named = {table[term][0] for name in story.subjects for term in terms(name, story.lang)}
    keys = [_keys(name, story.lang) for name in story.subjects]
    return _Title(
        np.array(sorted({key for found in keys for key in found}), dtype=np.uint32),
        all(keys),
        frozenset(story.terms[story.title > 0].tolist()) - named,
    )


def _other_subject(a: Features, b: Features) -> str | None:
    """Titles in much the same words about other names, of which neither story says any of the other's."""
    if not a.subjects or not b.subjects or a.lang != b.lang:
        return None
    mine, theirs = _title(a), _title(b)
    shorter = min(len(mine.rest), len(theirs.rest))
    if not shorter or len(mine.rest & theirs.rest) < _SAME_WORDS * shorter:
        return None
    if _says_a_name(b, a, mine) or _says_a_name(a, b, theirs):
        return None
    said = [" ".join((story.headline, *story.shown_names)) for story in (a, b)]
    if _akin(" ".join(a.subjects), said[1]) or _akin(said[0], " ".join(b.subjects)):
        return None
    return f"No name in common: {', '.join(a.subjects[:3])} against {', '.join(b.subjects[:3])}."


def _says_a_name(story: Features, other: Features, title: _Title) -> bool:
    """Whether a story says any of the names in the other's title."""
    if not title.is_told_by or _holds(story, title.names):
        return True
    return not has_spaces(story.lang) and any(name in story.headline for name in other.subjects)
