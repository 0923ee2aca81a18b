"""What Datasette is told of each table."""

from __future__ import annotations

from pathlib import Path

from aggregator.render.datasette import datasette_metadata
from aggregator.store import Store


def test_a_new_table_is_shown_or_hidden_on_purpose(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    tables = {row["name"] for row in store.connections.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    store.close()
    known = datasette_metadata("a")["databases"]["a"]["tables"]
    assert {name for name in tables if "_fts" not in name} <= known.keys()  # Datasette knows full-text tables by itself
    assert all(known[name].get("hidden") for name in tables if "password" in name or name in {"recipients", "websub"})
