"""For whom and when a digest is made: what its order hangs on, beside the events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.digest.options import DigestOptions
from aggregator.model import Told, TopicMatch

__all__ = ["Occasion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The period [since, until), what the reader was told of events (by their ids), and the reader's topics and options."""

    since: datetime
    until: datetime
    told: Mapping[int, Told] = field(default_factory=dict)
    topics: Sequence[TopicMatch] = ()
    options: DigestOptions = field(default_factory=DigestOptions)
