"""Every page of the documentation has its place in the site."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_page_is_in_the_contents_once() -> None:
    _, _, contents = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:")
    listed = re.findall(r"^ +- (\S+\.md)$", contents, re.MULTILINE)
    assert sorted(listed) == sorted(str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")), (
        "give the page a place in mkdocs.yml"
    )
