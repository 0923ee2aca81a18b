"""Rules: tried before they exist, applied to what is here and to what comes, and taken back exactly."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.app.lists import Lists
from aggregator.app.notices import Channels
from aggregator.app.reading import Reading
from aggregator.app.rules import Rules
from aggregator.errors import AggregatorError, NotFound, QueryError
from aggregator.store import Store
from tests.support.searching import NOW, Row, fill

ROWS = (
    Row(title="Sponsored: buy this", folder="Local"),
    Row(title="Sponsored again", folder="World", read=True, hours=800),
    Row(title="Storm", folder="Local", tags=("weather",), seen_hours=0),
)


@pytest.fixture
def rules(store: Store) -> Rules:
    fill(store, ROWS)
    return Rules(store, lambda: NOW, "UTC")


def marks(rules: Rules) -> list[tuple[object, ...]]:
    rows = rules.store.connections.rows(
        "SELECT s.id, m.read_at, m.starred_at, m.hidden_at, m.quiet_at, t.tag FROM stories s LEFT JOIN story_marks m"
        " ON m.story_id = s.id LEFT JOIN story_tags t ON t.story_id = s.id ORDER BY s.id, t.tag"
    )
    return [tuple(row.values()) for row in rows]


def test_a_rule_is_tried_on_any_past_period_before_it_exists(rules: Rules) -> None:
    was = marks(rules)
    assert [s.id for s in rules.test("title:sponsored")] == [1, 2]
    assert [s.id for s in rules.test("title:sponsored", since=NOW - timedelta(days=30))] == [1]
    assert [s.id for s in rules.test("", scope="folder:local")] == [3, 1]
    assert marks(rules) == was
    assert rules.all() == ()


def test_undo_restores_exactly(rules: Rules) -> None:
    was = marks(rules)
    rules.add("Adverts", "title:sponsored", ["hide", "read", "star", "quiet", "tag:Ad Words"])
    (done,) = rules.apply("Adverts")
    assert (done.matched, done.changed) == (2, 2)
    assert marks(rules) != was
    assert [s.id for s in rules.test("title:sponsored")] == [1, 2]
    assert rules.undo().action == "rule Adverts"
    assert marks(rules) == was
    with pytest.raises(NotFound):
        rules.undo()


def test_applied_again_nothing_changes_and_nothing_is_to_be_undone(rules: Rules) -> None:
    rules.add("Read", "storm", ["read"])
    assert rules.apply()[0].changed == 1
    assert rules.apply()[0].undo is None


def test_new_stories_are_treated_as_they_come(rules: Rules) -> None:
    rules.add("Local", "", ["tag:here"], scope="folder:local")
    rules.apply_to_new(NOW)
    assert [row[0] for row in marks(rules) if row[5] == "here"] == [3]


@pytest.mark.parametrize(
    ("query", "actions", "scope", "error"),
    [
        ("storm", [], "", AggregatorError),
        ("storm", ["explode"], "", AggregatorError),
        ("storm", ["tag: "], "", AggregatorError),
        ("", ["read"], "", AggregatorError),
        ("storm", ["read"], "title:x", AggregatorError),
        ("(storm", ["read"], "", QueryError),
        ("storm", ["read"], "folder:(", QueryError),
    ],
)
def test_what_makes_no_rule_is_refused(
    rules: Rules, query: str, actions: list[str], scope: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        rules.add("x", query, actions, scope=scope)
    assert rules.all() == ()


def test_an_act_of_the_reader_is_not_undone_as_a_rules(rules: Rules) -> None:
    number = rules.store.marks.remember(1, "read", rules.store.marks.set(1, "read", [3], NOW), now=NOW)
    with pytest.raises(AggregatorError, match="nothing that a rule did"):
        rules.undo(number)


def test_what_a_rule_hides_is_in_no_list_but_can_be_asked_for(rules: Rules) -> None:
    rules.store.connections.run("UPDATE stories SET event_id = NULL")
    rules.add("Adverts", "title:sponsored", ["hide"])
    rules.apply()
    lists = Lists(rules.store, lambda: NOW, "UTC")
    assert [s.id for s in lists.folder(("Local",)).stories] == [3]
    assert [s.id for s in lists.feed(1).stories] == [3]
    reading = Reading(rules.store, lambda: NOW, "UTC")
    assert [s.id for s in reading.stories()] == [3]
    assert [s.id for s in reading.stories("is:hidden")] == [1, 2]


def test_an_event_whose_stories_are_all_hidden_is_in_no_list(store: Store) -> None:
    fill(store, (Row(title="Sponsored", event=1), Row(title="Sponsored storm", event=2), Row(title="Storm", event=2)))
    rules = Rules(store, lambda: NOW, "UTC")
    rules.add("Adverts", "title:sponsored", ["hide"])
    rules.apply()
    reading = Reading(store, lambda: NOW, "UTC")
    assert [e.id for e in reading.events()] == [2]
    assert [e.id for e in reading.events("sponsored")] == []
    assert {e.id for e in reading.events("sponsored is:hidden")} == {1, 2}


def test_a_command_of_the_readers_is_told_of_new_stories(store: Store, tmp_path: Path) -> None:
    fill(store, ROWS)
    told = tmp_path / "told"
    script = f"import os, sys; open({str(told)!r}, 'a').write(os.environ['AGGREGATOR_RULE'] + ' ' + sys.stdin.read())"
    rules = Rules(store, lambda: NOW, "UTC", channels=Channels(command=(sys.executable, "-c", script)))
    rules.add("Weather", "storm", ["notify"])
    assert rules.apply()[0].changed == 0, "history is nothing to be told of"
    assert not told.exists()
    rules.apply_to_new(NOW - timedelta(minutes=1))
    name, _, line = told.read_text().partition(" ")
    assert (name, json.loads(line)["title"]) == ("Weather", "Storm")


@pytest.mark.parametrize("command", [("/no/such/program",), (sys.executable, "-c", "import sys; sys.exit('broken')")])
def test_a_command_that_fails_is_logged_and_harms_nothing(
    store: Store, command: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    fill(store, ROWS)
    rules = Rules(store, lambda: NOW, "UTC", channels=Channels(command=command))
    rules.add("Weather", "storm", ["notify", "star"])
    rules.apply_to_new(NOW - timedelta(minutes=1))
    assert [r.message for r in caplog.records] == ["notice not given"]
    assert store.stories.get(3).is_starred


def test_without_a_command_a_rule_cannot_notify(rules: Rules) -> None:
    with pytest.raises(AggregatorError, match=r"\[rules\] notify"):
        rules.add("Weather", "storm", ["notify"])
