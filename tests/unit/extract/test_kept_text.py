"""Text as another scraper kept it: which line is the headline."""

from __future__ import annotations

import pytest

from aggregator.extract.batch import extract_lines

BRIEF = "The swing bridge will close in May for eleven months, the council decided on Tuesday after a debate."


@pytest.mark.parametrize("title", ["Bridge closes", "Bridge closes in May for repairs"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("label", ["", "Share\n\n"])
def test_a_short_brief_is_an_article(title: str, gap: str, label: str) -> None:
    (row,) = extract_lines([("a.txt", f"{label}{title}{gap}{BRIEF}\n".encode())])
    assert (row["title"], row["text"], row["error"]) == (title, BRIEF, None)


def test_a_headline_may_end_like_a_sentence() -> None:
    (row,) = extract_lines([("a.txt", f"World\n\nThe bridge has to close.\n\n{BRIEF}".encode())])
    assert (row["title"], row["text"]) == ("The bridge has to close.", BRIEF)
