"""Text of scripts without spaces as pairs of characters, so that full-text search finds words of two characters in it."""

from __future__ import annotations

import re

__all__ = ["UNSPACED", "grams", "pairs", "searchable", "whole"]

# Han, kana, hangul, Thai, Lao, Khmer and Burmese: scripts whose words are not parted by spaces, or not reliably.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
    "\U00020000-\U0003134f"
)
_RUN = re.compile(f"[{UNSPACED}]+")
# The first bytes that these scripts have in UTF-8. 0xE2 is not among them: with it begin dashes and quotation marks.
_FIRST_BYTES = bytes([0xE0, 0xE1, *range(0xE3, 0xF5)])
_LINE_END = " \ue000 "  # a word that nobody types, so that no phrase goes on from one line to the next


def pairs(run: str) -> list[str]:
    """Every pair of neighbouring characters of a run, in order; a run of one character stands for itself."""
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def whole(run: str) -> list[str]:
    """The pairs of a whole run and its last character alone.

    So each of its characters begins a gram, and what follows the run does not seem to go on from its last pair.
    """
    return [*pairs(run), run[-1]] if len(run) > 1 else [run]


def grams(text: str) -> str | None:
    """The lines of a text that hold unspaced runs, with the grams of each run in its place; None if there are none.

    The words of other scripts stay where they are, for the tokenizer of the full-text index does not part them from a run
    that they are written against ("iPhone手机"). A phrase search of a word's pairs then finds just the places that hold it,
    and so does one of words of both kinds.
    """
    if not _has_runs(text):
        return None
    lines = [_RUN.sub(_parted, line) for line in text.splitlines() if _RUN.search(line)]
    return _LINE_END.join(lines) or None


def searchable(title: str | None, text: str | None) -> str | None:
    """The grams of a story: what the full-text index keeps beside its title and text."""
    return grams(f"{title or ''}\n{text or ''}")


def _has_runs(text: str) -> bool:
    """Whether a text can hold unspaced runs, by the first bytes of its characters: many times quicker than a search."""
    if text.isascii():
        return False
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, _FIRST_BYTES)) != len(data)


def _parted(run: re.Match[str]) -> str:
    return f" {' '.join(whole(run.group()))} "
