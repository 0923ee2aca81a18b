"""The demo newsroom's own texts: enough of them, varied, and true to their gold."""

import json
import re
from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from aggregator.newsroom import default_folder, gold_document, load, whats_new

NUMBER_WORDS = {
    "1": (
        "one",
        "ein",
        "einen",
        "eine",
        "um",
    ),
    "2": (
        "two",
        "zwei",
        "dois",
    ),
    "3": (
        "three",
        "drei",
        "três",
    ),
    "4": (
        "four",
        "vier",
        "quatro",
    ),
    "5": (
        "five",
        "fünf",
        "cinco",
    ),
    "6": (
        "six",
        "sechs",
        "seis",
    ),
    "7": (
        "seven",
        "sieben",
        "sete",
    ),
    "9": (
        "nine",
        "neun",
        "nove",
    ),
    "11": (
        "eleven",
        "elf",
        "onze",
    ),
    "14": (
        "fourteen",
        "vierzehn",
        "catorze",
    ),
    "19": (
        "nineteen",
        "neunzehn",
    ),
    "21": (
        "twenty-one",
        "einundzwanzig",
    ),
    "60": (
        "sixty",
        "sechzig",
        "sessenta",
    ),
    "80": (
        "eighty",
        "achtzig",
        "oitenta",
    ),
    "200": ("two hundred",),
    "2.50": ("2.5",),
    "4.00": ("4", "four"),
    "400": ("four hundred",),
    "1,100": ("eleven hundred",),
    "9,000": ("nine thousand",),
}


@pytest.fixture(scope="module")
def newsroom():
    return load(default_folder())


def tells(passage, value):
    """Whether a passage gives a figure, in digits (as any of our languages writes them) or in words."""
    swapped = value.translate(str.maketrans(",.", ".,"))
    spelt = NUMBER_WORDS.get(value, ())
    return any(re.search(rf"(?<![\w.,]){re.escape(v)}(?!\w|[.,]\d)", passage.lower()) for v in (value, swapped, *spelt))


def test_there_is_a_week_of_news_from_many_outlets(newsroom):
    events = Counter(s.event for s in newsroom.stories)
    assert len(newsroom.outlets) >= 8
    assert 110 <= len(newsroom.stories) <= 170
    assert sum(n > 1 for n in events.values()) >= 20
    assert sum(n == 1 for n in events.values()) >= 8
    first, last = newsroom.stories[0].at, newsroom.stories[-1].at
    assert timedelta(days=4) < last - first < timedelta(days=5)


def test_every_outlet_is_heard_on_at_least_three_days(newsroom):
    days = defaultdict(set)
    for story in newsroom.stories:
        days[story.outlet].add(story.at.date())
    assert {o.key: len(days[o.key]) >= 3 for o in newsroom.outlets} == {o.key: True for o in newsroom.outlets}


def test_every_feed_format_and_every_kind_of_feed_is_there(newsroom):
    assert {o.feed.format for o in newsroom.outlets} == {"rss2", "rss1", "atom", "json"}
    assert {o.feed.body for o in newsroom.outlets} == {"full", "summary", "title"}
    assert {o.feed.encoding for o in newsroom.outlets} == {"utf-8", "iso-8859-1"}
    assert sum(o.feed.careless for o in newsroom.outlets) == 1
    assert len({o.lang for o in newsroom.outlets}) >= 3
    assert len({o.template for o in newsroom.outlets}) >= 4
    assert any(not o.metadata for o in newsroom.outlets)


def test_stories_have_the_length_of_stories(newsroom):
    lengths = {s.id: len(s.text.split()) for s in newsroom.stories if s.kind != "excerpt"}
    assert {i: n for i, n in lengths.items() if not 100 <= n <= 350} == {}


def test_some_events_run_over_days(newsroom):
    days = defaultdict(set)
    for story in newsroom.stories:
        days[story.event].add(story.at.date())
    assert sum(len(d) >= 3 for d in days.values()) >= 6


def test_every_marked_passage_stands_in_its_story(newsroom):
    missing = [(s.id, m.passage) for s in newsroom.stories for m in s.marks if m.passage not in s.text]
    assert missing == []


