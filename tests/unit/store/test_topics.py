"""Topics: an event belongs to one if enough of its stories match, and the page can say why."""

from __future__ import annotations

import pytest

from aggregator.app.topics import Topics
from aggregator.errors import AggregatorError, AlreadyExists, NotFound, QueryError
from aggregator.store import Store
from tests.support.searching import NOW, Row, fill

ROWS = (
    Row(title="Storm reaches the coast", event=1),
    Row(title="Storm again", event=1, key="b.example"),
    Row(title="Storm again", event=1, key="c.example", copy_of=2),
    Row(title="Football and a storm", event=2),
    Row(title="Football", event=2, key="b.example"),
    Row(title="Football scores", event=2, key="c.example"),
    Row(title="Quiet", event=3),
)


@pytest.fixture
def topics(store: Store) -> Topics:
    fill(store, ROWS)
    return Topics(store, lambda: NOW, "UTC")


def test_an_event_belongs_to_a_topic_if_enough_of_its_originals_match(topics: Topics) -> None:
    topics.add("Weather", "storm")
    found = list(topics.events("Weather"))
    assert [(t.event.id, t.why) for t in found] == [(1, "2 of its 2 original stories match.")]
    (match,) = topics.matches(1, [1, 2, 3])
    assert (match.title, match.event_ids) == ("Weather", {1})


def test_a_lone_story_is_enough_and_numbers_of_the_event_may_be_asked(topics: Topics) -> None:
    topics.add("Quiet", "quiet outlets:1")
    assert [t.why for t in topics.events("Quiet")] == ["Its story matches."]
    assert topics.unread("Quiet") == 1
    assert topics.matches(1, []) != ()


def test_topics_have_one_name_each_and_a_query(topics: Topics) -> None:
    topics.add("Weather", "storm")
    with pytest.raises(AlreadyExists):
        topics.add("Weather", "rain")
    with pytest.raises(QueryError):
        topics.add("Broken", "(storm")
    with pytest.raises(AggregatorError, match="query"):
        topics.add("Empty", " ")
    with pytest.raises(AggregatorError, match="name"):
        topics.add(" ", "storm")
    assert topics.remove("Weather").query == "storm"
    with pytest.raises(NotFound):
        topics.get("Weather")
