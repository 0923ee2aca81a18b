"""Decisions in: events keep their ids as stories come and go, and the old address leads to the new event."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from aggregator.errors import EventNotFound
from aggregator.model import CopyMatch, EventAssignment
from aggregator.store import Store
from tests.support.building import NOW, a_new_entry, a_spec


@pytest.fixture
def stories(store: Store) -> dict[str, int]:
    """Four stories, by key."""
    store.feeds.add([a_spec()], now=NOW)
    feed = store.feeds.all()[0]
    rows = [a_new_entry(n, key=f"k{n}") for n in range(1, 5)]
    return {f"k{n}": i for n, i in enumerate(store.ingest.apply(feed.id, rows, now=NOW).stories, 1)}


def decide(store: Store, labels: Mapping[str, str], copies: Mapping[str, CopyMatch | None] | None = None) -> None:
    store.decisions.apply(
        features=dict.fromkeys(labels, (b"f", b"g")),
        copies=copies or {},
        events={key: EventAssignment(id=key, event=label) for key, label in labels.items()},
    )


def event_of(store: Store, story_id: int) -> int:
    event_id = store.stories.get(story_id).event_id
    assert event_id is not None
    return event_id


def test_stories_with_one_label_share_an_event_with_its_counts(store: Store, stories: dict[str, int]) -> None:
    copy = CopyMatch(id="k2", copy_of="k1", kind="near", score=0.97)
    decide(store, {"k1": "k1", "k2": "k1", "k3": "k3", "k4": "k4"}, {"k2": copy})
    event = store.events.get(event_of(store, stories["k1"]))
    assert (event.stories, event.reports, event.outlets) == (2, 1, 1)
    assert event_of(store, stories["k3"]) != event.id
    assert store.decisions.stale_count() == 0


def test_an_event_keeps_its_id_when_an_earlier_story_joins(store: Store, stories: dict[str, int]) -> None:
    decide(store, {"k2": "k2", "k3": "k2"})
    before = event_of(store, stories["k2"])
    decide(store, {"k1": "k1", "k2": "k1", "k3": "k1"})
    assert event_of(store, stories["k1"]) == before


def test_the_id_of_an_event_that_was_merged_leads_to_the_other(store: Store, stories: dict[str, int]) -> None:
    decide(store, {"k1": "k1", "k2": "k1", "k3": "k3", "k4": "k3"})
    merged = event_of(store, stories["k3"])
    decide(store, {"k3": "k1", "k4": "k1"})
    assert store.events.get(merged).id == event_of(store, stories["k1"])
    assert store.events.count() == 1


def test_a_split_leaves_the_id_with_the_earliest_story(store: Store, stories: dict[str, int]) -> None:
    decide(store, dict.fromkeys(stories, "k1"))
    before = event_of(store, stories["k1"])
    decide(store, {"k3": "k3", "k4": "k3"})
    assert event_of(store, stories["k1"]) == before
    assert event_of(store, stories["k3"]) == event_of(store, stories["k4"]) != before
    assert store.events.get(before).stories == 2


def test_a_copy_that_is_none_any_more_is_an_original_again(store: Store, stories: dict[str, int]) -> None:
    decide(store, {"k1": "k1", "k2": "k1"}, {"k2": CopyMatch(id="k2", copy_of="k1", kind="exact", score=1.0)})
    assert store.stories.get(stories["k2"]).copy_of == stories["k1"]
    decide(store, {}, {"k2": None})
    assert store.stories.get(stories["k2"]).copy_of is None
    event = store.events.get(event_of(store, stories["k1"]))
    assert (event.reports, event.independent) == (2, 1)  # two texts of one outlet


def test_an_unknown_event_is_an_error_that_says_so(store: Store) -> None:
    with pytest.raises(EventNotFound, match="no event 99"):
        store.events.get(99)


def thread_of(store: Store, story_id: int) -> list[int]:
    return [event.id for event in store.events.view(event_of(store, story_id)).thread]


def test_an_event_shows_the_other_chapters_of_its_thread(store: Store, stories: dict[str, int]) -> None:
    decide(store, {key: key for key in stories})
    store.events.set_threads([("k1", "k2")], list(stories))
    assert thread_of(store, stories["k2"]) == [event_of(store, stories["k1"])]
    assert thread_of(store, stories["k1"]) == [event_of(store, stories["k2"])]
    assert thread_of(store, stories["k3"]) == []
    store.events.set_threads([], list(stories))
    assert thread_of(store, stories["k2"]) == []


def test_a_thread_goes_on_when_its_first_chapters_are_no_longer_looked_at(
    store: Store, stories: dict[str, int]
) -> None:
    decide(store, {key: key for key in stories})
    store.events.set_threads([("k1", "k2")], ["k1", "k2"])
    store.events.set_threads([("k2", "k3")], ["k2", "k3"])
    assert thread_of(store, stories["k3"]) == [event_of(store, stories["k1"]), event_of(store, stories["k2"])]
    decide(store, {"k1": "k4", "k4": "k4"})
    assert event_of(store, stories["k4"]) in thread_of(store, stories["k3"])
