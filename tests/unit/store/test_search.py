"""Searches on a small store: what people type finds what they mean, and nothing typed does harm."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import QueryError, StoreError
from aggregator.query import parse
from aggregator.store import Store
from aggregator.store.times import to_db
from aggregator.store.windows import Ways
from tests.support.searching import NOW, Row, fill

ROWS = (
    Row(title="The multi-agent talks", text="They don't agree.", event=1),
    Row(title="C++ turns forty", text="Prices rise 50% on ubuntu 20.04 laptops.", event=1, hours=2),
    Row(title="大阪で地震", text="東京 手机 iPhone手机发布", lang="ja", hours=3),
    Row(title="ข่าว", text="ฝนตกหนักที่กรุงเทพ", lang="th", hours=4),
    Row(
        title="Storm", text="a" * 40 + " " + "a " * 20000, hours=5, folder="Local/North", authors=("Ana María", "Bo Li")
    ),
)


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store, ROWS)
    return store


def found(store: Store, query: str, **over: object) -> list[int]:
    return [s.id for s in store.search.stories(parse(query), reader_id=1, zone="UTC", now=NOW, **over)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("multi-agent", [1]),
        ("don't", [1]),
        ("C++", [2]),
        ("50%", [2]),
        ("ubuntu 20.04", [2]),
        ("大阪", [3]),
        ("地震", [3]),
        ("京", [3]),
        ("iphone", [3]),
        ("title:東京", []),
        ("กรุงเทพ", [4]),
        ("ฝนตก", [4]),
        ("กรุงโรม", []),
        ("folder:north", [5]),
        ('author:"ana maria"', [5]),
        ('author:"maria bo"', []),
        ("", [1, 2, 3, 4, 5]),
        ("-storm since:5h", [1, 2, 3, 4]),
        ("is:single", [3, 4, 5, 1, 2]),
    ],
)
def test_what_people_type_finds_what_they_mean(filled: Store, query: str, ids: list[int]) -> None:
    assert sorted(found(filled, query)) == sorted(ids)


def test_a_page_goes_on_where_the_one_before_ended(filled: Store) -> None:
    first = list(filled.search.stories(parse(""), reader_id=1, zone="UTC", now=NOW, limit=2))
    assert [s.id for s in first] == [1, 2]
    assert found(filled, "", before=(first[-1].published_at, first[-1].id), limit=2) == [3, 4]


def test_a_word_in_the_title_counts_more(store: Store) -> None:
    fill(store, [Row(title="Other", text="storm " + "x " * 40), Row(title="Storm", text="x " * 41, hours=9)])
    assert found(store, "storm") == [1, 2]
    assert found(store, "storm", by_relevance=True) == [2, 1]


def test_what_a_rule_hides_is_found_only_when_asked_for(filled: Store) -> None:
    filled.marks.set(1, "hidden", [5], NOW)
    assert found(filled, "storm") == []
    assert found(filled, "is:hidden") == [5]
    assert found(filled, "storm", with_hidden=True) == [5]


def test_a_pattern_that_takes_for_ever_is_stopped_and_named(filled: Store) -> None:
    filled.connections.patterns.limit_s = 0.05
    with pytest.raises(QueryError, match="pattern took more than"):
        found(filled, "text:/(a|a)*$/")
    assert found(filled, "storm") == [5]


@pytest.mark.parametrize(
    "pattern", ["/a{100000000}/", "/(?R)/", "/(?:a{e<=3}b)/", "/a{50}{50}/", "/(((a{50}){50}){50})/", "/(/"]
)
def test_patterns_that_could_eat_the_memory_are_refused(pattern: str) -> None:
    with pytest.raises(QueryError, match="pattern cannot be used"):
        parse(pattern)


def test_events_are_found_by_any_of_their_stories(filled: Store) -> None:
    events = filled.search.events(parse("laptops"), reader_id=1, zone="UTC", now=NOW)
    assert [e.id for e in events] == [1]
    assert not list(filled.search.events(parse("laptops talks"), reader_id=1, zone="UTC", now=NOW))


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM stories", "SELECT 1; DROP TABLE stories", "ATTACH 'x.db' AS x", "PRAGMA user_version = 3", "", "SELEC", "\0",
     "INSERT INTO stories_fts (stories_fts) VALUES ('rebuild')", "SELECT load_extension('x')", "BEGIN"],
)  # fmt: skip
def test_sql_that_does_more_than_read_is_refused(filled: Store, statement: str) -> None:
    with pytest.raises(StoreError), filled.counts.ask(statement) as (_, rows):
        list(rows)
    assert filled.stories.count() == len(ROWS)


@pytest.mark.parametrize("statement", ["DELETE FROM stories", "ATTACH 'x.db' AS x"])
def test_sql_that_would_write_is_told_how_to_ask(filled: Store, statement: str) -> None:
    with pytest.raises(StoreError, match="only read here"), filled.counts.ask(statement):
        pass


def test_the_views_answer(filled: Store) -> None:
    with filled.counts.ask("SELECT rowid FROM stories_fts WHERE stories_fts MATCH 'storm'") as (_, rows):
        assert list(rows) == [{"rowid": 5}]
    with filled.counts.ask("SELECT outlet, count(*) AS n FROM v_stories GROUP BY outlet") as (columns, rows):
        assert columns == ("outlet", "n")
        assert list(rows) == [{"outlet": "The Courier", "n": 5}]


def hostile() -> Iterator[str]:
    root = Path(os.environ.get("AGGREGATOR_DATA") or Path(__file__).parents[4] / "shared")
    file = root / "hostile" / "queries.json"
    if file.exists():
        yield from json.loads(file.read_text("utf-8"))["dev"]


@pytest.mark.skipif(not list(hostile()), reason="the hostile queries are not here")
def test_hostile_queries_are_answered_or_refused_and_change_nothing(filled: Store) -> None:
    filled.connections.run("PRAGMA wal_checkpoint(TRUNCATE)")
    was = hashlib.sha256(filled.path.read_bytes()).digest()
    for text in hostile():
        try:
            node = parse(text)
        except QueryError:
            continue
        asked = {"reader_id": 1, "zone": "UTC", "now": NOW}
        list(filled.search.stories(node, **asked))
        list(filled.search.stories(node, **asked, by_relevance=True, limit=5))
        list(filled.search.events(node, **asked))
    filled.connections.run("PRAGMA wal_checkpoint(TRUNCATE)")
    assert hashlib.sha256(filled.path.read_bytes()).digest() == was


def test_a_folder_lists_its_feeds_and_folders_page_by_page(store: Store) -> None:
    rows = [Row(title=str(n), hours=n, folder=f, key=k, feed=k) for n, (f, k) in enumerate(
        [("World", "a"), ("World/Asia", "b"), ("Home", "c"), ("World", "d"), ("World", "a"), ("Worlds", "e")], 1)]  # fmt: skip
    fill(store, rows)
    first = [s.id for s in store.stories.in_folder(("World",), limit=2)]
    last = store.stories.get(first[-1])
    rest = [s.id for s in store.stories.in_folder(("World",), before=(last.published_at, last.id), limit=9)]
    assert (first, rest) == ([1, 2], [4, 5])


def test_the_index_is_brought_together_bit_by_bit_and_answers_as_before(filled: Store) -> None:
    for number in range(40):
        filled.connections.run("UPDATE stories SET title = ? WHERE id = 1", (f"Harbour {number}",))
    parts = "SELECT count(DISTINCT segid) FROM stories_fts_idx"
    before = filled.connections.value(parts)
    steps = iter(filled.search.merge, False)
    assert sum(steps) < 100
    assert filled.connections.value(parts) < before
    assert found(filled, "harbour") == found(filled, "39") == [1]
    assert found(filled, "multi-agent OR 38") == []
    assert found(filled, "storm") == [5]


def test_a_search_of_a_time_knows_its_stories_whenever_they_came_moved_or_went(filled: Store) -> None:
    filled.search.ways = Ways(stretches=1, scarce=1)
    run = filled.connections.run
    run("UPDATE stories SET published_at = ? WHERE id = 1", (to_db(NOW - timedelta(days=400)),))
    run("UPDATE stories SET published_at = ? WHERE id = 4", (to_db(NOW + timedelta(days=3)),))
    run("DELETE FROM stories WHERE id = 3")
    stretches = filled.connections.rows("SELECT * FROM stretches ORDER BY stretch")
    assert [(s["stories"], s["low"], s["high"]) for s in stretches] == [(1, 1, 1), (1, 5, 5), (1, 2, 2), (1, 4, 4)]
    words = "talks OR ubuntu OR storm OR กรุงเทพ"
    assert found(filled, words, limit=9) == [4, 2, 5, 1]
    assert found(filled, f"({words}) since:2026-03-10 until:2026-03-12", limit=9) == [2, 5]
    assert found(filled, f"({words}) date:2025-02", limit=9) == [1]
    days = {d["day"]: d for d in filled.connections.rows("SELECT * FROM days")}
    assert all(
        days[s["stretch"][:10]]["low"] <= s["low"] <= s["high"] <= days[s["stretch"][:10]]["high"] for s in stretches
    )


def test_a_store_whose_archive_began_with_the_latest_is_searched_as_any_other(store: Store) -> None:
    fill(store, [Row(title=f"storm {n}", hours=n, key=str(n)) for n in range(60)])
    for gap in (-1, 0, 9):
        store.search.ways = Ways(sounded=2, sparse=0, stretches=3, gap=gap)
        assert found(store, "storm", limit=7) == [1, 2, 3, 4, 5, 6, 7]
        assert found(store, "storm since:2d", limit=50) == list(range(1, 50))


def test_a_phrase_sought_by_its_rarest_words_is_still_a_phrase(store: Store) -> None:
    titles = (
        "The ferry to Skye",
        "To the ferry, Skye",
        "The ferry, to Mull",
        "Skye to ferry the",
        "the Ferry to Skýe again",
    )
    fill(store, [Row(title=title, key=title, hours=n) for n, title in enumerate(titles)])
    assert [found(store, q, limit=9) for q in ('"the ferry to skye"', '"ferry to skye"')] == [[1, 5], [1, 5]]
    store.search.ways = Ways(walked=0, rare=1.0)
    assert [found(store, q, limit=9) for q in ('"the ferry to skye"', '"ferry to skye"')] == [[1, 5], [1, 5]]
    assert found(store, '"the ferry to skye"', limit=1) == [1]
    assert found(store, '"to ferry to"', limit=9) == []


def test_common_words_of_long_ago_only_are_found_day_by_day(store: Store) -> None:
    old = [Row(title=f"storm {n}", hours=9000 - 30 * n, key=f"o{n}") for n in range(9)]
    fill(store, [*old, *(Row(title=f"calm {n}", hours=60 - n, key=f"n{n}") for n in range(50))])
    store.search.ways = Ways(sounded=2, sparse=0, stretches=3, gap=-1)
    assert found(store, "storm", limit=5) == [9, 8, 7, 6, 5]
    assert found(store, "storm OR calm", limit=3) == [59, 58, 57]
    assert found(store, "storm since:367d", limit=9) == [9, 8]
