"""Numbers in a text with what they count: "at least 12 people", "$1.2 million", "4.25 percent", "magnitude 6.1".

Figures are quantities that can be compared between two tellings. Years, dates, clock times, ages, ordinals, vague words
("dozens") and numbers that are names ("Flight 5735", "No. 2") are not figures. Written numbers are read in English; digits,
currencies, per cent signs and magnitudes in the larger European languages too.
"""
# ruff: noqa: RUF001, E501 - signs of many scripts are the subject; word lists read best as lines of words

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from aggregator.text.language import base_language
from aggregator.text.numerals import DIGITS, ONES, SCALE_WORDS, folded, value_of, written_pattern
from aggregator.text.units import MAGNITUDE, MONTHS, PERCENT, unit_of

__all__ = ["Figure", "figures"]

_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b"
_BOUNDS = {
    "least": r"at least|more than|over|above|no fewer than|not less than|upwards? of|mindestens|mehr als|über|plus de|au moins|más de|"
    r"al menos|mais de|pelo menos|più di|almeno|meer dan|ruim",
    "most": r"up to|as many as|at most|no more than|fewer than|less than|under|below|bis zu|höchstens|moins de|menos de|hasta|até|meno di",
    "about": r"about|around|roughly|approximately|nearly|almost|some|an estimated|estimated|close to|just over|just under|a little over|"
    r"a little under|circa|ca\.|etwa|rund|knapp|fast|environ|près de|presque|unos|unas|casi|cerca de|quase|quasi|ongeveer|bijna",
}
_BOUND = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _BOUNDS.items()) + r")\s+(?:the\s)?\Z", re.IGNORECASE
)
_MONEY = re.compile(r"(?:\b(?:US|A|C))?[$£€¥₹]\s?\Z", re.IGNORECASE)
_SCORE = re.compile(r"(?<![\w.,/:–-])(\d{1,3})[-–](\d{1,3})(?![\w/:]|[-–]\d)")
_SHARE = re.compile(
    r"\b(?P<part>\d{1,2}|one|two|three|four|five|six|seven|eight|nine) (?:in|out of) (?:every )?(?P<whole>\d{1,3}|two|three|four|five|six|"
    r"seven|eight|nine|ten)\b(?! (?:days?|weeks?|months?|years?|hours?|minutes?)\b)"
    r"|\b(?P<count>one|two|three|four|a)[- ](?P<step>third|quarter|fifth|tenth)s?(?= of\b(?! an? (?:percent|point)))",
    re.IGNORECASE,
)
_STEPS = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d\Z")
_BEFORE_NAME = re.compile(
    r"(?:\b(?:no|nos|flight|route|highway|interstate|room|apartment|unit|chapter|section|article|title|page|channel|platform|gate|"
    r"boeing|airbus|version|iphone|windows|covid|group|division|class|grade|level|phase|stage|type|number|act|proposition|formula|"
    r"age|aged|area|district|ward|precinct|line|bus|train|psalm|apollo|figure|table|item|lot|day|week|round|lap|minute|category|factor\sof)\.?\s|#)\Z",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(r"(?:st|nd|rd|th)\b|\s?(?:a\.?m\.?|p\.?m\.?|o['’]clock|uhr|h\d\d)\b|[-\s]years?[-\s]old\b|-(?:story|storey|mile|page|point|part|person|man|bed|hour|day|week|month|year|minute|foot|metre|meter)\b", re.IGNORECASE)  # fmt: skip
_DATE_BEFORE = re.compile(rf"\b{_MONTH}\.?\s?(?:the\s)?\Z", re.IGNORECASE)
_DATE_AFTER = re.compile(rf"(?:st|nd|rd|th|\.|º)?\s?(?:of\s|de\s)?{_MONTH}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A quantity in a text.

    `unit` is count, percent, points, magnitude, score, or a currency ("USD") or measure ("km", "t", "mph"…); `noun` the
    counted thing in lower case singular ("home", "person"), None where nothing is counted or it cannot be told. `bound` is
    exact, about, least or most. `value` of a score "3-1" is 3 and `other` 1. `start` and `end` span number, sign and bound
    words; `number` is as written without bound ("420,000", "$1.2 million"). `precision` is the step to which it is given.
    """

    value: float
    unit: str
    start: int
    end: int
    number: str
    noun: str | None = None
    bound: str = "exact"
    other: float | None = None
    precision: float = 1.0


@lru_cache(maxsize=32)
def _pattern(lang: str | None) -> re.Pattern[str]:
    """A number, the word that multiplies it, and "or more"."""
    return re.compile(
        rf"(?P<number>(?<![\w.,/:#-])(?:{DIGITS})(?![\d/:]|[-–]\d)|(?<=[$£€¥₹])(?:{DIGITS})"
        rf"|\b(?:{written_pattern(lang)}\b|(?:half a|a quarter of a|a)(?=\s+(?:million|billion|dozen)\b)))"
        rf"(?:[\s\u00a0-]?(?P<scale>(?:{SCALE_WORDS}|dozen))\b\.?)?"
        r"(?P<more> or more| or so)?",
        re.IGNORECASE,
    )


@lru_cache(maxsize=4096)  # a digest asks for the same sentences as claims, as differences and as news
def figures(text: str, lang: str | None = None) -> tuple[Figure, ...]:
    """The figures of `text` in order; `lang` (ISO 639-1) says whether a comma parts decimals or thousands.

    Cost: about 0.05 ms a sentence, once.
    """
    lang = base_language(lang)
    found = [figure for match in _pattern(lang).finditer(text) if (figure := _figure(text, match, lang))]
    shares = [share for match in _SHARE.finditer(text) if (share := _share(match))]
    found = [f for f in found if not any(s.start < f.end and f.start < s.end for s in shares)] + shares
    taken = {n for f in found for n in range(f.start, f.end)}
    scores = [s for m in _SCORE.finditer(text) if not taken.intersection(range(*m.span())) and (s := _score(m))]
    return tuple(sorted([*found, *scores], key=lambda f: f.start))


def _score(match: re.Match[str]) -> Figure | None:
    """A result or a vote: "2-1", "220-211"; a range or a season ("2017-18") is neither."""
    a, b = int(match[1]), int(match[2])
    if match[1].startswith("0") or (match[2].startswith("0") and match[2] != "0"):
        return None
    return Figure(value=a, other=b, unit="score", start=match.start(), end=match.end(), number=match.group())


def _share(match: re.Match[str]) -> Figure | None:
    """A part of a whole as a percentage: "four in five", "two-thirds"."""
    if match["whole"]:
        part, whole = (int(w) if w.isdigit() else ONES[folded(w)] for w in (match["part"], match["whole"]))
    else:
        part, whole = ONES.get(folded(match["count"]), 1), _STEPS[folded(match["step"])]
    if not 0 < part < whole:
        return None
    value, start, end = 100 * part / whole, match.start(), match.end()
    return Figure(value=value, unit="percent", bound="about", start=start, end=end, number=match.group())


def _figure(text: str, match: re.Match[str], lang: str | None) -> Figure | None:
    """The figure at a match, or None where the number is a date, a name, a year or a pronoun."""
    start, end = match.start("number"), match.end("number")
    before = text[max(0, start - 28) : start]
    money = _MONEY.search(before)
    first = start - (len(before) - money.start()) if money else start
    bounded = _BOUND.search(text[max(0, first - 28) : first])
    if not money and _is_name(text, match, before, is_bounded=bounded is not None):
        return None
    value, step = value_of(match["number"], (match["scale"] or "").lower(), lang)
    end = max(end, match.end("scale"))
    unit, noun, unit_end = unit_of(text, max(end, match.end("more")), before, money.group() if money else "", lang)
    if unit == "count" and not match["scale"] and _is_pronoun(match, noun):
        return None
    bound = bounded.lastgroup if bounded else None
    if match["more"]:
        bound = "least" if "more" in match["more"] else "about"
    return Figure(
        value=value,
        unit=unit,
        noun=noun,
        bound=bound or "exact",
        start=first - len(bounded.group()) if bounded else first,
        end=max(end, unit_end),
        number=text[first : max(end, unit_end)].strip(),
        precision=step,
    )


def _is_name(text: str, match: re.Match[str], before: str, *, is_bounded: bool) -> bool:
    """Whether the number is part of a date, a time, an age, an ordinal or a name."""
    number, end = match["number"], match.end("number")
    after = text[end : end + 24]
    if _AFTER_NAME.match(after) or (not match["scale"] and (_DATE_AFTER.match(after) or _DATE_BEFORE.search(before))):
        return True
    if _YEAR.fullmatch(number) and not match["scale"] and not PERCENT.match(after) and not is_bounded:
        return True
    return bool(_BEFORE_NAME.search(before)) and not MAGNITUDE.search(before)


def _is_pronoun(match: re.Match[str], noun: str | None) -> bool:
    """Whether a written number counts nothing: "one of them", "in two", "the one"."""
    word = match["number"].lower()
    return noun is None and word in ("one", "a", "zero")
