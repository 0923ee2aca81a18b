"""Numbers in a text with what they count: "at least 12 people", "$1.2 million", "4.25 percent", "magnitude 6.1".

Figures are quantities that can be compared between two tellings. Years, dates, clock times, ages, ordinals, vague words
("dozens") and numbers that are names ("Flight 5735", "No. 2") are not figures. Written numbers are read in English; digits,
currencies, per cent signs and magnitudes in the larger European languages too.
"""
# ruff: noqa: RUF001, SIM905, E501, C408 - signs of many scripts are the subject; word lists read best as lines of words

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from aggregator.text.language import base_language

__all__ = ["Figure", "figures"]


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


_ONES = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "m": 1e6, "bn": 1e9, "k": 1e3, "tn": 1e12,
    "mn": 1e6, "mln": 1e6, "mrd": 1e9, "mio": 1e6, "crore": 1e7, "lakh": 1e5,
    "tausend": 1e3, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9, "mille": 1e3, "millions": 1e6, "milliard": 1e9,
    "milliards": 1e9, "mil": 1e3, "millón": 1e6, "millones": 1e6, "milioni": 1e6, "milione": 1e6, "miliardi": 1e9, "milhão": 1e6,
    "milhões": 1e6, "bilhões": 1e9, "miljoen": 1e6, "miljard": 1e9,
}  # fmt: skip
_COMMA_DECIMAL = frozenset(
    {"de", "es", "it", "pt", "nl", "fr", "ru", "pl", "sv", "da", "no", "nb", "fi", "cs", "tr", "id", "uk"}
)
_CURRENCY_SIGNS = {"$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "us$": "USD", "a$": "AUD", "c$": "CAD"}
_CURRENCY_WORDS = {
    "dollar": "USD", "dollars": "USD", "usd": "USD", "euro": "EUR", "euros": "EUR", "eur": "EUR", "pound": "GBP", "pounds": "GBP",
    "gbp": "GBP", "yen": "JPY", "rupees": "INR", "francs": "CHF", "crowns": "crown", "crown": "crown", "kronor": "SEK",
    "kroner": "NOK", "roubles": "RUB", "rubles": "RUB", "yuan": "CNY", "pesos": "peso", "€": "EUR", "£": "GBP",
}  # fmt: skip
_MEASURES = {
    "km": "km", "kilometres": "km", "kilometers": "km", "kilometre": "km", "kilometer": "km", "mile": "mi", "miles": "mi",
    "metre": "m", "metres": "m", "meter": "m", "meters": "m", "feet": "ft", "foot": "ft", "mph": "mph", "km/h": "km/h", "kph": "km/h",
    "knots": "kn", "acres": "acre", "acre": "acre", "hectares": "ha", "hectare": "ha", "tonnes": "t", "tonne": "t", "tons": "ton",
    "ton": "ton", "litres": "l", "liters": "l", "gallons": "gal", "barrels": "barrel", "inches": "in", "kilograms": "kg", "kg": "kg",
    "megawatts": "MW", "mw": "MW", "gigawatts": "GW", "degrees": "degree", "kilometern": "km", "metern": "m",
    "quilómetros": "km", "quilômetros": "km", "kilomètres": "km", "kilómetros": "km", "metros": "m", "mètres": "m", "chilometri": "km",
    "tonnen": "t", "toneladas": "t", "hours": "hour", "days": "day", "weeks": "week", "months": "month", "years": "year",
    "minutes": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year", "minute": "minute",
}  # fmt: skip
_PEOPLE = frozenset(
    "people person persons men man women woman children child civilians civilian others residents resident".split()
)
_NOT_NOUNS = frozenset(
    "the a an of in on at by for from to with and or but as than that which who were was are is be been being have has had will would "
    "could may might said says after before during since until while when where into over under about more less least most other another "
    "all each every per its their his her our this these those not also still now new confirmed next last first second third only just "
    "even so if up down out off".split()
)
_PLURALS = frozenset(
    "people men women children police crew staff personnel cattle dead sheep fish aircraft homes premises".split()
)
_SINGULARS = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "homes": "home",
    "houses": "house",
}
_MONTHS = (
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november "
    "december januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre octobre "
    "novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre janeiro fevereiro "
    "março maio junho julho setembro outubro novembro dezembro".split()
)
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b"
_DIGITS = r"\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
# Numbers up to twelve and the round ones, as other languages write them.
_WRITTEN_ELSEWHERE = {
    "de": dict(zwei=2, drei=3, vier=4, fünf=5, sechs=6, sieben=7, acht=8, neun=9, zehn=10, elf=11, zwölf=12, zwanzig=20, dreißig=30, vierzig=40,
               fünfzig=50, hundert=100, dutzend=12),
    "fr": dict(deux=2, trois=3, quatre=4, cinq=5, six=6, sept=7, huit=8, neuf=9, dix=10, onze=11, douze=12, quinze=15, vingt=20, trente=30, cent=100),
    "es": dict(dos=2, tres=3, cuatro=4, cinco=5, seis=6, siete=7, ocho=8, nueve=9, diez=10, doce=12, quince=15, veinte=20, treinta=30, cien=100),
    "pt": dict(dois=2, duas=2, três=3, quatro=4, cinco=5, seis=6, sete=7, oito=8, nove=9, dez=10, onze=11, doze=12, vinte=20, trinta=30, cem=100),
    "it": dict(due=2, tre=3, quattro=4, cinque=5, sette=7, otto=8, dieci=10, undici=11, dodici=12, venti=20, trenta=30, cento=100),
    "nl": dict(twee=2, drie=3, vier=4, vijf=5, zes=6, zeven=7, acht=8, negen=9, tien=10, elf=11, twaalf=12, twintig=20, dertig=30, honderd=100),
}  # fmt: skip


