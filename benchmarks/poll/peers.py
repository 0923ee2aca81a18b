"""Other programs that poll feeds, before the same farm: newsboat (Debian) and lemon24/reader (PyPI).

newsboat is measured if it is installed; reader if `--reader-python` names an interpreter that has it (it wants `sgmllib3k` beside
it), best in an environment of its own.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Peer", "peers"]

_READER = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
for url in open(sys.argv[2]).read().split():
    reader.add_feed(url, exist_ok=True)
reader.update_feeds(scheduled=False, workers=1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A program, how it polls once, and where its entries are: rows of (feed, id, link)."""

    name: str
    command: tuple[str, ...]
    database: Path
    entries: str

    def stored(self) -> set[tuple[str, str]]:
        """(feed, id) and (feed, link) of all that it has stored."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as conn:
            conn.text_factory = lambda data: data.decode("utf-8", "replace")
            rows = conn.execute(self.entries).fetchall()
        return {(feed, name) for feed, *names in rows for name in names}


def peers(folder: Path, urls: list[str], *, reader_python: str | None) -> Iterator[Peer]:
    """Those that are here, each with a database of its own in `folder`."""
    listed = folder / "urls"
    listed.write_text("\n".join(urls) + "\n", encoding="utf-8")
    if newsboat := shutil.which("newsboat"):
        (folder / "config").write_text("auto-reload no\nreload-threads 16\n", encoding="utf-8")
        database = folder / "newsboat.db"
        yield Peer(
            name="newsboat",
            command=(newsboat, "-u", str(listed), "-c", str(database), "-C", str(folder / "config"), "-x", "reload"),
            database=database,
            entries="SELECT feedurl, guid, url FROM rss_item",
        )
    if reader_python:
        database = folder / "reader.db"
        yield Peer(
            name="reader",
            command=(reader_python, "-c", _READER, str(database), str(listed)),
            database=database,
            entries="SELECT feed, id, link FROM entries",
        )
