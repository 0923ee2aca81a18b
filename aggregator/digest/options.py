"""How a digest is made: its caps and the weights of its ranking."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DigestOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestOptions:
    """Caps and weights of a digest.

    `events` and `single_outlet_events` cap how many events are told by several outlets and by one. `max_bytes` caps the
    text of the whole digest (UTF-8, without markup); what does not fit is left out whole and counted. `sentences` is the
    most for one event, `words` the most words in them. `timezone` (IANA) decides which day an event is in. The weights
    of the ranking are shares of one: each multiplies a part in [0, 1].
    """

    events: int = 25
    single_outlet_events: int = 10
    max_bytes: int = 60_000
    sentences: int = 3
    words: int = 100
    timezone: str = "UTC"
    weight_reports: float = 0.40
    weight_outlets: float = 0.15
    weight_freshness: float = 0.15
    weight_growth: float = 0.10
    weight_topics: float = 0.20