def _written_pattern(lang: str | None) -> str:
    """Written numbers of a language; English ones where nothing else is known."""
    if lang in _WRITTEN_ELSEWHERE:
        return "(?:" + "|".join(sorted(_WRITTEN_ELSEWHERE[lang], key=len, reverse=True)) + ")"
    parts = "|".join([*_TENS, *_ONES, "hundred", "thousand"])
    return rf"(?:(?:{'|'.join([*_TENS, *_ONES])})(?:[- ](?:and[- ])?(?:{parts}))*)"


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
_SCALE_WORDS = "|".join(sorted(_SCALES, key=len, reverse=True))


@lru_cache(maxsize=32)
def _pattern(lang: str | None) -> re.Pattern[str]:
    """A number, the word that multiplies it, and "or more"."""
    return re.compile(
        rf"(?P<number>(?<![\w.,/:#-])(?:{_DIGITS})(?![\d/:]|[-–]\d)|(?<=[$£€¥₹])(?:{_DIGITS})"
        rf"|\b(?:{_written_pattern(lang)}\b|(?:half a|a quarter of a|a)(?=\s+(?:million|billion|dozen)\b)))"
        rf"(?:[\s\u00a0-]?(?P<scale>(?:{_SCALE_WORDS}|dozen))\b\.?)?"
        r"(?P<more> or more| or so)?",
        re.IGNORECASE,
    )


_PERCENT = re.compile(
    r"[\s\u00a0-]?(?:(?P<points>percentage[- ]points?|basis points|prozentpunkte)|%|per\s?cent\b|percent\b|pc\b|prozent\b|pour cent\b|por ciento\b|por cento\b|"
    r"per cento\b|procent\b)",
    re.IGNORECASE,
)
_SCORE = re.compile(r"(?<![\w.,/:–-])(\d{1,3})[-–](\d{1,3})(?![\w/:]|[-–]\d)")
_SHARE = re.compile(
    r"\b(?P<part>\d{1,2}|one|two|three|four|five|six|seven|eight|nine) (?:in|out of) (?:every )?(?P<whole>\d{1,3}|two|three|four|five|six|"
    r"seven|eight|nine|ten)\b(?! (?:days?|weeks?|months?|years?|hours?|minutes?)\b)"
    r"|\b(?P<count>one|two|three|four|a)[- ](?P<step>third|quarter|fifth|tenth)s?(?= of\b(?! an? (?:percent|point)))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d\Z")
