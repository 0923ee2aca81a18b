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

from aggregator.digest.chrome import is_glued, prose
from aggregator.digest.vectors import rarity, weight_of
from aggregator.model import Story
from aggregator.text.figures import Figure, figures
from aggregator.text.sentences import split
from aggregator.text.words import stem, words

__all__ = [
    "NAMED",
    "Claim",
    "Statement",
    "claims_of",
    "contradict",
    "is_elsewhere",
    "likeness",
    "plural",
    "same_slot",
    "same_value",
    "statements_of",
    "told_pairs",
]  # fmt: skip

# What follows the number ("12 people were killed") and what stands before it ("killed at least 12") for each named slot.
_WERE = r"(?:\s+(?:were|was|are|is|have|has|had|been|being|also|now|confirmed|reported|feared|officially|still|left|known|to|others?))*"
_AFTER = {
    "killed": r"(?:killed|dead|die[ds]?\b|dying|slain|deaths?|fatalities|fatality|lost their lives|lost (?:his|her) life|perished|bodies\b|mortos|muertos|morts|tote\b|todesopfer)",
    "injured": r"(?:injured|wounded|hurt|injuries|feridos|heridos|blessés|verletzte?\b)",
    "missing": r"(?:missing|unaccounted|desaparecidos|disparus|vermisste?\b)",
    "arrested": r"(?:arrested|detained|in custody|arrests|detidos|detenidos)",
    "evacuated": r"(?:evacuated|displaced|evacuations|forced (?:to flee|from their)|fled their)",
    "infected": r"(?:infected|infections|(?:confirmed |measles |new )*cases|tested positive|(?:masern)?fälle)",
    "destroyed": r"(?:destroyed|razed|burned down|burned to the ground|flattened|levelled|leveled)",
    "rescued": r"(?:rescued|pulled (?:alive )?from|taken off|brought ashore|saved|plucked from)",
}
_ROSE = r"[^.;:\d]{0,110}?\s(?:to|at|of|is|was|now|reached|reaches|hit|hits|passed|passes)(?:\s(?:now|already))?"
_BEFORE = {
    "killed": rf"(?:kill(?:ed|s|ing)|claim(?:ed|ing|s)(?: the lives of)?|(?:death )?toll{_ROSE}|(?:number|count) of (?:the )?(?:people |persons )?(?:dead|deaths|killed|fatalities){_ROSE}|deaths? (?:rose|climbed|rises|climbs) to|zahl der toten{_ROSE})",
    "injured": r"(?:injur(?:ed|ing|es)|wound(?:ed|ing|s)|hurt(?:ing)?)",
    "missing": rf"number of (?:the )?(?:people )?missing{_ROSE}",
    "arrested": r"(?:arrest(?:ed|ing|s)|detain(?:ed|ing|s))",
    "evacuated": r"(?:evacuat(?:ed|ing|es)|displac(?:ed|ing|es))",
    "infected": rf"(?:infect(?:ed|ing|s)|number of (?:confirmed |known |measles )*(?:cases|infections){_ROSE})",
    "destroyed": r"(?:destroy(?:ed|ing|s)|raz(?:ed|ing)|flatten(?:ed|ing)|level(?:l?ed|l?ing))",
    "rescued": r"(?:rescu(?:ed|ing|es)|pull(?:ed|ing|s)|took off|taking off|sav(?:ed|ing)|plucked)",
}
NAMED = tuple(_AFTER)
_OF_PEOPLE = frozenset(NAMED) - {"destroyed"}
_GAP = r"(?:\s+[\w’'-]+){0,3}?(?:\s+of\s+(?:the\s+)?[\w’'-]+(?:\s+[\w’'-]+)?)?"  # the counted thing, and whose, between number and predicate
_AFTER_PATTERN = {slot: re.compile(rf"{_GAP}{_WERE}\s+{words}", re.IGNORECASE) for slot, words in _AFTER.items()}
_BEFORE_PATTERN = {
    slot: re.compile(rf"\b{words}\s+(?:the\s|all\s|another\s)?\Z", re.IGNORECASE) for slot, words in _BEFORE.items()
}
# About other times or other counts: an earlier disaster, an average, a forecast, a part of the whole.
_ELSEWHERE = re.compile(
    r"\b(?:in|since|from|of)\s(?:1[5-9]|20)\d\d\b|\b(?:previous|last (?:year|month|decade|century)|years ago|per (?:year|day)|a year|aftershocks?|"
    r"(?:each|every) (?:year|day)|average|annually|worst since|deadliest|could|might|would|expected|feared|model|projected|"
    r"at the scene|on the spot|another|additional|further|\d+ more|among (?:them|the (?:dead|injured))|of (?:them|whom))\b",
    re.IGNORECASE,
)
_OTHER_TIME = re.compile(
    r"\b(?:weeks?|months?|years?|decades?) (?:ago|before|earlier)\b|\b(?:[Ii]n|[Ll]ast|[Ss]ince) (?:year|month|January|February|March|April|May|June|July|August|"
    r"September|October|November|December)\b|\b(?:[Ii]n|of) (?:1[5-9]|20)\d\d\b|\b[Ii]nitially\b|\b[Aa]t first\b|"
    r"\ba (?:second|third|fourth|fifth|sixth) (?:person|man|woman|victim|child|officer)\b"
)
_SOME_OF = re.compile(r"\s+(?:more\b|additional\b|of (?:the|them|those|its|these|his|her)\b)", re.IGNORECASE)
_AMONG = re.compile(r"\b(?:including|among them|of whom)\s(?:at least\s)?\Z", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:no one|not|none|nobody|denied|false(?:ly)?|hoax)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:()–—]|\b(?:but|while|and)\b")
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
_MOST_SENTENCES = 20
_MOST_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a story with its words: what is compared between stories."""

    story: Story
    place: int
    offset: int
    text: str

    @property
    def content(self) -> frozenset[str]:
        """The stems of its words; few statements are compared by them."""
        return _content(self.text, self.story.lang)

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
        return self.slot or (plural(self.noun) if self.noun else "")


def plural(noun: str) -> str:
    """The counted noun as it is said of many: homes, people."""
    if noun == "person":
        return "people"
    if noun.endswith(("s", "crew", "police", "sheep", "fish", "aircraft", "dead", "staff", "cattle", "personnel")):
        return noun
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else noun + "s"


@lru_cache(maxsize=64)  # what changed and what differs ask for the same stories, one after the other
def statements_of(story: Story, most: int = _MOST_SENTENCES) -> tuple[Statement, ...]:
    """The sentences of a story's prose, in order, at most twenty or `most`."""
    text = (story.text or "")[:_MOST_CHARACTERS]
    lang = story.lang[:2].lower() if story.lang else None
    found: list[Statement] = []
    for begin, end in prose(text, story.title):
        for a, b in split(text[begin:end], lang):
            sentence = text[begin + a : begin + b]
            if not is_glued(sentence):
                found.append(Statement(story, len(found), begin + a, sentence))
        if len(found) >= most:
            break
    return tuple(found[:most])


