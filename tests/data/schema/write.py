"""Write the schema after the latest step into a file of its own: `python tests/data/schema/write.py`, once for each release."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from aggregator.store import migrations

HERE = Path(__file__).parent


def schemas() -> dict[str, str]:
    """The statements that make the schema after each step, in the order in which they were run."""
    conn = sqlite3.connect(":memory:")
    db = Database(conn, execute_plugins=False, strict=True)
    written = {}
    for name, script in migrations.steps().items():
        for statement in migrations.statements(script):
            db.execute(statement)
        rows = conn.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
            " AND name NOT GLOB '*_fts_data' AND name NOT GLOB '*_fts_idx' AND name NOT GLOB '*_fts_content'"
            " AND name NOT GLOB '*_fts_docsize' AND name NOT GLOB '*_fts_config' ORDER BY rowid"
        )
        written[name] = "".join(f"{sql.strip()};\n" for (sql,) in rows)
    return written


if __name__ == "__main__":
    for name, text in schemas().items():
        path = HERE / f"{name}.sql"
        if not path.exists():
            path.write_text(text, "utf-8")
