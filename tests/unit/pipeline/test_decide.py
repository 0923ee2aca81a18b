"""The window in memory is bounded, and its bound changes no decision."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.pipeline import decide
from aggregator.pipeline.decide import Decider
from aggregator.store import Store
from tests.support.building import NOW, a_new_entry, a_spec

PLACES = ("Northport", "Grünfurt", "Eastmere", "Vallora", "Kestrel Bay", "Dunmore")
THINGS = ("harbour crane", "tram depot", "river bridge", "opera roof", "school kitchen")
DAYS = 40


def told(day: int, outlet: str) -> dict[str, object]:
    """What an outlet says on a day: two outlets tell the same event, each in its words, the second a day later."""
    place, thing = PLACES[day % len(PLACES)], THINGS[day % len(THINGS)]
    at = NOW + timedelta(days=day, hours=3 if outlet == "post" else 0)
    words = {
        "courier": f"{thing} in {place} closed after inspectors found {day + 20} cracks. Mayor Ada Lind {day} spoke of repairs.",
        "post": f"Inspectors counted {day + 20} cracks, so the {thing} of {place} stays shut, mayor Ada Lind {day} said on Monday.",
    }
    return {
        "key": f"https://{outlet}.example/{day}", "url": f"https://{outlet}.example/{day}", "guid": f"{outlet}-{day}",
        "title": f"{place}: {thing} closed, {day + 20} cracks found", "text": words[outlet], "published_at": at,
        "outlet_key": f"{outlet}.example", "outlet_name": outlet, "content_hash": f"{outlet}{day}", "text_hash": f"{outlet}{day}",
    }  # fmt: skip


def lived(path: Path) -> tuple[set[frozenset[str]], int, int]:
    """Forty days, decided day by day: the events, the largest window, and how many decided stories were read back."""
    store = Store(path)
    store.feeds.add([a_spec()], now=NOW)
    feed = store.feeds.all()[0]
    read = [0]
    window = store.decisions.window

    def counted(*span: object) -> object:
        rows = window(*span)
        read[0] += len(rows)
        return rows

    store.decisions.window = counted  # type: ignore[method-assign]
    decider, largest = Decider(store), 0
    for day in range(DAYS):
        entries = [a_new_entry(**told(day, outlet)) for outlet in ("courier", "post")]
        store.ingest.apply(feed.id, entries, now=NOW + timedelta(days=day))
        decider.run()
        largest = max(largest, len(decider._window))
    events: dict[int, set[str]] = defaultdict(set)
    for row in store.connections.rows("SELECT key, event_id FROM stories"):
        events[row["event_id"]].add(row["key"])
    store.close()
    return {frozenset(keys) for keys in events.values()}, largest, read[0]


def test_a_full_window_forgets_what_is_out_of_reach_reads_nothing_again_and_decides_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, largest, _ = lived(tmp_path / "wide.db")
    assert largest == 2 * DAYS
    assert len(events) < 2 * DAYS  # some stories did find each other
    monkeypatch.setattr(decide, "MOST_IN_MEMORY", 10)
    bounded, few, read = lived(tmp_path / "bounded.db")
    assert bounded == events
    assert few <= 20  # eight days of two stories, and those of the day
    assert read < 2 * DAYS
