"""Of which days a sentence speaks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from aggregator.digest.days import last_day, spoken_days

TUESDAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("text", "lang", "days_ago"),
    [
        ("The mayor resigned on Tuesday.", "en", [0]),
        ("The mayor resigned on Sunday.", "en", [2]),
        ("The vote held on Wednesday was close.", "en", [6]),
        ("The bridge closed on March 2.", "en", [1]),
        ("The mayor resigned this morning.", "en", [0]),
        ("The mayor resigned yesterday.", None, [1]),
        ("Der Bürgermeister trat am Montag zurück.", "de", [1]),
        ("O presidente demitiu-se esta segunda-feira.", "pt-PT", [1]),
        ("Le maire a démissionné hier.", "fr", [1]),
        ("Der Bürgermeister steht hier.", "de", []),
        ("The mayor will resign on Tuesday.", "en", []),
        ("The vote is on March 9.", "en", []),
        ("The bridge stood on February 31.", "en", []),
        ("Voters are angry today.", "en", []),
    ],
)
def test_days_are_those_of_which_a_sentence_tells(text: str, lang: str | None, days_ago: list[int]) -> None:
    assert spoken_days(text, TUESDAY, lang) == tuple(TUESDAY - timedelta(days=n) for n in days_ago)


@pytest.mark.parametrize(
    ("text", "days_later"),
    [
        ("The mayor resigned on Tuesday.", 0),
        ("The mayor resigned on Wednesday.", 1),
        ("The mayor resigned on Thursday.", 2),
        ("The mayor is expected to resign on Wednesday.", 0),
        ("The mayor resigned.", 0),
    ],
)
def test_a_page_that_was_brought_up_to_date_tells_of_later_days_than_its_own(text: str, days_later: int) -> None:
    assert last_day([text], TUESDAY, "en") == TUESDAY + timedelta(days=days_later)
