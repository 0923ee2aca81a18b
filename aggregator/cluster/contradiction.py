"""Why two stories that sound alike tell different events: another place, team, company, quarter, magnitude, score or date.

News desks write to a template: two earthquakes, two quarterly results, two matches share most of their words. What sets
them apart is one slot filled differently. These rules look for that slot, and only ever at pairs the model would link.
They know no list of places or companies: a name is what is capitalised within a sentence, or what stands in the same
place of two titles that otherwise agree; and it only counts if the other story does not mention it anywhere.
"""
# ruff: noqa: RUF001 - many scripts

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

import numpy as np

from aggregator.cluster.calendar import weekdays_in
from aggregator.cluster.rarity import rarity
from aggregator.text.language import has_spaces
from aggregator.text.words import stop_words, terms, words

if TYPE_CHECKING:
    from aggregator.cluster.features import Features

__all__ = ["contradiction"]

_ALIKE = 0.6  # share of two titles that must agree before one differing slot says more than the rest
_SAME_WORDS = 0.5  # share of title words from which two titles say the same of different names
_BEGINNING = 5  # letters that inflected forms and adjectives of a name share
_ACRONYM = 3  # letters from which capitals stand for words
_TOKEN = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_MAGNITUDE_NOISE = 0.35  # observatories differ by as much


def contradiction(a: Features, b: Features) -> str | None:
    """A sentence that says what keeps two stories apart, or None; symmetric."""
    if (b.published_at, b.id) < (a.published_at, a.id):
        a, b = b, a
    return _other_fact(a, b) or _other_slot(a, b) or _other_subject(a, b)


def _other_fact(a: Features, b: Features) -> str | None:
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
    one, other = (_TOKEN.findall(t) if spaced else list(t) for t in (text, text_of))
    matcher = SequenceMatcher(None, [t.lower() for t in one], [t.lower() for t in other], autojunk=False)
    if not one or not other or matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return None
    join = " " if spaced else ""
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "replace" and (said := _slot(a, b, join.join(one[i1:i2]), join.join(other[j1:j2]))):
            return said
    return None


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
    table = rarity(story.lang)
    keys = [table[term][0] for term in terms(text, story.lang) if not term.isdigit()]
    if not keys:
        return True  # nothing to tell apart by
    at = np.searchsorted(story.terms, keys)
    found = story.terms[np.minimum(at, len(story.terms) - 1)] == keys if len(story.terms) else np.array([])
    return bool(found.any())


def _alike_but_for_names(a: Features, b: Features) -> float:
    """Share of the title words, names left out, that the shorter of two titles has in common with the other."""
    table = rarity(a.lang)
    own = [
        set(story.terms[story.title > 0].tolist())
        - {table[t][0] for name in story.subjects for t in terms(name, story.lang)}
        for story in (a, b)
    ]
    shorter = min(map(len, own))
    return len(own[0] & own[1]) / shorter if shorter else 0.0


def _other_subject(a: Features, b: Features) -> str | None:
    """Titles in much the same words about other names, of which neither story says any of the other's."""
    if not a.subjects or not b.subjects or a.lang != b.lang or _alike_but_for_names(a, b) < _SAME_WORDS:
        return None
    if any(_mentions(b, name) for name in a.subjects) or any(_mentions(a, name) for name in b.subjects):
        return None
    said = [" ".join((story.headline, *story.shown_names)) for story in (a, b)]
    if _akin(" ".join(a.subjects), said[1]) or _akin(said[0], " ".join(b.subjects)):
        return None
    return f"No name in common: {', '.join(a.subjects[:3])} against {', '.join(b.subjects[:3])}."
