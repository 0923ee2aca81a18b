"""Archives: in by `aggregator import`, out by `aggregator export`."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.app.app import App, open_app
from aggregator.app.archive import Imported
from aggregator.config import Config, WorkersConfig
from aggregator.errors import AggregatorError

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TEXT = (
    "The old bridge over the Lorn was closed on Monday after divers found cracks in two of its piers, the harbour office said. "
    "Ferries will run every twenty minutes until the repair is done, and buses go by way of the northern tunnel."
)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with open_app(Config(timezone="UTC"), db=tmp_path / "a.db", clock=lambda: NOW) as opened:
        yield opened


def line(story_id: str, **over: Any) -> dict[str, Any]:
    return {
        "id": story_id, "title": f"Bridge {story_id} closed", "text": TEXT, "published": "2026-03-02T08:00:00Z",
        "source": "The Courier", "lang": "en", "url": f"https://courier.example/{story_id}", **over,
    }  # fmt: skip


def load(app: App, *lines: dict[str, Any] | bytes, **options: Any) -> Imported:
    raw = b"\n".join(x if isinstance(x, bytes) else json.dumps(x).encode() for x in lines)
    return app.archives.load(io.BytesIO(raw), **options)


def test_lines_come_out_as_they_went_in(app: App) -> None:
    lines = [
        line("a"),
        line("b", url=None, source="Nord", lang="de"),
        line("c", url="https://courier.example/c?utm_source=x#top", published=None, source=None),
        line("d", text=None, authors=["Ada Moss"], tags=["later"], starred=True, credit="Wire"),
    ]
    load(app, *lines)
    assert list(app.archives.lines()) == lines


def test_an_archive_goes_through_dedupe_and_clustering(app: App) -> None:
    done = load(
        app, line("a"), line("b", url="https://nord.example/b", source="Nord", published="2026-03-02T09:00:00Z")
    )
    one, other = list(app.reading.stories())
    assert (one.copy_of, one.event_id) == (other.id, other.event_id)
    assert done.decided == 2


def test_the_same_archive_again_changes_nothing(app: App) -> None:
    lines = [line("a"), line("b", url=None)]
    load(app, *lines)
    again = load(app, *lines)
    assert (again.taken.new, again.taken.known, again.decided) == (0, 2, 0)
    assert app.store.stories.count() == 2


def test_without_an_address_a_line_lives_by_id_and_source(app: App) -> None:
    load(app, line("1", url=None, source="A"), line("1", url=None, source="B"), line("1", url=None, source="A"))
    assert app.store.stories.count() == 2


def test_a_known_address_gains_only_what_was_missing(app: App) -> None:
    load(app, line("a", text=None))
    done = load(
        app, line("z", title="Another title", url="https://courier.example/a?utm_medium=rss", authors=["Ada Moss"])
    )
    (story,) = app.reading.stories(with_text=True)
    assert (story.title, story.text, story.authors) == ("Bridge a closed", TEXT, ("Ada Moss",))
    assert (done.taken.completed, done.decided) == (1, 1)
    assert [s.id for s in app.reading.stories("tunnel")] == [story.id]


def test_bad_lines_are_named_and_the_rest_goes_on(app: App) -> None:
    told: list[str] = []
    done = load(app, line("a"), b"{", b"[]", line("b", published="someday"), line("c"), on_problem=told.append)
    assert [t.split(":")[0] for t in told] == ["line 2", "line 3", "line 4"]
    assert (done.taken.new, done.problems) == (2, 3)


def test_imported_stories_are_read_unless_told_otherwise(app: App) -> None:
    load(app, line("a"), line("b", unread=True))
    load(app, line("c"), unread=True)
    assert {s.url[-1]: s.is_read for s in app.reading.stories()} == {"a": True, "b": False, "c": False}


def test_old_stories_are_not_told_as_news(app: App) -> None:
    load(app, line("a"), line("b", url="https://nord.example/b", source="Nord"))
    assert app.digests.make().events == 0
    load(app, line("c", published=(NOW - timedelta(hours=2)).isoformat(), text="Apples are cheap in Lorn."))
    assert app.digests.make().events == 1


def test_names_tell_outlets_apart_where_the_site_does_not(app: App) -> None:
    load(
        app,
        line("1", url="https://portal.example/1", source="Courier"),
        line("2", url="https://portal.example/2", source="Nord"),
        line("3", url="https://portal.example/3", source="The Courier"),
        line("4", url=None, source="nord"),
    )
    outlets = {s.outlet for s in app.reading.stories()}
    assert outlets == {"Courier", "Nord"}


def test_what_was_deleted_stays_away(app: App) -> None:
    load(app, line("a"))
    app.store.connections.run("INSERT INTO tombstones SELECT key, '' FROM stories")
    app.store.connections.run("DELETE FROM stories")
    assert load(app, line("a")).taken.deleted == 1
    assert app.store.stories.count() == 0


def test_a_readers_export_comes_in_with_stars_and_tags(app: App) -> None:
    item = {
        "id": "tag:1", "title": "Bridge closed", "published": 1772438400, "canonical": [{"href": "https://c.example/1"}],
        "categories": ["user/-/state/com.google/starred", "user/-/label/Later"], "origin": {"title": "The Courier"},
        "content": {"content": f"<p>{TEXT}</p>"},
    }  # fmt: skip
    done = load(app, json.dumps({"id": "user/-", "items": [item, {"id": "x"}]}).encode())
    (story,) = app.reading.stories("is:starred tag:later tunnel")
    assert (story.outlet, story.published_at) == ("The Courier", datetime(2026, 3, 2, 8, tzinfo=UTC))
    assert (done.taken.new, done.problems) == (1, 1)


def test_newsboats_cache_comes_in_without_what_was_deleted(app: App, tmp_path: Path) -> None:
    cache = tmp_path / "cache.db"
    conn = sqlite3.connect(cache)
    conn.executescript(
        """CREATE TABLE rss_feed (rssurl VARCHAR(1024) PRIMARY KEY NOT NULL, url VARCHAR(1024), title VARCHAR(1024));
        CREATE TABLE rss_item (id INTEGER PRIMARY KEY AUTOINCREMENT, guid VARCHAR(64), title VARCHAR(1024),
            author VARCHAR(1024), url VARCHAR(1024), feedurl VARCHAR(1024), pubDate INTEGER, content VARCHAR(65535),
            unread INTEGER, deleted INTEGER DEFAULT 0);
        INSERT INTO rss_feed VALUES ('https://c.example/feed', 'https://c.example', 'The Courier');
        INSERT INTO rss_item VALUES (1, 'g1', 'Bridge closed', 'Ada Moss', 'https://c.example/1', 'https://c.example/feed',
            1772438400, '<p>The bridge is closed.</p>', 1, 0);
        INSERT INTO rss_item VALUES (2, 'g2', 'Gone', '', 'https://c.example/2', 'https://c.example/feed', 1772438400, '', 0, 1);"""
    )
    conn.close()
    with cache.open("rb") as file:
        app.archives.load(file, path=cache)
    (story,) = app.reading.stories(with_text=True)
    assert (story.title, story.outlet, story.authors) == ("Bridge closed", "The Courier", ("Ada Moss",))
    assert story.text == "The bridge is closed."


def test_another_programs_database_is_refused_in_a_sentence(app: App, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE t (a)").connection.close()
    with other.open("rb") as file, pytest.raises(AggregatorError, match="newsboat"):
        app.archives.load(file, path=other)
    with other.open("rb") as file, pytest.raises(AggregatorError, match="from its file"):
        app.archives.load(file)


def test_a_stopped_import_goes_on(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.app.archive.BATCH", 2)
    lines = [line(str(n)) for n in range(5)]
    done = load(app, *lines, on_progress=lambda p: app.polling.stop.set() if p.phase == "lines" else None)
    assert done.is_stopped
    assert app.store.stories.count() == 2
    app.polling.stop.clear()
    assert load(app, *lines).taken.new == 3
    assert app.store.decisions.stale_count() == 0


def test_many_stories_are_decided_by_several_processes_as_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        line(f"{n}", title=f"Bridge {n // 3} closed", text=f"{TEXT} The repair of pier {n // 3} takes {n // 3 + 2} weeks.",
             url=f"https://o{n % 3}.example/{n}", source=f"Outlet {n % 3}")
        for n in range(70)
    ]  # fmt: skip

    def decided(name: str, processes: int) -> list[tuple[object, ...]]:
        config = Config(timezone="UTC", workers=WorkersConfig(processes=processes))
        with open_app(config, db=tmp_path / name, clock=lambda: NOW) as app:
            load(app, *lines)
            return [(s.id, s.event_id, s.copy_of, s.copy_score) for s in app.reading.stories()]

    alone = decided("one.db", 1)
    monkeypatch.setattr("aggregator.app.polling.MANY_STORIES", 10)
    assert decided("two.db", 2) == alone
