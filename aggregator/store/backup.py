"""The whole file: copied while others read and write, put back, and given back the space that deleted rows left."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from aggregator.errors import AlreadyExists, StoreError
from aggregator.store.connection import APPLICATION_ID, Connections, translated

__all__ = ["back_up", "checked", "compact", "put_back", "set_aside"]

_BESIDE = ("", "-wal", "-shm")


def back_up(connections: Connections, target: Path, *, replace: bool = False) -> int:
    """Write the database as it is at this moment into one file that stands alone; returns its size in bytes.

    The copy is made under a temporary name and read through before it gets its own.

    Raises:
        AlreadyExists: there is such a file, and `replace` is not set.
        StoreError: it cannot be written; no half of it is left.

    """
    if target.exists() and not replace:
        raise AlreadyExists(f"{target} is there already; name another file, or add --force.", path=str(target))
    part = target.with_name(target.name + ".part")
    try:
        with translated(str(target)), contextlib.closing(sqlite3.connect(part)) as copy:
            part.chmod(0o600)  # what a reader reads is private
            connections.conn.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.execute("DELETE FROM leases")
            copy.execute("DELETE FROM requests")
            copy.commit()
        checked(part)
        part.replace(target)
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror}.", path=str(target)) from error
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def checked(path: Path) -> None:
    """See that a file is a database of ours, and whole.

    Raises:
        StoreError: it is not.

    """
    if not path.is_file():
        raise StoreError(f"There is no file {path}.", path=str(path))
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            is_ours = conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            found = conn.execute("PRAGMA quick_check(1)").fetchone()[0] if is_ours else ""
    except sqlite3.Error as error:
        raise StoreError(f"{path} is no backup of aggregator: {error}.", path=str(path)) from error
    if found != "ok":
        why = f"it is broken ({found})" if is_ours else "it is another program's"
        raise StoreError(f"{path} is no backup of aggregator: {why}.", path=str(path))


def put_back(connections: Connections, source: Path) -> None:
    """Put a backup in the place of all that is stored, in one transaction: others see the old state or the new one."""
    with (
        translated(connections.path),
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as copy,
    ):
        copy.backup(connections.conn)


def set_aside(path: Path, suffix: str) -> Path:
    """Rename a database that cannot be opened, with the files beside it; returns its new name."""
    kept = path.with_name(path.name + suffix)
    for end in _BESIDE:
        beside = path.with_name(path.name + end)
        if beside.exists():
            beside.replace(kept.with_name(kept.name + end))
    return kept


def compact(connections: Connections) -> None:
    """Merge the full-text index and rewrite the file without gaps; takes as much free space as the file is large."""
    with translated(connections.path):
        conn = connections.conn
        conn.execute("INSERT INTO stories_fts (stories_fts) VALUES ('optimize')")
        conn.execute("PRAGMA temp_store = FILE")  # the copy that is made on the way may be larger than the memory
        conn.execute("VACUUM")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        conn.execute("PRAGMA temp_store = MEMORY")
