"""What people and programs get wrong: one line that says so, never a trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import cli

HUGE = "9" * 21


def ask(*arguments: str | Path, home: Path, stdin: bytes | None = None, **env: str) -> Result:
    base: dict[str, str | None] = {
        "HOME": str(home), "XDG_CONFIG_HOME": None, "AGGREGATOR_DB": str(home / "a.db"), "AGGREGATOR_NOW": None,
    }  # fmt: skip
    done = CliRunner(env=base | env).invoke(cli, [str(a) for a in arguments], input=stdin)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done


def rows(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "arguments",
    [
        ("story", HUGE), ("event", HUGE, "--why"), ("edit", "undo", HUGE), ("edit", "split", HUGE, "1"),
        ("copies", "why", HUGE, HUGE), ("story", "--", "-1"), ("feeds", "export", "/nowhere/feeds.opml"),
        ("feeds", "add", "ftp://courier.example/"), ("feeds", "remove", "https://courier.example/"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_one_line_and_exit_1(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = ask(*arguments, home=tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("aggregator: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("stories", "--since", "99999999999d"), ("stories", "--until", "9999-12-31"), ("stories", "--since", "0001-01-01"),
        ("stories", "--since", "9999-12-31T23:59+14:00"), ("events", "--until", "99999999999h"),
    ],
)  # fmt: skip
def test_times_beyond_the_calendar_take_in_everything_on_that_side(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = ask(*arguments, "--json", home=tmp_path)
    assert (done.exit_code, done.stdout) == (0, "[]\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--now", "soon", "digest"), ("--now", "0001-01-01", "digest"), ("--now", "9999-12-31T23:59Z", "stories"),
        ("stories", "--limit", HUGE), ("story", "abc"), ("stories", "--json", "--csv"), ("stories", '"never closed'),
        ("extract", "--url", "https://courier.example/", "a.html", "b.html"),
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_2_and_prints_no_data(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = ask(*arguments, home=tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr


@pytest.mark.parametrize("command", [("stories",), ("events",), ("feeds", "list"), ("feeds", "next")])
def test_without_subscriptions_lists_are_empty_and_say_what_to_type(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = ask(*command, "--json", home=tmp_path)
    assert (done.exit_code, done.stdout) == (0, "[]\n")
    assert "aggregator feeds import" in done.stderr
    assert "aggregator feeds add" in done.stderr


def test_files_that_cannot_be_read_cost_their_own_row_only(tmp_path: Path) -> None:
    feed = tmp_path / "feed.json"
    feed.write_text('{"version": "https://jsonfeed.org/version/1.1", "title": "Courier", "items": []}')
    odd = tmp_path / b"odd-\xff.xml".decode(errors="surrogateescape")
    odd.write_bytes(b"")
    done = ask("parse", tmp_path / "absent", tmp_path, odd, feed, home=tmp_path)
    assert done.exit_code == 1
    assert [bool(row["error"]) for row in rows(done)] == [True, True, True, False]
    assert rows(done)[2]["path"] == str(odd)
    assert len(done.stderr.splitlines()) == 3


@pytest.mark.parametrize("command", ["dedupe", "cluster"])
def test_odd_lines_are_named_and_the_rest_go_on(tmp_path: Path, command: str) -> None:
    good = [
        b'{"id": "a", "title": "Storm cuts power in the north"}',
        b'{"id": 12345678901234567890123456789, "title": "A number for an id"}',
        b'{"id": "half \\ud800", "title": "Half of a pair \\ud800"}',
        b'{"id": "zero", "title": "The zero of a clock", "published": "0001-01-01T00:00:00Z"}',
        b'{"id": "nul", "title": "With a \\u0000 inside", "unknown": {"field": []}}',
    ]
    bad = [
        b'{"id": "x\xff", "title": "not UTF-8"}', b"[" * 5000, b'{"id": ' + b"9" * 5000 + b', "title": "x"}', b"null",
        b'{"id": null, "title": "x"}', b'{"id": "e", "title": 5}', b'{"id": "w", "text": "  "}',
    ]  # fmt: skip
    done = ask(command, "-", home=tmp_path, stdin=b"\n".join(good + bad))
    assert done.exit_code == 1
    assert [row["id"] for row in rows(done)] == ["a", "12345678901234567890123456789", "half \ud800", "zero", "nul"]
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [f"line {n}" for n in range(6, 13)]


@pytest.mark.parametrize("command", ["dedupe", "cluster", "brief"])
def test_empty_input_is_empty_output(tmp_path: Path, command: str) -> None:
    done = ask(command, "-", home=tmp_path, stdin=b"")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


def test_a_subscription_list_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.opml").write_text("no list")
    done = ask("feeds", "import", tmp_path / "mine.opml", home=tmp_path)
    assert done.exit_code == 1
    assert "mine.opml" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("AGGREGATOR_FETCH_ALLOW_NETWORKS", "home"), ("AGGREGATOR_TIMEZONE", "Mars/Base")]
)
def test_config_check_finds_values_without_sense(tmp_path: Path, name: str, value: str) -> None:
    done = ask("config", "check", home=tmp_path, **{name: value})
    assert done.exit_code == 1
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1
