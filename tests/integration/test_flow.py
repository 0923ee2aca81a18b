"""From feeds to events over real HTTP: the newsroom of seeds/ through the whole pipeline."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.app.app import open_app
from aggregator.app.polling import PollOptions
from aggregator.model import FeedSpec, Story
from aggregator.newsroom import Server
from aggregator.pipeline.report import PollReport
from tests.support.building import a_new_entry
from tests.support.newsroom import END, content, environment, grouped, loopback, on_the_air, reading

CHROME = ("Most popular", "To top", "newsletter", "We use cookies", "Read more:", "Related")


@dataclass(frozen=True)
class Read:
    """The newsroom after one poll."""

    server: Server
    report: PollReport
    stories: tuple[Story, ...]
    headlines: tuple[dict[int, str], ...]  # of events: in lists, on their pages, in a digest


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with on_the_air() as server:
        yield server


@pytest.fixture(scope="module")
def read(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Read:
    db = tmp_path_factory.mktemp("flow") / "a.db"
    with reading(server, db) as app:
        report = app.polling.poll(PollOptions())
        events = list(app.store.events.each(limit=1000))
        digest = app.digests.make(remember=False)
        headlines = (
            {e.id: e.headline for e in events},
            {e.id: app.front.event(e.id).account.headline for e in events},
            {e.event_id: e.headline for section in digest.sections for e in section.events},
        )
        return Read(server, report, tuple(app.reading.stories(with_text=True)), headlines)


def test_an_event_has_the_same_headline_in_lists_on_its_page_and_in_the_digest(read: Read) -> None:
    lists, pages, digest = read.headlines
    assert len(lists) > 40
    assert pages == lists
    assert digest == {event: lists[event] for event in digest}
    assert digest


def bcubed(predicted: Mapping[str, object], gold: Mapping[str, object]) -> tuple[float, float]:
    """BCubed precision and recall (Bagga and Baldwin 1998) over the keys of `gold`."""
    by_label: dict[object, set[str]] = defaultdict(set)
    by_gold: dict[object, set[str]] = defaultdict(set)
    for key, label in gold.items():
        by_gold[label].add(key)
        by_label[predicted[key]].add(key)
    shares = [
        (len(by_label[predicted[k]] & by_gold[gold[k]]) / len(by_label[predicted[k]]),
         len(by_label[predicted[k]] & by_gold[gold[k]]) / len(by_gold[gold[k]]))
        for k in gold
    ]  # fmt: skip
    precision, recall = (sum(s[n] for s in shares) / len(shares) for n in (0, 1))
    return precision, recall


def test_every_page_of_the_newsroom_is_one_story(read: Read) -> None:
    stored = [s.url for s in read.stories]
    assert sorted(set(stored)) == sorted(stored)
    assert set(stored) == set(read.server.gold())
    assert read.report.failed == []


def test_no_text_holds_the_chrome_of_its_page(read: Read) -> None:
    leaks = [(s.url, word) for s in read.stories for word in CHROME if f"\n{word}" in f"\n{s.text}"]
    assert leaks == []


def test_events_come_out_as_the_newsroom_knows_them(read: Read) -> None:
    gold = {url: (g["event"], g["lang"]) for url, g in read.server.gold().items()}
    precision, recall = bcubed({s.url or "": s.event_id for s in read.stories}, gold)
    assert precision >= 0.95
    assert 2 * precision * recall / (precision + recall) >= 0.85
    assert recall >= 0.7  # the newsroom counts a days-long affair as one event, we tell it in chapters


def test_copies_come_out_as_the_newsroom_knows_them(read: Read) -> None:
    by_id = {s.id: s for s in read.stories}
    gold = read.server.gold()
    found = {s.url for s in read.stories if s.copy_of}
    wanted = {url for url, g in gold.items() if g["copy_of"]}
    assert len(found & wanted) >= 0.9 * len(wanted)
    assert len(found - wanted) <= 0.02 * len(gold)
    assert all(by_id[s.copy_of].copy_of is None for s in read.stories if s.copy_of), "a copy points at an original"


def test_polling_again_asks_with_validators_and_stores_nothing(tmp_path: Path) -> None:
    with on_the_air() as server, reading(server, tmp_path / "a.db") as app:
        app.polling.poll(PollOptions(pages=False))
        before = len(server.requests)
        report = app.polling.poll(PollOptions(force=True, pages=False))
        asked = server.requests[before:]
        assert (report.new_entries, report.new_stories, report.changed_stories) == (0, 0, 0)
        assert {r.status for r in asked} == {304}
        assert app.store.stories.count() == report.new_stories + len(server.gold())


def test_the_order_in_which_days_arrive_makes_no_difference(read: Read, tmp_path: Path) -> None:
    with on_the_air() as server, reading(server, tmp_path / "a.db") as app:
        for day in (2, 3, 4, 5, 7):
            server.set_now(END.replace(day=day))
            app.polling.poll(PollOptions(force=True))
        stories = tuple(app.reading.stories())
    assert grouped(stories) == grouped(read.stories)


def test_a_rebuild_comes_to_the_same_events(tmp_path: Path) -> None:
    with on_the_air() as server, reading(server, tmp_path / "a.db") as app:
        app.polling.poll(PollOptions(pages=False))
        before = grouped(tuple(app.reading.stories()))
        app.polling.rebuild()
        assert grouped(tuple(app.reading.stories())) == before


@pytest.mark.parametrize("after_s", [1.2, 2.4])
def test_a_poll_that_was_killed_and_begun_again_ends_as_an_undisturbed_one(
    server: Server, tmp_path: Path, after_s: float
) -> None:
    whole, killed = tmp_path / "whole.db", tmp_path / "killed.db"
    for db in (whole, killed):
        with reading(server, db):
            pass
    poll = [sys.executable, "-m", "aggregator", "poll"]
    subprocess.run(poll, env=environment(whole, END), check=True, capture_output=True, timeout=120)
    first = subprocess.Popen(poll, env=environment(killed, END), start_new_session=True, stderr=subprocess.DEVNULL)
    time.sleep(after_s)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    subprocess.run([*poll, "--force"], env=environment(killed, END), check=True, capture_output=True, timeout=120)
    assert content(server, killed) == content(server, whole)


def test_stories_removed_with_their_feed_stay_away_until_the_removal_is_undone(tmp_path: Path) -> None:
    options = PollOptions(force=True, pages=False, cluster=False)
    with on_the_air() as server, reading(server, tmp_path / "a.db") as app:
        app.polling.poll(options)
        before = {s.url for s in app.reading.stories()}
        url = server.feed_urls[0]
        app.feeds.remove(url, with_stories=True)
        left = {s.url for s in app.reading.stories()}
        assert left < before
        app.feeds.restore(url)
        app.polling.poll(options)
        assert {s.url for s in app.reading.stories()} == before
        app.feeds.remove(url, with_stories=True)
        app.feeds.import_opml(server.opml())
        app.polling.poll(options)
        assert {s.url for s in app.reading.stories()} == left, "subscribing again is not undoing"


WIRE = (
    "A freight train left the rails outside Lauterbach early on Monday and spilled grain over two fields, the railway said. "
    "Nobody was hurt. Cranes were on their way to lift eleven wagons, and the line to the coast will stay shut until Thursday. "
    "Investigators look at a cracked axle that an inspection had passed in January, according to the regulator's first note."
)


def test_a_copy_undone_stands_alone_and_not_in_the_shadow_of_another_copy(tmp_path: Path) -> None:
    entries = [
        a_new_entry(n, title=f"Grain train derails near Lauterbach ({n})", text=WIRE, outlet_key=f"{n}.example",
                    outlet_name=f"Outlet {n}", published_at=END + timedelta(minutes=n))
        for n in range(4)
    ]  # fmt: skip
    with open_app(loopback(), db=tmp_path / "a.db", clock=lambda: END) as app:
        app.feeds.add([FeedSpec(url="https://courier.example/rss")])
        app.store.ingest.apply(app.feeds.all()[0].id, entries, now=END)
        app.polling.obey()
        before = {s.id: s.copy_of for s in app.reading.stories()}
        first, second, *_ = sorted(before)
        assert before == {first: None, **dict.fromkeys(sorted(before)[1:], first)}
        edit = app.editing.not_a_copy(second)
        after = {s.id: s.copy_of for s in app.reading.stories()}
        assert after == before | {second: None}
        app.editing.undo(edit)
        assert {s.id: s.copy_of for s in app.reading.stories()} == before
