from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import cli

FEED = "http://127.0.0.1:9/feed"  # an address that is refused without being asked


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    (tmp_path / "feeds.opml").write_text(f'<opml><body><outline text="Nine" xmlUrl="{FEED}"/></body></opml>')
    (tmp_path / "config.toml").write_text('timezone = "Asia/Tokyo"\n')
    assert typed(tmp_path, "feeds", "import", str(tmp_path / "feeds.opml")).exit_code == 0
    return tmp_path


def typed(folder: Path, *command: str, now: str = "2026-03-10T20:00:00Z") -> Result:
    top = ["--db", str(folder / "a.db"), "--config", str(folder / "config.toml"), "--now", now]
    return CliRunner().invoke(cli, [*top, *command])


def test_what_is_wrong_with_a_feed_stands_below_it(reader: Path) -> None:
    done = typed(reader, "poll")
    assert done.exit_code == 1
    assert f"failed: {FEED}: 127.0.0.1 is a loopback address." in done.output
    lines = typed(reader, "feeds", "list").stdout.splitlines()
    assert lines[1] == f"  Nine  {FEED}"
    assert lines[2].startswith("    127.0.0.1 is a loopback address.")


def test_what_is_wrong_with_a_feed_is_said_in_the_language_of_the_terminal(
    reader: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(sqlite3.connect(reader / "a.db")) as db, db:
        db.execute("UPDATE feeds SET last_error = 'HTTP 404: there is nothing at this address.'")
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    for command in (["list"], ["show", FEED]):
        assert "HTTP 404: unter dieser Adresse ist nichts" in typed(reader, "feeds", *command).stdout


def test_a_poll_with_nothing_to_ask_says_how_to_ask_all_the_same(reader: Path) -> None:
    assert "--force" not in typed(reader, "poll").output
    assert "No feed is due; to ask them all the same: aggregator poll --force" in typed(reader, "poll").output
    assert "1 feed asked" in typed(reader, "poll", "--force").output


def test_the_next_time_of_a_feed_is_told_in_the_readers_zone(reader: Path) -> None:
    typed(reader, "poll")
    told = typed(reader, "feeds", "set", FEED, "--every", "30m").output
    assert " 11 Mar 05:" in told
    assert "UTC" not in told
