"""The command line as a reader types it: the newsroom in, stories, events and a digest out."""

from __future__ import annotations

import csv
import io
import json
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.newsroom import Server
from aggregator.parse import parse_feed
from tests.support.newsroom import END, environment, on_the_air, run

STORY_COLUMNS = [
    "id", "url", "title", "outlet", "feed", "authors", "published", "seen", "lang", "words", "event", "copy_of", "kind",
]  # fmt: skip
EVENT_COLUMNS = ["id", "headline", "first", "last", "outlets", "reports", "stories", "thread_id", "independent"]


@dataclass(frozen=True)
class Shell:
    """A reader's shell after the first poll of the newsroom."""

    server: Server
    db: Path

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        done = run(*arguments, "--json", db=self.db, now=END, check=True)
        rows: list[dict[str, Any]] = json.loads(done.stdout)
        return rows


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("shell")
    db = folder / "a.db"
    with on_the_air() as server:
        (folder / "feeds.opml").write_bytes(server.opml())
        run("feeds", "import", folder / "feeds.opml", db=db, check=True)
        done = run("poll", "--json", db=db, now=END, check=True)
        assert json.loads(done.stdout)["new_stories"] == len(server.gold())
        yield Shell(server, db)


def test_without_subscriptions_poll_says_what_to_type(tmp_path: Path) -> None:
    done = run("poll", db=tmp_path / "a.db")
    assert done.returncode == 1
    assert b"aggregator feeds import" in done.stderr
    assert b"aggregator feeds add" in done.stderr
    assert done.stdout == b""


def test_stories_come_newest_first_with_the_columns_of_the_contract(shell: Shell) -> None:
    rows = shell.rows("stories")
    assert list(rows[0]) == STORY_COLUMNS
    assert len(rows) == len(shell.server.gold())
    assert [r["published"] for r in rows] == sorted((r["published"] for r in rows), reverse=True)
    assert any(r["copy_of"] for r in rows)


def test_fold_leaves_copies_out(shell: Shell) -> None:
    folded = shell.rows("stories", "--fold")
    assert folded
    assert not any(r["copy_of"] for r in folded)


def test_since_and_until_take_whole_days(shell: Shell) -> None:
    rows = shell.rows("stories", "--since", "2026-03-03", "--until", "2026-03-03")
    assert rows
    assert {r["published"][:10] for r in rows} == {"2026-03-03"}


def test_csv_has_a_header_and_as_many_rows(shell: Shell) -> None:
    done = run("stories", "--csv", db=shell.db, now=END, check=True)
    rows = list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))
    assert rows[0] == STORY_COLUMNS
    assert len(rows) == 1 + len(shell.server.gold())


def test_events_have_the_columns_of_the_contract_and_tell_who_was_first(shell: Shell) -> None:
    rows = shell.rows("events")
    assert list(rows[0]) == EVENT_COLUMNS
    big = max(rows, key=lambda r: r["outlets"])
    detail = json.loads(run("event", str(big["id"]), "--json", db=shell.db, now=END, check=True).stdout)
    assert len(detail["members"]) == big["stories"]
    text = run("event", str(big["id"]), "--why", db=shell.db, now=END, check=True).stdout.decode()
    assert big["headline"][:20] in text
    assert f"{big['outlets']} outlets" in text


def test_events_stories_and_counts_come_in_every_form(shell: Shell) -> None:
    big = max(shell.rows("events"), key=lambda r: r["stories"])
    number = str(big["id"])
    members = run("event", number, "--csv", "--columns", "outlet,reason", db=shell.db, now=END, check=True).stdout
    assert len(list(csv.reader(io.StringIO(members.decode(), newline="")))) == 1 + big["stories"]
    for command in (("stories", "--limit", "3"), ("events",), ("event", number)):
        atom = run(*command, "--atom", db=shell.db, now=END, check=True).stdout
        assert parse_feed(atom, url="https://x.example/").entries
    assert b"| count | of |" in run("stats", "--markdown", db=shell.db, now=END, check=True).stdout


def test_a_search_finds_words_and_nothing_is_an_empty_list(shell: Shell) -> None:
    assert shell.rows("stories", "earthquake")
    assert shell.rows("stories", "zyzzyvaxx") == []
    assert shell.rows("events", "earthquake")


def test_a_digest_is_told_once(shell: Shell, tmp_path: Path) -> None:
    db = tmp_path / "copy.db"
    source = sqlite3.connect(shell.db)
    target = sqlite3.connect(db)
    source.backup(target)
    source.close()
    target.close()
    first = run("digest", db=db, now=END, check=True).stdout.decode()
    assert "independent report" in first
    assert "\x1b" not in first, "a pipe gets no colours"
    later = END + timedelta(hours=1)
    second = json.loads(run("digest", "--json", db=db, now=later, check=True).stdout)
    assert second["sections"] == []
    again = run("digest", db=db, now=later, check=True).stdout.decode()
    assert len(again.splitlines()) == 1, "nothing new is one line"


def test_a_story_that_is_not_there_is_one_line_and_exit_1(shell: Shell) -> None:
    done = run("story", "999999", db=shell.db)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.count(b"\n") == 1


