"""The line filter: what goes, what stays."""

from __future__ import annotations

import pytest

from aggregator.extract.lines import Line, filter_lines
from aggregator.extract.titles import headline_keys

LONG = "The council voted on Tuesday evening to close the old swing bridge for eleven months, ending a dispute that has run since the winter floods, nine to four."
TITLE = "Council closes swing bridge for eleven months"


def kept(*lines: str, **told) -> list[str]:
    verdicts = filter_lines([Line(text=line) for line in lines], **({"title": TITLE} | told))
    return [v.line.text for v in verdicts if v.reason is None]


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Ferry timetable changes again",
        "Lesen Sie auch: Fahrplan der Fähre",
        "Lire aussi : les ferries",
        "Leggi anche: il traghetto",
        "Читайте также: паром меняет расписание",
        "延伸阅读：渡轮时刻表",
        "関連記事：渡し船",
        "Advertisement",
        "Anzeige",
        "Publicité",
        "広告",
        "Share Tweet Email Print",
        "Share on Facebook",
        "Teilen",
        "Sign up for our newsletter",
        "Jetzt Newsletter abonnieren",
        "We use cookies to improve your experience.",
        "© The Ellery Post. All rights reserved.",
        "To Top",
        "Nach oben",
        "返回顶部",
        "Photo: Ann Lee / Ellery Post",
    ],
)
def test_furniture_between_paragraphs_goes(line):
    assert kept(LONG, line, LONG[::-1] + ".") == [LONG, LONG[::-1] + "."]


@pytest.mark.parametrize(
    "line",
    [
        "“Nobody likes a detour,” said Mara Quill.",
        "Share prices fell by four per cent on Tuesday, the most since May.",
        "Up to sixty boats a day pass the bridge in summer.",
        "More than forty people came to the meeting.",
        "15,000",
        "Key takeaways",
        "Advertisement revenue at the port fell for the third year in a row.",
        "Privacy was the word of the evening.",
        "关闭时间为十一个月。",
    ],
)
def test_sentences_and_figures_stay(line):
    assert line in kept(LONG, line, "Another sentence follows it here.")


def test_the_headline_byline_and_date_above_the_text_go():
    assert kept(TITLE, "By Ann Lee", "March 3, 2026", "5 min read", LONG, authors=["Ann Lee"]) == [LONG]


def test_a_list_of_other_things_below_the_text_goes_with_its_heading():
    assert kept(LONG, "Most Popular", "Ferry timetable changes", "Rowers take second place", "To Top") == [LONG]


def test_a_heading_with_nothing_under_it_goes():
    lines = [
        Line(text=LONG),
        Line(text="What comes next", heading=2),
        Line(text="The ferry will sail every twenty minutes."),
        Line(text="Related", heading=3),
    ]
    verdicts = filter_lines(lines, title=TITLE)
    assert [v.reason is None for v in verdicts] == [True, True, True, False]


def test_a_passage_that_stands_here_twice_is_kept_once():
    assert kept(LONG, "Then came the vote.", LONG) == [LONG, "Then came the vote."]


@pytest.mark.parametrize(
    "line",
    [
        "Ann Lee is the Post's harbour reporter. She grew up on the water and has covered the port since 2011.",
        "* Ann Lee schreibt über Häfen und Brücken.",
        "The post Bridge closes for eleven months appeared first on Ellery Daily.",
        "This story was originally published in the winter issue of the magazine.",
        "Disclosure: we may earn a commission if you buy through links on this page.",
    ],
)
def test_what_is_said_of_the_article_below_it_goes(line):
    assert kept(LONG, "It rained.", "They voted.", line, authors=["Ann Lee"]) == [LONG, "It rained.", "They voted."]


@pytest.mark.parametrize(
    "line",
    [
        "Ann Lee was there, and said: “I have never seen so many people.”",
        "Ann Lee's bridge, built for ships that nobody remembers today, will be missed by few of them.",
        "The story was first published when the bridge was new.",
        "Disclosure rules for officials will follow next year, the clerk said.",
    ],
)
def test_what_is_said_below_of_other_things_stays(line):
    assert kept(LONG, "It rained.", "They voted.", line, authors=["Ann Lee"])[-1] == line


def test_who_wrote_it_stays_where_it_is_the_story():
    opening = "Ann Lee is a reporter."
    assert kept(opening, LONG, "It rained.", "They voted.", "It was late.", authors=["Ann Lee"])[-1] == "It was late."


def test_every_line_left_out_has_a_reason():
    verdicts = filter_lines([Line(text=TITLE), Line(text=LONG), Line(text="Advertisement")], title=TITLE)
    assert [v.reason for v in verdicts] == ["repeats the headline", None, "marks an advertisement"]


@pytest.mark.parametrize("end", ["", "."])
def test_a_pointer_to_another_article_goes_however_long_its_headline_is(end):
    pointer = (
        "Read more: "
        + "The council of the town says that it will not look into the plan again " * 2
        + f"for years{end}"
    )
    assert kept(LONG, pointer, title="Bridge closes") == [LONG]


def test_a_long_paragraph_that_begins_with_more_stays():
    text = "More than forty people had come to the hall, and most of them stayed until the vote was counted again late at night, said the clerk."
    assert kept(LONG, text) == [LONG, text]


def test_headline_that_the_page_tells_elsewhere_goes():
    told = headline_keys(
        [None, "Ferry waits for nobody this winter", "The swing bridge stays shut all year | Ellery Post"]
    )
    for line in ("Ferry Waits for Nobody This Winter", "The swing bridge stays shut all year"):
        assert kept(line, LONG, headlines=told) == [LONG]
        assert kept(LONG, line, headlines=told) == [LONG, line], "a line of the text may say it again"
    told = headline_keys(["Ferries run again | The town is glad of it"])
    assert kept("Ferries run again.", LONG, headlines=told) == ["Ferries run again.", LONG], (
        "three words may be any label"
    )
