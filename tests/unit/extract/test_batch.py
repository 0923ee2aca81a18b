"""The filter `extract`: rows, order, pages of a site teaching each other."""

from __future__ import annotations

import gzip
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from aggregator.extract import extract_lines, extract_page
from aggregator.extract.batch import KEYS
from aggregator.extract.page import draft_page

PAGES = Path(__file__).parents[2] / "data" / "pages"


def page(number: int, host: str = "ellery.example") -> bytes:
    words = ("harbour", "council", "ferry", "market", "tower", "school", "river", "garden")
    here = "abcdefgh"[number] * 3
    prose = "".join(
        f"<p>In ward {here} the {w} was in the news, and people of the {w} in {here} spoke for hours about all of it.</p>"
        for w in words
    )
    return f"""<html lang="en"><head><title>Story number {number}</title><link rel="canonical" href="https://{host}/story/{number}"></head>
    <body><article><h1>Story number {number}</h1>{prose}<p>The harbour desk answers letters by hand.</p></article></body></html>""".encode()


def test_a_row_has_exactly_the_keys_of_the_contract():
    rows = list(extract_lines([("a.html", page(1)), ("b.html", b"nothing")]))
    assert [tuple(row) for row in rows] == [KEYS, KEYS]


def test_a_file_that_is_no_page_is_named_and_the_rest_go_on():
    rows = list(extract_lines([("a.html", b""), ("b.html", page(1)), ("c.html", OSError("gone"))]))
    assert [row["error"] is None for row in rows] == [False, True, False]
    assert [row["path"] for row in rows] == ["a.html", "b.html", "c.html"]


def test_a_packed_file_reads_like_the_plain_one():
    plain, packed = extract_lines([("a", page(1)), ("a", gzip.compress(page(1)))])
    assert plain == packed


def test_pages_of_a_site_teach_each_other_in_any_order():
    files = [(f"{n}.html", page(n)) for n in range(1, 5)]
    forth = {row["path"]: row for row in extract_lines(files)}
    back = {row["path"]: row for row in extract_lines(files[::-1])}
    assert forth == back
    assert all("answers letters by hand" not in row["text"] for row in forth.values())
    assert "answers letters by hand" in next(iter(extract_lines(files[:1])))["text"]


def test_pages_of_other_sites_teach_nothing():
    files = [(f"{n}.html", page(n, f"site{n}.example")) for n in range(1, 5)]
    assert all("answers letters by hand" in row["text"] for row in extract_lines(files))


def test_a_page_given_twice_is_not_taken_for_furniture():
    rows = list(extract_lines([("a.html", page(1)), ("b.html", page(1)), ("c.html", page(1))]))
    assert all("was in the news" in row["text"] for row in rows)


def test_bodies_can_be_read_in_other_processes():
    files = [(f"{n}.html", page(n)) for n in range(1, 4)]
    with ProcessPoolExecutor(1) as pool:
        elsewhere = list(extract_lines(files, mapper=pool.map))
    assert elsewhere == list(extract_lines(files))


def test_an_article_and_a_draft_pickle():
    article = extract_page(page(1))
    assert pickle.loads(pickle.dumps(article)) == article
    draft = draft_page(page(1))
    assert pickle.loads(pickle.dumps(draft)) == draft


def test_explained_every_line_of_the_page_is_kept_or_left_out_with_a_reason():
    prose = "<p>The swing bridge at Ellery will close in May for eleven months, the council decided on Tuesday.</p>" * 1
    body = f"<html><body><h1>Bridge closes</h1>{prose}{prose.replace('May', 'June')}<p>Sign up for our newsletter</p></body></html>"
    (row,) = extract_lines([("a.html", body.encode())], explain=True)
    left_out = [r for r in row["reasons"] if r.startswith("left out (")]
    assert any("Sign up for our newsletter" in r for r in left_out)
    assert any("Bridge closes" in r for r in left_out)
    assert row["sources"]["title"] == "h1"
