"""Figures that a story claims of its event, in slots that can be compared: how many were killed, how many homes, how much.

Two figures are only set side by side if they fill the same slot. Named slots (killed, injured, …) are bound to their
predicate by patterns that read the few words around the number; other figures need the same unit and counted thing and
shared words nearby. In the wild looser rules were right in a third of the hits (docs/quality.md), hence the caution.
"""
# ruff: noqa: RUF001, E501 - typographic dashes; a pattern is one line a slot

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aggregator.digest.chrome import prose_sentences
from aggregator.digest.slots import slot_of
from aggregator.digest.vectors import rarity, weight_of
from aggregator.model import Story
from aggregator.text.figures import Figure, figures
from aggregator.text.language import base_language
from aggregator.text.words import stem, terms

__all__ = ["Claim", "Statement", "claims_of", "statements_of", "told_pairs"]

_PART_OF = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|half|most|some|all|none))\s(?:out )?of\s(?:the |its |their |his |her |usual |den )*\Z",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:from|instead of|against|compared with|and not|nach|statt|gegenüber)\s(?:the\s)?\Z", re.IGNORECASE
)
_COUNT_OF = re.compile(
    r"\bnumber of ([\w’' -]{3,60}?)\s(?:rose|fell|climbed|dropped|grew|has|had|stands|stood|reached|increased|is|was|now)\b[^.;]{0,40}\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty(?:-\w+)?|dozen|hundred|half)\b",
    re.IGNORECASE,
)
_NEAR_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SYNONYMS = {"electr": "power", "hous": "home", "household": "home", "percent": "", "cent": "", "crown": "", "million": "", "billion": "", "people": "", "person": ""}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a story with its words: what is compared between stories."""

    story: Story
    place: int
    offset: int
    text: str

    @property
    def lang(self) -> str | None:
        """The language it is in, without region."""
        return base_language(self.story.lang)

    @property
    def content(self) -> frozenset[str]:
        """The stems of its words; few statements are compared by them."""
        return _content(self.text, self.lang)

    @property
    def weight(self) -> float:
        """How much its words say."""
        return weight_of(self.content)


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure in its slot.

    `near` gives the words around the number with 1 / (1 + distance / 4), times their rarity; `is_alone` says that its
    sentence has no other figure of its unit.
    """

    statement: Statement
    figure: Figure
    slot: str | None
    noun: str | None
    near: Mapping[str, float]
    is_alone: bool = True

    @property
    def thing(self) -> str:
        """What is counted, in words a reader understands."""
        return self.slot or (_plural(self.noun) if self.noun else "")


def _plural(noun: str) -> str:
    """The counted noun as it is said of many: homes, people."""
    if noun == "person":
        return "people"
    if noun.endswith(("s", "crew", "police", "sheep", "fish", "aircraft", "dead", "staff", "cattle", "personnel")):
        return noun
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else noun + "s"


def statements_of(story: Story) -> tuple[Statement, ...]:
    """The sentences of a story's prose, in order, at most twenty."""
    text = story.text or ""
    found = prose_sentences(text, story.title, base_language(story.lang))
    whole = (spans[0] for spans in found if len(spans) == 1)
    return tuple(Statement(story, place, start, text[start:end]) for place, (start, end) in enumerate(whole))


@lru_cache(maxsize=4096)
def _content(sentence: str, lang: str | None) -> frozenset[str]:
    return frozenset(terms(sentence, lang))


def claims_of(statements: Sequence[Statement]) -> Iterator[Claim]:
    """The figures of the statements that may be compared, each in its slot."""
    for statement in statements:
        lang = statement.lang
        if lang == "en" and not _NUMBER.search(statement.text):
            continue
        found = figures(statement.text, lang)
        for figure in found:
            before = statement.text[max(0, figure.start - 140) : figure.start]
            if _PART_OF.search(before) or _FROM.search(before):
                continue  # "28 of the 57 seats", "up from 300,000": the whole, or how it was
            slot = slot_of(statement.text, figure, lang)
            noun = figure.noun or (_counted_before(before) if figure.unit == "count" else None)
            near = _near(statement.text, figure, lang)
            near.pop(stem(_plural(noun or ""), lang), None)
            yield Claim(statement, figure, slot, noun, near, sum(f.unit == figure.unit for f in found) == 1)


def _counted_before(before: str) -> str | None:
    """The noun of "the number of homes without power rose to": counted before the number is named."""
    match = _COUNT_OF.search(before)
    found = figures(f"2 {match[1]}") if match else ()
    return found[0].noun if found else None


def _near(text: str, figure: Figure, lang: str | None) -> dict[str, float]:
    """Words within about ten words of the number, the nearer the heavier; names out, for the whole event shares them."""
    before = _NEAR_WORD.findall(text[max(0, figure.start - 80) : figure.start])[-10:]
    after = _NEAR_WORD.findall(text[figure.end : figure.end + 80])[:10]
    found: dict[str, float] = {}
    for distance, word in [*enumerate(reversed(before)), *enumerate(after)]:
        if lang != "de" and word[:1].isupper():
            continue
        kept = stem(word.lower(), lang)
        kept = _SYNONYMS.get(kept, kept)
        if kept:
            found[kept] = max(found.get(kept, 0.0), rarity(kept) / (1 + distance / 4))
    return found


def told_pairs(statement: Statement) -> Iterator[tuple[Figure, Figure]]:
    """Figures that the sentence itself sets against what was: (new, old) of "57, up from 23", "to 4.2 percent from 3.1"."""
    found = figures(statement.text, statement.lang)
    for old in found:
        if _FROM.search(statement.text[max(0, old.start - 24) : old.start]):
            is_bare = old.noun is None and old.unit == "count"
            others = [f for f in found if f is not old and f.other is None and (is_bare or f.unit == old.unit)]
            if others:
                yield min(others, key=lambda f: abs(f.start - old.start)), old
