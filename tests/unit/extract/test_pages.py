"""Pages written for this repository, each with what a reader must get from it beside it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from aggregator.extract import extract_lines, extract_page

PAGES = Path(__file__).parents[2] / "data" / "pages"
CASES = sorted(path for path in PAGES.glob("*.html"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_page(path: Path):
    """Every fact and the text come out as the file beside the page says."""
    want = json.loads(path.with_suffix(".json").read_text("utf-8"))
    article = extract_page(path.read_bytes(), url=want.pop("url"))
    for passage in want.pop("contains", []):
        assert passage in (article.text or "")
    got = asdict(article) | {"authors": list(article.authors)}
    assert {key: got[key] for key in want} == want


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.txt")), ids=lambda path: path.stem)
def test_text_that_another_scraper_kept(path: Path):
    """Clean title and text, nothing of the chrome."""
    want = json.loads(path.with_suffix(".json").read_text("utf-8"))
    row = next(iter(extract_lines([(path.name, path.read_bytes())])))
    assert {key: row[key] for key in want} == want


def test_headline_of_the_data_stands_above_no_text():
    """What a reader sees as headline is the JSON-LD's; the h1 and the document title have another."""
    text = " ".join(
        f"On day {day} the council heard what the ferry would cost the town, and put it off." for day in range(9)
    )
    page = f"""<html><head><title>Quarrel over the ferry: council hears the price</title>
        <script type="application/ld+json">{{"@type": "NewsArticle", "headline": "The ferry costs more than the bridge did"}}</script>
        </head><body><article><h1>Quarrel over the ferry: council hears the price</h1>
        <p>The ferry costs more than the bridge did</p><p>{text}</p><p>{text[::-1]}.</p></article></body></html>"""
    article = extract_page(page.encode(), url="https://ellerypost.example/ferry")
    assert (article.text or "").startswith("On day 0")


def test_every_fact_says_where_it_came_from():
    article = extract_page(
        (PAGES / "news-with-chrome.html").read_bytes(), url="https://ellerypost.example/city/bridge-closed"
    )
    known = {name for name, value in asdict(article).items() if value}
    told = known - {"url", "quality", "quality_reasons", "sources", "paywall", "mark"}
    assert told <= set(article.sources), told - set(article.sources)


def test_explaining_names_the_lines_left_out_and_why():
    body = (PAGES / "kept-by-another-scraper.txt").read_bytes()
    row = next(iter(extract_lines([("a.txt", body)], explain=True)))
    assert any("Most Popular" in reason and "list" in reason for reason in row["reasons"])