def test_wrong_usage_is_exit_2(shell: Shell) -> None:
    assert run("stories", "--since", "sometime", db=shell.db).returncode == 2
    assert run("nonsense", db=shell.db).returncode == 2


def test_a_broken_settings_file_is_one_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[fetch]\nworkres = 3\n")
    done = run("--config", tmp_path / "a.toml", "stories", db=shell.db)
    assert done.returncode == 1
    assert b"workres" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("bad", [b"not xml", b"<html></html>", b"", b"<opml><body><outline xmlUrl='http://a/'/>"])
def test_a_malformed_subscription_list_imports_nothing(tmp_path: Path, bad: bytes) -> None:
    db = tmp_path / "a.db"
    done = run("feeds", "import", "-", db=db, stdin=bad)
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert json.loads(run("feeds", "list", "--json", db=db).stdout) == []


def test_outlines_that_nobody_can_ask_are_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    listed = b"""<opml version="2.0"><body><outline text="Trick" xmlUrl="javascript:alert(1)"/>
        <outline text="Courier" xmlUrl="feed:https://courier.example/feed.xml"/>
        <outline text="File" xmlUrl="data:text/xml;base64,PHJzcz4"/></body></opml>"""
    done = run("feeds", "import", "-", db=tmp_path / "a.db", stdin=listed)
    assert done.returncode == 0
    assert [line.split(b" ")[:3] for line in done.stderr.splitlines()[:2]] == [
        [b"Left", b"out:", b"Trick"],
        [b"Left", b"out:", b"File"],
    ]
    kept = json.loads(run("feeds", "list", "--json", db=tmp_path / "a.db").stdout)
    assert [feed["url"] for feed in kept] == ["https://courier.example/feed.xml"]


def test_filters_name_bad_lines_and_go_on(tmp_path: Path) -> None:
    lines = b'{"id": "a", "title": "Storm cuts power in the north of the country"}\nnonsense\n{"id": "a", "title": "x"}\n{"id": "b"}\n'
    done = run("cluster", "-", db=tmp_path / "a.db", stdin=lines)
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a"]
    assert [line.split(b":")[0] for line in done.stderr.splitlines()] == [b"line 2", b"line 3", b"line 4"]


def test_a_feed_that_is_removed_can_come_back(shell: Shell) -> None:
    url = shell.server.feed_urls[0]
    assert run("feeds", "remove", url, db=shell.db).returncode == 0
    assert url not in {r["url"] for r in shell.rows("feeds", "list")}
    assert run("feeds", "restore", url, db=shell.db).returncode == 0
    assert url in {r["url"] for r in shell.rows("feeds", "list")}


def test_feeds_go_out_as_opml_and_in_again(shell: Shell, tmp_path: Path) -> None:
    out = run("feeds", "export", db=shell.db, check=True).stdout
    db = tmp_path / "other.db"
    run("feeds", "import", "-", db=db, stdin=out, check=True)
    listed = {r["url"] for r in json.loads(run("feeds", "list", "--json", db=db, check=True).stdout)}
    assert listed == {r["url"] for r in shell.rows("feeds", "list")}


def test_run_serves_the_page_polls_when_asked_and_ends_at_once(shell: Shell, tmp_path: Path) -> None:
    db = tmp_path / "run.db"
    run("feeds", "import", "-", db=db, stdin=shell.server.opml(), check=True)
    command = [sys.executable, "-m", "aggregator", "run", "--port", "0"]
    first = subprocess.Popen(command, env=environment(db, END), stderr=subprocess.PIPE)
    try:
        address = _address(first)
        refused = subprocess.run(command, env=environment(db, END), capture_output=True, timeout=60, check=False)
        assert refused.returncode == 1
        assert b"is writing to" in refused.stderr
        asked = run("poll", "--json", db=db, now=END)
        assert asked.returncode == 0, asked.stderr
        assert json.loads(run("stories", "--json", db=db, now=END).stdout)
        with urllib.request.urlopen(address, timeout=30) as page:
            assert page.status == 200
        first.send_signal(signal.SIGTERM)
        started = time.monotonic()
        first.wait(timeout=20)
        assert first.returncode == 0
        assert time.monotonic() - started < 20
    finally:
        first.kill()
        first.wait()
        if first.stderr:
            first.stderr.close()
    assert sqlite3.connect(db).execute("SELECT count(*) FROM leases").fetchone() == (0,)


def _address(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr
    for line in process.stderr:
        if b"The page is at" in line:
            return line.decode().split("The page is at ")[1].split(" ")[0].rstrip(".")
    raise AssertionError("run did not say where the page is")


def test_a_reader_that_has_seen_enough_is_no_error(shell: Shell) -> None:
    command = [sys.executable, "-m", "aggregator", "stories", "--json", "--text"]
    with subprocess.Popen(
        command, env=environment(shell.db, END), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        assert writer.stdout
        assert writer.stderr
        assert writer.stdout.readline() == b"[\n"
        writer.stdout.close()
        assert writer.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_under_the_output_is_one_line(shell: Shell) -> None:
    command = [sys.executable, "-m", "aggregator", "stories", "--json"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, env=environment(shell.db, END), stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
