"""A page's text as another scraper kept it: the headline somewhere near the top, chrome above and below."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aggregator.extract.bylines import find_authors
from aggregator.extract.dates import find_dates
from aggregator.extract.head import Head
from aggregator.extract.letters import DENSE
from aggregator.extract.lines import Line
from aggregator.extract.phrases import line_kind
from aggregator.text.html import clean_text

__all__ = ["as_lines", "kept_facts", "kept_lines", "kept_title"]

_SPACE = re.compile(r"[ \t\u00a0\u2000-\u200b\u3000]+")
_SEARCHED = 12  # lines from the top among which the headline stands
_PARAGRAPH = 160  # characters: longer is text, no headline
_WORD = re.compile(r"\w+")
_STOPS = (".", "!", "?", "…", "。", "！", "？", ".”", '."')


def kept_lines(text: str) -> list[str]:
    """The lines of the text, each a paragraph; hard-wrapped text (no blank lines, all lines short) stays as it is."""
    return [line for raw in clean_text(text).split("\n") if (line := _SPACE.sub(" ", raw).strip())]


def kept_title(lines: Sequence[str]) -> int | None:
    """Which line is the headline: the first that reads as one, else None.

    A headline has four words or more (or eight Chinese characters), is no byline, date or button, and is no paragraph. A
    short line above a longer one of that kind ("World News") is a label; but if nothing follows the longer one, it is the
    text of a brief, and the short line its headline.
    """
    for i, line in enumerate(lines[:_SEARCHED]):
        if len(line) > _PARAGRAPH:
            break
        if _reads_as_headline(line):
            above = [n for n in range(i) if not line_kind(lines[n])[0]]
            is_text = line.endswith(_STOPS) and all(line_kind(after)[0] for after in lines[i + 1 :])
            return above[-1] if is_text and above else i
    # Nothing of that length: the first line that is not furniture, if text follows it.
    for i, line in enumerate(lines[:3]):
        if (
            len(line) <= _PARAGRAPH
            and not line_kind(line)[0]
            and any(len(after) > _PARAGRAPH for after in lines[i + 1 : i + 4])
        ):
            return i
    return None


def _reads_as_headline(line: str) -> bool:
    words = len(_WORD.findall(line))
    han = len(DENSE.findall(line))
    if (words < 4 and han < 8) or words > 30:
        return False
    kind, share = line_kind(line)
    if kind and share > 0.2:
        return False
    letters = sum(c.isalpha() for c in line)
    return letters > 0.6 * len(line.replace(" ", "")) and not line.endswith((":", "："))


def kept_facts(lines: Sequence[str], title_at: int | None) -> tuple[tuple[str, ...], str | None]:
    """Authors and day of publication as the lines around the headline say."""
    top = 0 if title_at is None else title_at
    near = [line for line in lines[max(0, top - 4) : top + 6] if len(line) < _PARAGRAPH]
    authors, _ = find_authors(Head(), lines=[line for line in near if line != (lines[top] if lines else "")])
    return authors, find_dates(Head(), lines=near).published


def as_lines(lines: Sequence[str], title_at: int | None) -> list[Line]:
    """What is left to judge: everything below the headline; what stands above it is the page's."""
    return [Line(text=line) for line in (lines if title_at is None else lines[title_at + 1 :])]
