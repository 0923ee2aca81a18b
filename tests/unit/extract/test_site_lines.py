"""Lines that recur on a site, and the guards against taking an article for furniture."""

from __future__ import annotations

import random

from aggregator.extract import PageLines, SiteLines, drop_recurring, learn, page_lines
from aggregator.extract.site_lines import learn_all, near_identical

CHROME = ["Follow the harbour desk", "Ferry times", "Write to the editor"]


def story(number: int) -> list[str]:
    return [
        f"Paragraph {word} of story number {number}, long enough to be prose and unlike any other {word * 8}."
        for word in (f"w{number}a", f"w{number}b", f"w{number}c")
    ]


def test_a_short_line_on_another_page_is_furniture_and_a_paragraph_is_not():
    known = learn(learn(SiteLines(), page_lines(CHROME + story(1))), page_lines(CHROME + story(2)))
    own = page_lines(CHROME + story(2)).lines
    assert known.recurs("Ferry times", own=own)
    assert not known.recurs(story(2)[0], own=own)


def test_a_page_fetched_again_teaches_nothing():
    once = learn(SiteLines(), page_lines(CHROME + story(1)))
    assert learn(once, page_lines(CHROME + story(1))) == once
    assert learn(once, page_lines([*CHROME, *story(1), "Updated"])) == once


def test_background_that_a_follow_up_repeats_stays():
    background = story(9)[0]
    pages = [page_lines([*CHROME, *story(n), background]) for n in range(1, 3)] + [
        page_lines(CHROME + story(n)) for n in range(3, 20)
    ]
    known = learn_all(pages)
    assert not known.recurs(background, own=pages[0].lines)


def test_what_is_learnt_does_not_depend_on_the_order_of_the_pages():
    pages = [page_lines(CHROME + story(n)) for n in range(8)] + [page_lines([*story(3), "A correction"]), PageLines()]
    first = learn_all(pages)
    for seed in range(5):
        random.Random(seed).shuffle(pages)
        assert learn_all(pages) == first


def test_numbers_do_not_make_a_line_another_line():
    known = learn_all([page_lines([*story(n), f"{n} comments"]) for n in range(3)])
    assert known.recurs("17 comments")


def test_near_identical_pages_are_told():
    assert near_identical(page_lines(story(1)), page_lines([*story(1)[:2], "Something else"]))
    assert not near_identical(page_lines(CHROME + story(1)), page_lines(CHROME + story(2)))


def test_recurring_lines_are_cut_from_a_text():
    known = learn_all([page_lines(CHROME + story(1)), page_lines(CHROME + story(2))])
    text = "\n\n".join([story(1)[0], CHROME[0], story(1)[1]])
    assert drop_recurring(text, known) == "\n\n".join(story(1)[:2])
