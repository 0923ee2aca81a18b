"""Real feeds and conformance cases: ours reads as feedparser does, and nothing brings it down.

Needs the shared feed files (see `AGGREGATOR_DATA`); skips without.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from aggregator.parse import parse_line
from aggregator.parse.bounds import without_doctype
from aggregator.parse.feed import read_document
from aggregator.parse.wellformed import read_well_formed
from aggregator.text.encoding import to_utf8, without_declaration
from tests.support.agreement import differences, reference

DATA = Path(os.environ.get("AGGREGATOR_DATA") or Path(__file__).parents[2].parent / "shared")
FEEDS = DATA / "data" / "feeds"

pytestmark = pytest.mark.skipif(not FEEDS.is_dir(), reason="the shared feed files are not here")

# Where ours differs on purpose: feedparser's sanitiser rewrites titles and texts, its resolver the links in them, it turns
# impossible dates into others and, in Atom 0.3, keeps the <div> around a title.
ON_PURPOSE = ("__sanitize__", "_base__", "xml_base", "relative_uri", "xml_lang", "_bad_", "no_colons", "atom03", "__amp__amp", "tag_in_attr",
              "entry_title_inline_markup", "missing_quote", "type-text-html", "linenoise", "atom10__qna")  # fmt: skip


def files(folder: str) -> list[Path]:
    return sorted((FEEDS / folder).iterdir()) if FEEDS.is_dir() else []


def test_real_feeds_read_as_feedparser_reads_them() -> None:
    found = []
    for path in files("real"):
        body = path.read_bytes()
        if body.lstrip()[:1] == b"{":
            continue  # JSON Feed: feedparser passes over it
        document, _ = read_document(body)
        found += [f"{path.name}: {difference}" for difference in differences(document, reference(body))]
    assert found == []


def test_the_fast_reader_answers_the_cases_only_as_feedparser_does() -> None:
    found, answered = [], 0
    for path in files("cases"):
        if any(word in path.name for word in ON_PURPOSE):
            continue
        body = path.read_bytes()
        fast = read_well_formed(without_doctype(without_declaration(to_utf8(body))))
        if fast is None:
            continue
        answered += 1
        found += [f"{path.name}: {difference}" for difference in differences(fast, reference(body))]
    assert found == []
    assert answered > 1800


def test_titles_links_and_ids_of_the_filter_are_those_of_feedparser() -> None:
    same = total = 0
    for path in files("real"):
        body = path.read_bytes()
        line = parse_line(path.name, body)
        entries = reference(body).entries
        if body.lstrip()[:1] == b"{":
            continue
        assert len(line["entries"]) == len(entries), path.name
        for mine, their in zip(line["entries"], entries, strict=True):
            total += 3
            same += sum(mine[name] == their.get(name) for name in ("title", "link", "id"))
    assert same / total >= 0.995


@pytest.mark.parametrize("folder", ["real", "cases"])
def test_every_file_is_answered_as_one_line_of_json(folder: str) -> None:
    for path in files(folder):
        line = parse_line(path.name, path.read_bytes())
        assert json.loads(json.dumps(line, ensure_ascii=False).encode("utf-8")) == line
        assert line["error"] is None or "\n" not in line["error"]
