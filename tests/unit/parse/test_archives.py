from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from aggregator.parse.archives import is_reader_json, reader_items, reader_line

ITEM = {
    "id": "tag:google.com,2005:reader/item/0001",
    "title": "Harbour &amp; bridge",
    "published": 1767225600,
    "author": "Ada Moss",
    "canonical": [{"href": "https://courier.example/bridge"}],
    "alternate": [{"href": "https://other.example/bridge", "type": "text/html"}],
    "categories": ["user/-/state/com.google/read", "user/-/state/com.google/starred", "user/-/label/Later"],
    "origin": {"streamId": "feed/https://courier.example/feed", "title": "The Courier"},
    "content": {"content": "<p>The bridge opened.</p><p>It is long.</p>"},
}


def chunks(text: str, size: int) -> Iterator[bytes]:
    raw = text.encode()
    return (raw[i : i + size] for i in range(0, len(raw), size))


def test_an_item_keeps_its_text_star_labels_and_feed() -> None:
    line = reader_line(ITEM)
    assert line == {
        "id": "tag:google.com,2005:reader/item/0001",
        "title": "Harbour & bridge",
        "text": "The bridge opened.\n\nIt is long.",
        "published": "2026-01-01T00:00:00+00:00",
        "source": "The Courier",
        "url": "https://courier.example/bridge",
        "authors": ["Ada Moss"],
        "feed": "https://courier.example/feed",
        "starred": True,
        "tags": ["Later"],
    }


@pytest.mark.parametrize("item", [None, 3, [], {}, {"origin": 5, "content": "x", "categories": {}, "canonical": [1]}])
def test_an_item_of_any_shape_makes_a_line(item: object) -> None:
    assert set(reader_line(item)) == set(reader_line(ITEM))


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_items_come_one_by_one_however_the_file_is_cut(size: int) -> None:
    items = [{"id": i, "title": '大阪 é [] {} \\" ]'} for i in range(5)]
    text = json.dumps({"id": "user/1", "title": "Starred", "items": items, "more": 1}, ensure_ascii=False)
    assert list(reader_items(chunks(text, size))) == items


def test_what_came_before_a_break_is_kept() -> None:
    found = []
    with pytest.raises(ValueError, match="Expecting"):
        found.extend(iter_until_error('{"items": [{"id": 1}, {"id": 2}, {"id"', found))
    assert [i["id"] for i in found] == [1, 2]


def iter_until_error(text: str, found: list[dict[str, int]]) -> Iterator[dict[str, int]]:
    for item in reader_items(chunks(text, 10)):
        found.append(item)
    yield from ()


def test_story_lines_are_not_taken_for_a_readers_export() -> None:
    assert not is_reader_json(b'{"id": "1", "text": "they wrote \\"items\\": [1]"}')
    assert not is_reader_json(b'{"id": "1", "title": "items"}')
    assert is_reader_json(b'\xef\xbb\xbf {"direction": "ltr",\n "items" : [')
