"""The database file: made when absent, refused when it is not ours, safe under concurrent starts."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.errors import SchemaTooNew, StoreError, StoreFull, StoreLocked, StoreReadOnly
from aggregator.store import Store
from tests.support.building import NOW, a_spec


def test_the_file_and_its_folder_are_made(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "er" / "aggregator.db")
    store.close()
    assert (tmp_path / "deep" / "er" / "aggregator.db").exists()


def test_a_database_written_by_a_newer_version_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('aggregator', 'm9999_later', '')"
        )
    db.close()
    with pytest.raises(SchemaTooNew, match="newer version"):
        Store(path)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()
    with pytest.raises(StoreError, match="another program"):
        Store(path)
    with sqlite3.connect(path) as db:
        assert [r[0] for r in db.execute("SELECT name FROM sqlite_master")] == ["theirs"]
    db.close()


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("this is not a database, but long enough to have a header of a hundred bytes " * 4)
    with pytest.raises(StoreError, match="not a database") as caught:
        Store(path)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreReadOnly, match=str(tmp_path)):
        Store(tmp_path / "a.db")


def test_a_path_through_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreReadOnly, match="cannot be made"):
        Store(tmp_path / "file" / "a.db")


def test_a_second_writer_that_never_ends_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = Store(path)
    store.connections.run("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreLocked, match="locked by another program"):
            store.feeds.add([a_spec()], now=NOW)
        assert store.feeds.all() == ()  # reading never waits
    finally:
        other.close()
        store.close()


def test_a_full_disk_is_a_clear_error_and_nothing_half_written_stays(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    store.feeds.add([a_spec()], now=NOW)
    pages = store.connections.value("PRAGMA page_count")
    store.connections.run(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull, match="No space is left"):
        store.feeds.add([a_spec(f"https://example.org/{n}", title="x" * 500) for n in range(1000)], now=NOW)
    assert [feed.url for feed in store.feeds.all()] == [a_spec().url]
    store.close()


def test_programs_that_start_together_on_a_fresh_file_do_not_collide(tmp_path: Path) -> None:
    code = f"from aggregator.store import Store; Store({str(tmp_path / 'a.db')!r}).close()"
    starts = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(6)]
    errors = [process.communicate()[1] for process in starts]
    assert [process.returncode for process in starts] == [0] * 6, errors


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    with pytest.raises(RuntimeError), store.write():
        store.feeds.add([a_spec()], now=NOW)
        raise RuntimeError
    assert store.feeds.all() == ()
    store.close()
