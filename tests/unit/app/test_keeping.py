"""What goes after its time, and what stays; backups that were restored."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from aggregator.app.app import App, open_app
from aggregator.app.keeping import restore
from aggregator.app.lease import Lease
from aggregator.config import Config, FolderRetention, RetentionConfig
from aggregator.errors import AlreadyExists, LeaseHeld, SchemaTooNew, StoreError
from aggregator.model import FeedSpec
from aggregator.schedule import _Jobs
from tests.support.building import a_new_entry

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def opened(db: Path, **retention: object) -> App:
    config = Config(timezone="UTC", retention=RetentionConfig(**retention))
    return open_app(config, db=db, clock=lambda: NOW)


@pytest.fixture
def filled(db: Path) -> Iterator[App]:
    """Ten stories of different events, one a day back from yesterday; number 10 is the oldest. Even ones are in World."""
    with opened(db, days=5, folders={"World": FolderRetention(stories=3)}) as app:
        fill(app)
        yield app


def fill(app: App) -> None:
    specs = [FeedSpec(url=f"https://{f}.example/feed", folder=(f,)) for f in ("World", "Home")]
    app.store.feeds.add(specs, now=NOW)
    feeds = {feed.folder[0]: feed.id for feed in app.store.feeds.all()}
    for n in range(1, 11):
        entry = a_new_entry(n, key=f"k{n}", published_at=NOW - timedelta(days=n), title=f"Number{n}", wants_page=False)
        app.store.ingest.apply(feeds["Home" if n % 2 else "World"], [entry], now=NOW)
    with app.store.write():
        at = "2026-03-01T00:00:00Z"
        app.store.connections.run_many(
            "INSERT INTO events (id, key, headline, first_at, last_at, seen_at, changed_at) VALUES (?, ?, 'x', ?, ?, ?, ?)",
            [(n, f"k{n}", at, at, at, at) for n in range(1, 11)],
        )
        app.store.connections.run("UPDATE stories SET event_id = id, is_stale = 0")


def left(app: App) -> set[int]:
    return {s.id for s in app.reading.stories()}


def test_stories_go_by_age_or_by_the_count_of_their_folder(filled: App) -> None:
    assert filled.keeping.tidy() == 4
    assert left(filled) == {1, 3, 5, 2, 4, 6}
    assert filled.store.check() == []
    assert {e.id for e in filled.reading.events()} == left(filled)


def test_without_limits_all_stays(db: Path) -> None:
    with opened(db) as app:
        fill(app)
        assert app.keeping.tidy() == 0
        assert len(left(app)) == 10


def test_starred_tagged_and_followed_stories_stay(filled: App) -> None:
    filled.marks.star(1, 9)
    filled.marks.tag(1, "later", [8])
    filled.topics.add("Ten", "number10")
    filled.keeping.tidy()
    assert left(filled) == {1, 3, 5, 2, 4, 6} | {9, 8, 10}


def test_an_event_goes_as_a_whole_or_stays(filled: App) -> None:
    filled.store.connections.run("UPDATE stories SET event_id = 1 WHERE id = 9")
    filled.store.connections.run("UPDATE stories SET event_id = 7 WHERE id = 10")
    filled.keeping.tidy()
    assert left(filled) == {1, 9, 3, 5, 2, 4, 6}


def test_what_went_does_not_come_back(filled: App) -> None:
    feed = filled.store.feeds.get("https://Home.example/feed")
    filled.keeping.tidy()
    for guid in ("guid-9", "another-guid"):
        again = a_new_entry(9, key="k9", guid=guid, published_at=NOW - timedelta(days=9))
        filled.store.ingest.apply(feed.id, [again], now=NOW)
    assert 9 not in left(filled)
    assert not list(filled.reading.stories("number9"))


def test_a_copy_whose_original_went_is_decided_anew(filled: App) -> None:
    filled.store.connections.run("UPDATE stories SET copy_of = 9, copy_kind = 'near' WHERE id = 3")
    filled.keeping.tidy()
    assert filled.reading.story(3).copy_of is None
    assert filled.store.decisions.stale_count() == 1


def test_a_thread_goes_on_under_its_earliest_event_that_is_left(filled: App) -> None:
    filled.store.connections.run("UPDATE events SET thread_id = 9 WHERE id IN (9, 5, 3)")
    filled.keeping.tidy()
    assert [e.id for e in filled.store.events.thread(filled.store.events.get(5))] == [3]


def test_a_stop_takes_effect_between_two_steps_and_the_next_time_goes_on(
    filled: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.store.retention.EVENTS_AT_ONCE", 1)
    filled.polling.stop.set()
    assert filled.keeping.tidy() == 1
    filled.polling.stop.clear()
    assert filled.keeping.tidy() == 3


def test_what_is_starred_while_the_old_goes_stays(filled: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.store.retention.EVENTS_AT_ONCE", 1)
    steps = filled.keeping.tidied()
    assert [next(steps) for _ in range(3)] == [0, 0, 1]
    filled.marks.star(1, 10)
    assert sum(steps) == 2
    assert left(filled) == {1, 3, 5, 2, 4, 6, 10}


def test_polls_get_their_turn_between_two_steps_of_the_housekeeping(
    filled: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.store.retention.EVENTS_AT_ONCE", 1)
    filled.store.connections.run("UPDATE feeds SET state = 'paused'")
    polled_at: list[int] = []

    class Pause(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            assert timeout
            jobs.poll()
            return False

    filled.polling.stop = Pause()
    monkeypatch.setattr(filled.polling, "on_new", lambda _since: polled_at.append(len(left(filled))))
    jobs = _Jobs(filled, None)
    jobs.housekeeping()
    assert {10, 9, 8, 7, 6} <= set(polled_at)


def test_digests_of_nothing_that_is_left_go_and_the_last_of_each_name_stays(filled: App) -> None:
    def edition(name: str, *stories: int) -> int:
        made = NOW - timedelta(days=8)
        return filled.store.editions.add(
            reader_id=1, name=name, made_at=made, since=made, digest="{}", story_ids=stories
        )

    of_old, of_both, last = edition("a", 9, 10), edition("a", 8, 1), edition("a", 7)
    filled.keeping.tidy()
    assert {e["id"] for e in filled.digests.archive()} == {of_both, last}
    assert of_old not in {of_both, last}


def test_entries_without_a_story_go_after_a_season(filled: App, db: Path) -> None:
    filled.keeping.tidy()
    count = "SELECT count(*) FROM entries"
    assert filled.store.connections.value(count) == 10
    later = replace(filled.keeping, clock=lambda: NOW + timedelta(days=91), config=Config(timezone="UTC"))
    assert later.tidy() == 0  # nothing is past its time, and what went before is swept all the same
    assert filled.store.connections.value(count) == len(left(filled))


def test_compacting_makes_the_file_smaller(filled: App) -> None:
    filled.store.connections.run("UPDATE stories SET text = printf('%.*c', 200000, 'x') WHERE id > 6")
    done = filled.keeping.compact()
    assert done.stories == 4
    assert done.after < done.before
    assert filled.store.check() == []


def test_a_backup_brings_everything_back(filled: App, db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    filled.marks.star(1, 2)
    before = list(filled.archives.lines())
    filled.keeping.back_up(copy)
    filled.keeping.tidy()
    filled.marks.star(1, 2, is_starred=False)
    kept = restore(db, copy)
    with opened(db) as again:
        assert list(again.archives.lines()) == before
        assert again.store.check() == []
        assert {s.id for s in again.reading.stories("is:starred")} == {2}
    assert kept is not None
    with opened(kept) as former:
        assert len(left(former)) == 6


def test_a_backup_is_whole_while_others_write(filled: App, db: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    wrote = []

    def write() -> None:
        with opened(db) as other:
            while not stop.is_set():
                wrote.append(other.marks.star(1, 1 + len(wrote) % 10))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            filled.keeping.back_up(tmp_path / f"{n}.db")
    finally:
        stop.set()
        writer.join()
    assert wrote
    for n in range(3):
        with opened(tmp_path / f"{n}.db") as copy:
            assert copy.store.check() == []
            assert len(left(copy)) == 10


def test_an_existing_file_is_replaced_only_when_told(filled: App, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(AlreadyExists, match="--force"):
        filled.keeping.back_up(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"
    filled.keeping.back_up(tmp_path / "copy.db", replace=True)
    assert sorted(f.name for f in tmp_path.glob("copy*")) == ["copy.db"]


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_what_is_no_backup_changes_nothing(filled: App, db: Path, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "backup.db"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(StoreError, match="backup"):
        restore(db, file)
    assert len(left(filled)) == 10


def test_a_newer_versions_backup_is_refused(filled: App, db: Path, tmp_path: Path) -> None:
    filled.keeping.back_up(tmp_path / "copy.db")
    conn = sqlite3.connect(tmp_path / "copy.db")
    conn.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('aggregator', 'm9999_x', '')"
    )
    conn.commit()
    conn.close()
    with pytest.raises(SchemaTooNew):
        restore(db, tmp_path / "copy.db")


def test_a_broken_database_is_set_aside_for_the_backup(filled: App, db: Path, tmp_path: Path) -> None:
    filled.keeping.back_up(tmp_path / "copy.db")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all, and long enough to be looked at" * 100)
    kept = restore(broken, tmp_path / "copy.db")
    with opened(broken) as app:
        assert len(left(app)) == 10
    assert kept is not None
    assert kept.read_bytes().startswith(b"no database")


def test_nothing_is_restored_under_a_running_writer(filled: App, db: Path, tmp_path: Path) -> None:
    filled.keeping.back_up(tmp_path / "copy.db")
    with Lease(filled.store, "run"), pytest.raises(LeaseHeld):
        restore(db, tmp_path / "copy.db")


def test_a_lease_that_was_renewed_leaves_no_connection_open(filled: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.app.lease.RENEW_S", 0.001)
    take, renewed, files = filled.store.leases.take, threading.Semaphore(0), []

    def noted(*args: object, **named: object) -> None:
        take(*args, **named)  # type: ignore[arg-type]
        renewed.release()

    monkeypatch.setattr(filled.store.leases, "take", noted)
    for _ in range(4):
        with Lease(filled.store, "poll"):
            for _ in range(2):  # taken, and renewed
                assert renewed.acquire(timeout=5.0)
        files.append(psutil.Process().num_fds())
    assert len(set(files)) == 1
