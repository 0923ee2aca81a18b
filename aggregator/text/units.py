"""What a number counts: percent, money, a measure, or things by their noun."""
# ruff: noqa: RUF001, SIM905, E501 - signs of many scripts are the subject; word lists read best as lines of words

from __future__ import annotations

import re

from aggregator.text.numerals import DIGITS, written_pattern

__all__ = ["MAGNITUDE", "MONTHS", "PERCENT", "unit_of"]

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
MONTHS = (
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november "
    "december januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre octobre "
    "novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre janeiro fevereiro "
    "março maio junho julho setembro outubro novembro dezembro".split()
)
PERCENT = re.compile(
    r"[\s\u00a0-]?(?:(?P<points>percentage[- ]points?|basis points|prozentpunkte)|%|per\s?cent\b|percent\b|pc\b|prozent\b|pour cent\b|por ciento\b|por cento\b|"
    r"per cento\b|procent\b)",
    re.IGNORECASE,
)
MAGNITUDE = re.compile(
    r"(?:\bmagnitude(?:\s(?:at|of|was|is))?|\bmagnitude-|\bstärke|\bmagnitud(?:e)?(?:\sde)?)\s?\Z", re.IGNORECASE
)
_OF_THE = re.compile(
    rf"\s+of\s+(?:the\s|its\s|all\s|their\s)?(?:{DIGITS}|{written_pattern(None)})(?=\s)", re.IGNORECASE
)
_NEXT_WORD = re.compile(r"[\s\u00a0-]+([^\W\d_][\w'’-]*(?:/h\b)?)")
_BEFORE_NOUNS = frozenset({"other", "new", "confirmed", "more", "another", "all", "of"})
_GERMAN_NOUN = re.compile(r"\s+(?:[a-zäöüß]+\s+){0,2}([A-ZÄÖÜ][\w-]+)")


def unit_of(text: str, end: int, before: str, money: str, lang: str | None) -> tuple[str, str | None, int]:
    """(unit, counted noun, where the unit ends) of a number that ends at `end` and has `before` in front of it."""
    if money:
        return _CURRENCY_SIGNS.get(money.strip().lower(), "USD"), None, end
    if percent := PERCENT.match(text, end):
        return ("points" if percent["points"] else "percent"), None, percent.end()
    if MAGNITUDE.search(before):
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
    if word is None or word.endswith("tag") or word in MONTHS or word == "mittwoch":
        return None
    return "person" if word in ("menschen", "personen", "leute") else word


def _singular(word: str) -> str:
    """As in "cities" to "city", "addresses" to "address", "birds" to "bird"."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "shes", "ches", "xes")) else word[:-1]
