"""Every oddity of the wild web that we handle has a sample in tests/data/feeds, with what must come out of it beside it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from aggregator.model import ParsedEntry
from aggregator.parse import parse_feed, parse_line, parse_well_formed
from aggregator.parse.feed import read_document
from tests.support.agreement import differences, reference

FOLDER = Path(__file__).parents[2] / "data" / "feeds"
SAMPLES = sorted(p for p in FOLDER.iterdir() if not p.name.endswith(".expected.json"))


def expectation(sample: Path) -> dict[str, Any]:
    return json.loads(sample.with_suffix("").with_suffix(".expected.json").read_text("utf-8"))


def plain(entry: ParsedEntry, name: str) -> Any:
    """A field of an entry as the expectation writes it."""
    if name == "id_starts":
        return entry.id[:7]
    if name == "files":
        return [{k: v for k, v in asdict(e).items() if v is not None} for e in entry.enclosures]
    value = getattr(entry, name)
    if name == "enclosures":
        return [[e.url, e.type, e.length] for e in value]
    if name.endswith("_at"):
        return value.isoformat() if value else None
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.name)
def test_a_sample_reads_as_its_expectation_says(sample: Path) -> None:
    expected = expectation(sample)
    feed = parse_feed(sample.read_bytes(), url=expected.get("url"), content_type=expected.get("content_type"))
    for name, value in expected.get("feed", {}).items():
        if name == "warned":
            assert (feed.warning is not None) == value
        elif name.startswith("skip_"):
            assert getattr(feed, name) == frozenset(value)
        else:
            assert getattr(feed, name) == value, name
    assert len(feed.entries) == len(expected["entries"])
    for entry, fields in zip(feed.entries, expected["entries"], strict=True):
        assert {name: plain(entry, name) for name in fields} == fields


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.name)
def test_only_what_is_odd_needs_feedparser(sample: Path) -> None:
    expected = expectation(sample)
    fast = parse_well_formed(sample.read_bytes(), url=expected.get("url"), content_type=expected.get("content_type"))
    assert (fast is None) == (expected["reader"] == "feedparser")
    if fast is not None:
        slow_or_fast = parse_feed(
            sample.read_bytes(), url=expected.get("url"), content_type=expected.get("content_type")
        )
        assert fast == slow_or_fast


@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if expectation(s).get("agrees_with_feedparser", True)], ids=lambda p: p.name
)
def test_the_reading_agrees_with_feedparser(sample: Path) -> None:
    document, _ = read_document(sample.read_bytes())
    assert differences(document, reference(sample.read_bytes())) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.name)
def test_the_filter_gives_the_contract_shape_for_every_sample(sample: Path) -> None:
    line = parse_line(sample.name, sample.read_bytes())
    assert list(line) == ["path", "feed", "entries", "error"]
    assert list(line["feed"]) == ["title", "link", "lang"]
    assert line["error"] is None
    for entry in line["entries"]:
        assert list(entry) == [
            "id", "title", "link", "published", "updated", "authors", "summary", "content", "enclosures",
        ]  # fmt: skip
    json.dumps(line, ensure_ascii=False).encode("utf-8")
