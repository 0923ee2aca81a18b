"""The real Datasette on a database that another program is writing to."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from aggregator.render.datasette import datasette_metadata
from aggregator.store import Store
from tests.support.searching import Row, fill

pytest.importorskip("datasette")

ROWS = (
    Row(title="Storm reaches the coast", text="Heavy rain", event=1),
    Row(title="Storm again", outlet="Nord", key="nord.example", hours=2, event=1),
    Row(title="Storm again", outlet="Third", key="third.example", event=1, copy_of=2),
    Row(title="Football", lang="de", event=2),
)


class Served:
    """A store with a write under way, and Datasette's answers about it."""

    def __init__(self, store: Store, address: str) -> None:
        self.store = store
        self.address = address

    def get(self, path: str, **query: str) -> Any:
        with self.store.write():
            self.store.connections.run("UPDATE stories SET title = 'Not yet' WHERE id = 1")
            with urllib.request.urlopen(f"{self.address}/news/{path}.json?{urlencode(query)}", timeout=30) as answer:
                found = json.load(answer)
            self.store.connections.run("UPDATE stories SET title = 'Storm reaches the coast' WHERE id = 1")
        return found


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    store = Store(folder / "news.db")
    fill(store, ROWS)
    (folder / "metadata.json").write_text(json.dumps(datasette_metadata("news")))
    command = [sys.executable, "-m", "datasette", "serve", "news.db", "--metadata", "metadata.json", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Served(store, _address(process))
        finally:
            process.kill()
            store.close()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    for line in process.stderr:
        if match := re.search(r"running on (http://[\d.]+:\d+)", line):
            return match[1]
    raise AssertionError("Datasette did not say where it is")


def test_full_text_search_and_facets_work_while_another_program_writes(served: Served) -> None:
    found = served.get("v_stories", _search="storm", _facet="outlet", _shape="objects")
    assert {row["title"] for row in found["rows"]} == {"Storm reaches the coast", "Storm again"}
    counted = {r["value"]: r["count"] for r in found["facet_results"]["outlet"]["results"]}
    assert counted == {"The Courier": 1, "Nord": 1, "Third": 1}


def test_foreign_keys_show_their_labels(served: Served) -> None:
    rows = served.get("stories", _labels="on", _shape="array", lang="de")
    assert [row["outlet_id"] for row in rows] == [{"value": 1, "label": "The Courier"}]


@pytest.mark.parametrize(
    ("query", "given", "expected"),
    [
        ("search", {"words": "storm coast"}, [1]),
        ("who_told_it", {"event": "1"}, ["Nord", "The Courier", "Third"]),
        ("copied_from", {}, ["Nord"]),
        ("first_with_the_news", {}, ["The Courier", "Third", "Nord"]),
        ("widely_told", {}, []),
    ],
)
def test_canned_queries_answer(served: Served, query: str, given: dict[str, str], expected: list[Any]) -> None:
    rows = served.get(query, _shape="array", **given)
    assert [next(iter(row.values())) for row in rows] == expected


@pytest.mark.parametrize(
    "table", ["sessions", "readers", "logins", "app_passwords", "websub", "recipients", "deliveries"]
)
def test_secrets_and_addresses_are_not_shown(served: Served, table: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        served.get(table)


@pytest.mark.parametrize("path", ["", "v_stories"])
def test_no_query_of_ones_own_reads_what_is_not_shown(served: Served, path: str) -> None:
    asked = {"sql": "SELECT * FROM readers"} if not path else {"_where": "id IN (SELECT id FROM readers)"}
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{served.address}/news{'/' if path else ''}{path}.json?{urlencode(asked)}", timeout=30)
