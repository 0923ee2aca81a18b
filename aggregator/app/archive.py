"""Archives as a use case: story lines and other readers' exports in, each story once; story lines out."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from aggregator.app.clock import Clock
from aggregator.app.lines import objects, story_line
from aggregator.app.marks import folded_tag
from aggregator.app.polling import Polling, Progress
from aggregator.errors import AggregatorError
from aggregator.model import StoryLine
from aggregator.parse.archives import is_reader_json, newsboat_line, reader_items, reader_line
from aggregator.pipeline.entries import TELLING, measured
from aggregator.query import parse
from aggregator.store import Store
from aggregator.store.archive import ArchiveLine, Taken
from aggregator.store.newsboat import newsboat_rows
from aggregator.text.grams import searchable
from aggregator.text.html import clean_text, one_line
from aggregator.text.language import detect
from aggregator.text.urls import canonical_url, open_url, site_of

__all__ = ["Archives", "Imported"]

BATCH = 500
HEAD = 1 << 16  # bytes by which the form of a file is told
CHUNK = 1 << 18
_SQLITE = b"SQLite format 3\0"
OnProgress = Callable[[Progress], None]
OnProblem = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import came to. `is_stopped` says that it ended early; the same command goes on with it."""

    lines: int
    problems: int
    taken: Taken
    decided: int
    is_stopped: bool = False


@dataclass(slots=True)
class _Problems:
    """Bad lines: told as they come, and counted."""

    tell: OnProblem
    count: int = 0

    def __call__(self, message: str) -> None:
        self.count += 1
        self.tell(message)


@dataclass(frozen=True, slots=True)
class Archives:
    """Brings archives in and gives them out."""

    store: Store
    clock: Clock
    timezone: str
    polling: Polling

    def load(
        self,
        file: IO[bytes],
        *,
        path: Path | None = None,
        unread: bool = False,
        reader_id: int = 1,
        on_progress: OnProgress = lambda _p: None,
        on_problem: OnProblem = lambda _m: None,
    ) -> Imported:
        """Store every story of a file once, then decide copies and events; what is there already is passed over.

        Args:
            file: story lines, Google Reader's or FreshRSS's JSON, or newsboat's cache, which needs its `path`.
            unread: leave stories unread; else they are read, but for lines that say otherwise.
            on_problem: told of each bad line; the rest go on.

        Raises:
            AggregatorError: it is none of these.

        """
        problems = _Problems(on_problem)
        now, count, taken = self.clock(), 0, Taken()
        rows = _rows(file, path, problems)
        made = self._made(rows, now, unread=unread, problems=problems)
        while not self.polling.stop.is_set() and (batch := list(itertools.islice(made, BATCH))):
            taken += self.store.archive.take(batch, reader_id=reader_id, now=now)
            count += len(batch)
            on_progress(Progress(phase="lines", done=count, total=None, new_stories=taken.new, failures=problems.count))
        decided = self.polling.decide(on_progress=on_progress)
        return Imported(
            lines=count, problems=problems.count, taken=taken, decided=decided, is_stopped=self.polling.stop.is_set()
        )

    def _made(
        self, rows: Iterator[tuple[int, Any]], now: datetime, *, unread: bool, problems: _Problems
    ) -> Iterator[ArchiveLine]:
        for number, row in rows:
            try:
                yield archive_line(row, now=now, unread=unread)
            except ValueError as error:
                problems(f"line {number}: {error}")

    def lines(self, query: str = "", *, reader_id: int = 1) -> Iterator[dict[str, Any]]:
        """Stories as story lines: all in the order in which they came, or those that match a query, newest first.

        Raises:
            QueryError: the query cannot be understood.

        """
        ids = None
        if query.strip():
            ids = self.store.search.ids(parse(query), reader_id=reader_id, zone=self.timezone, now=self.clock())
        return map(_line, self.store.archive.lines(ids, reader_id=reader_id))


def _rows(file: IO[bytes], path: Path | None, problems: _Problems) -> Iterator[tuple[int, Any]]:
    """The rows of a file in any form we know, with their number."""
    head = file.read(HEAD)
    if head.startswith(_SQLITE):
        if path is None:
            raise AggregatorError("newsboat's cache is read from its file: aggregator import cache.db")
        return enumerate(map(newsboat_line, newsboat_rows(path)), 1)
    if is_reader_json(head):
        chunks = itertools.chain([head], iter(lambda: file.read(CHUNK), b""))
        return enumerate(map(reader_line, _until_broken(reader_items(chunks), problems)), 1)
    begun = (head + file.readline()).splitlines(keepends=True)
    return objects(itertools.chain(begun, file), problems)


def _until_broken(items: Iterator[Any], problems: _Problems) -> Iterator[Any]:
    try:
        yield from items
    except ValueError as error:
        problems(f"the file breaks off: not JSON ({error})")


def archive_line(row: Any, *, now: datetime, unread: bool) -> ArchiveLine:
    """A row of an archive as the store takes it.

    Raises:
        ValueError: it is no story line; the message says why.

    """
    line = story_line(row, now=now)
    url = open_url(line.url) if line.url else None
    words, hashed = measured(line.text)
    is_dated = row.get("published") not in (None, "") and line.published_at != now
    seen = now if not is_dated else min(line.published_at, now)  # so that an old story is not told as today's
    return ArchiveLine(
        key=_key(line, url),
        id=clean_text(line.id),
        source=one_line(line.source) if line.source else None,
        given_url=line.url,
        url=url,
        title=one_line(line.title) if line.title else None,
        text=line.text,
        authors=_names(row.get("authors")),
        published_at=line.published_at,
        is_dated=is_dated,
        seen_at=seen,
        lang=line.lang or detect(f"{line.title or ''}\n{(line.text or '')[:TELLING]}"),
        credit=line.credit,
        words=words,
        text_hash=hashed,
        grams=searchable(line.title, line.text),
        site=site_of(url) if url else None,
        feed=clean_text(row["feed"]) if isinstance(row.get("feed"), str) else None,
        is_unread=unread or row.get("unread") is True,
        is_starred=row.get("starred") is True,
        tags=tuple(dict.fromkeys(folded_tag(t) for t in _names(row.get("tags")) if t.isprintable())),
    )


def _key(line: StoryLine, url: str | None) -> str:
    """The address of an article is the story's name everywhere; without one it has the name that its source gave it."""
    if url is not None:
        parts = urlsplit(url)
        if parts.path.strip("/") or parts.query:
            return canonical_url(url)
    source = hashlib.blake2b((line.source or "").casefold().encode("utf-8", "replace"), digest_size=6).hexdigest()
    return f"line:{source}#{clean_text(line.id)}"


def _names(value: Any) -> tuple[str, ...]:
    names = [one_line(clean_text(n)) for n in value if isinstance(n, str)] if isinstance(value, list) else []
    return tuple(n for n in names if n)


def _line(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the store as a story line; what is not in the filters' contract is left out where it says nothing."""
    is_dated = bool(row["is_dated"])
    line = {
        "id": row["id"],
        "title": row["title"],
        "text": row["text"],
        "published": row["published_at"] if is_dated or not row["is_imported"] else None,
        "source": row["source"],
        "lang": row["lang"],
        "url": row["url"],
    }
    more = {
        "authors": json.loads(row["authors"]),
        "credit": row["credit"],
        "feed": row["feed"],
        "tags": sorted(row["tags"].split("\x1f")) if row["tags"] else [],
        "starred": bool(row["is_starred"]),
        "unread": not row["is_read"],
    }
    return line | {name: value for name, value in more.items() if value}
