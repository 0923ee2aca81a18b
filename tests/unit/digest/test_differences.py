"""They differ on: only what two outlets say of the same thing at the same time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.digest import differences
from tests.support.digests import NOW, a_story, a_view


def sides(*texts: str, hours_apart: float = 1.0):
    stories = [a_story(n, text=t, published_at=NOW - timedelta(hours=hours_apart * n)) for n, t in enumerate(texts, 1)]
    made = differences(a_view(sorted(stories, key=lambda s: s.published_at)))
    return {d.what: sorted(value for value, _ in d.sides) for d in made}


def test_two_outlets_with_two_tolls_differ() -> None:
    assert sides(
        "Two people were killed in the storm, police said.", "The storm killed three people in the north."
    ) == {"killed": ["Two", "three"]}


def test_crew_and_magnitude_are_compared_too() -> None:
    assert sides("All 19 crew members were rescued.", "The lifeboat rescued 21 people.") == {"rescued": ["19", "21"]}
    assert sides("A quake of magnitude 6.1 struck.", "It had a magnitude of 6.3, the institute said.") == {
        "magnitude": ["6.1", "6.3"]
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The storm killed at least 12 people.", "The storm killed 15 people."),  # a bound that allows it
        ("The storm killed 12 people.", "The storm killed twelve people."),  # the same
        ("The storm injured about 100 people.", "The storm injured 102 people."),  # about the same
        ("The storm killed 12 people.", "The storm injured 15 people."),  # another thing
        ("The storm killed 12 people.", "A storm in 1998 killed 15 people."),  # another time
        ("The storm killed 12 people.", "The storm killed 300 people."),  # too far apart to be one count
        ("The storm killed 12 people.", "Four more people were killed on Monday."),  # a part
        ("Tickets cost $15.", "The stadium cost $40 million."),
        ("The storm killed nobody.", "The storm killed 2 cows and a dog in the north."),
    ],
)
def test_what_does_not_contradict_is_not_shown(one: str, other: str) -> None:
    assert sides(one, other) == {}


def test_a_later_toll_is_an_update_not_a_disagreement() -> None:
    assert sides("The storm killed 12 people.", "The storm killed 15 people.", hours_apart=14) == {}


def test_an_outlet_does_not_differ_with_itself_or_its_copies() -> None:
    first = a_story(1, text="The storm killed 12 people.", published_at=NOW - timedelta(hours=2))
    own = a_story(2, text="The storm killed 15 people.", outlet=first.outlet, published_at=NOW - timedelta(hours=1))
    copy = a_story(3, text="The storm killed 14 people.", copy_of=1, published_at=NOW - timedelta(hours=1))
    assert differences(a_view([first, own])) == ()
    assert differences(a_view([first, copy])) == ()
