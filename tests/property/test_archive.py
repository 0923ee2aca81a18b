"""Whatever an archive holds: bad lines are named, the rest is kept, and the database stays whole."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator.app.app import App, open_app
from aggregator.config import Config
from aggregator.errors import AggregatorError

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["\ud800", "2026-01-01", "0000-00-00", "https://x.example/1", "http://[::1", "javascript:x", "大阪 \u2028"]),
)  # fmt: skip
values = st.one_of(
    scalars, st.lists(scalars, max_size=3), st.dictionaries(st.sampled_from(["href", "content", "title"]), scalars)
)
names = [
    "id",
    "title",
    "text",
    "published",
    "source",
    "lang",
    "url",
    "authors",
    "tags",
    "feed",
    "credit",
    "unread",
    "starred",
]
lines = st.dictionaries(st.sampled_from(names), values)
items = st.dictionaries(
    st.sampled_from(["id", "title", "published", "canonical", "categories", "origin", "content", "author"]), values
)
archives = st.one_of(
    st.lists(lines, min_size=1, max_size=4).map(lambda rows: "\n".join(map(json.dumps, rows)).encode()),
    st.lists(items, max_size=4).map(lambda rows: json.dumps({"items": rows}).encode()),
    st.binary(max_size=100),
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    folder: Path = tmp_path_factory.mktemp("archive")
    with open_app(Config(timezone="UTC"), db=folder / "a.db") as opened:
        yield opened


@given(archives)
@settings(max_examples=80, deadline=None)
@example(b'{"id": "\\ud800", "title": "x", "feed": "\\ud800", "tags": 3}')
@example(b'{"items": [{"id": 1, "title": "x"}, 5')
def test_any_file_is_an_archive_or_told_what_is_wrong(app: App, raw: bytes) -> None:
    told: list[str] = []
    try:
        done = app.archives.load(io.BytesIO(raw), on_problem=told.append)
    except AggregatorError:
        return
    assert done.problems == len(told)
    assert all("\n" not in message for message in told)
    assert app.store.decisions.stale_count() == 0
    assert len(list(app.archives.lines())) == app.store.stories.count()
    assert app.store.check() == []
