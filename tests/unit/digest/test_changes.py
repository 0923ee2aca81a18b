"""What changed: figures old and new, sentences that say what was not said, outlets that joined."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.digest import changes
from aggregator.model import Told
from tests.support.digests import NOW, a_story, a_view

FIRST = (
    "An earthquake killed at least 14 people in southern Cordania on Tuesday. About 300,000 homes are without power."
)


def changed(*later: str, first: str = FIRST, told_copy: bool = False):
    stories = [a_story(1, text=first, published_at=NOW - timedelta(hours=20))]
    stories += [
        a_story(n, text=text, copy_of=1 if told_copy else None, published_at=NOW - timedelta(hours=n))
        for n, text in enumerate(later, 2)
    ]
    memory = Told(at=NOW - timedelta(hours=12), story_ids=frozenset({1}))
    return changes(a_view(sorted(stories, key=lambda s: s.published_at)), memory)


def figures(made):
    return [(c.before, c.after) for c in made if c.kind == "figure"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The death toll rose to 41 on Wednesday.", ("14", "41")),
        ("Forty-one people are now confirmed dead, the army said.", ("14", "Forty-one")),
        ("Power was cut to 420,000 homes by Wednesday, up from 300,000 a day before.", ("300,000", "420,000")),
    ],
)
def test_a_figure_that_rose_is_shown_with_what_it_was(text: str, expected: tuple[str, str]) -> None:
    assert expected in figures(changed(text))


def test_both_sentences_of_a_changed_figure_are_there() -> None:
    change = next(c for c in changed("The death toll rose to 41 on Wednesday.") if c.kind == "figure")
    assert change.sentence is not None
    assert change.before_sentence is not None
    assert "41" in change.sentence.text
    assert "14" in change.before_sentence.text


@pytest.mark.parametrize(
    "text",
    [
        "The earthquake killed at least 14 people, the ministry said again.",  # the same
        "A quake in 1988 killed 230 people in the same valley.",  # another time
        "Four people were killed at the scene of one collapsed bakery.",  # a part of it
        "The toll could rise to 60, the governor said.",  # a forecast
        "The army sent 900 soldiers to the valley.",  # another thing
        "Of the dead, 9 were children.",
    ],
)
def test_other_figures_are_no_change(text: str) -> None:
    assert figures(changed(text)) == []


def test_a_sentence_that_was_told_is_no_news() -> None:
    assert [c for c in changed(FIRST) if c.kind == "sentence"] == []


def test_a_new_development_is_shown_verbatim() -> None:
    text = "The government of Cordania declared three days of mourning and sent 4,000 tents to the valley on Wednesday."
    made = [c for c in changed(text) if c.kind == "sentence"]
    assert [c.sentence.text for c in made if c.sentence] == [text]


def test_outlets_that_joined_are_named_copies_too() -> None:
    made = changed("The same text.", told_copy=True)
    assert [c.after for c in made if c.kind == "outlet"] == ["Outlet 2"]


def test_nothing_changed_where_nothing_came() -> None:
    assert changed() == ()
