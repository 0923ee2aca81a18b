"""From what a feed says to what the store keeps: shortcuts that are quicker give what the long way gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline.entries import measured
from aggregator.text.html import html_to_text

BLANKS = (
    "<p>",
    "<br>",
    "<td>",
    "<li>x",
    "a",
    "Ä",
    " ",
    "\n",
    "\n\n",
    "\xa0",
    "\u3000",
    "\u2028",
    "\x1f",
    "&nbsp;",
    "&#32;",
)
html = st.text() | st.lists(st.sampled_from(BLANKS)).map("".join)


@given(html)
def test_a_text_is_measured_as_if_it_were_cut_into_words(html: str) -> None:
    text = html_to_text(html) or None
    assert measured(text, is_folded=True) == measured(text)
