"""The extractor on any input: an article or one clear refusal, never anything else."""

from __future__ import annotations

import random
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import ExtractError
from aggregator.extract import extract_lines, extract_page
from aggregator.extract.iso import to_iso
from aggregator.extract.lines import Line, filter_lines
from aggregator.extract.names import names_in
from aggregator.extract.phrases import line_kind

TAGS = st.sampled_from(
    [
        "p",
        "div",
        "h1",
        "h2",
        "a",
        "b",
        "ul",
        "li",
        "article",
        "table",
        "td",
        "span",
        "br",
        "script",
        "style",
        "title",
        "meta",
        "time",
        "main",
        "footer",
    ]
)
WORDS = st.text(st.characters(codec="utf-8"), max_size=60)


@st.composite
def markup(draw: st.DrawFn) -> str:
    parts = draw(
        st.lists(
            st.one_of(
                WORDS,
                TAGS.map(lambda t: f"<{t}>"),
                TAGS.map(lambda t: f"</{t}>"),
                TAGS.map(lambda t: f'<{t} class="{t} author" datetime=x content=y>'),
            ),
            max_size=30,
        )
    )
    return "<html>" + "".join(parts)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_an_article_or_a_refusal(body: bytes):
    with suppress(ExtractError):
        extract_page(body)


@settings(max_examples=60, deadline=None)
@given(markup())
def test_any_markup_gives_clean_text(html: str):
    try:
        article = extract_page(html.encode("utf-8", "replace"), url="https://example.org/a")
    except ExtractError:
        return
    told = [article.title or "", article.text or "", *article.authors, article.site or ""]
    assert all("\x00" not in text and text == text.strip() for text in told)
    assert 0.0 <= article.quality <= 1.0


@settings(max_examples=15, deadline=None)
@given(st.lists(markup(), min_size=2, max_size=5), st.integers())
def test_rows_do_not_depend_on_the_order_of_files(pages: list[str], seed: int):
    files = [
        (f"{n}.html", f'<link rel=canonical href="https://e.example/{n}">{page}'.encode("utf-8", "replace"))
        for n, page in enumerate(pages)
    ]
    forth = {row["path"]: row for row in extract_lines(files)}
    random.Random(seed).shuffle(files)
    assert {row["path"]: row for row in extract_lines(files)} == forth


@given(st.text(max_size=200))
def test_no_line_breaks_the_rules(text: str):
    names_in(text)
    found = to_iso(text)
    assert found is None or len(found) >= 10
    if text.strip():
        line_kind(text.strip())


@given(st.lists(st.text(min_size=1, max_size=80).filter(str.strip), max_size=12), st.text(max_size=40))
def test_the_line_filter_judges_every_line_once(texts: list[str], title: str):
    lines = [Line(text=text.strip()) for text in texts]
    assert [v.line for v in filter_lines(lines, title=title)] == lines
