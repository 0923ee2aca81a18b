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
from aggregator.digest.slots import SLOTS, slot_of
from aggregator.digest.vectors import rarity, weight_of
from aggregator.model import Story
from aggregator.text.figures import Figure, figures
from aggregator.text.words import stem, words

__all__ = [
    "OTHER_TIME",
    "Claim",
    "Statement",
    "claims_of",
    "contradict",
    "has_moved",
    "is_elsewhere",
    "likeness",
    "plural",
    "same_deed",
    "same_slot",
    "same_value",
    "statements_of",
    "stems",
    "told_pairs",
    "what_moved",
]  # fmt: skip

# About other times or other counts: an earlier disaster, an average, a forecast, a part of the whole.
_ELSEWHERE = re.compile(
    r"\b(?:in|since|from|of)\s(?:1[5-9]|20)\d\d\b|\b(?:previous|last (?:year|month|decade|century)|years ago|per (?:year|day)|a year|aftershocks?|"
    r"(?:each|every) (?:year|day)|average|annually|worst since|deadliest|could|might|would|expected|feared|model|projected|"
    r"at the scene|on the spot|another|additional|further|\d+ more|among (?:them|the (?:dead|injured))|of (?:them|whom))\b",
    re.IGNORECASE,
)
OTHER_TIME = re.compile(
    r"\b(?:weeks?|months?|years?|decades?) (?:ago|before|earlier)\b|\b(?:[Ii]n|[Ll]ast|[Ss]ince) (?:year|month|January|February|March|April|May|June|July|August|"
    r"September|October|November|December)\b|\b(?:[Ii]n|of|a|the) (?:1[5-9]|20)\d\d\b|\b[Ii]nitially\b|\b[Aa]t first\b|"
    r"\ba (?:second|third|fourth|fifth|sixth) (?:person|man|woman|victim|child|officer)\b"
)
_SOME_OF = re.compile(r"\s+(?:more\b|additional\b|of (?:the|them|those|its|these|his|her)\b)", re.IGNORECASE)
_ONE_TO_TEN = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
_KIND = r"(?:(?!were|was|are|have|had|killed|dead|died|injured|wounded|hurt|missing|arrested)[a-z]+\s)"
_AMONG = re.compile(  # a part of them; the second of two counts of one sum
    rf"\b(?:(?:including|among them|of whom)\s(?:at least\s)?|{_ONE_TO_TEN}\s{_KIND}{{1,2}}and\s)\Z", re.IGNORECASE
)
_IN_A_LIST = re.compile(  # "35 dead in Amara, 11 in Acuma", "65 passengers and six crew members"
    rf"(?:(?:\s[\w’'-]+){{0,4}}?\s(?:in|near)\s[A-Z][\w .’'-]{{2,40}},\s(?:and\s)?|\s{_KIND}{{1,2}}and\s){_ONE_TO_TEN}\b"
)
_OPPOSITES = tuple(
    (re.compile(rf"\b(?:{a})", re.IGNORECASE), re.compile(rf"\b(?:{b})", re.IGNORECASE))
    for a, b in (
        ("approv", "disapprov"),
        ("favou?r|support", "oppos|against"),
        ("men\\b", "women\\b"),
        ("yes\\b", "no\\b"),
        ("agree", "disagree"),
    )
)  # shares of those for it and of those against it are two figures
_SINCE_WHEN = re.compile(
    r"\bsince\b[^;]*\b(?:when|killed|left)\b", re.IGNORECASE
)  # "the worst since February, when 17 died"
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


def statements_of(story: Story) -> tuple[Statement, ...]:
    """The sentences of a story's prose, in order, at most twenty."""
    lang = story.lang[:2].lower() if story.lang else None
    text = story.text or ""
    whole = (spans[0] for spans in prose_sentences(text, story.title, lang) if len(spans) == 1)
    return tuple(Statement(story, place, start, text[start:end]) for place, (start, end) in enumerate(whole))


@lru_cache(maxsize=4096)
def _content(sentence: str, lang: str | None) -> frozenset[str]:
    code = lang[:2].lower() if lang else None
    return frozenset(s for w in words(sentence) if (s := stem(w, code)))


def claims_of(statements: Sequence[Statement]) -> Iterator[Claim]:
    """The figures of the statements that may be compared, each in its slot."""
    for statement in statements:
        lang = statement.story.lang[:2].lower() if statement.story.lang else None
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
            near.pop(stem(plural(noun or ""), lang), None)
            yield Claim(statement, figure, slot, noun, near, sum(f.unit == figure.unit for f in found) == 1)


_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty(?:-\w+)?|dozen|hundred|half)\b",
    re.IGNORECASE,
)


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
_UNCOMPARED_THINGS = frozenset({"person", "time", "decade", "century", "generation", "season", "other"})


