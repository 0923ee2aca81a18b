"""The starter set is wide, well formed, and its documentation tells of each address where it was found."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
MOST_OF_ONE_OWNER = 3


class Row(NamedTuple):
    folder: str
    outlet: str
    site: str
    country: str
    language: str
    owner: str
    address: str
    found_in: str


class Outline(NamedTuple):
    folder: str
    attributes: dict[str, str]


ROW = re.compile(r"^\| \[(.+)\]\((\S+)\) \| (.+) \| (\w\w) \| (.+) \| <(\S+)> \| (.+) \|$")
SOURCE = re.compile(r"^\| ([A-Z]) \| \[[\w.-]+/[\w.-]+\]\(https://github\.com/\S+\).*`.+`.* \| .*20\d\d.* \|$")


def documented():
    folder, rows = "", []
    for line in (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            folder = line.removeprefix("### ")
        elif match := ROW.match(line):
            rows.append(Row(folder, *match.groups()))
    return rows


def sources():
    lines = (ROOT / "docs" / "feeds.md").read_text(encoding="utf-8").splitlines()
    return {match[1] for line in lines if (match := SOURCE.match(line))}


def outlines():
    body = ET.parse(ROOT / "feeds.opml").getroot().find("body")
    return [Outline(folder.get("text"), outline.attrib) for folder in body for outline in folder]


def test_it_is_opml_2_with_every_feed_in_a_folder():
    root = ET.parse(ROOT / "feeds.opml").getroot()
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert all(folder.get("xmlUrl") is None and len(folder) for folder in root.find("body"))
    for _, feed in outlines():
        assert set(feed) == {"text", "title", "type", "xmlUrl", "htmlUrl", "language"}
        assert feed["type"] == "rss"
        assert feed["text"] == feed["title"]


def test_it_has_forty_outlets_of_ten_countries_in_six_languages():
    rows = documented()
    assert len(rows) >= 40
    assert len({row.country for row in rows}) >= 10
    assert len({row.language for row in rows}) >= 6


def test_no_owner_stands_behind_more_than_three():
    owner, feeds = Counter(row.owner for row in documented()).most_common(1)[0]
    assert feeds <= MOST_OF_ONE_OWNER, owner


def test_no_feed_and_no_outlet_is_there_twice():
    feeds = [feed for _, feed in outlines()]
    addresses = [re.sub(r"^https?://(www\.)?", "", feed["xmlUrl"]).rstrip("/").casefold() for feed in feeds]
    assert max(Counter(addresses).values()) == 1
    assert max(Counter(feed["text"] for feed in feeds).values()) == 1


def test_all_addresses_are_https():
    for _, feed in outlines():
        for address in (feed["xmlUrl"], feed["htmlUrl"]):
            parts = urlsplit(address)
            assert parts.scheme == "https", address
            assert "." in parts.hostname, address


def test_the_documentation_and_the_file_agree():
    from_docs = [(row.folder, row.outlet, row.language, row.address, row.site) for row in documented()]
    from_file = [
        (folder, feed["text"], feed["language"], feed["xmlUrl"], feed["htmlUrl"]) for folder, feed in outlines()
    ]
    assert from_docs == from_file


def test_each_address_names_a_dated_public_source():
    known = sources()
    assert known
    for row in documented():
        keys = re.findall(r"\b[A-Z]\b", re.sub(r"`.*?`|\(.*?\)", "", row.found_in))
        assert keys, row.outlet
        assert set(keys) <= known, row.outlet
