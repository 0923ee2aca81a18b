"""The scripts under benchmarks/ are run by hand and rarely: a name they import that is no more is noticed here."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "benchmarks").rglob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: "/".join(path.parts[-2:]))
def test_what_a_script_imports_of_ours_is_there(script: Path) -> None:
    assert list(missing(script)) == []


def missing(script: Path) -> Iterator[str]:
    """Names imported from modules in this repository, or beside the script, that these do not have."""
    for node in ast.walk(ast.parse(script.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if ours(name.name) and not source(name.name, script))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            module = source(node.module, script)
            if module:
                there = names(module)
                wanted = [name.name for name in node.names if name.name not in there]
                yield from (f"{node.module}.{name}" for name in wanted if not source(f"{node.module}.{name}", script))
            elif ours(node.module):
                yield node.module


def ours(module: str) -> bool:
    return module.partition(".")[0] in {"aggregator", "benchmarks", "tests"}


def source(module: str, script: Path) -> Path | None:
    """The file of a module of this repository, or of one beside the script."""
    path = Path(*module.split("."))
    places = (ROOT / path, ROOT / path / "__init__", script.parent / path)
    return next((file for place in places if (file := place.with_suffix(".py")).exists()), None)


@cache
def names(module: Path) -> frozenset[str]:
    """What a module defines, assigns or imports at its top level."""
    table = symtable.symtable(module.read_text("utf-8"), str(module), "exec")
    return frozenset(s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported())
