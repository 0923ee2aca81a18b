"""Whatever comes in: spans cover the text, briefs are verbatim, digests fit and escape."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator.digest import brief_line, verify
from aggregator.render import digest_html, digest_json, digest_mail, digest_markdown, digest_text
from aggregator.text.figures import figures
from aggregator.text.sentences import split
from tests.support.digests import a_digest, a_story, a_view

TEXTS = st.text(max_size=400) | st.lists(
    st.sampled_from(
        [
            "The U.S. voted. ",
            "He said “no”. ",
            "12 people died.",
            "\n\n",
            "(AP) - ",
            "e.g. ",
            "今日は。",
            "$3bn",
            " ",
            "Mr. ",
            "<b>",
            "\x1b[31m",
            "\u202e",
        ]
    ),
    max_size=30,
).map("".join)
LANGS = st.sampled_from([None, "en", "de", "ja", "zh", "pt", "xx", "en-GB"])


@given(TEXTS, LANGS)
def test_sentences_cover_the_text_in_order_and_never_cross_a_line(text: str, lang: str | None) -> None:
    spans = split(text, lang)
    covered = "".join(text[a:b] for a, b in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all("\n" not in text[a:b] for a, b in spans)


@given(TEXTS, LANGS)
def test_figures_never_fail_and_stand_where_they_say(text: str, lang: str | None) -> None:
    for figure in figures(text, lang):
        assert 0 <= figure.start < figure.end <= len(text)
        assert figure.number in text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4), st.integers(0, 60))
def test_a_brief_is_verbatim_and_short_whatever_the_stories(stories: list[tuple[str, str]], words: int) -> None:
    rows = [{"id": str(n), "title": title, "text": text} for n, (title, text) in enumerate(stories)]
    made = brief_line({"event": "e", "stories": rows}, words=words)
    for sentence in made["sentences"]:
        text = rows[int(sentence["story"])]["text"]
        assert text[sentence["offset"] : sentence["offset"] + len(sentence["text"])] == sentence["text"]
    assert len(made["text"].split()) <= words
    if made["headline"] is not None:
        assert made["headline"] == rows[int(made["headline_from"])]["title"]


@settings(max_examples=40, deadline=None)
@example([("", "0" * 64 + ";0;0\u0300 0 0 0 0 0 0 0 0 0", "")], 30)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=3), st.integers(30, 120))
def test_every_rendering_survives_hostile_titles(stories: list[tuple[str, str, str]], width: int) -> None:
    members = [
        a_story(n, title=t, text=x, outlet=o or "o", url=f"javascript:{n}") for n, (t, x, o) in enumerate(stories, 1)
    ]
    digest = a_digest([a_view(members)])
    assert verify(digest, {str(s.id): s.text for s in members}.get) == ()
    text = digest_text(digest, width=width)
    assert "\x1b" not in text
    assert "\u202e" not in text
    subject, plain, html = digest_mail(digest)
    assert not set(subject) & set("\r\n\x00\u202e\u2066")
    assert len(subject) <= 78
    assert "\x1b" not in plain
    for page in (html, digest_html(digest)):
        assert "<b>" not in page
        assert "javascript:" not in page
    assert digest_markdown(digest)
    assert json.loads(json.dumps(digest_json(digest)))["version"] == 1
