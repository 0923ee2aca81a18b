"""The window in memory is bounded, and its bound changes no decision."""

from __future__ import annotations

import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.pipeline import decide, held, preparing, window
from aggregator.pipeline.decide import Decider
from aggregator.pipeline.window import Window
from aggregator.store import Store
from tests.support.building import NOW, a_new_entry, a_spec
from tests.unit.cluster.test_tongues import TOLD, encode

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
        largest = max(largest, len(decider._latest.window))
    events: dict[int, set[str]] = defaultdict(set)
    for row in store.connections.rows("SELECT key, event_id FROM stories"):
        events[row["event_id"]].add(row["key"])
    store.close()
    return {frozenset(keys) for keys in events.values()}, largest, read[0]


def tell(store: Store, stories: list[tuple[int, str]]) -> None:
    entries = [a_new_entry(**told(day, outlet)) for day, outlet in stories]
    store.ingest.apply(store.feeds.all()[0].id, entries, now=NOW + timedelta(days=DAYS))


def told_to(store: Store, days: range) -> None:
    feed = store.feeds.all()[0]
    for day in days:
        entries = [a_new_entry(**told(day, outlet)) for outlet in ("courier", "post")]
        store.ingest.apply(feed.id, entries, now=NOW + timedelta(days=day))


def events_of(store: Store) -> list[tuple[str, str]]:
    sql = "SELECT s.key, e.key AS event FROM stories s JOIN events e ON e.id = s.event_id ORDER BY s.key"
    return [(row["key"], row["event"]) for row in store.connections.rows(sql)]


MISHAPS = {
    "none": None,
    "the copies are torn": "UPDATE window_parts SET data = substr(data, 1, length(data) / 2) WHERE name LIKE 'copies%'",
    "the events are torn": "UPDATE window_parts SET data = substr(data, 1, length(data) / 2) WHERE name LIKE 'events%'",
    "the disk forgot some bytes": "UPDATE window_parts SET data = CAST(substr(data, 1, length(data) - 400) || zeroblob(400) AS BLOB)"
    " WHERE name LIKE 'events.nodes%'",
    "a part is lost": "DELETE FROM window_parts WHERE name LIKE 'events.pairs%'",
    "another version kept it": "UPDATE window SET version = '0.0'",
    "it is lost": "DELETE FROM window",
    "another process took a story out": "DELETE FROM stories WHERE key = 'https://post.example/17'",
    "another process changed a story": "UPDATE stories SET title = 'Opera roof sold', is_stale = 1 WHERE key LIKE '%post%18'",
}


@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_process_that_starts_again_decides_as_one_that_never_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mishap: str
) -> None:
    monkeypatch.setattr(held, "FEWEST_KEPT", 1)
    outcomes = []
    for restarted in (True, False):
        store = Store(tmp_path / f"{restarted}.db")
        store.feeds.add([a_spec()], now=NOW)
        decider = Decider(store)
        for day in range(24):
            told_to(store, range(day, day + 1))
            if restarted:
                decider = Decider(store)
            if day == 20 and (sql := MISHAPS[mishap]):
                store.connections.run(sql)
                decider.forget({"https://post.example/17"} - {key for key, _ in events_of(store)})
            decider.run()
        outcomes.append(events_of(store))
        store.close()
    assert outcomes[0] == outcomes[1]


def test_a_process_that_starts_again_does_not_find_out_anew_what_the_last_one_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "FEWEST_KEPT", 1)
    store = Store(tmp_path / "kept.db")
    store.feeds.add([a_spec()], now=NOW)
    told_to(store, range(8))
    Decider(store).run()
    told_to(store, range(8, 9))
    taken: list[bool] = []
    restore = Window.restore
    monkeypatch.setattr(Window, "restore", lambda *kept: taken.append(restore(*kept)) or taken[-1])
    Decider(store).run()
    store.close()
    assert taken == [True]


def test_a_window_forgets_what_is_out_of_reach_reads_nothing_again_and_decides_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounded, few, read = lived(tmp_path / "bounded.db")
    assert len(bounded) < 2 * DAYS  # some stories did find each other
    assert few <= 24  # eight days of two stories, those of the day, and some that are not forgotten yet
    assert read < 2 * DAYS
    monkeypatch.setattr(held, "FORGOTTEN", timedelta(days=DAYS))
    events, largest, _ = lived(tmp_path / "wide.db")
    assert largest == 2 * DAYS
    assert bounded == events


