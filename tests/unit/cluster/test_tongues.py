"""Events of different languages become one with an encoder of meaning; the real one is an extra, ours knows twelve words."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
import pytest

from aggregator.cluster import EventGraph, Features, Options, features, links
from aggregator.cluster.likeness import Sizes
from aggregator.cluster.meaning import encoder, is_installed
from aggregator.cluster.tongues import strength
from aggregator.model import StoryLine
from tests.unit.cluster.builders import START

CONCEPTS = [
    {"warehouse", "lagerhaus", "almacén"}, {"fire", "brand", "incendio"}, {"injures", "verletzt", "heridos"},
    {"tram", "straßenbahn", "tranvía"}, {"strike", "streik", "huelga"}, {"drivers", "fahrer", "conductores"},
    {"harbour", "hafen", "puerto"}, {"crane", "kran", "grúa"}, {"collapses", "stürzt", "derrumba"},
    {"lodz", "lódz"}, {"lisbon", "lissabon", "lisboa"}, {"tacna"},
]  # fmt: skip
TOLD = {
    "fire-en": ("en", "Warehouse fire in Lodz injures 12", "A fire in a warehouse in Lodz injures 12 workers, officials said."),
    "fire-en2": ("en", "Twelve hurt as warehouse burns in Lodz", "A warehouse fire in Lodz injures 12 people, the mayor said."),
    "fire-de": ("de", "Brand im Lagerhaus in Lodz verletzt 12", "Ein Brand in einem Lagerhaus von Lodz verletzt 12 Arbeiter."),
    "fire-es": ("es", "Incendio en un almacén de Lodz: 12 heridos", "Un incendio en un almacén de Lodz dejó 12 heridos."),
    "tram-de": ("de", "Streik der Fahrer der Straßenbahn in Lissabon", "Die Fahrer der Straßenbahn in Lissabon: Streik ab 6 Uhr."),
    "tram-en": ("en", "Tram drivers in Lisbon call a strike", "Drivers of the tram in Lisbon call a strike from 6 on."),
    "crane-es": ("es", "Una grúa del puerto de Tacna se derrumba", "La grúa del puerto de Tacna se derrumba sobre 3 coches."),
}  # fmt: skip
EVENTS = {
    frozenset({"fire-en", "fire-en2", "fire-de", "fire-es"}),
    frozenset({"tram-de", "tram-en"}),
    frozenset({"crane-es"}),
}


def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Some axes for each thing, and some that all texts share: none weighs much, as in real ones."""
    words = [{word.strip(".,:").lower() for word in text.split()} for text in texts]
    axes = np.array([[0.1, *(float(bool(said & same)) for same in CONCEPTS)] for said in words], dtype=np.float32)
    return np.repeat(axes, 32, axis=1)


def told(name: str, hours: float = 0) -> Features:
    lang, title, text = TOLD[name]
    at = START + timedelta(hours=hours)
    return features(StoryLine(id=name, title=title, text=text, lang=lang, published_at=at), encode)


STORIES = [told(name, hours) for hours, name in enumerate(TOLD)]


def events(graph: EventGraph) -> set[frozenset[str]]:
    graph.flush()
    return {frozenset(members) for members in graph.events()}


def graph_of(stories: Sequence[Features], *, across: bool = True) -> EventGraph:
    graph = EventGraph(Options(across=across))
    for story in stories:
        graph.add(story)
    return graph


def test_one_event_told_in_three_languages_is_one_and_others_stay_apart():
    assert events(graph_of(STORIES)) == EVENTS


def test_without_the_setting_languages_stay_among_themselves():
    assert {frozenset({"tram-en"}), frozenset({"tram-de"})} <= events(graph_of(STORIES, across=False))


def test_the_reason_says_that_it_is_told_in_another_language():
    graph = graph_of(STORIES)
    graph.flush()
    said = graph.assignment("tram-en")
    assert "told in another language (de)" in said.reason.lower()
    assert said.nearest == "tram-de"
    assert said.probability > 0.5


def test_a_report_in_another_language_does_not_make_one_of_two_events():
    """One German report fits two English ones that their own language keeps apart: it goes with one of them."""
    other = replace(told("tram-en"), meaning=told("fire-en").meaning)
    found = events(graph_of([told("fire-en"), told("fire-de"), other]))
    assert not any({"fire-en", "tram-en"} <= members for members in found)
    assert frozenset({"fire-en", "fire-de"}) in found


def test_days_later_it_is_another_event():
    assert frozenset({"fire-de"}) in events(graph_of([told("fire-en"), told("fire-de", hours=24 * 5)]))


def test_the_same_figures_speak_for_one_event_and_others_against_it():
    same, none, other = Sizes.of(told("fire-de")), Sizes.of(told("tram-de")), Sizes.of(told("crane-es"))
    english = Sizes.of(told("fire-en"))
    assert strength(0.55, english, same) > strength(0.55, english, replace(none, figures=frozenset()))
    assert strength(0.55, english, replace(none, figures=frozenset())) > strength(0.55, english, other)
    assert strength(0.2, english, same) == 0


@patch.multiple(links, _CROWDED=1.0, _SMALL=0)
def test_whatever_the_order_the_batches_removals_and_restarts_the_events_are_the_same():
    fresh = graph_of(STORIES)
    expected = events(fresh)
    for seed in range(6):
        rng = random.Random(seed)
        graph, held = EventGraph(Options(across=True)), []
        for story in rng.sample(STORIES, len(STORIES)):
            graph.add(story)
            held.append(story)
            if rng.random() < 0.5:
                graph.flush()
            if rng.random() < 0.3:
                graph.remove(story.id)
                graph.flush()
                graph.add(story)
            if rng.random() < 0.3:
                state = graph.state()
                graph = graph_of(held)
                assert graph.restore(state)
        assert events(graph) == expected
        assert [graph.assignment(name) for name in TOLD] == [fresh.assignment(name) for name in TOLD]


def test_what_was_forgotten_takes_its_links_along():
    graph = graph_of(STORIES)
    graph.flush()
    graph.evict(START + timedelta(hours=1, minutes=30))  # both English reports of the fire
    assert frozenset({"fire-de", "fire-es"}) in events(graph)


def test_a_state_of_the_other_setting_is_not_taken_back():
    graph = graph_of(STORIES)
    assert not graph_of(STORIES, across=False).restore(graph.state())


def test_features_keep_their_meaning_as_bytes():
    story = told("fire-de")
    again = Features.from_bytes(story.to_bytes())
    assert again is not None
    assert again.meaning.tolist() == story.meaning.tolist()
    assert again.digest == story.digest


@pytest.mark.skipif(not is_installed(), reason="the extra `languages` is not installed")
def test_the_encoder_of_the_extra_knows_a_translation():
    stories = [StoryLine(id=n, title=t, text=b, lang=lang, published_at=START) for n, (lang, t, b) in TOLD.items()]
    assert events(graph_of([features(story, encoder()) for story in stories])) == EVENTS
