"""Names and figures a text mentions, as far as capitals and digits show them: cheap, and for any script with capitals."""

from __future__ import annotations

import re

from aggregator.text.words import stop_words

__all__ = ["figures_in", "names_in"]

_UPPER = "".join(chr(c) for c in range(0x590) if chr(c).isupper())
_NAME = re.compile(
    f"[{_UPPER}][\\w'’-]*(?:(?: (?:of|de|del|della|di|da|du|van|von|der|al|bin|ibn|la|le|e|y) | )[{_UPPER}][\\w'’-]*)*"
)  # noqa: RUF001, E501 - typographic apostrophe
_STARTS = frozenset(".!?:;\"“”„«»‘'’|—–-•…(\n")  # noqa: RUF001 - typographic marks
_FIGURE = re.compile(r"(?<![\w.,])\d+(?:[.,:]\d+)*(?![\w])")
_MOST_NAMES, _MOST_FIGURES = 40, 24


def names_in(text: str, lang: str | None) -> list[str]:
    """Runs of capitalised words, each once, in order; the first word of a sentence only if it is met elsewhere too."""
    stops = stop_words(lang)
    sure: dict[str, None] = {}
    doubtful: list[str] = []
    for match in _NAME.finditer(text):
        name = match.group().removesuffix("'s").removesuffix("’s")  # noqa: RUF001
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


def figures_in(text: str) -> list[str]:
    """Numbers as written, each once, in order."""
    return list(dict.fromkeys(_FIGURE.findall(text)))[:_MOST_FIGURES]
