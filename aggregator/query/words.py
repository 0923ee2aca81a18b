"""Words as the search sees them: folded letters, parted as the full-text index parts them.

The folding is that of SQLite's tokenizer `unicode61 remove_diacritics 2`: letters and figures make words, case is folded, and
Latin letters lose their marks. Scripts without spaces are runs of their own, within which a word may begin anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from aggregator.text.grams import UNSPACED

__all__ = ["has_letters", "has_words", "is_unspaced", "needle", "segments", "spelled"]

SHORT = 80  # characters of a name
_RUN = re.compile(f"[{UNSPACED}]+")
_MARKS = ("\u0300", "\u036f")  # combining marks that a word keeps together over


class _Folding(dict[int, str]):
    """The folded form of each character, found when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded(chr(code))
        return folded


def _folded(char: str) -> str:
    if _RUN.match(char):
        return char
    if _MARKS[0] <= char <= _MARKS[1]:
        return ""
    category = unicodedata.category(char)
    if category[0] not in "LN" and category != "Co":
        return " "
    parted = unicodedata.normalize("NFD", char)
    base, marks = parted[0], parted[1:]
    if marks and base.isascii() and all(unicodedata.category(m) == "Mn" for m in marks):
        return base.lower()
    fold = char.casefold()
    return fold if len(fold) == 1 else char.lower() if len(char.lower()) == 1 else char


_FOLDING = _Folding()


def spelled(text: str) -> str:
    """The words of a text, folded, in order, each between spaces: `" storm reaches coast "`; `" "` if it has none."""
    parted = _RUN.sub(r" \g<0> ", text.translate(_FOLDING))
    return f" {' '.join(parted.split())} "


def segments(text: str) -> list[str]:
    """The words and unspaced runs of a text, folded."""
    return spelled(text).split()


def is_unspaced(segment: str) -> bool:
    """Whether a segment is a run of a script without spaces."""
    return _RUN.match(segment) is not None


def has_letters(segment: str) -> bool:
    """Whether there is a letter or figure: unspaced runs may hold vowel signs and dots as well."""
    return any(unicodedata.category(char)[0] in "LN" for char in segment)


def needle(text: str, *, is_prefix: bool = False) -> str:
    """What must be found in `spelled(...)` for the words to stand there: whole words, but any part of unspaced runs."""
    parts = segments(text)
    if not parts:
        return ""
    before = "" if is_unspaced(parts[0]) else " "
    after = "" if is_prefix or is_unspaced(parts[-1]) else " "
    return before + " ".join(parts) + after


def has_words(text: str | None, wanted: str) -> bool:
    """Whether words, as `needle` gives them, stand in a text."""
    if text is None or not wanted:
        return False
    return wanted in (_spelled_name(text) if len(text) <= SHORT else spelled(text))


@lru_cache(maxsize=20_000)
def _spelled_name(text: str) -> str:
    """Names of outlets, feeds and folders are looked through again and again."""
    return spelled(text)
