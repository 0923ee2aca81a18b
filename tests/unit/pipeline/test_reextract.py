"""Kept pages are extracted again when a rule changed."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import ExtractError
from aggregator.extract import read_rule
from aggregator.pipeline.reextract import reextract
from aggregator.store import Store
from aggregator.store.pages import PageResult
from tests.support.building import NOW, a_new_entry, a_spec

FEED = "https://courier.example/feed.xml"
PROSE = (
    "The swing bridge at Ellery will close in May for eleven months, the council decided after a debate of four hours."
)
PROMO = "This promotion stands in the middle of the page and talks at length of a book that the house has brought out."
PAGE = f"""<html lang="en"><head><title>Bridge closes</title></head><body><h1>Bridge closes</h1><div><p>{PROSE}</p>
<p class="promo">{PROMO}</p><p>Shops on the quay fear for their trade, and the ferry will run twice an hour until then.</p></div>"""
RULE = read_rule('hosts = ["courier.example"]\nremove = [".promo"]')


class AtOnce(Executor):
    def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except ExtractError as error:
            future.set_exception(error)
        return future


@pytest.fixture
def store(tmp_path: Path):
    made = Store(tmp_path / "a.db")
    yield made
    made.close()


def with_page(store: Store, body: str, text: str | None) -> int:
    store.feeds.add([a_spec(FEED)], now=NOW)
    feed = store.feeds.get(FEED).id
    (story_id,) = store.ingest.apply(feed, [a_new_entry(1)], now=NOW).stories
    page = PageResult(
        story_id=story_id, page="done", text=text, page_text=text, title="Bridge closes", text_hash="x",
        url="https://courier.example/1", site="courier.example", body=body.encode(), etag='"1"',
    )  # fmt: skip
    store.pages.apply([page], now=NOW)
    return story_id


def test_a_new_rule_takes_effect_on_pages_read_before_it(store: Store) -> None:
    story_id = with_page(store, PAGE, f"{PROSE}\n\n{PROMO}")
    done = reextract(store, AtOnce(), [RULE])
    assert (done.pages, done.changed, done.failed) == (1, 1, ())
    text = store.stories.get(story_id).text or ""
    assert PROSE in text
    assert PROMO not in text
    assert store.revisions.of(story_id) == ()
    assert [line.id for line in store.decisions.stale(limit=5)] == [store.stories.key(story_id)]
    assert reextract(store, AtOnce(), [RULE]).changed == 0


def test_a_page_that_gives_nothing_any_more_leaves_the_feed_s_text(store: Store) -> None:
    story_id = with_page(store, PAGE, f"{PROSE}\n\n{PROMO}")
    reextract(store, AtOnce(), [read_rule('hosts = ["courier.example"]\nremove = ["div"]')])
    assert store.stories.get(story_id).text == a_new_entry(1).text


def test_only_the_feed_that_is_named_is_read_again(store: Store) -> None:
    with_page(store, PAGE, PROSE)
    store.feeds.add([a_spec("https://other.example/feed")], now=NOW)
    other = store.feeds.get("https://other.example/feed").id
    assert reextract(store, AtOnce(), [RULE], feed_id=other).pages == 0
    assert store.pages.stored_count(feed_id=other) == 0
    assert store.pages.stored_count() == 1


def test_a_page_that_cannot_be_read_is_named_and_left_as_it_is(store: Store) -> None:
    story_id = with_page(store, "no page at all", PROSE)
    done = reextract(store, AtOnce(), [])
    assert [url for url, _ in done.failed] == ["https://courier.example/1"]
    assert store.stories.get(story_id).text == PROSE
