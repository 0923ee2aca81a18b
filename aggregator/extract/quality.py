"""How much a text reads like a whole article, and why: what decides whether it stands against the feed's."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["judge"]

_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_SENTENCE_END = tuple(".!?…。！？”\"»’'）)")
_CUT = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*$")
_FULL_CHARS = 900.0  # a short agency report; longer adds nothing


def judge(
    paragraphs: Sequence[str], *, sure: float = 0.8, told_chars: int = 0, wall: str | None = None
) -> tuple[float, tuple[str, ...]]:
    """A score in [0, 1] and its reasons. `sure`: the classifier's mean certainty; `told_chars`: length of JSON-LD's body.

    The product of four shares: length (a third at 100 characters, whole from 900), paragraphs that end like sentences,
    certainty, and what is there of what JSON-LD says there is.
    """
    if not paragraphs:
        return 0.0, ("no text",)
    text = "\n".join(paragraphs)
    chars = len(text) + 2 * len(_HAN.findall(text))
    reasons = [f"{len(paragraphs)} paragraphs, {len(text)} characters"]
    length = min(1.0, 0.25 + 0.75 * chars / _FULL_CHARS)
    if length < 0.6:
        reasons.append("short")
    prose = sum(len(p) for p in paragraphs if p.rstrip().endswith(_SENTENCE_END)) / max(1, sum(map(len, paragraphs)))
    if prose < 0.6:
        reasons.append("few of its lines end like sentences")
    whole = min(1.0, len(text) / told_chars) if told_chars > 200 else 1.0
    if whole < 0.7:
        reasons.append(f"JSON-LD tells of {told_chars} characters")
    score = length * (0.4 + 0.6 * prose) * (0.5 + 0.5 * sure) * (0.4 + 0.6 * whole)
    if _CUT.search(paragraphs[-1]):
        score *= 0.7
        reasons.append("breaks off")
    if sure < 0.6:
        reasons.append("the classifier was unsure")
    if wall:
        score *= 0.5
        reasons.append(f"a {wall} stood in the way")
    return round(min(1.0, score), 3), tuple(reasons)
