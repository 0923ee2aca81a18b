"""Text of scripts without spaces as pairs of characters, so that full-text search finds words of two characters in it."""

from __future__ import annotations

import re

__all__ = ["grams"]

# Han, kana, hangul, Thai, Lao, Khmer and Burmese: scripts whose words are not parted by spaces, or not reliably.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
    "\U00020000-\U0003134f]+"
)


def grams(text: str) -> str | None:
    """Every pair of neighbouring characters of unspaced runs, in order, parted by spaces; None if there is no such run.

    A run of one character stands for itself. A phrase search of a word's pairs then finds just the places that hold it.
    """
    pairs = []
    for match in _UNSPACED.finditer(text):
        run = match.group()
        pairs.extend([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    return " ".join(pairs) or None