@lru_cache(maxsize=4096)
def _content(sentence: str, lang: str | None) -> frozenset[str]:
    code = lang[:2].lower() if lang else None
    return frozenset(s for w in words(sentence) if (s := stem(w, code)))


def claims_of(statements: Sequence[Statement]) -> Iterator[Claim]:
    """The figures of the statements that may be compared, each in its slot."""
    for statement in statements:
        if not _NUMBER.search(statement.text):
            continue
        lang = statement.story.lang[:2].lower() if statement.story.lang else None
        found = figures(statement.text, lang)
        for figure in found:
            before = statement.text[max(0, figure.start - 140) : figure.start]
            if _PART_OF.search(before) or _FROM.search(before):
                continue  # "28 of the 57 seats", "up from 300,000": the whole, or how it was
            slot = _slot(statement.text, figure)
            noun = figure.noun or (_counted_before(before) if figure.unit == "count" else None)
            near = _near(statement.text, figure, lang)
            near.pop(stem(plural(noun or ""), lang), None)
            yield Claim(statement, figure, slot, noun, near, sum(f.unit == figure.unit for f in found) == 1)


_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty(?:-\w+)?|dozen|hundred|half)\b",
    re.IGNORECASE,
)


def _slot(text: str, figure: Figure) -> str | None:
    """The named slot that a figure fills: bound by what stands right before it, else by what follows."""
    if figure.unit != "count":
        return None
    before = text[max(0, figure.start - 160) : figure.start]
    after = re.split(r"[,;:.()–—]|\b(?:and|while|but|after|as|when)\b", text[figure.end : figure.end + 80], maxsplit=1)[
        0
    ]
    if re.search(r"\d", after):
        after = re.split(r"\d", after, maxsplit=1)[0]
    for slot, pattern in _BEFORE_PATTERN.items():
        if pattern.search(before):
            return slot if _fits(slot, figure) else None
    found = [(m.end(), slot) for slot, pattern in _AFTER_PATTERN.items() if (m := pattern.match(after))]
    nearest = min(found)[1] if found else None
    return nearest if nearest and _fits(nearest, figure) else None


