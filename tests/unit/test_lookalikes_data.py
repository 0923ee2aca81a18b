"""The look-alike cases keep the form that their README promises; whether the clusterer passes them is asked elsewhere."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "data" / "lookalikes"
CASES = [
    pytest.param(case, id=case["name"])
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
]
COUNTED_IN_CHARACTERS = {"zh", "ja"}


def length(text, lang):
    return len(text) if lang in COUNTED_IN_CHARACTERS else len(text.split())


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_two_events_with_two_reports_each_by_different_outlets(case):
    by_event = {}
    for story in case["stories"]:
        by_event.setdefault(story["event"], []).append(story)
    assert sorted(len(stories) for stories in by_event.values()) == [2, 2]
    assert all(one["source"] != other["source"] for one, other in by_event.values())
    assert {story["lang"] for story in case["stories"]} == {case["lang"]}


@pytest.mark.parametrize("case", CASES)
def test_a_case_has_texts_throughout_or_titles_alone(case):
    least, most = (110, 400) if case["lang"] in COUNTED_IN_CHARACTERS else (60, 180)
    for story in case["stories"]:
        assert story["title"]
        if case["mode"] == "title":
            assert story["text"] is None
        else:
            assert least <= length(story["text"], case["lang"]) <= most, story["id"]


@pytest.mark.parametrize("case", CASES)
def test_stories_of_a_case_are_at_most_three_days_apart(case):
    times = [datetime.fromisoformat(story["published"]) for story in case["stories"]]
    assert all(time.utcoffset() == timedelta(0) for time in times)
    assert max(times) - min(times) <= timedelta(days=3)


def test_there_are_enough_cases_kinds_and_languages():
    cases = [param.values[0] for param in CASES]
    langs = Counter(case["lang"] for case in cases)
    assert len(cases) >= 70
    assert {"en", "de", "es", "fr", "it", "pt", "ru", "pl", "nl", "zh", "ja", "ar"} <= set(langs)
    assert len(cases) - langs["en"] >= len(cases) / 4
    titles_alone = sum(case["mode"] == "title" for case in cases)
    assert 0.4 <= titles_alone / len(cases) <= 0.6


def test_no_id_title_or_event_occurs_twice():
    stories = list(itertools.chain.from_iterable(param.values[0]["stories"] for param in CASES))
    for field in ("id", "title"):
        assert max(Counter(story[field] for story in stories).values()) == 1
    assert len({story["event"] for story in stories}) == 2 * len(CASES)
