"""The page about the database and the schema say the same."""

from __future__ import annotations

import re
from pathlib import Path

from aggregator.store import Store

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "database.md"


def documented() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for section in PAGE.read_text("utf-8").split("\n### ")[1:]:
        name = section.split("`")[1]
        found[name] = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    return found


def test_every_view_and_its_columns_are_documented_in_order(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    views = [r["name"] for r in store.connections.rows("SELECT name FROM sqlite_master WHERE type = 'view'")]
    stored = {
        v: [r["name"] for r in store.connections.rows(f"SELECT name FROM pragma_table_info('{v}')")] for v in views
    }
    version = store.connections.value("SELECT version FROM v_meta")
    store.close()
    assert documented() == stored
    assert f"`v_meta.version` is {version}" in PAGE.read_text("utf-8")
