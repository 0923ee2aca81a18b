"""Builders: stories with texts of made-up words, repeatable by their seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import StoryLine

_SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su", "ta", "ve")
_NOON = datetime(2025, 3, 4, 12, tzinfo=UTC)


def made_up_text(seed, sentences=12):
    rng = random.Random(seed)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(400)]
    return " ".join(" ".join(rng.choices(words, k=rng.randint(9, 16))).capitalize() + "." for _ in range(sentences))


@pytest.fixture
def text():
    return made_up_text


@pytest.fixture
def story():
    def build(key, text, *, hours=0.0, source="Arle Courier", title=None, credit=None):
        at = _NOON + timedelta(hours=hours)
        return StoryLine(
            id=key, published_at=at, title=title or f"Title of {key}", text=text, source=source, credit=credit
        )

    return build
