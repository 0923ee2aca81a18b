"""Marks: every one can be taken back, exactly, and a mute ends when an event has changed."""

from __future__ import annotations

from datetime import timedelta

from aggregator.store import Store
from tests.support.searching import NOW, Row, fill

LATER = NOW + timedelta(minutes=5)
ROWS = (
    Row(title="a", event=1),
    Row(title="b", event=1, copy_of=1, key="b.example"),
    Row(title="c", folder="Asia", key="c.example", read=True),
)


def states(store: Store) -> list[tuple[object, ...]]:
    return [
        tuple(row.values())
        for row in store.connections.rows(
            "SELECT m.story_id, m.read_at, m.starred_at, m.hidden_at, t.tag FROM story_marks m"
            " LEFT JOIN story_tags t ON t.story_id = m.story_id"
            " WHERE coalesce(read_at, starred_at, hidden_at, tag) IS NOT NULL ORDER BY 1, 5"
        )
    ]


def test_taking_back_brings_back_exactly_what_was_there(store: Store) -> None:
    fill(store, ROWS)
    was = states(store)
    before = store.marks.set(1, "read", [1, 2, 3], LATER) | store.marks.set(1, "hidden", [1], LATER)
    before |= store.marks.set_tag(1, "sea", [1, 3])
    number = store.marks.remember(1, "rule x", before, now=LATER)
    assert states(store) != was
    assert store.marks.take_back(1, number, now=LATER) == "rule x"
    assert states(store) == was


def test_what_was_read_before_is_read_at_the_same_time_after_an_undone_unread(store: Store) -> None:
    fill(store, ROWS)
    was = states(store)
    number = store.marks.remember(1, "unread", store.marks.set(1, "read", [3], None), now=LATER)
    store.marks.take_back(1, number, now=LATER)
    assert states(store) == was


def test_what_the_reader_changed_since_stays_as_the_reader_left_it(store: Store) -> None:
    fill(store, ROWS)
    number = store.marks.remember(1, "read", store.marks.set(1, "read", [1, 2], NOW), now=NOW)
    store.marks.set(1, "read", [1], None)
    store.marks.set(1, "read", [1], LATER)
    store.marks.take_back(1, number, now=LATER)
    assert store.stories.get(1).is_read
    assert not store.stories.get(2).is_read


def test_a_story_that_is_gone_is_no_trouble(store: Store) -> None:
    fill(store, ROWS)
    number = store.marks.remember(1, "tag", store.marks.set_tag(1, "x", [3]), now=NOW)
    store.connections.run("DELETE FROM stories WHERE id = 3")
    store.marks.take_back(1, number, now=LATER)
    assert store.marks.set(1, "read", [3, 99], NOW) == {}


def test_a_mute_ends_when_half_as_many_reports_have_come_at_least_two(store: Store) -> None:
    fill(store, ROWS)
    store.marks.set_muted(1, 1, NOW)
    mark = store.marks.on_events(1, [1])[1]
    assert (mark.muted_at, mark.muted_until_reports) == (NOW, 3)
    store.connections.run("UPDATE events SET reports = 2")
    assert store.marks.on_events(1, [1])[1].muted_at
    store.connections.run("UPDATE events SET reports = 3")
    assert store.marks.on_events(1, [1])[1].muted_at is None


def test_unread_counts_follow_every_change(store: Store) -> None:
    fill(store, ROWS)

    def counted() -> dict[str, int]:
        rows = store.connections.rows(
            "SELECT f.folder, count(*) AS n FROM stories s JOIN feeds f ON f.id = s.feed_id LEFT JOIN story_marks m"
            " ON m.story_id = s.id AND m.reader_id = 1 WHERE m.read_at IS NULL GROUP BY 1"
        )
        return {row["folder"]: row["n"] for row in rows}

    def kept() -> dict[str, int]:
        return {folder: n for folder, n in store.counts.unread(1).items() if n}

    assert kept() == counted() == {"World": 2}
    store.marks.set(1, "read", [1], NOW)
    store.marks.set(1, "starred", [1, 2], NOW)
    assert kept() == counted() == {"World": 1}
    store.marks.set(1, "read", [3], None)
    assert kept() == counted()
    store.connections.run("UPDATE stories SET feed_id = (SELECT feed_id FROM stories WHERE id = 3) WHERE id = 1")
    assert kept() == counted()
    store.connections.run("UPDATE stories SET copy_of = NULL")
    store.connections.run("DELETE FROM stories WHERE id IN (1, 3)")
    assert kept() == counted()
    store.connections.run("DELETE FROM story_marks")
    assert kept() == counted()
