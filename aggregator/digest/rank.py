"""How much an event matters to this reader in this period: a score whose parts are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.digest.options import DigestOptions
from aggregator.model import AnyEvent, Told, TopicMatch

__all__ = ["score_parts"]

_MANY_REPORTS = 16  # reports at which the part is 1; beyond it more coverage says little more
_MANY_OUTLETS = 32
_KNOWN = 2  # reports and outlets that each new report of a known event stands for, up to those that it has
_HALF_LIFE = timedelta(hours=12)


def score_parts(
    view: AnyEvent,
    *,
    since: datetime,
    until: datetime,
    told: Told | None,
    topics: Sequence[TopicMatch],
    options: DigestOptions,
) -> dict[str, float]:
    """The parts of an event's score, each weighted, that sum to a score in [0, 1].

    Independent reports count most, for copies are no confirmation; on a logarithmic scale, for the third report says more
    than the thirtieth. Growth is reports since the reader was told, or since the period began. An event that the reader
    knows weighs by what came since: one late report on yesterday's great event is not today's.
    """
    event = view.event
    after = told.at if told else since
    grown = sum(1 for s in view.stories if s.copy_of is None and s.seen_at > after)
    weighed = _KNOWN * grown if told else max(event.independent, event.outlets)
    age = max(timedelta(0), until - event.last_at)
    topic = max((t.weight for t in topics if event.id in t.event_ids), default=0.0)
    return {
        "reports": options.weight_reports * _log_share(min(event.independent, weighed), _MANY_REPORTS),
        "outlets": options.weight_outlets * _log_share(min(event.outlets, weighed), _MANY_OUTLETS),
        "freshness": options.weight_freshness * 0.5 ** (age / _HALF_LIFE),
        "growth": options.weight_growth * _log_share(grown, _MANY_REPORTS),
        "topics": options.weight_topics * topic,
    }


def _log_share(count: int, many: int) -> float:
    return min(1.0, math.log1p(max(0, count)) / math.log1p(many))
