from __future__ import annotations

from typing import Any

from aggregator.parse import parse_feed
from aggregator.render.syndication import atom_lines, event_entry, json_feed, row_entry, story_entry

STORY = {
    "id": 7, "url": "https://courier.example/7", "title": "Salt & <pepper>\x0b", "outlet": "The Courier", "authors": ["Ada Moss"],
    "published": "2026-03-02T08:00:00Z", "seen": "2026-03-02T08:05:00Z", "text": "One.\n\nTwo <b>.",
}  # fmt: skip
EVENT = {
    "id": 3, "headline": "Storm", "first": "2026-03-01T08:00:00Z", "last": "2026-03-02T08:00:00Z", "outlets": 3, "independent": 1,
    "stories": 4, "why": "Its story matches.",
}  # fmt: skip


def document(*rows: dict[str, Any]) -> str:
    return "\n".join(
        atom_lines(map(story_entry, rows), title="A & B", feed_id="urn:x", empty_at="2026-01-01T00:00:00Z")
    )


def test_other_readers_understand_the_atom_feed() -> None:
    feed = parse_feed(
        document(STORY, STORY | {"id": 8, "url": None, "title": None, "authors": []}).encode(), url="https://x/"
    )
    assert feed.title == "A & B"
    first, second = feed.entries
    assert (first.title, first.link, first.authors) == ("Salt & <pepper>", STORY["url"], ("Ada Moss",))
    assert first.published_at is not None
    assert first.published_at.isoformat() == "2026-03-02T08:00:00+00:00"
    assert first.id != second.id
    assert second.title == "Untitled"
    assert second.authors == ("The Courier",)


def test_an_empty_feed_is_a_feed() -> None:
    assert "<updated>2026-01-01T00:00:00Z</updated>" in document()


def test_an_address_that_is_not_for_the_web_becomes_no_link() -> None:
    assert "javascript" not in document(STORY | {"url": "javascript:alert(1)"})


def test_an_event_links_to_its_page_and_says_how_widely_it_was_told() -> None:
    (item,) = json_feed([event_entry(EVENT, page="http://127.0.0.1:8080/events/{id}")], title="Weather")["items"]
    assert item["url"] == "http://127.0.0.1:8080/events/3"
    assert item["content_text"] == "3 outlets, 1 independent report. Its story matches."


def test_rows_of_any_kind_are_entries_of_their_own_with_what_they_say() -> None:
    rows = [
        {
            "id": 7,
            "url": "https://courier.example/7",
            "title": "Salt",
            "published_at": "2026-03-02T08:00:00Z",
            "n": None,
        },
        {"outlet": "Courier", "stories": 3, "last": "yesterday"},
        {"outlet": "Courier", "stories": 4},
        {"1": 1},
    ]
    entries = [row_entry(row, feed_id="urn:x:sql", at="2026-03-03T08:00:00Z") for row in rows]
    lines = "\n".join(atom_lines(entries, title="SELECT <", feed_id="urn:x:sql", empty_at="2026-01-01T00:00:00Z"))
    feed = parse_feed(lines.encode(), url="https://x/")
    assert [e.title for e in feed.entries] == ["Salt", "Courier", "Courier", "1"]
    assert len({e.id for e in feed.entries}) == 4
    assert feed.entries[0].link == "https://courier.example/7"
    assert [e.published_at and e.published_at.day for e in feed.entries] == [2, 3, 3, 3]
    assert "stories: 4" in lines


def test_a_count_is_the_same_entry_when_it_has_grown() -> None:
    one, other = (row_entry({"count": n, "of": "stories"}, feed_id="urn:x", at="2026-03-03T08:00:00Z") for n in (1, 2))
    assert one.id == other.id
