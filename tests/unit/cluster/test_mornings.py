"""The newsroom as it stands on each of its mornings: a reader's first days, when few stories are there to compare with."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest

from aggregator.model import StoryLine
from aggregator.newsroom import default_folder, load
from aggregator.newsroom.values import Newsroom, Story
from aggregator.pipeline.filters import decide_stream


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return load(default_folder())


def line(story: Story, lang: str) -> StoryLine:
    return StoryLine(
        id=story.id, title=story.title, text=story.text, published_at=story.at, seen_at=story.at, source=story.outlet,
        lang=lang, url=None, credit=None,
    )  # fmt: skip


@pytest.mark.parametrize("day", [2, 3, 4, 5, 6])
def test_few_stories_are_not_put_together_for_want_of_others(newsroom: Newsroom, day: int) -> None:
    lang = {outlet.key: outlet.lang for outlet in newsroom.outlets}
    told = [s for s in newsroom.stories if s.at <= datetime(2026, 3, day, 7, tzinfo=UTC)]
    decided = decide_stream([line(s, lang[s.outlet]) for s in told])
    members: defaultdict[str, list[str]] = defaultdict(list)
    for story in told:
        members[decided.events[story.id].event].append(story.event)
    mixed = {key: found for key, found in members.items() if len(set(found)) > 1}
    strangers = sum(len(found) - Counter(found).most_common(1)[0][1] for found in mixed.values())
    assert strangers <= 0.03 * len(told) + 1, mixed
