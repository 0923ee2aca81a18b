"""Events: what is put together, what is kept apart, and what the reader may change."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from aggregator.cluster import EventGraph
from tests.unit.cluster.builders import (
    CHILE,
    FIRE,
    FIRE_AGAIN,
    FIRE_TOO,
    PERU,
    START,
    STRIKE,
    a_story,
    decided,
    together,
)


def test_reports_of_one_event_come_together_and_others_stay_alone():
    graph = decided(a_story("a", FIRE), a_story("b", FIRE_TOO, hours=2), a_story("c", STRIKE, hours=1))
    assert together(graph, "a", "b")
    assert not together(graph, "a", "c")
    assert graph.members("a") == ("a", "b")


def test_an_event_is_named_after_its_earliest_story_whenever_that_arrives():
    graph = decided(a_story("b", FIRE_TOO, hours=2))
    assert graph.assignment("b").event == "b"
    graph.add(a_story("a", FIRE))
    assert graph.flush() == {"a", "b"}
    assert graph.assignment("b").event == "a"


def test_the_same_words_weeks_later_are_another_event():
    graph = decided(a_story("a", FIRE), a_story("b", FIRE_TOO, hours=24 * 14))
    assert not together(graph, "a", "b")


def test_a_late_story_is_placed_by_its_own_time():
    graph = decided(a_story("a", FIRE), a_story("z", STRIKE, hours=24 * 9))
    graph.add(a_story("late", FIRE_TOO, hours=3))
    graph.flush()
    assert together(graph, "a", "late")


def test_two_earthquakes_of_one_morning_stay_apart_and_the_contradiction_is_shown():
    graph = decided(a_story("chile", CHILE), a_story("peru", PERU, hours=1))
    assert not together(graph, "chile", "peru")
    ((other, sentence),) = graph.assignment("chile").vetoes
    assert other == "peru"
    assert "Chile" in sentence
    assert "Peru" in sentence


def test_the_reason_names_what_is_shared():
    graph = decided(a_story("a", FIRE), a_story("b", FIRE_TOO, hours=2))
    why = graph.assignment("b")
    assert why.nearest == "a"
    assert 0.35 <= why.probability <= 1
    assert "Lodz" in why.reason
    assert "2 hours apart" in why.reason


def test_a_story_alone_is_certain_and_needs_no_reason():
    alone = decided(a_story("a")).assignment("a")
    assert (alone.event, alone.probability, alone.nearest, alone.reason) == ("a", 1.0, None, "")


def test_a_copy_follows_its_source_whatever_its_words():
    graph = decided(a_story("a", FIRE), a_story("copy", STRIKE, hours=1), a_story("b", FIRE_TOO, hours=2))
    graph.set_copy("copy", "a")
    graph.flush()
    assert graph.members("a") == ("a", "copy", "b")
    assert "copy" in graph.assignment("copy").reason
    graph.set_copy("copy", None)
    graph.flush()
    assert not together(graph, "a", "copy")


def test_copies_of_a_source_that_is_not_held_stay_together():
    graph = EventGraph()
    graph.add(a_story("x", FIRE), copy_of="gone")
    graph.add(a_story("y", STRIKE, hours=1), copy_of="gone")
    graph.flush()
    assert graph.members("x") == ("x", "y")


def test_a_chain_and_even_a_circle_of_copies_end_in_one_event():
    graph = decided(a_story("a", FIRE), a_story("b", STRIKE), a_story("c", CHILE))
    graph.set_copy("c", "b")
    graph.set_copy("b", "a")
    graph.flush()
    assert together(graph, "a", "b", "c")
    graph.set_copy("a", "c")
    graph.flush()
    assert together(graph, "a", "b", "c")


def test_when_the_source_leaves_its_copies_stand_for_it():
    graph = decided(a_story("a", FIRE), a_story("copy", FIRE, hours=1), a_story("b", FIRE_TOO, hours=2))
    graph.set_copy("copy", "a")
    graph.flush()
    graph.remove("a")
    graph.flush()
    assert graph.members("copy") == ("copy", "b")
    assert "a" not in graph


def test_stories_the_reader_joined_are_one_event_for_ever():
    graph = decided(a_story("a", FIRE), a_story("b", STRIKE, hours=30))
    graph.constrain(joined=[("a", "b")])
    assert graph.flush() == {"a", "b"}
    assert together(graph, "a", "b")
    assert "reader" in graph.assignment("b").reason
    graph.add(a_story("c", CHILE, hours=2))
    graph.flush()
    assert together(graph, "a", "b")
    graph.constrain()
    graph.flush()
    assert not together(graph, "a", "b")


def test_stories_the_reader_parted_are_never_one_event():
    graph = decided(a_story("a", FIRE), a_story("b", FIRE_TOO, hours=1), a_story("c", FIRE_AGAIN, hours=2))
    graph.constrain(parted=[("a", "b")])
    graph.flush()
    assert not together(graph, "a", "b")


def test_the_reader_may_speak_of_stories_that_are_not_there():
    graph = decided(a_story("a", FIRE))
    graph.constrain(joined=[("a", "nobody")], parted=[("nobody", "else")])
    graph.flush()
    assert graph.members("a") == ("a",)


def test_a_hand_on_a_copy_reaches_its_source():
    graph = decided(a_story("a", FIRE), a_story("copy", FIRE, hours=1), a_story("b", STRIKE))
    graph.set_copy("copy", "a")
    graph.constrain(joined=[("copy", "b")])
    graph.flush()
    assert together(graph, "a", "b", "copy")


def test_a_new_text_takes_the_place_of_the_old():
    graph = decided(a_story("a", FIRE), a_story("b", STRIKE, hours=1))
    graph.add(a_story("b", FIRE_TOO, hours=1))
    graph.flush()
    assert together(graph, "a", "b")
    assert len(graph) == 2


def test_eviction_forgets_what_is_older():
    graph = decided(a_story("old", FIRE), a_story("new", FIRE_TOO, hours=48))
    graph.evict(START + timedelta(hours=24))
    graph.flush()
    assert list(graph.ids()) == ["new"]
    assert graph.assignment("new").event == "new"


def test_flush_names_only_what_changed():
    graph = decided(a_story("a", FIRE), a_story("s", STRIKE))
    graph.add(a_story("b", FIRE_TOO, hours=1))
    assert graph.flush() == {"a", "b"}
    assert graph.flush() == set()


def test_a_story_that_says_something_else_gives_its_event_other_reasons():
    graph = decided(a_story("a", FIRE), a_story("b", FIRE_TOO, hours=2), a_story("s", STRIKE))
    assert "2 hours apart" in graph.assignment("b").reason
    graph.add(a_story("a", FIRE, hours=1))
    assert graph.flush() == {"a", "b"}
    assert "1 hour apart" in graph.assignment("b").reason


def test_unknown_stories_are_key_errors():
    graph = decided(a_story("a"))
    for ask in (graph.assignment, graph.remove, graph.members):
        with pytest.raises(KeyError):
            ask("nobody")


def test_an_empty_story_and_an_empty_graph_do_no_harm():
    graph = decided(a_story("a", ("", None)), a_story("b", ("...", "")), a_story("c", FIRE))
    assert not together(graph, "a", "b")
    assert EventGraph().flush() == set()
    assert EventGraph().events() == ()


def test_a_state_restores_the_same_events_without_deciding_again():
    stories = [a_story("a", FIRE), a_story("b", FIRE_TOO, hours=2), a_story("c", STRIKE), a_story("d", CHILE, hours=3)]
    graph = decided(*stories)
    again = EventGraph()
    for story in stories:
        again.add(story)
    assert again.restore(graph.state())
    assert again.flush() == set()
    assert again.events() == graph.events()
    assert again.assignment("b") == graph.assignment("b")


def test_a_state_is_only_a_cache_what_came_and_went_since_is_decided():
    stories = [a_story("a", FIRE), a_story("b", FIRE_TOO, hours=2), a_story("c", STRIKE)]
    state = decided(*stories).state()
    now = [a_story("b", FIRE_TOO, hours=2), a_story("e", FIRE_AGAIN, hours=5), replace(stories[2], published_at=START)]
    again = EventGraph()
    for story in now:
        again.add(story)
    again.constrain(joined=[("b", "c")])
    assert again.restore(state)
    again.flush()
    fresh = EventGraph()
    for story in now:
        fresh.add(story)
    fresh.constrain(joined=[("b", "c")])
    fresh.flush()
    assert again.events() == fresh.events()


def test_a_state_of_another_version_is_refused():
    graph = EventGraph()
    graph.add(a_story("a"))
    state = decided(a_story("a"), a_story("b", FIRE)).state()
    assert not graph.restore(state | {"said": np.frombuffer(b'{"version":[]}', dtype=np.uint8)})
    assert graph.flush() == {"a"}
