"""Text set in columns: what is safe to print, how wide it is, where it breaks."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["fit", "one_line", "width_of", "wrap"]

# Controls (a title could carry a terminal's escape sequences), line and paragraph separators, and the marks that turn the
# direction of all that follows.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+"
)
_NO_START = "、。，．！？：；）」』】〉》〕’”…ー・,.!?:;)]}»"  # marks that may not begin a line


def one_line(text: str) -> str:
    """`text` on one line, without controls, bidirectional marks and repeated white space."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def width_of(text: str) -> int:
    """Columns that `text` takes in a terminal: wide East Asian characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrap(text: str, width: int, *, indent: str = "", first: str | None = None) -> list[str]:
    """`text` in lines of at most `width` columns, each begun with `indent` (the first with `first` if given).

    Breaks at spaces, between wide characters, and inside a word only if it is longer than a line.
    """
    start = indent if first is None else first
    lines: list[str] = []
    line, used = start, width_of(start)
    empty = True
    for word, spaced in _pieces(one_line(text), max(1, width - max(width_of(indent), width_of(start)))):
        size = width_of(word)
        gap = 1 if spaced and not empty else 0
        if not empty and used + gap + size > width:
            lines.append(line)
            line, used, gap = indent, width_of(indent), 0
        line += " " * gap + word
        used += gap + size
        empty = False
    return lines if empty else [*lines, line]


def _pieces(text: str, width: int) -> list[tuple[str, bool]]:
    """Pieces between which a line may break, each with whether a space stands before it; none wider than `width`."""
    found: list[tuple[str, bool]] = []
    for word in text.split(" "):
        spaced = True
        piece = ""
        for char in word:
            breaks = _width(char) > 1 and char not in _NO_START
            if piece and (
                breaks or (_width(piece[-1]) > 1 and char not in _NO_START) or width_of(piece + char) > width
            ):
                found.append((piece, spaced))
                piece, spaced = "", False
            piece += char
        if piece:
            found.append((piece, spaced))
    return found


def fit(text: str, width: int) -> str:
    """`text` on one line of at most `width` columns, cut with an ellipsis."""
    line = one_line(text)
    if width_of(line) <= width:
        return line
    kept, used = [], 1
    for char in line:
        used += _width(char)
        if used > width:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"
