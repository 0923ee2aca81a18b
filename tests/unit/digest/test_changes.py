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


def changed(*later: str, first: str = FIRST, told_copy: bool = False, title: str = "Quake in Cordania"):
    stories = [a_story(1, text=first, published_at=NOW - timedelta(hours=20))]
    stories += [
        a_story(n, text=text, title=title, copy_of=1 if told_copy else None, published_at=NOW - timedelta(hours=n))
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


BEFORE = "An earthquake killed at least 14 people in southern Cordania on Sunday."
MOURNING = "The government of Cordania declared three days of mourning and sent 4,000 tents to the valley."


def told_sentences(made):
    return [c.sentence.text for c in made if c.kind == "sentence" and c.sentence]


def test_a_development_that_is_dated_after_what_was_told_is_shown_verbatim() -> None:
    text = MOURNING.replace(" and sent", " on Tuesday and sent")
    assert told_sentences(changed(text, first=BEFORE, title="Three days of mourning in Cordania")) == [text]


def test_an_outlet_that_joins_without_a_day_tells_again() -> None:
    assert told_sentences(changed(MOURNING, first=BEFORE, title="Three days of mourning in Cordania")) == []


@pytest.mark.parametrize("outlets", [(2, 3), (1, 3)])
def test_a_new_figure_without_a_day_needs_an_outlet_that_came_back_and_another(outlets: tuple[int, int]) -> None:
    other = "Three days of mourning were declared in Cordania, and 4,000 tents are on their way to the valley."
    later = [
        a_story(n, text=text, title="Cordania mourns", outlet=f"Outlet {o}", published_at=NOW - timedelta(hours=n))
        for n, text, o in zip((2, 3), (MOURNING, other), outlets, strict=True)
    ]
    told = a_story(1, text=BEFORE, title="Quake in Cordania", published_at=NOW - timedelta(hours=20))
    memory = Told(at=NOW - timedelta(hours=12), story_ids=frozenset({1}))
    made = told_sentences(changes(a_view([told, *reversed(later)]), memory))
    assert made == ([MOURNING] if 1 in outlets else [])


def test_what_was_told_in_like_words_is_no_news() -> None:
    first = (
        "The government of Cordania declared three days of mourning for the dead of the earthquake on Tuesday evening."
    )
    again = (
        "Three days of mourning were declared on Tuesday by the government of Cordania for the dead of its earthquake."
    )
    made = changed(again, first=first, title="Three days of mourning in Cordania")
    assert [c for c in made if c.kind == "sentence"] == []


def test_what_happened_on_a_day_before_the_reader_was_told_is_no_news() -> None:
    day = (NOW - timedelta(days=2)).strftime("%A")
    text = f"The government of Cordania declared three days of mourning on {day} and sent 4,000 tents to the valley."
    assert [c for c in changed(text, title="Three days of mourning in Cordania") if c.kind == "sentence"] == []


def test_a_figure_is_not_shown_again_in_another_outlets_words() -> None:
    one = "The death toll rose to 41 on Wednesday, the ministry said in a statement in the evening."
    other = "Forty-one people are now known to have lost their lives in the earthquake in the south of Cordania."
    made = changed(one, other, title="Forty-one dead in the earthquake in Cordania")
    assert figures(made) == [("14", "Forty-one")] or figures(made) == [("14", "41")]
    assert [c for c in made if c.kind == "sentence"] == []


def test_outlets_that_joined_are_named_copies_too() -> None:
    made = changed("The same text.", told_copy=True)
    assert [c.after for c in made if c.kind == "outlet"] == ["Outlet 2"]


def test_nothing_changed_where_nothing_came() -> None:
    assert changed() == ()


@pytest.mark.parametrize(
    ("first", "later", "expected"),
    [
        ("About 300,000 homes are without power.", "The number of households waiting for power has come down to 150,000.", ("300,000", "150,000")),
        ("The fire has burned 12,000 acres of forest.", "By Wednesday it had blackened more than 31,000 acres.", ("12,000 acres", "31,000 acres")),
        ("Crews said the fire was 20 percent contained.", "The fire is now 45 percent contained, they said.", ("20 percent", "45 percent")),
        ("Two passengers are in hospital.", "Seven patients were taken to hospital by Wednesday.", ("Two", "Seven")),
        ("The company has offered 3.1 percent.", "The company improved its offer to 4.2 percent on Wednesday.", ("3.1 percent", "4.2 percent")),
        ("The key rate stood at 4.25 percent.", "The bank cut its key interest rate by a quarter of a percentage point to 4 percent.", ("4.25 percent", "4 percent")),
        ("The party took 28 of the 57 seats.", "The party now has 29 of the 57 seats after a recount.", ("28", "29")),
        ("The sanctuary at Lorn has taken in 63 birds.", "The sanctuary at Lorn had taken in 240 birds by noon.", ("63", "240")),
    ],
)  # fmt: skip
def test_a_figure_is_known_again_by_what_is_counted_or_what_moved(
    first: str, later: str, expected: tuple[str, str]
) -> None:
    assert figures(changed(later, first=first)) == [expected]


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("The company has offered 3.1 percent.", "The bank lowered its forecast for growth to 2.2 percent."),  # another thing moved
        ("The key rate stood at 4.25 percent.", "The bank cut its key rate to 4.5 percent."),  # not in the direction that is said
        ("Police arrested 20 people.", "Police arrested 80 people on Sunday night."),  # the arrests of another night
        ("At least 10 people died at the school.", "It was the worst since February, when a gunman killed 17 people."),
        ("Seven officers and two civilians were wounded.", "At least nine officers were wounded."),  # a sum of two counts
        ("The jury heard how he killed four people.", "Jurors split, with nine in favor of the death penalty."),
        ("A quake killed 300 people.", "There were 35 dead in Amara, 11 in Acuma and 17 in Ascol."),  # parts
    ],
)  # fmt: skip
def test_a_figure_of_something_else_is_no_change(first: str, later: str) -> None:
    assert figures(changed(later, first=first)) == []


def test_a_toll_has_risen_when_the_other_outlets_follow_the_one_that_was_ahead() -> None:
    stories = [
        a_story(n, text=f"{count} people were killed in the storm, police said.", published_at=NOW - timedelta(hours=h))
        for n, (count, h) in enumerate([("Two", 20), ("Three", 19), ("Two", 18), ("Three", 4)], 1)
    ]
    memory = Told(at=NOW - timedelta(hours=12), story_ids=frozenset({1, 2, 3}))
    assert figures(changes(a_view(stories), memory)) == [("Two", "Three")]


def test_a_figure_that_moved_in_steps_is_told_from_the_step_that_the_reader_knows() -> None:
    texts = [
        "The number of homes without power rose to 420,000 on Tuesday.",
        "180,000 homes were still without power early on Wednesday.",
        "The number of homes without power had come down to 150,000, from 420,000 at the worst.",
    ]
    stories = [
        a_story(n, text=text, published_at=NOW - timedelta(hours=h))
        for n, (text, h) in enumerate(zip(texts, (40, 20, 4), strict=True), 1)
    ]
    memory = Told(at=NOW - timedelta(hours=12), story_ids=frozenset({1, 2}))
    assert figures(changes(a_view(stories), memory)) == [("180,000", "150,000")]
