"""What rooms say in English for a reader is known to the phrases, so that it can be said in another language."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from aggregator.cluster.contradiction import contradiction
from aggregator.cluster.readable import Readable
from aggregator.cluster.reasons import reason
from aggregator.dedupe.reasons import in_words
from aggregator.fetch.exchange import _STATUS_WORDS, _status_message
from aggregator.plan import PollFacts, next_poll
from aggregator.text.phrases import retell
from aggregator.text.tongue import ENGLISH, tongue_of
from tests.support.tongues import PSEUDO

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def is_known(sentence):
    """Whether the whole of a sentence stands in marks."""
    said = retell(sentence, PSEUDO)
    return said.startswith("⟦") and said.endswith("⟧")


@pytest.mark.parametrize("kind", ["exact", "reworded", "excerpt", "partial"])
@pytest.mark.parametrize("hours", [-30, 0, 0.5, 1, 26, 90])
def test_why_a_story_is_a_copy(kind, hours):
    found = SimpleNamespace(kind=kind, share_a=0.84, words_a=120, words_b=90 if kind == "excerpt" else 300)
    copy = SimpleNamespace(published_at=NOW)
    original = SimpleNamespace(published_at=NOW - timedelta(hours=hours), title="Storm, published late", source="Post")
    assert is_known(in_words(found, copy, original))
    assert "⟦published" in retell(in_words(found, copy, original), PSEUDO)


def features(hours=0.0, **over):
    given = {
        "readable": Readable(shown_names=("Ada",), figures=("12",), rare=("harbour",)),
        "published_at": NOW + timedelta(hours=hours),
        "meaning": (),
        "lang": "en",
    }
    return SimpleNamespace(**{**given, **over})


@pytest.mark.parametrize("hours", [0.2, 1.5, 30, 80])
@pytest.mark.parametrize("others", [1, 4])
@pytest.mark.parametrize("by_hand", [False, True])
def test_why_a_story_is_in_its_event(hours, others, by_hand):
    for one in (features(), features(readable=Readable()), features(readable=Readable(shown_names=("Ada",)))):
        said = retell(reason(one, features(hours), 0.84, others, by_hand=by_hand), PSEUDO)
        assert said.startswith("⟦")
        assert "⟦shared names: Ada⟧" in said.lower().replace("ada", "Ada") or not one.readable.shown_names


def test_that_it_is_told_in_another_language():
    one, other = features(meaning=(0.1,)), features(meaning=(0.1,), lang="de")
    assert "⟦told in another language (de)⟧" in retell(reason(one, other, 0.84, 1, by_hand=False), PSEUDO).lower()


@pytest.mark.parametrize("facts", ["quarter Q2 Q3", "magnitude 5.1 6.4", "score 2:1 3:0", "rate 3.5 4.25"])
def test_what_keeps_stories_apart(facts):
    kind, one, other = facts.split()
    stories = [
        SimpleNamespace(id=str(n), published_at=NOW, readable=Readable(facts=(f"{kind} {value}",)))
        for n, value in enumerate((one, other))
    ]
    assert is_known(contradiction(*stories))


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"failures": 1},
        {"failures": 7},
        {"interval_s": 900.0, "has_new": True},
        {"interval_s": 900.0},
        {"override_interval_s": 1800.0},
        {"retry_after_s": 7 * 86400.0},
        {"max_age_s": 7200.0, "interval_s": 900.0},
        {"published": tuple(NOW - timedelta(hours=2 * n) for n in range(9))},
    ],
)
def test_when_a_feed_is_asked_again(facts):
    assert is_known(next_poll(PollFacts(url="https://example.org/", now=NOW, **facts)).reason)


def test_what_servers_answer():
    for status in (*_STATUS_WORDS, 418):
        for wait in (None, 30.0):
            assert retell(_status_message(status, wait), PSEUDO).count("⟦") == 2, status


def test_what_a_phrase_fills_in_is_filled_into_its_translation():
    said = "All of its 120 words are those of “Storm” (Post), published 2 hours later."
    assert retell(
        said, tongue_of("de")
    ) == "Alle ihre 120 Wörter sind die von „Storm“ (Post), 2 Stunden später erschienen.".replace("„Storm“", "“Storm”")
    assert retell("The Post has moved and is now asked at https://example.org/new.", tongue_of("es")).startswith(
        "The Post"
    )


def test_english_and_what_is_not_known_stay_as_they_are():
    assert retell("as last time", ENGLISH) == "as last time"
    assert retell("nobody knows this sentence", tongue_of("de")) == "nobody knows this sentence"


def test_what_looks_like_hundreds_of_phrases_within_each_other_keeps_its_words():
    sentence = "; ".join(["a"] * 600)
    assert retell(sentence, PSEUDO).replace("⟦", "").replace("⟧", "") == sentence
