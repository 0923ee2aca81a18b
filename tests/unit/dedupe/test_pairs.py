"""Each file in tests/data/copies is a pair of stories and what must be said of it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from aggregator.dedupe import compare, fingerprint, match, why
from aggregator.model import StoryLine
from aggregator.text.shingles import spell

CASES = sorted((Path(__file__).parents[2] / "data" / "copies").glob("*.json"))


def line(key, story):
    return StoryLine(
        id=key,
        published_at=datetime.fromisoformat(story["published"]),
        title=story["title"],
        text=story["text"],
        source=story["source"],
    )


def load(path):
    case = json.loads(path.read_text(encoding="utf-8"))
    return case, line("a", case["a"]), line("b", case["b"])


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_pair_is_the_copy_that_its_file_says(path):
    case, a, b = load(path)
    compared = why(a, b)
    assert compared.kind == case["copy"], f"{case['about']}: {compared.reason}"
    assert (match(fingerprint(a), fingerprint(b)) is None) == (case["copy"] is None)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_comparison_does_not_depend_on_which_story_comes_first(path):
    _, a, b = load(path)
    one, other = compare(fingerprint(a), fingerprint(b)), compare(fingerprint(b), fingerprint(a))
    assert one == other.mirrored()


@pytest.mark.parametrize("name", ["new-lede", "first-half", "half-new", "same-statement"])
def test_shared_passages_read_alike_in_both_texts(name):
    _, a, b = load(next(path for path in CASES if path.stem == name))
    passages = why(a, b).passages
    assert passages
    for here, there, length in passages:
        ours, theirs = spell(a.text, here, length), spell(b.text, there, length)
        assert ours.split()[1:-1] == theirs.split()[1:-1]


def test_a_pair_that_is_no_copy_says_why_not():
    for path in CASES:
        case, a, b = load(path)
        if case["copy"] is None:
            assert why(a, b).reason
