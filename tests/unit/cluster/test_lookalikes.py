"""Two events that look alike stay two, and what two outlets tell of one comes together: tests/data/lookalikes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from itertools import combinations
from pathlib import Path

import pytest

from aggregator.cluster import EventGraph, features
from aggregator.model import StoryLine

FOLDER = Path(__file__).parents[2] / "data" / "lookalikes"
CASES = [
    case for path in sorted(FOLDER.glob("*.json")) for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
]


def told(story):
    return features(
        StoryLine(
            id=story["id"],
            published_at=datetime.fromisoformat(story["published"]),
            title=story["title"],
            text=story["text"],
            source=story["source"],
            lang=story["lang"],
        )
    )


def counted(graphs):
    """How many pairs of each kind and mode are in one event, and how many there are."""
    together, all_of = Counter(), Counter()
    for case in CASES:
        graph = graphs(case)
        for one, other in combinations(case["stories"], 2):
            kind = ("companions" if one["event"] == other["event"] else "look-alikes", case["mode"])
            all_of[kind] += 1
            together[kind] += graph.assignment(one["id"]).event == graph.assignment(other["id"]).event
    return together, all_of


def graph_of(cases):
    graph = EventGraph()
    for case in cases:
        for story in case["stories"]:
            graph.add(told(story))
    graph.flush()
    return graph


@pytest.mark.parametrize("arrival", ["each case alone", "all in one stream"])
def test_look_alikes_stay_apart_and_companions_come_together(arrival):
    stream = graph_of(CASES)
    together, all_of = counted(lambda case: stream if arrival == "all in one stream" else graph_of([case]))
    for mode in ("text", "title"):
        assert together["look-alikes", mode] == 0
        assert together["companions", mode] >= 0.9 * all_of["companions", mode]
