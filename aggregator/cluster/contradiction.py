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
_BEGINNING = 5  # letters that inflected forms and adjectives of a name share
_ACRONYM = 3  # letters from which capitals stand for words
_TOKEN = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*(?:[ \u00a0\u202f]?[%٪])?")
_SHARE = re.compile(r"\d+(?:[.,]\d+)?[ \u00a0\u202f]?[%٪]")
_MAGNITUDE_NOISE = 0.35  # observatories differ by as much
_REMEMBERED = 4096  # texts: each is compared with dozens


def contradiction(a: Features, b: Features) -> str | None:
    """A sentence that says what keeps two stories apart, or None; symmetric."""
    if (b.published_at, b.id) < (a.published_at, a.id):
        a, b = b, a
    return _other_fact(a, b) or _other_slot(a, b)


def _other_fact(a: Features, b: Features) -> str | None:
    mine, theirs = _by_kind(a.readable.facts), _by_kind(b.readable.facts)
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
    one, other = a.readable, b.readable
    return _slots(a, b, one.headline, other.headline) or _slots(a, b, one.opening, other.opening)


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
    filled = [
        (join.join(one[i1:i2]), join.join(other[j1:j2]))
        for kind, i1, i2, j1, j2 in matcher.get_opcodes()
        if kind == "replace"
    ]
    return next(filter(None, (_slot(a, b, *slot) for slot in filled)), None) or _other_finding(a, b, filled)


def _other_finding(a: Features, b: Features, filled: list[tuple[str, str]]) -> str | None:
    """Another share and another subject in one sentence: two studies, two polls, two months of one statistic.

    One alone may be a correction, or the same in another word.
    """
    shares = [slot for slot in filled if all(map(_SHARE.fullmatch, slot))]
    words_of = [slot for slot in filled if not any(map(_SHARE.search, slot)) and not _says_either(a, b, *slot)]
    if not shares or not words_of:
        return None
    return (
        f"Another figure of something else: {shares[0][0]}, {words_of[0][0]} against {shares[0][1]}, {words_of[0][1]}."
    )


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
    if not _names(mine, a) or not _names(theirs, b) or _says_either(a, b, mine, theirs):
        return None
    return f"Another name in the same place: {mine} against {theirs}."


def _says_either(a: Features, b: Features, mine: str, theirs: str) -> bool:
    """Whether what stands in one title is said by the other story, or may be the same in another form."""
    return _akin(mine, theirs) or _mentions(b, mine) or _mentions(a, theirs)


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
        return text in story.readable.headline or _any_term(story, text)
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