def _fits(slot: str, figure: Figure) -> bool:
    """Whether the counted thing can fill the slot: people are killed, homes are destroyed."""
    if slot == "destroyed":
        return figure.noun is not None and figure.noun != "person"
    return True


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


_NEAR_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SYNONYMS = {"electr": "power", "hous": "home", "household": "home", "percent": "", "cent": "", "crown": "", "million": "", "billion": "", "people": "", "person": ""}  # fmt: skip
# Chosen on the demo newsroom and 905 real events (benchmarks/accounts/changes.py, docs/quality.md): likeness from which two
# figures of one unit and counted thing are the same figure: words shared nearby, and likeness.
_NEEDED = {"count": (2, 0.3)}
_NEEDED_OF_SUMS = (3, 0.4)
# Durations, results and lengths are said of too many things in one story.
_UNCOMPARED = frozenset(
    {
        "hour",
        "day",
        "week",
        "month",
        "year",
        "minute",
        "score",
        "degree",
        "magnitude",
        "km",
        "mi",
        "m",
        "ft",
        "in",
        "mph",
        "km/h",
        "kn",
    }
)


def same_slot(a: Claim, b: Claim) -> bool:
    """Whether two figures count the same thing of the same event."""
    if a.figure.unit != b.figure.unit or a.slot != b.slot or a.figure.unit in _UNCOMPARED:
        return False
    if a.slot:
        return a.slot in _OF_PEOPLE or a.noun == b.noun
    if a.figure.unit == "count" and (a.noun is None or a.noun != b.noun or a.noun in ("person", "time")):
        return False
    if a.figure.unit != "count" and not (a.is_alone and b.is_alone):
        return False
    needed, like = _NEEDED.get(a.figure.unit, _NEEDED_OF_SUMS)
    return sum(1 for w in a.near if w in b.near) >= needed and likeness(a, b) >= like


def likeness(a: Claim, b: Claim) -> float:
    """How far two figures have the same surroundings: the sum of the smaller weights over the smaller sum, in [0, 1]."""
    shared = [w for w in a.near if w in b.near]
    total = min(sum(a.near.values()), sum(b.near.values()))
    return sum(min(a.near[w], b.near[w]) for w in shared) / total if total and shared else 0.0


def same_value(a: Figure, b: Figure) -> bool:
    """Whether two figures do not contradict each other: equal, equal at the coarser precision, or near where one is about."""
    if a.other is not None or b.other is not None:
        return (a.value, a.other) == (b.value, b.other)
    if a.value == b.value:
        return True
    low, high = sorted((a, b), key=lambda f: f.value)
    if "about" in (a.bound, b.bound) and high.value and (high.value - low.value) / high.value <= 0.05:  # noqa: PLR2004
        return True
    step = max(a.precision, b.precision)
    return abs(a.value - b.value) < step / 2 and step < high.value


def is_elsewhere(claim: Claim) -> bool:
    """Whether the clause of a figure speaks of a part, a forecast or a denial, or its sentence of another time."""
    text, figure = claim.statement.text, claim.figure
    before = _CLAUSE.split(text[max(0, figure.start - 60) : figure.start])[-1]
    after = _CLAUSE.split(text[figure.end : figure.end + 60])[0]
    clause = f"{before} {figure.number} {after}"
    if _ELSEWHERE.search(clause) or _NEGATED.search(clause) or _SOME_OF.match(text, figure.end):
        return True
    if _AMONG.search(text[max(0, figure.start - 24) : figure.start]):
        return True
    return (claim.slot is not None or figure.unit == "magnitude") and bool(_OTHER_TIME.search(text))


def contradict(a: Figure, b: Figure) -> bool:
    """Whether two figures cannot both be right: "at least 12" allows 15, "up to 20" allows 15."""
    low, high = sorted((a, b), key=lambda f: f.value)
    if same_value(low, high):
        return False
    return not (low.bound == "least" or high.bound == "most")


def told_pairs(statement: Statement) -> Iterator[tuple[Figure, Figure]]:
    """Figures that the sentence itself sets against what was: (new, old) of "57, up from 23", "to 4.2 percent from 3.1"."""
    lang = statement.story.lang[:2].lower() if statement.story.lang else None
    found = figures(statement.text, lang)
    for old in found:
        if _FROM.search(statement.text[max(0, old.start - 24) : old.start]):
            others = [
                f
                for f in found
                if f is not old
                and f.other is None
                and (f.unit == old.unit or (old.noun is None and old.unit == "count"))
            ]
            if others:
                yield min(others, key=lambda f: abs(f.start - old.start)), old
