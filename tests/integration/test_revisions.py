"""What is changed after publication, over real HTTP: the newsroom's silent correction and the one that says so."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.app.app import App, open_app
from aggregator.app.polling import PollOptions
from aggregator.model import FeedSpec
from aggregator.newsroom import Server
from tests.support.invariant import faults
from tests.support.newsroom import loopback, on_the_air, run

BEFORE = datetime(2026, 3, 4, 12, tzinfo=UTC)
AFTER = (datetime(2026, 3, 5, 18, tzinfo=UTC), datetime(2026, 3, 6, 18, tzinfo=UTC))
OUTLET = "courier"  # the one that changes what it published


def corrections(server: Server) -> dict[str, tuple[str, str, bool]]:
    """(old, new, silent) of what the newsroom changes, by address."""
    return {server.url(s): (c.old, c.new, c.silent) for s in server.newsroom.stories for c in s.corrections}


@contextlib.contextmanager
def reading(server: Server, db: Path) -> Iterator[App]:
    """An app that reads the one outlet, whose clock stands with the server's."""
    outlet = next(o for o in server.newsroom.outlets if o.key == OUTLET)
    with open_app(loopback(), db=db, clock=lambda: server.now) as app:
        app.feeds.add([FeedSpec(url=server.addresses[OUTLET] + outlet.feed.path)])
        yield app


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, App]]:
    """The outlet read before and after each of its corrections."""
    with on_the_air(BEFORE) as server, reading(server, tmp_path_factory.mktemp("revisions") / "a.db") as app:
        for now in (BEFORE, *AFTER):
            server.set_now(now)
            app.polling.poll(PollOptions(force=True))
        yield server, app


def test_every_correction_is_found_and_nothing_else(lived: tuple[Server, App]) -> None:
    server, app = lived
    changed = {s.url for s in app.reading.stories() if app.store.revisions.of(s.id)}
    assert changed == set(corrections(server))


def test_a_silent_correction_shows_the_old_figure_and_the_new(lived: tuple[Server, App]) -> None:
    server, app = lived
    url, (old, new, _) = next((u, c) for u, c in corrections(server).items() if c[2])
    story = next(s for s in app.reading.stories(with_text=True) if s.url == url)
    (change,) = app.reading.revisions(story.id)
    assert change.is_silent
    assert set(change.what_changed) == {"headline", "figure"}
    assert old in (change.title_before or "")
    assert new in (change.title_after or "")
    assert new in (story.title or "")
    assert old not in (story.text or "")
    sides = [(s.before or "", s.after or "") for s in change.sentences if s.kind == "changed"]
    assert sides
    assert all(old in before and new in after for before, after in sides)


def test_a_correction_that_the_page_tells_of_is_not_silent(lived: tuple[Server, App]) -> None:
    server, app = lived
    url, (old, new, _) = next((u, c) for u, c in corrections(server).items() if not c[2])
    story = next(s for s in app.reading.stories(with_text=True) if s.url == url)
    (change,) = app.reading.revisions(story.id)
    assert not change.is_silent
    assert {"figure", "correction note"} <= set(change.what_changed)
    assert any(old in (s.before or "") and new in (s.after or "") for s in change.sentences)


def test_the_command_line_shows_what_was_changed(lived: tuple[Server, App]) -> None:
    server, app = lived
    url, (old, new, _) = next((u, c) for u, c in corrections(server).items() if c[2])
    story = next(s for s in app.reading.stories() if s.url == url)
    shown = run("story", str(story.id), "--revisions", db=app.db_path, check=True).stdout.decode()
    assert any(line.startswith("  - ") and old in line for line in shown.splitlines())
    assert any(line.startswith("  + ") and new in line for line in shown.splitlines())
    (row,) = json.loads(run("story", str(story.id), "--revisions", "--json", db=app.db_path, check=True).stdout)
    assert (row["silent"], row["title_before"] != row["title_after"]) == (True, True)


def test_the_database_holds_together(lived: tuple[Server, App]) -> None:
    assert faults(lived[1].db_path) == []


def test_pages_are_read_again_with_their_validators(lived: tuple[Server, App]) -> None:
    server, app = lived
    pages = {s.url for s in app.reading.stories()}
    asked = [r for r in server.requests if f"{server.addresses[OUTLET]}{r.target}" in pages]
    again = [r for n, r in enumerate(asked) if r.target in {earlier.target for earlier in asked[:n]}]
    assert len(again) > len(corrections(server))
    assert all(r.conditional for r in again)
    assert sum(r.status == 200 for r in again) == len(corrections(server))


def test_extracting_the_kept_pages_again_changes_nothing(lived: tuple[Server, App]) -> None:
    _, app = lived
    done = app.pages.reextract()
    assert (done.pages, done.changed, done.failed) == (len(list(app.reading.stories())), 0, ())


def test_a_rule_is_tried_on_a_page_before_it_is_kept(lived: tuple[Server, App], tmp_path: Path) -> None:
    _, app = lived
    page, rule = tmp_path / "page.html", tmp_path / "rule.toml"
    page.write_bytes((app.store.pages.body(next(app.reading.stories()).id) or ("", b"", None))[1])
    rule.write_text('hosts = ["courier.example"]\ntitle = "header .masthead"', "utf-8")
    shown = json.loads(run("pages", "preview", page, "--rule", rule, "--json", db=app.db_path, check=True).stdout)
    assert (shown["title"], shown["sources"]["title"]) == ("The Aldwyn Courier", "rule")
    assert shown["text"]
    assert any(reason.startswith("left out (") for reason in shown["quality_reasons"])
