"""What a reader sees of HTML, and what may be shown of it."""

from __future__ import annotations

import pytest

from aggregator.text.html import clean_text, html_to_text, one_line, reads_as_html, without_controls


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("One<br><br>two", "One\n\ntwo"),
        ("<div>One<div>two</div></div>three", "One\n\ntwo\n\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<tr><td>1</td><td>2</td></tr>", "1 2"),
        ("a <b>bold</b> w<i>or</i>d", "a bold word"),
        ("Fish &amp; chips &#8217; &eacute; &lt;b&gt;", "Fish & chips \u2019 é <b>"),
        ("a<script>var x = '<p>';</script>b", "a b"),
        ("a<style>p{}</style><!-- <p>no</p> -->b", "a b"),
        ("<title>Not this</title>This", "This"),
        ('<a title="x > y" href=z>link</a>', "link"),
        ("<a data-x='#1'' href=y>link</a>", "link"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("Plain first.\n\nPlain second\nline.", "Plain first.\n\nPlain second line."),
        ("soft\u00adhyphen and a\u00a0gap", "soft\u00adhyphen and a gap"),
        ("<p>soft\u00adhyphen</p>", "softhyphen"),
        ("unclosed <b", "unclosed"),
        ("unclosed <!-- comment", "unclosed"),
        ("", ""),
    ],
)
def test_html_reads_as_its_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_hostile_html_is_read_in_one_pass() -> None:
    for piece in ("<!--", "<script>", "<a '", '<a b="', "<", "&", "<p", "<br>", " \n", "</"):
        assert len(html_to_text(piece * 50_000)) <= len(piece) * 50_000


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("Don\x92t", "Don\u2019t"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("pair \ud83d\ude00", "pair \U0001f600"),
        ("e\u0301", "é"),
        ("\ufeffmark \uffff", "mark "),
        ("tab\tand\nline stay", "tab\tand\nline stay"),
    ],
)
def test_clean_text_holds_nothing_that_breaks_a_database_or_terminal(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


def test_only_controls_go_where_text_must_stay_as_it_is() -> None:
    assert without_controls("e\u0301\x00") == "e\u0301"


def test_one_line_is_one_line() -> None:
    assert one_line("  A\n\ttitle\u00a0 of  two\r\nlines ") == "A title of two lines"


@pytest.mark.parametrize(
    ("text", "is_html"),
    [
        ("Fish &amp; chips", True),
        ("<i>Titanic</i> found", True),
        ("one<br>two", True),
        ("Fish & chips", False),
        ("List<String> explained", False),
        ("List<String> in <b>bold</b>", False),
        ("3 < 4", False),
    ],
)
def test_plain_text_that_is_html_is_told(text: str, is_html: bool) -> None:
    assert reads_as_html(text) is is_html
