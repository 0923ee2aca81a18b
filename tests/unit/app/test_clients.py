"""Pages of entries for other programs: every entry once, in order, by offset and by going on, whatever the filter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.app.app import App, open_app
from aggregator.app.clients import EVENTS, Selection
from aggregator.config import Config
from aggregator.model import EventAssignment, FeedSpec
from tests.support.building import NOW, a_new_entry

STORIES = 40
OUTLETS = 4


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Forty stories of four outlets, four by four one event; the odd ones read, published in another order than they came."""
    path: Path = tmp_path_factory.mktemp("clients") / "a.db"
    with open_app(Config(timezone="UTC"), db=path, clock=lambda: NOW) as made:
        made.feeds.add([FeedSpec(url=f"https://o{n}.example/feed", folder=("World",)) for n in range(OUTLETS)])
        for n in range(STORIES):
            at = NOW - timedelta(hours=STORIES - n)
            entry = a_new_entry(
                n,
                key=f"k{n}",
                url=f"https://o.example/{n}",
                outlet_key=f"o{n % OUTLETS}",
                published_at=NOW - timedelta(minutes=n * 37 % 101),
            )
            made.store.ingest.apply(n % OUTLETS + 1, [entry], now=at)
            if n % OUTLETS == OUTLETS - 1:
                _decide(made, range(n - OUTLETS + 2, n + 2))
        made.marks.read(1, list(range(1, STORIES, 2)))
        yield made


def _decide(app: App, ids: range) -> None:
    keys = [app.store.stories.key(i) for i in ids]
    app.store.decisions.apply(features={}, copies={}, events={k: EventAssignment(id=k, event=keys[0]) for k in keys})


def everything(app: App, selection: Selection) -> list[int]:
    return list(app.clients.page(selection, reader_id=1, limit=10_000).numbers)


SELECTIONS = [
    Selection(**filters, by=by, newest_first=newest_first)  # type: ignore[arg-type]
    for filters in ({}, {"is_read": False}, {"feed_ids": (1, EVENTS)}, {"feed_ids": (2,)}, {"feed_ids": (EVENTS,)})
    for by in ("number", "published")
    for newest_first in (True, False)
]


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_offsets_leave_nothing_out_and_tell_nothing_twice(app: App, selection: Selection, size: int) -> None:
    whole = everything(app, selection)
    pages = [
        app.clients.page(selection, reader_id=1, limit=size, offset=at).numbers
        for at in range(0, len(whole) + size, size)
    ]
    assert [n for page in pages for n in page] == whole
    assert len(set(whole)) == len(whole) == app.clients.count(selection, reader_id=1)


@pytest.mark.parametrize("newest_first", [True, False])
def test_going_on_from_a_number_tells_every_entry_once(app: App, newest_first: bool) -> None:
    whole = everything(app, Selection(newest_first=newest_first))
    assert whole == sorted(whole, reverse=newest_first)
    seen: list[int] = []
    more: int | None = None
    while True:
        place = {"before": more} if newest_first else {"after": more}
        page = app.clients.page(Selection(newest_first=newest_first, **place), reader_id=1, limit=7)
        seen += page.numbers
        more = page.more
        if more is None:
            break
    assert seen == whole


def test_what_comes_later_has_a_greater_number(app: App) -> None:
    rows = app.store.connections.rows(
        "SELECT number, (SELECT max(id) FROM stories WHERE event_id = e.event_id) AS last FROM shared_events e"
    )
    assert len(rows) == STORIES // OUTLETS
    assert all(64 * (row["last"] - OUTLETS) < row["number"] < 64 * (row["last"] + 1) for row in rows)


def test_an_event_is_read_when_all_its_stories_are(app: App) -> None:
    (first, *_) = app.clients.page(Selection(feed_ids=(EVENTS,), newest_first=False), reader_id=1, limit=1).numbers
    assert not app.clients.entries([first], reader_id=1)[0].is_read
    app.marks.read(1, [1, 2, 3, 4])
    assert app.clients.entries([first], reader_id=1)[0].is_read
    app.marks.undo(1)
    assert not app.clients.entries([first], reader_id=1)[0].is_read