_BEFORE_NAME = re.compile(
    r"(?:\b(?:no|nos|flight|route|highway|interstate|room|apartment|unit|chapter|section|article|title|page|channel|platform|gate|"
    r"boeing|airbus|version|iphone|windows|covid|group|division|class|grade|level|phase|stage|type|number|act|proposition|formula|"
    r"age|aged|area|district|ward|precinct|line|bus|train|psalm|apollo|figure|table|item|lot|day|week|round|lap|minute|category|factor\sof)\.?\s|#)\Z",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(r"(?:st|nd|rd|th)\b|\s?(?:a\.?m\.?|p\.?m\.?|o['’]clock|uhr|h\d\d)\b|[-\s]years?[-\s]old\b|-(?:story|storey|mile|page|point|part|person|man|bed|hour|day|week|month|year|minute|foot|metre|meter)\b", re.IGNORECASE)  # fmt: skip
_MAGNITUDE = re.compile(
    r"(?:\bmagnitude(?:\s(?:at|of|was|is))?|\bmagnitude-|\bstärke|\bmagnitud(?:e)?(?:\sde)?)\s?\Z", re.IGNORECASE
)
_DATE_BEFORE = re.compile(rf"\b{_MONTH}\.?\s?(?:the\s)?\Z", re.IGNORECASE)
_DATE_AFTER = re.compile(rf"(?:st|nd|rd|th|\.|º)?\s?(?:of\s|de\s)?{_MONTH}", re.IGNORECASE)
_OF_THE = re.compile(
    rf"\s+of\s+(?:the\s|its\s|all\s|their\s)?(?:{_DIGITS}|{_written_pattern(None)})(?=\s)", re.IGNORECASE
)
_NEXT_WORD = re.compile(r"[\s\u00a0-]+([^\W\d_][\w'’-]*(?:/h\b)?)")


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
        part, whole = (float(w) if w.isdigit() else _ONES.get(w.lower(), 0) for w in (match["part"], match["whole"]))
    else:
        part, whole = (
            _ONES.get(match["count"].lower(), 1),
            {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}[match["step"].lower()],
        )
    if not 0 < part < whole:
        return None
    return Figure(
        value=100 * part / whole,
        unit="percent",
        bound="about",
        start=match.start(),
        end=match.end(),
        number=match.group(),
    )


def _figure(text: str, match: re.Match[str], lang: str | None) -> Figure | None:
    """The figure at a match, or None where the number is a date, a name, a year or a pronoun."""
    start, end = match.start("number"), match.end("number")
    before = text[max(0, start - 28) : start]
    money = _MONEY.search(before)
    first = start - (len(before) - money.start()) if money else start
    bounded = _BOUND.search(text[max(0, first - 28) : first])
    if not money and _is_name(text, match, before, is_bounded=bounded is not None):
        return None
    value, step = _value(match, lang)
    end = max(end, match.end("scale"))
    unit, noun, unit_end = _unit(text, max(end, match.end("more")), before, money.group() if money else "", lang)
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
    if _YEAR.fullmatch(number) and not match["scale"] and not _PERCENT.match(after) and not is_bounded:
        return True
    return bool(_BEFORE_NAME.search(before)) and not _MAGNITUDE.search(before)


def _is_pronoun(match: re.Match[str], noun: str | None) -> bool:
    """Whether a written number counts nothing: "one of them", "in two", "the one"."""
    word = match["number"].lower()
    return noun is None and word in ("one", "a", "zero")


def _value(match: re.Match[str], lang: str | None) -> tuple[float, float]:
    """The number and the step it is given to."""
    word = " ".join(match["number"].lower().replace("-", " ").split())
    if word[0].isdigit():
        value, step = _digits(word, lang)
    else:
        value, step = {"half a": (0.5, 0.1), "a quarter of a": (0.25, 0.05), "a": (1.0, 0.1)}.get(word) or (
            _written(word, lang),
            1.0,
        )
    scale = (match["scale"] or "").lower()
    if scale == "dozen":
        return value * 12, 6.0
    factor = _SCALES.get(scale, 1.0)
    return value * factor, step * factor


def _digits(word: str, lang: str | None) -> tuple[float, float]:
    plain = re.sub(r"['’\u00a0\u202f ]", "", word)
    point, group = (",", ".") if lang in _COMMA_DECIMAL else (".", ",")
    if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+", plain):
        plain = plain.replace(group, "")
    elif re.fullmatch(rf"\d{{1,3}}(?:\{point}\d{{3}}){{2,}}", plain):
        plain = plain.replace(point, "")
    else:
        plain = plain.replace(group, "" if point in plain else point).replace(point, ".")
    decimals = len(plain.partition(".")[2])
    value = float(plain)
    return value, 10.0**-decimals if decimals else _round_step(value)


def _round_step(value: float) -> float:
    """A round number is given to its last digit that is not zero, at least to hundreds: 300,000 to 100,000."""
    whole = int(value)
    step = 1
    while whole and whole % (step * 10) == 0:
        step *= 10
    return float(step if step >= 100 else 1)  # noqa: PLR2004


def _written(words: str, lang: str | None) -> float:
    if lang in _WRITTEN_ELSEWHERE:
        return float(_WRITTEN_ELSEWHERE[lang][words])
    total = part = 0.0
    for word in words.split():
        if word in _SCALES:
            part = max(1.0, part) * _SCALES[word]
            if _SCALES[word] >= 1e3:  # noqa: PLR2004
                total, part = total + part, 0.0
        elif word != "and":
            part += _ONES.get(word, 0) + _TENS.get(word, 0)
    return total + part


def _unit(text: str, end: int, before: str, money: str, lang: str | None) -> tuple[str, str | None, int]:
    """(unit, counted noun, where the unit ends) of a number that ends at `end` and has `before` in front of it."""
    if money:
        return _CURRENCY_SIGNS.get(money.strip().lower(), "USD"), None, end
    if percent := _PERCENT.match(text, end):
        return ("points" if percent["points"] else "percent"), None, percent.end()
    if _MAGNITUDE.search(before):
        return "magnitude", None, end
    after = _OF_THE.match(text, end)
    following = _following(text, after.end() if after else end)
    if following:
        word, place = following[0]
        if word in _CURRENCY_WORDS:
            return _CURRENCY_WORDS[word], None, place
        if word in _MEASURES:
            return _MEASURES[word], None, place
    return "count", _counted(following) if lang != "de" else _counted_german(text, end), 0


def _following(text: str, end: int) -> list[tuple[str, int]]:
    """Up to four words that follow, to the next mark or small word, each with its end."""
    found: list[tuple[str, int]] = []
    while len(found) < 4 and (match := _NEXT_WORD.match(text, end)):  # noqa: PLR2004
        word = match[1].lower().rstrip("'’")
        if word in _NOT_NOUNS and (found or word not in _BEFORE_NOUNS):
            break
        found.append((word, match.end()))
        end = match.end()
    return found


def _counted(following: list[tuple[str, int]]) -> str | None:
    """The head of the counted words: the first that is plural or a word for people."""
    for word, _ in following:
        if word in _PEOPLE:
            return "person"
        if word in _PLURALS:
            return _SINGULARS.get(word, word)
        if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s")):  # noqa: PLR2004
            return _SINGULARS.get(word) or _singular(word)
    return None


def _counted_german(text: str, end: int) -> str | None:
    """German counts a noun with a capital: at most two words on."""
    match = _GERMAN_NOUN.match(text, end)
    word = match[1].lower() if match else None
    if word is None or word.endswith("tag") or word in _MONTHS or word == "mittwoch":
        return None
    return "person" if word in ("menschen", "personen", "leute") else word


_BEFORE_NOUNS = frozenset({"other", "new", "confirmed", "more", "another", "all", "of"})
_GERMAN_NOUN = re.compile(r"\s+(?:[a-zäöüß]+\s+){0,2}([A-ZÄÖÜ][\w-]+)")


def _singular(word: str) -> str:
    """As in "cities" to "city", "addresses" to "address", "birds" to "bird"."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "shes", "ches", "xes")) else word[:-1]
