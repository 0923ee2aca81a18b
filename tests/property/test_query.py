"""Any text is a query or a QueryError; printing and parsing agree; the store answers as the plain meaning of a query does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aggregator.errors import QueryError
from aggregator.query import Node, parse, printed
from aggregator.query.evaluate import matches
from aggregator.store import Store
from aggregator.store.windows import Ways
from tests.support.searching import NOW, Row, candidates, fill

ZONE = "America/New_York"
ROWS = (
    Row(title="Storm reaches the coast", text="Heavy rain. It's the multi-agent C++ release, 50% off ubuntu 20.04.", event=1,
        authors=("Jane Doe", "José Álvarez", "山田 Élan太郎"), url="https://courier.example/Storm-1", tags=("sea",)),
    Row(title="Coast: storm again", text="The coast had rain", outlet="Nord Blatt", key="nord.example", lang="de", hours=2,
        event=1, copy_of=1, read=True, folder="World/Europe", feed="Nord"),
    Row(title="大阪で地震", text="新iPhone手机发布 in 東京 2020年", outlet="朝日新聞", key="asahi.example", lang="ja", hours=30,
        seen_hours=1, event=2, starred=True, folder="Asia"),
    Row(title="ข่าวกรุงเทพ", text="ฝนตกหนัก กรุงเทพ rain", lang="th", hours=36, folder="Asia", key="thai.example", outlet="ข่าวสด",
        event=4),
    Row(title=None, text="rain rain rain the of iphone 15手机", lang=None, hours=100, key="c.example", outlet="C"),
    Row(title="Élan über Straße", text=None, lang="fr-CA", hours=36, event=5, read=True, starred=True, tags=("eu", "two words")),
    Row(title="Ёлка и ελλάδα", text="हिन्दी समाचार σς", hours=50, event=3, key="d.example", outlet="D the Courier"),
    Row(title="storm", text="coast", hours=49, event=3, key="e.example", outlet="E"),
    Row(title="한국 날씨", text="서울에 비 rain", lang="ko", hours=5, event=3, copy_of=8),
)  # fmt: skip
WORDS = [
    "storm", "Coast", "rain", "the", "of", "iPhone", "手机", "東京", "京", "大阪で地震", "20.04", "multi-agent", "C++", "50%",
    "it's", "Élan", "elan", "STRASSE", "straße", "über", "елка", "Ёлка", "ΕΛΛΆΔΑ", "ελλάδα", "กรุงเทพ", "ุ", "ฝน", "ก", "서울",
    "한", "हिन्दी", "iphone手机", "sto*", "coa*", "iph*", "東*", '"storm reaches"', '"the coast"', '"coast had rai"*',
    '"iphone 15"', '"東京 2020"', '"東京 2020年"', '"新 iphone"', "/st[o]rm/i", "/^Co/m", "σς",
]  # fmt: skip
FIELDS = [
    "title", "text", "outlet", "feed", "folder", "author", "url",
]  # fmt: skip
OTHERS = [
    "is:unread", "is:read", "is:starred", "is:copy", "is:original", "is:single", "is:tagged", "outlets:>1", "reports:<=1",
    "stories:2", "lang:en", "lang:fr", "lang:de", "tag:sea", "#/^T.*S$/", "text:/^$/", 'tag:"two words"', "#eu", "since:36h", "until:2026-03-08",
    "date:2026-03-09", "date:2026-03-08/2026-03-09", "seen:1h", "seen:today", "date:yesterday", "author:Jane", "author:élan", "author:jos*", "author:山田", "author:/^[JÉ]/", 'author:"Doe José"',
    "outlet:朝日", "outlet:nord", 'outlet:"the courier"', "folder:europe", "feed:courier", "url:STORM", "outlet:/^[CD]/",
]  # fmt: skip

leaves = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(OTHERS),
    st.tuples(st.sampled_from(FIELDS), st.sampled_from(WORDS)).map(":".join),
)
queries = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(lambda q: f"-({q})"),
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda qs: "(" + " OR ".join(qs) + ")"),
    ),
    max_leaves=6,
)
scraps = st.lists(
    st.sampled_from([*WORDS, *OTHERS, "(", ")", '"', "'", "-", "!", "OR", "AND", "NOT", " ", ":", "*", "/", "\\", "#", "title:", "\0", "f:1"]),
    max_size=12,
)  # fmt: skip


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Store:
    path: Path = tmp_path_factory.mktemp("store") / "a.db"
    store = Store(path)
    fill(store, ROWS)
    return store


@pytest.fixture(scope="module")
def narrow(searched: Store) -> list[Store]:
    """The same store, looked through in the ways in which a large one is: as if two or three stories were thousands."""
    stores = []
    windows = {"stretches": 2, "events": 1, "scarce": 1}
    for ways in (
        Ways(few=0, **windows),
        Ways(few=0, sounded=1, sparse=0, **windows),
        Ways(few=0, sounded=1, sparse=0, gap=-1, **windows),
        Ways(few=99, seeks=0, sounded=2, sparse=3, gap=-1, **windows),
        Ways(few=3, seeks=1, common=2, **windows),
        Ways(few=0, walked=0, rare=1.0, sparse=99, **windows),
    ):
        store = Store(searched.path)
        store.search.ways = ways
        stores.append(store)
    return stores


def _parsed(text: str) -> Node | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


@given(st.one_of(st.text(), scraps.map("".join), scraps.map(" ".join)))
@settings(max_examples=400, deadline=None)
@example("\ud800")
@example("date:9999-12-31")
@example("date:0000")
@example("date:0001/P9999Y")
@example("seen:999999w")
def test_any_text_is_a_query_or_a_query_error(searched: Store, text: str) -> None:
    node = _parsed(text)
    if isinstance(node, QueryError):
        assert 0 <= node.column <= len(node.query)
        assert "\n" not in str(node)
        return
    assert parse(printed(node)) == node
    list(searched.search.stories(node, reader_id=1, zone=ZONE, now=NOW))


@given(queries)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_store_answers_as_the_query_means(searched: Store, narrow: list[Store], text: str) -> None:
    try:
        node = parse(text)
    except QueryError:
        return
    assert parse(printed(node)) == node
    known = candidates(searched, ROWS)
    meant = [c.story.id for c in known if matches(node, c, zone=ZONE, now=NOW)]
    meant.sort(key=lambda i: (-known[i - 1].story.published_at.timestamp(), -i))
    asked = {"reader_id": 1, "zone": ZONE, "now": NOW}
    assert [s.id for s in searched.search.stories(node, **asked)] == meant
    assert [s.id for s in searched.search.stories(node, **asked, limit=3)] == meant[:3]
    assert sorted(s.id for s in searched.search.stories(node, **asked, by_relevance=True)) == sorted(meant)
    assert searched.search.count(node, **asked) == len(meant)
    events = {known[i - 1].story.event_id for i in meant} - {None}
    assert {e.id for e in searched.search.events(node, **asked)} == events
    latest = [e.id for e in searched.search.events(node, **asked, limit=9)]
    for store in narrow:
        for limit in (1, 4):
            assert [s.id for s in store.search.stories(node, **asked, limit=limit)] == meant[:limit]
            assert [e.id for e in store.search.events(node, **asked, limit=limit)] == latest[:limit]
    if meant:
        page = known[meant[0] - 1].story
        for store in narrow:
            after = store.search.stories(node, **asked, limit=2, before=(page.published_at, page.id))
            assert [s.id for s in after] == meant[1:3]
