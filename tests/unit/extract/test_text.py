"""Which text stands: the page's, JSON-LD's or the feed's; and what bounds a hostile page."""

from __future__ import annotations

import pytest

from aggregator.errors import ExtractError
from aggregator.extract import extract_page

SENTENCES = [
    f"Sentence number {n} tells what the council of the harbour town did on day {n} of the long dispute about the bridge."
    for n in range(12)
]
LONG_FEED = "\n\n".join(SENTENCES)


def page(*paragraphs: str) -> bytes:
    return f"<html lang='en'><title>Bridge closes</title><h1>Bridge closes</h1>{''.join(f'<p>{p}</p>' for p in paragraphs)}</html>".encode()


def test_the_feed_s_text_stands_where_the_page_gives_less():
    article = extract_page(page(SENTENCES[0]), feed_text=LONG_FEED)
    assert article.text == LONG_FEED
    assert article.sources["text"] == "feed"
    assert "the feed's text stands" in article.quality_reasons[0]


def test_a_teaser_of_the_feed_does_not_replace_a_whole_page():
    article = extract_page(page(*SENTENCES), feed_text=LONG_FEED[:300] + " [...]")
    assert article.text == LONG_FEED
    assert article.sources["text"] != "feed"


def test_behind_a_bot_check_the_feed_s_text_stands_and_the_wall_is_named():
    body = b"<html><title>Just a moment...</title><p>Enable JavaScript and cookies to continue</p></html>"
    article = extract_page(body, feed_text=LONG_FEED)
    assert (article.paywall, article.text) == ("bot check", LONG_FEED)


def test_a_whole_article_has_a_better_quality_than_a_scrap():
    assert extract_page(page(*SENTENCES)).quality > 0.7 > extract_page(page(SENTENCES[0])).quality


def test_the_language_is_checked_against_the_text():
    body = page(*SENTENCES).replace(b"lang='en'", b"lang='fr'")
    article = extract_page(body)
    assert (article.lang, article.sources["lang"]) == ("en", "text")


def scrolling(*, own_frames: bool) -> bytes:
    """Three pieces below each other: articles, or the chapters of one."""
    pieces = ""
    for title, what in (("Bridge closes", "bridge"), ("Ferry is sold", "ferry"), ("Tower leans", "tower")):
        head = f"<header class='top'><div class='head'><h1 class='title'>{title}</h1></div></header>"
        text = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES).replace("bridge", what)
        pieces += f"<div class='story'>{head}<div class='body'>{text}</div></div>"
    if not own_frames:
        pieces = pieces.replace("</div></div><div class='story'><header class='top'>", "</div><header class='top'>")
    return f"<html lang='en'><title>Bridge closes</title><body><main>{pieces}</main></body></html>".encode()


@pytest.mark.parametrize(("own_frames", "others"), [(True, False), (False, True)])
def test_a_page_that_scrolls_on_to_other_articles_ends_with_its_own(own_frames, others):
    text = extract_page(scrolling(own_frames=own_frames)).text
    assert "bridge" in text
    assert ("ferry" in text, "tower" in text) == (others, others)


@pytest.mark.parametrize("invisible", ["\u00ad", "\u200b", "\ufeff"])
def test_a_paragraph_of_invisible_characters_is_none(invisible):
    whole = [*SENTENCES[:6], invisible, *SENTENCES[6:]]
    assert extract_page(page(*whole)).text == LONG_FEED


P = b"<p>" + b"This is a sentence of an article that goes on for a while. " * 6 + b"</p>"


@pytest.mark.parametrize(
    "body",
    [
        b"<html>" + b"<div>" * 100_000 + P + b"</div>" * 100_000,
        b"<p><b><i><a>" * 50_000 + P,
        b"<table><tr><td>" * 3_000 + P,
        b"<p>" * 3_000_000,
        b"<div " + b" ".join(b"a%d=1" % i for i in range(20_000)) + b">" + P,
    ],
    ids=["nested", "inline", "tables", "heavy", "attributes"],
)
def test_a_page_that_would_take_minutes_is_refused_in_one_line(body):
    with pytest.raises(ExtractError) as refused:
        extract_page(body)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        b"<p>word" + b" \n" * 500_000 + b"word</p>" + P,
        b"<p>" + b"&amp;amp;" * 50_000 + b"</p>" + P,
        b"<p>" + b".-" * 200_000 + b"</p>" + P,
        b'<script type="application/ld+json">' + b'{"a":' * 50_000 + b"</script>" + P,
        b'<script type="application/ld+json">' * 3_000 + b"</script>" * 3_000 + P,
        b"<head>" + b"<meta name=a content=b>" * 20_000 + b"</head>" + P,
        b"<title>" + b"a " * 500_000 + b"</title>" + P,
        b"<meta" * 100_000 + b">" + P,
    ],
    ids=["blanks", "entities", "dots", "json-ld nested", "json-ld open", "meta", "title", "cut tags"],
)
def test_a_page_with_a_flood_in_it_is_still_read(body):
    try:
        article = extract_page(body)
    except ExtractError:
        return
    assert article.title is None or len(article.title) <= 500


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ('They did it anyway<sup id="r1"><a href="#fn1">[1]</a></sup>, she said', "They did it anyway, she said"),
        ('They did it anyway<a href="/page#fn2"><sup>2</sup></a>, she said', "They did it anyway, she said"),
        ('The 1<sup>st</sup> of 10<sup>6</sup>, see <sup><a href="#n">the note</a></sup>', "The 1st of 106, see the note"),
        ('It ended there.<span class="line br"></span>It began anew', "It ended there.\nIt began anew"),
    ],
)  # fmt: skip
def test_words_are_those_that_a_reader_sees(markup, words):
    ending = " after the long dispute about the bridge that the council of the harbour town had closed in spring."
    body = page(*SENTENCES).replace(b"</html>", f"<p>{markup}{ending}</p></html>".encode())
    assert extract_page(body).text.endswith(f"\n\n{words}{ending}")


def test_an_element_with_an_odd_name_is_no_heading_and_costs_nothing():
    body = page(*SENTENCES).replace(b"</html>", "<h²>More from this section</h²></html>".encode())
    assert extract_page(body).text == LONG_FEED
