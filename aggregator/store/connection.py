"""Connections to the database: one per thread, set up in one place, with errors in our own words."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregator.errors import NotFound, StoreError, StoreFull, StoreLocked, StoreReadOnly
from aggregator.store.functions import PatternTime, register

if TYPE_CHECKING:
    from sqlite_utils import Database

__all__ = ["APPLICATION_ID", "Connections", "translated"]

APPLICATION_ID = 0x4E657773  # "News", so that `file` and we ourselves know the file for ours
BUSY_TIMEOUT_S = 30.0
CHECKPOINT_PAGES = (
    4000  # 16 MB: a poll writes the pages of its indexes again and again, the file gets each of them once
)
PARAMETERS = 900  # SQLite's oldest default limit on ? in one statement is 999

Parameters = Sequence[Any] | Mapping[str, Any]

# How a write begins, how it is kept, and how it is dropped.
_TRANSACTION = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_SAVEPOINT = ("SAVEPOINT nested", "RELEASE nested", ("ROLLBACK TO nested", "RELEASE nested"))


@contextlib.contextmanager
def translated(path: str) -> Iterator[None]:
    """Say what SQLite's error means for this file, and what the person can do."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translate(error, path) from error
    except OverflowError as error:
        if "SQLite" not in str(error):
            raise
        # A number beyond 64 bits, which no row can have.
        raise NotFound("There is nothing under a number that large.", path=path) from error


def _translate(error: sqlite3.Error, path: str) -> StoreError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return StoreLocked(f"The database {path} is locked by another program; close it or try again.", path=path)
    if "full" in text:
        return StoreFull(f"No space is left to write the database {path}; free some and try again.", path=path)
    if "readonly" in text or "read-only" in text:
        return StoreReadOnly(
            f"The database {path} cannot be written; check its permissions and its folder's.", path=path
        )
    if "unable to open" in text:
        return StoreReadOnly(
            f"The database {path} cannot be opened for writing; check that its folder exists and can be written, "
            "or choose another file with --db.",
            path=path,
        )
    if "not a database" in text or "malformed" in text:
        return StoreError(f"{path} is not a database of this program, or it is damaged: {text}.", path=path)
    if "not authorized" in text:
        return StoreError("The database is only read here: ask with SELECT or WITH.", path=path)
    if "disk I/O" in text:
        return StoreFull(f"Writing the database {path} failed ({text}); check the disk.", path=path)
    return StoreError(f"The database {path} refused: {text.rstrip('.')}.", path=path)


class Connections:
    """One SQLite connection per thread on one file.

    Reads see the last committed state and never wait (WAL). Writes go through `write()`, which says BEGIN IMMEDIATE:
    a plain BEGIN that reads first fails at once under a second writer. Nested writes are savepoints.
    """

    def __init__(self, path: Path | str, *, read_only: bool = False, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = str(path)
        self.read_only = read_only
        self._busy_timeout_s = busy_timeout_s
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[sqlite3.Connection] = []
        self.patterns = PatternTime()

    @property
    def conn(self) -> sqlite3.Connection:
        """This thread's connection."""
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            with translated(self.path):
                conn = self._local.conn = self._open()
        return conn

    @property
    def db(self) -> Database:
        """This thread's connection in the hands of sqlite-utils: for changes of the schema, and for a look by hand."""
        from sqlite_utils import Database  # noqa: PLC0415 - it loads numpy and takes longer than most commands

        return Database(self.conn, execute_plugins=False, strict=True)

    def _open(self) -> sqlite3.Connection:
        uri = (
            Path(self.path).absolute().as_uri() + "?mode=ro" if self.read_only else Path(self.path).absolute().as_uri()
        )
        conn = sqlite3.connect(
            uri,
            uri=True,
            isolation_level=None,
            timeout=self._busy_timeout_s,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            register(conn, self.patterns)
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute("PRAGMA cache_size = -16384")
            conn.execute("PRAGMA temp_store = MEMORY")
            conn.execute("PRAGMA mmap_size = 268435456")
            if not self.read_only:
                conn.execute("PRAGMA journal_mode = WAL")
                conn.execute("PRAGMA synchronous = NORMAL")
                conn.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
                # Some builds of SQLite write zeros over every page that is let go, as the index does with each merge.
                conn.execute("PRAGMA secure_delete = FAST")
        except sqlite3.Error:
            conn.close()
            raise
        with self._lock:
            self._all.append(conn)
        return conn

    @contextlib.contextmanager
    def write(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start.

        A `durable` one is on the disk when it ends: others survive the death of the process, but the last of them can be
        lost with the power.

        Raises:
            StoreLocked: another writer held the lock for longer than the busy timeout.
            StoreFull, StoreReadOnly, StoreError: as the file system has it; nothing of the block is kept.

        """
        conn = self.conn
        is_nested = conn.in_transaction
        begin, keep, drop = _SAVEPOINT if is_nested else _TRANSACTION
        with translated(self.path):
            if durable and not is_nested:
                conn.execute("PRAGMA synchronous = FULL")
            conn.execute(begin)
            try:
                yield conn
                conn.execute(keep)
            except BaseException:
                if conn.in_transaction:
                    for statement in drop:
                        conn.execute(statement)
                raise
            finally:
                if durable and not is_nested:
                    conn.execute("PRAGMA synchronous = NORMAL")

    @contextlib.contextmanager
    def read(self) -> Iterator[None]:
        """Several reads of one and the same state."""
        conn = self.conn
        with translated(self.path):
            if conn.in_transaction:
                yield
                return
            conn.execute("BEGIN")
            try:
                yield
            finally:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")

    def run(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Execute one statement."""
        with translated(self.path):
            return self.conn.execute(sql, parameters)

    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Execute one statement for each row of parameters."""
        with translated(self.path):
            self.conn.executemany(sql, rows)

    def rows(self, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """All rows of a query, by column name."""
        with translated(self.path):
            cursor = self.conn.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def each(self, sql: str, parameters: Parameters = ()) -> Iterator[dict[str, Any]]:
        """Rows of a query as they come, for results that may be large."""
        with translated(self.path):
            cursor = self.conn.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))

    def row(self, sql: str, parameters: Parameters = ()) -> dict[str, Any] | None:
        """The first row of a query."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, None if there is none."""
        with translated(self.path):
            found = self.conn.execute(sql, parameters).fetchone()
            return None if found is None else found[0]

    def in_chunks(self, sql: str, keys: Sequence[Any], *before: Any) -> Iterator[dict[str, Any]]:
        """Rows of a query whose text has `{marks}` where a list of any length of keys belongs, after `before`."""
        for start in range(0, len(keys), PARAMETERS):
            chunk = keys[start : start + PARAMETERS]
            yield from self.rows(sql.format(marks=",".join("?" * len(chunk))), (*before, *chunk))

    def let_go(self) -> None:
        """Close this thread's connection: for threads that end before the program does."""
        conn: sqlite3.Connection | None = self._local.__dict__.pop("conn", None)
        if conn is not None:
            with self._lock:
                self._all.remove(conn)
            conn.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for conn in self._all:
                conn.close()
            self._all.clear()
        self._local = threading.local()
