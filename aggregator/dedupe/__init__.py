"""Is this story another one's text? Copies as a pure function of the stories near in time, with their evidence."""

from aggregator.dedupe.compare import WINDOW, Comparison, compare, match, why
from aggregator.dedupe.decide import decide
from aggregator.dedupe.fingerprint import Fingerprint, fingerprint
from aggregator.dedupe.graph import CopyGraph
from aggregator.dedupe.reports import Coverage, Report, ReportedStory, reports

__all__ = [
    "WINDOW",
    "Comparison",
    "CopyGraph",
    "Coverage",
    "Fingerprint",
    "Report",
    "ReportedStory",
    "compare",
    "decide",
    "fingerprint",
    "match",
    "reports",
    "why",
]
