"""How much an event matters to this reader in this period: a score whose parts are kept."""

from __future__ import annotations

import math
from datetime import timedelta

from aggregator.digest.occasion import Occasion
from aggregator.model import AnyEvent

__all__ = ["score_parts"]

_MANY_REPORTS = 16  # reports at which the part is 1; beyond it more coverage says little more
_MANY_OUTLETS = 32
_KNOWN = 2  # reports and outlets that each new report of a known event stands for, up to those that it has
_HALF_LIFE = timedelta(hours=12)


def score_parts(view: AnyEvent, occasion: Occasion) -> dict[str, float]:
    """The parts of an event's score, each weighted, that sum to a score in [0, 1].

    Independent reports count most, for copies are no confirmation; on a logarithmic scale, for the third report says more
    than the thirtieth. Growth is reports since the reader was told, or since the period began. An event that the reader
    knows weighs by what came since: one late report on yesterday's great event is not today's.
    """
    event, options = view.event, occasion.options
    told = occasion.told.get(event.id)
    after = told.at if told else occasion.since
    grown = sum(1 for s in view.stories if s.copy_of is None and s.seen_at > after)
    weighed = _KNOWN * grown if told else max(event.independent, event.outlets)
    age = max(timedelta(0), occasion.until - event.last_at)
    topic = max((t.weight for t in occasion.topics if event.id in t.event_ids), default=0.0)
    return {
        "reports": options.weight_reports * _log_share(min(event.independent, weighed), _MANY_REPORTS),
        "outlets": options.weight_outlets * _log_share(min(event.outlets, weighed), _MANY_OUTLETS),
        "freshness": options.weight_freshness * 0.5 ** (age / _HALF_LIFE),
        "growth": options.weight_growth * _log_share(grown, _MANY_REPORTS),
        "topics": options.weight_topics * topic,
    }


def _log_share(count: int, many: int) -> float:
    return min(1.0, math.log1p(max(0, count)) / math.log1p(many))
