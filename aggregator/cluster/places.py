"""Which countries a text names, in any of its languages: two accounts of one event mostly name the same.

The names are the Unicode CLDR's (docs/data.md): countries and large cities, a city standing for its country. A name is
recognised by its stems, so that inflected forms count; adjectives are not known.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from aggregator.text.language import has_spaces
from aggregator.text.words import terms

__all__ = ["places_in"]

_LONGEST = 3  # words of a name; what is longer is found by its shorter form
_LEAST = 3  # letters of a name of one word: "US" is also a pronoun


def places_in(found: list[str], text: str, lang: str | None) -> frozenset[str]:
    """ISO 3166 codes of the countries that `text` names; `found` are its terms in order, "" for stop words.

    Empty for a language without a table.
    """
    if not has_spaces(lang):
        spelled, pattern = _spelled(lang)
        return frozenset(spelled[match] for match in pattern.findall(text)) if spelled else frozenset()
    names = _stemmed(lang)
    plain = [term for term in found if term]
    return frozenset(
        code
        for place, term in enumerate(plain, 1)
        if term in names
        for rest, code in names[term]
        if plain[place : place + len(rest)] == rest
    )


@lru_cache(maxsize=1)
def _table() -> dict[str, list[tuple[str, str]]]:
    """Language -> (name, code)."""
    table: dict[str, list[tuple[str, str]]] = {}
    listed = resources.files("aggregator.cluster").joinpath("places.tsv").read_text(encoding="utf-8")
    for line in listed.splitlines():
        lang, code, names = line.split("\t")
        table.setdefault(lang, []).extend((name, code) for name in names.split("|"))
    return table


def _rows(lang: str | None) -> list[tuple[str, str]]:
    return _table().get({"no": "nb", "nn": "nb"}.get(lang or "", lang or ""), [])


@lru_cache(maxsize=32)
def _stemmed(lang: str | None) -> dict[str, list[tuple[list[str], str]]]:
    """First term -> the terms that follow it in a name, and its code."""
    rows = {tuple(terms(name, lang)): code for name, code in _rows(lang) if len(name) >= _LEAST}
    names: dict[str, list[tuple[list[str], str]]] = {}
    for (first, *rest), code in ((key, code) for key, code in rows.items() if 0 < len(key) <= _LONGEST):
        names.setdefault(first, []).append((rest, code))
    return names


@lru_cache(maxsize=4)
def _spelled(lang: str | None) -> tuple[dict[str, str], re.Pattern[str]]:
    names = dict(_rows(lang))
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return names, re.compile("|".join(map(re.escape, longest_first)))