def test_every_marked_figure_stands_in_its_passage(newsroom):
    wrong = []
    for event in newsroom.events:
        for story in newsroom.stories:
            if story.event == event.key:
                wrong += [
                    (story.id, m.value, m.passage) for m in story.marks if m.value and not tells(m.passage, m.value)
                ]
    assert wrong == []


def test_every_fact_is_told_by_some_story(newsroom):
    told = {(s.event, m.fact) for s in newsroom.stories for m in s.marks}
    assert [(e.key, f) for e in newsroom.events for f in e.facts if (e.key, f) not in told] == []


def word_runs(text, size):
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def test_copies_share_their_sources_text_and_independent_reports_do_not(newsroom):
    by_id = {s.id: s for s in newsroom.stories}
    for story in newsroom.stories:
        if story.copy_of:
            own, source = word_runs(story.text, 1), word_runs(by_id[story.copy_of].text, 1)
            runs, theirs = word_runs(story.text, 5), word_runs(by_id[story.copy_of].text, 5)
            if story.kind == "reworded":
                assert len(own & source) / len(own) > 0.6, story.id
                assert len(runs & theirs) / len(runs) < 0.6, story.id
            elif story.kind == "exact":
                assert story.paragraphs == by_id[story.copy_of].paragraphs, story.id
            else:
                assert len(runs & theirs) / len(runs) > 0.6, story.id
    groups = defaultdict(list)
    for story in newsroom.stories:
        if not story.copy_of:
            groups[story.event].append(story)
    for stories in groups.values():
        for n, story in enumerate(stories):
            for other in stories[:n]:
                runs, theirs = word_runs(story.text, 5), word_runs(other.text, 5)
                assert len(runs & theirs) / min(len(runs), len(theirs)) < 0.12, (story.id, other.id)


def test_all_kinds_of_copy_occur_also_within_one_outlet(newsroom):
    by_id = {s.id: s for s in newsroom.stories}
    copies = [s for s in newsroom.stories if s.copy_of]
    assert {s.kind for s in copies} == {"exact", "near", "excerpt", "reworded"}
    assert any(s.outlet == by_id[s.copy_of].outlet for s in copies)


def test_the_gold_has_changed_figures_and_disagreements(newsroom):
    document = gold_document(newsroom)
    rows = [e for d in document["days"] for e in d["events"]]
    assert sum(len(e["changed"]) for e in rows) >= 15
    assert sum(len(e["differ"]) for e in rows) >= 3
    storm = next(e for e in document["days"][1]["events"] if e["event"] == "storm-ines")
    assert {"what": "homes without power", "before": "300,000", "after": ["420,000"]} in storm["changed"]
    assert {side["value"] for side in storm["differ"][0]["sides"]} == {"2", "3"}


def test_a_silent_correction_of_a_figure_comes_on_a_later_day(newsroom):
    corrections = [(s, c) for s in newsroom.stories for c in s.corrections if c.silent]
    assert corrections
    for story, correction in corrections:
        assert correction.at.date() > story.at.date()
        assert re.sub(r"\d", "", correction.old) == re.sub(r"\d", "", correction.new)
        before, after = story.as_of(story.at), story.as_of(correction.at)
        assert correction.old in before.title + before.text
        assert correction.old not in after.title + after.text
        assert correction.new in after.text


def test_marks_follow_a_correction(newsroom):
    story, correction = next((s, c) for s in newsroom.stories for c in s.corrections if c.silent)
    later = story.as_of(correction.at)
    assert all(m.passage in later.text for m in later.marks)
    assert "22" in {m.value for m in later.marks}


def test_the_gold_file_is_in_step_with_the_stories(newsroom):
    """If this fails after an edit of the texts: python -m aggregator.newsroom --once --gold seeds/gold.json."""
    kept = json.loads((default_folder() / "gold.json").read_text(encoding="utf-8"))
    assert kept == gold_document(newsroom)


def test_what_is_new_tells_only_what_was_not_told_before(newsroom):
    for event in newsroom.events:
        at = [s.at for s in newsroom.stories if s.event == event.key]
        whole = whats_new(newsroom, event, since=at[0] - timedelta(1), until=at[-1])
        assert set(whole.facts) == set(event.facts)
        assert whole.figures == ()
        assert not whats_new(newsroom, event, since=at[-1], until=at[-1] + timedelta(1)).facts
