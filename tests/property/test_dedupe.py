"""Copies are a function of the set of stories: order, batches, removals and restarts leave no trace."""

from __future__ import annotations

import pickle
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.dedupe import CopyGraph, Fingerprint, compare, fingerprint
from aggregator.model import StoryLine
from aggregator.text.shingles import covered, shingles, spell, widths, word_sequence

NOON = datetime(2025, 3, 4, 12, tzinfo=UTC)
SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su")


def sentence(rng):
    words = ["".join(rng.choices(SYLLABLES, k=3)) for _ in range(rng.randint(8, 14))]
    return " ".join(words).capitalize() + "."


def newsroom(seed):
    """A stream with wire texts copied, cut, relaid and mixed, and outlets that print standing lines."""
    rng = random.Random(seed)
    texts = [[sentence(rng) for _ in range(rng.randint(4, 14))] for _ in range(5)]
    standing = [[sentence(rng) for _ in range(2)] for _ in range(3)]
    lines = []
    for n in range(28):
        own = rng.choice(texts)
        begin = rng.choice((0, 0, 0, 1, 3))
        body = own[begin : rng.choice((len(own), len(own), len(own) // 2 + 1))]
        if rng.random() < 0.3:
            body = body[::2] + rng.choice(texts)[:4]
        outlet = rng.randrange(3)
        text = "\n".join([*body, *standing[outlet]]) if rng.random() < 0.8 else None
        lines.append(
            StoryLine(
                id=f"s{n}",
                published_at=NOON + timedelta(hours=rng.randrange(240)),
                title=f"{own[0][:40]} {rng.choice(('', 'update'))}",
                text=text,
                source=f"Outlet {outlet}",
            )
        )
    return [fingerprint(line) for line in lines]


def decisions(graph, stories):
    return {story.id: graph.decision(story.id) for story in stories}


@given(seed=st.integers(0, 10**6), shuffle=st.randoms(use_true_random=False), batch=st.integers(1, 28))
@settings(max_examples=25, deadline=None)
def test_order_batches_replacements_and_removals_do_not_matter(seed, shuffle, batch):
    stories = newsroom(seed)
    once = CopyGraph()
    for story in stories:
        once.add(story)
    once.flush()

    bit_by_bit = CopyGraph()
    mixed = [*stories]
    shuffle.shuffle(mixed)
    strangers = newsroom(seed + 1)
    for place, story in enumerate(mixed):
        bit_by_bit.add(story)
        stranger = strangers[place]
        bit_by_bit.add(Fingerprint.from_bytes(stranger.to_bytes()) if place % 2 else stranger)  # A text replaced below.
        if stranger.id not in {done.id for done in mixed[: place + 1]}:
            bit_by_bit.remove(stranger.id)
        else:
            bit_by_bit.add(next(done for done in mixed if done.id == stranger.id))
        if place % batch == 0:
            bit_by_bit.flush()
    bit_by_bit.flush()
    assert decisions(bit_by_bit, stories) == decisions(once, stories)


@given(seed=st.integers(0, 10**6), then=st.data())
@settings(max_examples=25, deadline=None)
def test_a_graph_that_goes_on_from_a_state_decides_as_one_from_scratch(seed, then):
    stories, strangers = newsroom(seed), newsroom(seed + 1)
    before, after, once = CopyGraph(), CopyGraph(), CopyGraph()
    for story, stranger in zip(stories, strangers, strict=True):
        before.add(then.draw(st.sampled_from((story, story, stranger))))  # of the same id, so a text replaced since
        if then.draw(st.integers(0, 3)) == 0:
            before.flush()
            before.remove(story.id)
        if then.draw(st.booleans()):
            after.add(story)
            once.add(story)
    once.flush()
    assert after.restore(before.state())
    after.flush()
    assert decisions(after, stories) == decisions(once, stories)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_every_copy_points_at_an_original_that_it_matches(seed):
    stories = {story.id: story for story in newsroom(seed)}
    graph = CopyGraph()
    for story in stories.values():
        graph.add(story)
    graph.flush()
    for key in stories:
        if found := graph.decision(key):
            assert found.copy_of in stories
            assert graph.decision(found.copy_of) is None
            assert 0 <= found.score <= 1
            assert found.reason


@given(seed=st.integers(0, 10**6), steps=st.integers(1, 6))
@settings(max_examples=15, deadline=None)
def test_flush_names_exactly_the_decisions_that_changed(seed, steps):
    stories = newsroom(seed)
    graph = CopyGraph()
    size = len(stories) // steps + 1
    for start in range(0, len(stories), size):
        before = decisions(graph, stories)
        for story in stories[start : start + size]:
            graph.add(story)
        changed = graph.flush()
        after = decisions(graph, stories)
        assert changed == {key for key in after if after[key] != before[key]}


@given(text=st.text(max_size=300), title=st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_has_a_fingerprint_that_survives_storage(text, title):
    made = fingerprint(StoryLine(id="x", published_at=NOON, title=title, text=text))
    assert Fingerprint.from_bytes(made.to_bytes()) == made
    assert pickle.loads(pickle.dumps(made)) == made
    assert compare(made, made).kind in {"exact", None}


@given(
    text=st.text(alphabet="ab1. ,!?…“”’'\n\u3042\u4e2d\u6587\u3002\u0e01\u0e02\u0928\u093e\u00ad\u0301", max_size=200)
)
@settings(max_examples=200, deadline=None)
def test_spelling_all_words_of_a_text_gives_its_words_again(text):
    words = word_sequence(text)
    again = word_sequence(spell(text, 0, len(words)))
    assert again.hashes.tolist() == words.hashes.tolist()
    hits = shingles(words) == shingles(words)
    assert len(hits) == len(widths(words))
    assert len(covered(words, hits, widths(words))) == len(words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“It’s over” – he said…", '"It\'s over" - he said...'),
        ("1,000 people", "1000 people"),
        ("co\u00adoperate", "cooperate"),
        ("e\u0301te\u0301", "été"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
    ],
)
def test_typography_does_not_change_the_words(one, other):
    assert word_sequence(one).hashes.tolist() == word_sequence(other).hashes.tolist()
