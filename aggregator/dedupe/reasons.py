"""What a reader is told about a copy, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregator.dedupe.compare import Comparison
    from aggregator.dedupe.fingerprint import Fingerprint

__all__ = ["in_words"]

_HOUR_S = 3600
_DAY_H = 48


def in_words(compared: Comparison, copy: Fingerprint, original: Fingerprint) -> str:
    """Why `copy` is a copy of `original` (a and b of the comparison): what is shared, with what, and which came first."""
    return f"{_shared(compared)} {_named(original)}, {_when(copy, original)}."


def _shared(compared: Comparison) -> str:
    share = f"{100 * compared.share_a:.0f} %"
    if not compared.words_a:
        return "Its title, all there is of it, is that of"
    if compared.kind == "exact":
        return f"All of its {compared.words_a} words are those of"
    if compared.kind == "reworded":
        return f"Its sentences are reworded: {share} of its {compared.words_a} words stand in"
    if compared.kind == "excerpt" and compared.words_b < compared.words_a:
        return f"{share} of its {compared.words_a} words are an excerpt of"
    return f"{share} of its {compared.words_a} words stand in the same order in"


def _named(original: Fingerprint) -> str:
    title = f"\u201c{original.title}\u201d" if original.title else "a story"
    return f"{title} ({original.source})" if original.source else title


def _when(copy: Fingerprint, original: Fingerprint) -> str:
    hours = (copy.published_at - original.published_at).total_seconds() / _HOUR_S
    if abs(hours) * 60 < 1:
        return "published at the same time"
    return f"published {_span(abs(hours))} {'earlier' if hours > 0 else 'later'}"


def _span(hours: float) -> str:
    if hours < 1:
        return _counted(round(hours * 60), "minute")
    return _counted(round(hours), "hour") if hours < _DAY_H else _counted(round(hours / 24), "day")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
