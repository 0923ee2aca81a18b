"""What is kept of a story, and that nothing is lost on the way to the store and back."""

import pickle

import numpy as np
import pytest

from aggregator.cluster import Features, features
from tests.unit.cluster.builders import FIRE, a_line, a_story


def test_bytes_give_the_features_back():
    story = a_story("a", FIRE)
    again = Features.from_bytes(story.to_bytes())
    assert again is not None
    assert again.to_bytes() == story.to_bytes()
    assert (again.id, again.published_at, again.lang, again.readable.headline) == (
        "a",
        story.published_at,
        "en",
        FIRE[0],
    )
    assert np.array_equal(again.comb, story.comb)
    assert again.digest == story.digest


def test_features_pickle():
    story = a_story("a")
    assert pickle.loads(pickle.dumps(story)).to_bytes() == story.to_bytes()


@pytest.mark.parametrize("broken", [b"", b"\x00", b"\xff" * 200])
def test_bytes_of_another_version_are_to_be_made_anew(broken):
    assert Features.from_bytes(broken) is None


def test_features_are_small():
    assert len(a_story("a", (FIRE[0], FIRE[1] * 20)).to_bytes()) < 6_000


def test_a_headline_repeated_in_the_text_counts_once():
    told = features(a_line("a", (FIRE[0], f"{FIRE[0]}\n\n{FIRE[1]}")))
    assert told.to_bytes() == a_story("a", FIRE).to_bytes()


def test_without_a_title_the_first_line_stands_for_it():
    assert features(a_line("a", ("", "Fire in Lodz\nIt burned."))).readable.headline == "Fire in Lodz"


def test_only_the_first_two_thousand_characters_count():
    long = "word " * 400
    assert (
        features(a_line("a", ("T", long))).to_bytes()
        == features(a_line("a", ("T", long + "Sudden volcano"))).to_bytes()
    )


def test_odd_characters_survive():
    told = features(a_line("a\ud800", ("NUL \x00 and \x1f here", "text")))
    again = Features.from_bytes(told.to_bytes())
    assert again is not None
    assert again.id == "a\ud800"


def test_weekdays_of_the_lead_are_known():
    assert a_story("a", FIRE).weekdays == 1 << 4  # Friday
    assert features(a_line("a", ("周五地震", "北京时间"), lang="zh")).weekdays == 1 << 4
    assert features(a_line("a", ("地震", "金曜日に発生した"), lang="ja")).weekdays == 1 << 4


def test_a_story_that_is_read_back_does_not_hold_on_to_the_bytes_it_came_from():
    again = Features.from_bytes(features(a_line("a", FIRE)).to_bytes())
    for name in ("terms", "comb", "bigrams", "names", "meaning"):
        part = getattr(again, name)
        assert (part if part.base is None else part.base).flags.owndata, name
