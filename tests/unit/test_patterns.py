"""Python 3.11.0 to 3.11.4 match possessive groups wrongly (cpython#106052): single characters only may be possessive."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import aggregator

SOURCES = sorted(Path(aggregator.__file__).parent.rglob("*.py"))
_LITERAL = re.compile(r"""r[bf]?("{3}|'{3}|"|')(.*?)\1""", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_GROUP = re.compile(r"(?<!\\)\)(?:[*?+]|\{[\d,]+\})\+")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_pattern_has_a_possessive_group(source: Path) -> None:
    literals = [match[2] for match in _LITERAL.finditer(source.read_text("utf-8"))]
    assert [text for text in literals if _GROUP.search(_CLASS.sub("x", text))] == []
