"""The schema, as a list of steps: a file of SQL each, in the order of their names; append only, never edited after a release.

Every name is a word of the glossary, for people query this file. Times are ISO 8601 UTC text; `authors`, `evidence`,
`vetoes`, `wishes`, `attributes` and `what_changed` are JSON. Whatever belongs to a person carries a `reader_id`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

__all__ = ["SET", "apply", "statements", "steps"]

SET = "aggregator"  # what sqlite-utils calls the list of steps in the table _sqlite_migrations


@cache
def steps() -> dict[str, str]:
    """The SQL of every step, in order, by the name under which a database remembers it."""
    found = (file for file in resources.files(__name__).iterdir() if file.name.endswith(".sql"))
    return {file.name.removesuffix(".sql"): file.read_text("utf-8") for file in sorted(found, key=lambda f: f.name)}


def apply(conn: sqlite3.Connection) -> None:
    """Take the steps that this file has not taken yet, within the transaction of the caller."""
    from sqlite_utils import Database, Migrations  # noqa: PLC0415 - slow to load, and needed once in a file's life

    migrations = Migrations(SET)
    for name, script in steps().items():
        migrations(name=name)(_step(script))
    migrations.apply(Database(conn, execute_plugins=False, strict=True))


def _step(script: str) -> Callable[[Database], None]:
    def take(db: Database) -> None:
        for statement in statements(script):
            db.execute(statement)

    return take


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