def same_slot(a: Claim, b: Claim) -> bool:
    """Whether two figures count the same thing of the same event."""
    if a.figure.unit != b.figure.unit or a.slot != b.slot or a.figure.unit in _UNCOMPARED:
        return False
    if a.slot:
        return SLOTS[a.slot].one_class or a.noun == b.noun
    if a.figure.unit == "count" and (a.noun is None or a.noun != b.noun or a.noun in _UNCOMPARED_THINGS):
        return False
    if a.figure.unit != "count" and (not (a.is_alone and b.is_alone) or _are_opposed(a, b)):
        return False
    needed, like = _NEEDED.get(a.figure.unit, _NEEDED_OF_SUMS)
    return sum(1 for w in a.near if w in b.near) >= needed and likeness(a, b) >= like


def _are_opposed(a: Claim, b: Claim) -> bool:
    """Whether one figure is of those for something and the other of those against it."""
    one, two = a.statement.text, b.statement.text
    return any(
        bool(against.search(one)) != bool(against.search(two))
        and bool(in_favour.search(two if against.search(one) else one))
        for in_favour, against in _OPPOSITES
    )


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
    if _ELSEWHERE.search(clause) or _NEGATED.search(clause):
        return True
    if _SOME_OF.match(text, figure.end) and (claim.slot or not _WHOLE.match(text, figure.end)):
        return True
    if _AMONG.search(text[max(0, figure.start - 60) : figure.start]) or _IN_A_LIST.match(text, figure.end):
        return True
    if claim.slot and _SINCE_WHEN.search(text[: figure.start]):
        return True
    return (claim.slot is not None or figure.unit == "magnitude") and bool(OTHER_TIME.search(text))


def has_moved(new: Claim, old: Claim) -> bool:
    """Whether the sentence of `new` says itself that the figure of `old` moved to where it is: "cut its rate to 4 percent".

    What moved must be what the old figure is of ("an offer of 3.1 percent", "the key rate stood at 4.25"), and in the
    direction that is said.
    """
    if new.slot or old.slot or new.figure.unit != old.figure.unit or new.figure.unit in _UNCOMPARED:
        return False
    if _is_same_whole(new, old):
        return bool(_NOW.search(new.statement.text))
    moved = _move(new)
    if not moved or (new.figure.unit == "count" and new.noun != old.noun):
        return False
    if (moved["up"] is not None) != (new.figure.value > old.figure.value):
        return False
    lang = new.statement.story.lang
    what = stems(what_moved(new), lang)
    of = stems(" ".join(old.statement.text[: old.figure.start].split()[-4:]), lang)
    return bool(what) and what[-1] in of


def what_moved(claim: Claim) -> str:
    """What the sentence says moved to the figure, without its article: "offer", "key interest rate"; "" if it does not say."""
    moved = _move(claim)
    return _ARTICLE.sub("", _PREPOSITION.split(moved["what"])[0].strip()) if moved else ""


def _move(claim: Claim) -> re.Match[str] | None:
    return _MOVED.search(claim.statement.text[max(0, claim.figure.start - 120) : claim.figure.start])


def same_deed(new: Claim, old: Claim) -> bool:
    """Whether two counts of one thing stand after the same verb: "had taken in 63 birds", "has taken in 240 birds"."""
    if new.slot or old.slot or new.figure.unit != "count" or new.noun is None or new.noun != old.noun:
        return False
    a, b = (_VERB.search(c.statement.text[: c.figure.start]) for c in (new, old))
    if not a or not b or a["verb"].lower() != b["verb"].lower() or new.noun in _UNCOMPARED_THINGS:
        return False
    return (
        len((new.statement.content & old.statement.content) - {stem(a["verb"].lower(), new.statement.story.lang)}) > 1
    )


def _is_same_whole(a: Claim, b: Claim) -> bool:
    """Whether both are parts of one whole: "28 of the 57 seats", "29 of the 57 seats"."""
    one, two = (_WHOLE.match(c.statement.text, c.figure.end) for c in (a, b))
    return a.noun is not None and a.noun == b.noun and one is not None and two is not None and one[1] == two[1]


def stems(text: str, lang: str | None) -> list[str]:
    """The words of a text that say something, by their stems."""
    return [s for w in words(text) if (s := stem(w, lang))]


_WHOLE = re.compile(r" of (?:the |its |their )?(\d+)\b")
_NOW = re.compile(r"\bnow\b|\b(?:one|two|\d+) (?:more|fewer) than\b", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:(?P<up>rais(?:e|ed|es|ing)|increas(?:e|ed|es|ing)|improv(?:e|ed|es|ing)|lift(?:ed|s|ing)?|r[oi]se[ns]?|climb(?:ed|s)|jump(?:ed|s)|grew|grown)"
    r"|(?P<down>cut(?:s|ting)?|lower(?:ed|s|ing)?|reduc(?:e|ed|es|ing)|slash(?:ed|es|ing)?|f[ae]ll(?:en|s)?|dropp?(?:ed|s)|declin(?:ed|es)|brought|bring))"
    r"\b(?P<what>[^;:]*?)\b(?:down )?to\s\Z",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:its|the|their|his|her|a|an)\s", re.IGNORECASE)
_PREPOSITION = re.compile(r"\b(?:by|for|of|from|in|on|at)\b|,")
_VERB = re.compile(
    r"\b(?P<verb>[a-z]{2,}(?:ed|en|t|ew|old)\b(?: (?:in|out|on|off|up|down))?)\s(?:the\s)?\Z", re.IGNORECASE
)


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
