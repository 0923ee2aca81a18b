"""What outlets changed after publication without a word."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from aggregator.digest import quiet_edits
from aggregator.model import Revision
from aggregator.text.revision import headline_changed, revision_changes, text_changed
from tests.support.digests import NOW, a_story

TEXT = "Profit fell {figure} at the van maker, the company said on Wednesday.\n\nIt will close its works in September."


def edited(*versions: tuple[str, str], minutes: int = 0):
    """A story that had these (title, text) one after the other, the last one standing."""
    title, text = versions[-1]
    story = a_story(1, title=title, text=text)
    revisions = []
    for number, ((old_title, old), (new_title, new)) in enumerate(itertools.pairwise(versions), 1):
        kinds = [*headline_changed(old_title, new_title), *text_changed(old, new)]
        at = NOW + timedelta(minutes=minutes + number)
        revisions.append(
            Revision(
                story_id=1,
                number=number,
                seen_at=NOW,
                replaced_at=at,
                title=old_title,
                text=old,
                what_changed=tuple(kinds),
            )
        )
    return story, revision_changes(revisions, title=title, text=text)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("32 per cent", "22 per cent", [("32 per cent", "22 per cent")]),
        ("412 million crowns", "402 million crowns", [("412 million crowns", "402 million crowns")]),
        ("for 14 workers", "for 15 workers", [("14 workers", "15 workers")]),
        ("a lot", "far", []),
        ("32 per cent", "by 4 million crowns", []),  # not the same kind of figure
        ("32 per cent", "32 percent", []),
    ],
)
def test_a_figure_is_shown_as_it_was_and_is(before: str, after: str, shown: list[tuple[str, str]]) -> None:
    found = quiet_edits([edited(("Van maker", TEXT.format(figure=before)), ("Van maker", TEXT.format(figure=after)))])
    assert [(c.before, c.after) for c in found] == shown
    for change in found:
        assert change.sentence is not None
        text = TEXT.format(figure=after)
        assert text[change.sentence.offset :].startswith(change.sentence.text)
        assert after in change.sentence.text


def test_a_headline_is_shown_from_the_first_to_the_last() -> None:
    text = TEXT.format(figure="a lot")
    found = quiet_edits(
        [edited(("Mayor steals wine", text), ("Mayor accused of theft", text), ("Mayor accused over wine", text))]
    )
    assert [(c.kind, c.before, c.after) for c in found] == [
        ("headline", "Mayor steals wine", "Mayor accused over wine")
    ]


def test_what_was_changed_back_or_only_set_otherwise_is_no_edit() -> None:
    text = TEXT.format(figure="a lot")
    assert quiet_edits([edited(("One", text), ("Two", text), ("One", text))]) == ()
    assert quiet_edits([edited(("The mayor's wine", text), ("The Mayor’s wine", text))]) == ()


def test_what_an_outlet_says_that_it_corrected_is_not_quiet() -> None:
    note = "\n\nCorrection: an earlier version gave another figure for the profit, on 4 March 2026."
    before, after = TEXT.format(figure="32 per cent"), TEXT.format(figure="22 per cent") + note
    assert quiet_edits([edited(("Van maker", before), ("Van maker", after))]) == ()


def test_figures_come_before_headlines_and_the_latest_first_up_to_a_limit() -> None:
    text = TEXT.format(figure="14")
    headlines = [edited((f"Old {n}", text), (f"New {n}", text), minutes=n) for n in range(9)]
    figure = edited(("Van maker", TEXT.format(figure="14 per cent")), ("Van maker", TEXT.format(figure="15 per cent")))
    found = quiet_edits([*headlines, figure], most=4)
    assert [c.after for c in found] == ["15 per cent", "New 8", "New 7", "New 6"]
