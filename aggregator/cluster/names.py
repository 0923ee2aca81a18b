"""Names and figures a text mentions, as far as capitals and digits show them: cheap, and for any script with capitals."""
# ruff: noqa: RUF001 - typographic marks

from __future__ import annotations

import re

from aggregator.cluster.rarity import rarity
from aggregator.text.words import stem, stop_words, words

__all__ = ["YEAR", "figures_in", "names_in", "subjects_in", "words_of"]

YEAR = re.compile(r"(?:19|20)\d\d")  # a figure that says little: everything of a year shares it
_UPPER = "".join(chr(c) for c in range(0x590) if chr(c).isupper())
_INNER = "of|de|del|della|di|da|du|van|von|der|al|bin|ibn|la|le|e|y"
_NAME = re.compile(f"[{_UPPER}][\\w'’-]*(?:(?: (?:{_INNER}) | )[{_UPPER}][\\w'’-]*)*")
_STARTS = frozenset(".!?:;\"“”„«»‘'’|—–-•…(\n")
_FIGURE = re.compile(r"\d(?<![\w.,]\d)\d*(?:[.,:]\d+)*(?![\w])")  # what precedes is looked at last: few are digits
_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_TITLE_CASE = 0.7  # share of longer words with a capital from which a title is written in title case
_TELLING = 3.5  # idf of a name that tells events apart: "England" does, "Bank" does not
_MOST_NAMES, _MOST_FIGURES, _MOST_SUBJECTS = 40, 24, 8


def names_in(text: str, lang: str | None) -> list[str]:
    """Runs of capitalised words, each once, in order; the first word of a sentence only if it is met elsewhere too."""
    stops = stop_words(lang)
    sure: dict[str, None] = {}
    doubtful: list[str] = []
    for match in _NAME.finditer(text):
        name = match.group().removesuffix("'s").removesuffix("’s")
        start = match.start()
        before = text[max(0, start - 2) : start].rstrip(" ")
        begins = not before or before[-1] in _STARTS
        first, _, rest = name.partition(" ")
        if first.lower() in stops:
            name, begins = rest, False
        if len(name) < 2 or name.lower() in stops:  # noqa: PLR2004 - an initial
            continue
        if begins and " " not in name:
            doubtful.append(name)
        else:
            sure.setdefault(name)
    for name in doubtful:
        if doubtful.count(name) > 1:
            sure.setdefault(name)
    return list(sure)[:_MOST_NAMES]


def words_of(names: list[str]) -> frozenset[str]:
    """The words of all names."""
    joined = "\n".join(names)
    return frozenset(words(joined) if joined.isascii() else (word for name in names for word in words(name)))


def figures_in(text: str) -> list[str]:
    """Numbers as written, each once, in order."""
    return list(dict.fromkeys(_FIGURE.findall(text)))[:_MOST_FIGURES]


def subjects_in(title: str, known: frozenset[str], lang: str | None) -> list[str]:
    """Names a title is about, the telling ones first.

    In a title in sentence case what has a capital; in title case (and in German, where nouns have one) what the text or
    the tables know as a name, or, in a language with tables, what neither knows. `known` are the words of the text's names.
    """
    tokens = _WORD.findall(title)
    plain = [token for token in tokens if len(token) > 3 and token[0].isalpha()]  # noqa: PLR2004 - "of", "and"
    capitals_say = (
        bool(plain) and sum(token[0].isupper() for token in plain) <= _TITLE_CASE * len(plain) and lang != "de"
    )
    table = rarity(lang)
    found = []
    for n, token in enumerate(tokens):
        term = stem(token.lower(), lang)
        if not token[0].isupper() or not term:
            continue
        is_name = table.is_name(term)
        unknown = is_name is None and table.has_names
        inner = n or (
            len(tokens) > 1 and tokens[1][0].isupper()
        )  # a first word says nothing unless a second follows suit
        if (
            (token.lower() in known and (capitals_say or is_name is not False))
            or (capitals_say and inner)
            or is_name
            or unknown
            or (token.isupper() and not title.isupper())
        ):
            found.append(token)
    telling = [token for token in found if table[stem(token.lower(), lang)][1] >= _TELLING]
    return (telling or found)[:_MOST_SUBJECTS]
