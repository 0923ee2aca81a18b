"""Regular expressions in queries: which are let in, and how they are run within a time.

Python's own engine cannot be stopped, so `regex` (which can) runs them. It unrolls counted repeats, so their product is
bounded; what only it knows (recursion, fuzzy matches) is refused by asking the standard engine's parser first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

__all__ = ["compiled", "found", "problem_of"]

LONGEST = 200  # characters
MOST_REPEATS = 1000  # product of all counts
_COUNT = re.compile(r"(?<!\\)\{(\d*),?(\d*)\}")
_BRACE = re.compile(r"(?<!\\)\{(?!\d*,?\d*\})")


def problem_of(pattern: str) -> str | None:
    """Why a pattern cannot be used; None if it can."""
    if len(pattern) > LONGEST:
        return f"it has more than {LONGEST} characters"
    if _BRACE.search(pattern):
        return r"a brace that is no count is written \{"
    counts = [max(int(a or 1), int(b or 1)) for a, b in _COUNT.findall(pattern) if len(a) < 5 and len(b) < 5]  # noqa: PLR2004
    if len(counts) < len(_COUNT.findall(pattern)) or prod(counts) > MOST_REPEATS:
        return f"its counts come to more than {MOST_REPEATS} repeats"
    import regex  # noqa: PLC0415 - it loads slowly, and few queries hold a pattern

    try:
        re.compile(pattern)
        compiled(pattern, "")
    except (re.error, regex.error, RecursionError, OverflowError) as error:
        return str(error)
    return None


@lru_cache(maxsize=64)
def compiled(pattern: str, flags: str) -> regex.Pattern[str]:
    """A pattern ready to run."""
    import regex  # noqa: PLC0415 - as above

    options = (regex.IGNORECASE if "i" in flags else 0) | (regex.MULTILINE if "m" in flags else 0)
    return regex.compile(pattern, options | regex.VERSION0)


def found(text: str | None, pattern: str, flags: str, *, timeout_s: float) -> bool:
    """Whether a pattern is found in a text; one that is not there is empty.

    Raises:
        TimeoutError: it took longer.

    """
    return compiled(pattern, flags).search(text or "", timeout=timeout_s) is not None
