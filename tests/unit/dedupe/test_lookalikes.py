"""No two stories of a look-alike case are copies: neither the twins, which share a template, nor the companions."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from aggregator.dedupe import decide
from aggregator.model import StoryLine

FOLDER = Path(__file__).parents[2] / "data" / "lookalikes"
CASES = [
    case for path in sorted(FOLDER.glob("*.json")) for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
]


def line(story):
    return StoryLine(
        id=story["id"],
        published_at=datetime.fromisoformat(story["published"]),
        title=story["title"],
        text=story["text"],
        source=story["source"],
        lang=story["lang"],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_no_story_of_a_case_is_a_copy(case):
    assert {key: found for key, found in decide(line(story) for story in case["stories"]) if found} == {}


def test_no_story_is_a_copy_when_all_cases_come_in_one_stream():
    lines = [line(story) for case in CASES for story in case["stories"]]
    assert {key: found for key, found in decide(lines) if found} == {}
