"""What counts as a change of a story, and of which kind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import Revision
from aggregator.text.revision import (
    correction_note,
    gives_less,
    headline_changed,
    page_words,
    revision_changes,
    sentence_changes,
    text_changed,
)
from tests.support.building import NOW

FIRST = "The bridge will close on Monday."
SECOND = "The council voted by eleven to four."
THIRD = "Shops on the quay fear for their trade."
TEXT = f"{FIRST} {SECOND}\n\n{THIRD}"


@pytest.mark.parametrize(
    ("after", "kinds"),
    [
        (TEXT.replace("eleven", "nine"), ("figure",)),
        (TEXT.replace("on Monday", "on 14 May"), ("wording",)),
        (TEXT.replace("council", "counsil"), ("typo",)),
        (TEXT.replace("fear for their trade", "fear the worst for their trade"), ("wording",)),
        (f"{TEXT}\n\nThe ferry will run twice an hour until then.", ("addition",)),
        (f"{FIRST} {SECOND}", ("removal",)),
        (f"{TEXT}\n\nCorrection: an earlier version gave the wrong day.", ("correction note",)),
        (f"{TEXT}\n\nBerichtigt am 6. März 2026.", ("correction note",)),
        (
            f"{TEXT.replace('eleven', 'nine')}\n\nCorrected on 6 March 2026.",
            ("figure", "correction note"),
        ),
    ],
)
def test_a_change_is_named_by_its_kind(after: str, kinds: tuple[str, ...]) -> None:
    assert text_changed(TEXT, after) == kinds


@pytest.mark.parametrize(
    "after",
    [
        TEXT,
        TEXT.replace(". ", ".\n\n"),
        TEXT.replace("The bridge", "The  bridge\u00a0").upper(),
        f"Most popular\n\n{TEXT}\n\n17 comments",
        f"{THIRD}\n\n{FIRST} {SECOND}",
    ],
    ids=["nothing", "paragraphs", "spaces and case", "labels", "order of paragraphs"],
)
def test_what_a_reader_would_not_call_a_change_is_none(after: str) -> None:
    assert text_changed(TEXT, after) == ()


def test_marks_of_another_form_are_no_change() -> None:
    before = '"We\'re closing it," she said - for good, for $5.'
    assert text_changed(before, "“We’re closing it,” she said – for good, for $5.") == ()
    assert text_changed(before, before.replace("$5", "€5")) != ()


def test_a_page_that_gives_less_than_half_is_a_wall_and_no_edit() -> None:
    long = " ".join(f"Sentence number {n} of a long report stands here." for n in range(20))
    assert gives_less(long, "Subscribe to go on reading.")
    assert text_changed(long, "Subscribe to go on reading.") == ()


def test_a_headline_with_another_figure_is_both() -> None:
    assert headline_changed("Profit falls 32 per cent", "Profit falls 22 per cent") == ("headline", "figure")
    assert headline_changed("Storm nears", "Storm makes landfall") == ("headline",)
    assert headline_changed("“Storm” nears", '"Storm"  nears') == ()
    assert headline_changed(None, "Storm nears") == ()


def test_the_diff_shows_sentences_in_reading_order_with_both_sides_of_a_change() -> None:
    after = f"{FIRST} {SECOND.replace('eleven', 'nine')} Nobody abstained.\n\nThe ferry runs."
    found = [(c.kind, c.before, c.after) for c in sentence_changes(TEXT, after)]
    assert found[0] == ("same", FIRST, FIRST)
    assert found[1] == ("changed", SECOND, SECOND.replace("eleven", "nine"))
    assert ("added", None, "Nobody abstained.") in found
    assert ("removed", THIRD, None) in found


def test_each_revision_is_set_against_the_one_after_it() -> None:
    first = Revision(
        story_id=1, number=1, seen_at=NOW, replaced_at=NOW, title="A", text="It was one.", what_changed=("figure",)
    )
    second = Revision(
        story_id=1, number=2, seen_at=NOW, replaced_at=NOW + timedelta(hours=1), title="A", text="It was two.",
        what_changed=("headline", "correction note"),
    )  # fmt: skip
    one, two = revision_changes([first, second], title="B", text="It was two.")
    assert [c.after for c in one.sentences] == ["It was two."]
    assert (one.is_silent, two.is_silent) == (True, False)
    assert (two.title_before, two.title_after) == ("A", "B")
    assert revision_changes([], title="A", text="It was one.") == ()


def test_a_note_of_a_correction_is_told_from_a_button_and_from_a_report() -> None:
    assert correction_note(["Corrections", "Corrected 6 March 2026."]) == "Corrected 6 March 2026."
    assert correction_note(["Submit a correction"]) is None
    report = (
        "The paper corrected its account of the vote " + "after the council had complained of it at length " * 6 + "."
    )
    assert correction_note([report]) is None


def test_what_the_page_had_all_along_was_not_added_by_its_publisher() -> None:
    extra = "The ferry will run twice an hour until then."
    before, after = page_words(f"<p>{TEXT}</p><aside>{extra}</aside>"), page_words(f"<div>{TEXT}</div><p>{extra}</p>")
    assert text_changed(TEXT, f"{TEXT}\n\n{extra}", pages=(before, after)) == ()
    assert text_changed(f"{TEXT}\n\n{extra}", TEXT, pages=(before, after)) == ()
    without = page_words(f"<p>{TEXT}</p>")
    assert text_changed(TEXT, f"{TEXT}\n\n{extra}", pages=(without, after)) == ("addition",)
    assert text_changed(f"{TEXT}\n\n{extra}", TEXT, pages=(before, without)) == ("removal",)
    figure = TEXT.replace("eleven", "nine")
    assert text_changed(TEXT, figure, pages=(page_words(TEXT), page_words(figure))) == ("figure",)
