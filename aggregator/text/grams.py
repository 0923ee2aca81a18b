"""Text of scripts without spaces as pairs of characters, so that full-text search finds words of two characters in it."""

from __future__ import annotations

import re

__all__ = ["UNSPACED", "grams", "pairs"]

# Han, kana, hangul, Thai, Lao, Khmer and Burmese: scripts whose words are not parted by spaces, or not reliably.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
    "\U00020000-\U0003134f"
)
_RUN = re.compile(f"[{UNSPACED}]+")
# A run with the letters and figures that are written right before, within or after it ("iPhone手机").
_GLUED = re.compile(rf"[^\W_{UNSPACED}]*[{UNSPACED}](?:[^\W_]|[{UNSPACED}])*")
_PARTS = re.compile(f"([{UNSPACED}]+)")


def pairs(run: str) -> list[str]:
    """Every pair of neighbouring characters of a run, in order; a run of one character stands for itself."""
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def grams(text: str) -> str | None:
    """Every pair of neighbouring characters of unspaced runs, in order, parted by spaces; None if there is no such run.

    A run ends with its last character alone, so that each of its characters begins a gram and pairs never seem to go on
    into the next run. Words of other scripts that are glued to a run stand among its pairs, for the tokenizer of the
    full-text index does not part them from it. A phrase search of a word's pairs finds just the places that hold it.
    """
    if text.isascii() or not _RUN.search(text):
        return None
    found: list[str] = []
    for glued in _GLUED.finditer(text):
        for part in _PARTS.split(glued.group()):
            if _RUN.match(part):
                found.extend([*pairs(part), part[-1]] if len(part) > 1 else [part])
            elif part:
                found.append(part)
    return " ".join(found)