def test_late_stories_are_decided_by_their_own_time_and_keep_nobody_in_memory(tmp_path: Path) -> None:
    """One feed has all its outlet's stories at once, when those of the other have come day by day."""
    outcomes = []
    for late in (range(0), range(0, DAYS, 3)):
        store = Store(tmp_path / f"{len(late)}.db")
        store.feeds.add([a_spec()], now=NOW)
        decider = Decider(store)
        for day in range(DAYS):
            outlets = ("courier",) if day in late else ("courier", "post")
            tell(store, [(day, outlet) for outlet in outlets])
            decider.run()
        tell(store, [(day, "post") for day in late])
        decider.run()
        outcomes.append(events_of(store))
        assert len(decider._latest.window) <= 24
        store.close()
    assert outcomes[0] == outcomes[1]


def test_events_of_two_languages_are_one_when_that_is_asked_for_also_of_stories_that_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "encoder", lambda: encode)
    store = Store(tmp_path / "tongues.db")
    store.feeds.add([a_spec()], now=NOW)

    def tell_in(name: str) -> None:
        lang, title, text = TOLD[name]
        entry = a_new_entry(
            key=name, url=f"https://a.example/{name}", guid=name, title=title, text=text, lang=lang, published_at=NOW,
            outlet_key=lang, outlet_name=lang, content_hash=name, text_hash=name,
        )  # fmt: skip
        store.ingest.apply(store.feeds.all()[0].id, [entry], now=NOW)

    tell_in("tram-en")
    Decider(store).run()
    tell_in("tram-de")
    Decider(store, across=True).run()
    ((_, one), (_, other)) = events_of(store)
    reason = store.connections.value("SELECT reason FROM stories WHERE key = 'tram-de'")
    store.close()
    assert one == other
    assert "another language (en)" in reason


def test_where_deciding_is_slow_a_stop_is_heard_after_fewer_stories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "a.db")
    store.feeds.add([a_spec()], now=NOW)
    told_to(store, range(20))
    clock = iter(range(0, 1000, 60))
    monkeypatch.setattr(decide, "monotonic", lambda: next(clock))
    monkeypatch.setattr(decide, "BATCH", 16)
    monkeypatch.setattr(decide, "LEAST", 4)
    seen: list[int] = []
    assert Decider(store).run(progress=seen.append) == 40
    store.close()
    assert [after - before for before, after in zip([0, *seen], seen, strict=False)] == [16, 8, 4, 4, 4, 4]


def test_features_are_computed_by_the_workers_that_are_there_at_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "a.db")
    store.feeds.add([a_spec()], now=NOW)
    told_to(store, range(4))
    monkeypatch.setattr(preparing, "SMALL", 2)
    decider = Decider(store)
    with ThreadPoolExecutor(1, initializer=(begun := threading.Event()).set) as workers:
        decider.executor = workers
        assert decider.run() == 8
    assert begun.is_set()
    decider.executor = None
    told_to(store, range(4, 8))
    assert decider.run() == 8
    store.close()


def test_threads_of_stories_that_left_the_window_within_one_run_are_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "a.db")
    store.feeds.add([a_spec()], now=NOW)
    told_to(store, range(DAYS))
    monkeypatch.setattr(Window, "threads", lambda held_now: (held_now.event_keys(),))  # all that is near is one affair
    Decider(store).run()
    without = store.connections.value("SELECT count(*) FROM events WHERE merged_into IS NULL AND thread_id IS NULL")
    store.close()
    assert without == 0


def test_what_a_batch_costs_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    store.feeds.add([a_spec()], now=NOW)
    decider, asked = Decider(store), set[str]()
    for day in range(6):
        told_to(store, range(day, day + 1))
        store.connections.conn.set_trace_callback(asked.add)
        decider.run()
        store.connections.conn.set_trace_callback(None)
    plans = [
        row[3]
        for sql in asked
        if sql.split()[0] in {"SELECT", "UPDATE", "DELETE"}
        for row in store.connections.conn.execute(f"EXPLAIN QUERY PLAN {sql}")
    ]
    assert any("events_key" in plan for plan in plans)
    read_whole = {plan for plan in plans if plan.startswith("SCAN ") and "CONSTANT" not in plan}
    # Those that wait, what a reader did by hand, and the one row that is kept for a restart.
    assert read_whole <= {"SCAN s USING INDEX stories_stale", "SCAN edits", "SCAN window"}
