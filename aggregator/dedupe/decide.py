"""The `dedupe` filter's work: story lines in, one decision a line out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.dedupe.fingerprint import fingerprint
from aggregator.dedupe.graph import CopyGraph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aggregator.model import CopyMatch, StoryLine

__all__ = ["decide"]


def decide(
    lines: Iterable[StoryLine], *, apart: Iterable[tuple[str, str]] = ()
) -> tuple[tuple[str, CopyMatch | None], ...]:
    """For each line, in order, its id and what it is a copy of (None: an original). Ids must differ."""
    graph = CopyGraph(apart=apart)
    order = []
    for line in lines:
        graph.add(fingerprint(line))
        order.append(line.id)
    graph.flush()
    return tuple((key, graph.decision(key)) for key in order)
