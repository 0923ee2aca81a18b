"""Databases of every earlier schema are brought up to date with all that is in them, and never down."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.app.app import open_app
from aggregator.config import Config
from aggregator.errors import SchemaTooNew
from aggregator.store import Store, migrations
from aggregator.store.connection import APPLICATION_ID
from tests.support.newsroom import run

SCHEMAS = Path(__file__).parents[2] / "data" / "schema"
FILES = sorted(SCHEMAS.glob("m0*.sql"))
LATER = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('aggregator', 'm9999_later', '')"


@contextmanager
def changing(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as db, db:
        yield db


def earlier(path: Path, schema: Path) -> Path:
    """A database as the version with this schema left it."""
    with changing(path) as db:
        db.executescript(schema.read_text("utf-8"))
        db.executescript((SCHEMAS / "rows.sql").read_text("utf-8"))
        db.execute(
            "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT) STRICT"
        )
        steps = [(migrations.SET, file.stem, "2026-01-05") for file in FILES if file.stem <= schema.stem]
        db.executemany("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)", steps)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    return path


def schema_of(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in rows if "_sqlite_migrations" not in name}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("fresh") / "a.db"
    Store(path).close()
    return schema_of(path)


def test_the_files_leave_out_no_step_but_those_that_nobody_has_taken_yet() -> None:
    assert [file.stem for file in FILES] == sorted(migrations.steps())[: len(FILES)]


@pytest.mark.parametrize("schema", FILES, ids=lambda file: file.stem)
def test_an_earlier_file_becomes_like_a_fresh_one_with_all_that_a_reader_had(
    schema: Path, fresh: dict[str, str], tmp_path: Path
) -> None:
    path = earlier(tmp_path / "old.db", schema)
    with open_app(Config(timezone="UTC"), db=path, clock=lambda: datetime(2026, 1, 6, tzinfo=UTC)) as app:
        assert schema_of(path) == fresh
        assert app.store.check() == []
        assert [(f.url, f.folder, f.failures) for f in app.feeds.all()] == [
            ("https://courier.example/feed", ("World",), 0),
            ("https://post.example/feed", ("World", "North"), 3),
        ]
        assert [s.id for s in app.reading.stories("crane dawn", limit=9)] == [2, 1]
        assert [s.id for s in app.reading.stories("is:starred tag:ports")] == [1]
        assert app.store.counts.unread(1) == {"World": 0, "World/North": 1}
        event = next(iter(app.store.events.each()))
        assert (event.headline, event.outlets, event.stories) == ("Harbour closed after a crane fell", 2, 2)
        assert [t.name for t in app.topics.all(reader_id=1)] == ["Harbours"]


def test_a_database_of_a_later_version_is_refused_in_one_line_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Store(path).close()
    with changing(path) as db:
        db.execute(LATER)
    before = path.read_bytes()
    with pytest.raises(SchemaTooNew, match="newer version"):
        Store(path)
    said = run("stories", db=path)
    assert said.returncode == 1
    assert said.stdout == b""
    assert b"upgrade aggregator" in said.stderr
    assert said.stderr.count(b"\n") == 1
    assert path.read_bytes() == before
