"""Look for trouble in the database and the feeds: what was found, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.app.app import App

__all__ = ["Finding", "examine"]

SAFE_SQLITE = (3, 51, 3)  # before it, two writers can lose a reset of the write-ahead log (sqlite.org/wal.html)
MANY_FAILURES = 3
MANY_WAITING = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One piece of trouble: `what` is a sentence, `mend` the command or act that helps."""

    what: str
    mend: str


def examine(app: App) -> list[Finding]:
    """All findings, the most serious first."""
    return [*_database(app), *_feeds(app), *_work(app), *_sqlite(app)]


def _database(app: App) -> Iterator[Finding]:
    for problem in app.store.check():
        yield Finding(
            what=f"The database {app.db_path} is damaged: {problem}.",
            mend="Restore a backup, or choose another file with --db.",
        )


def _feeds(app: App) -> Iterator[Finding]:
    feeds = app.feeds.all()
    if not feeds:
        yield Finding(what="There are no subscriptions.", mend="aggregator feeds import")
    for feed in feeds:
        name = feed.title or feed.url
        if feed.state == "gone":
            yield Finding(what=f"{name} is gone for good.", mend=f"aggregator feeds remove {feed.url}")
        elif feed.failures >= MANY_FAILURES:
            since = f" since {feed.last_ok_at:%Y-%m-%d}" if feed.last_ok_at else ""
            yield Finding(
                what=f"{name} has failed {feed.failures} times in a row{since}: {feed.last_error}",
                mend=f"aggregator feeds remove {feed.url}",
            )


def _work(app: App) -> Iterator[Finding]:
    waiting = app.store.decisions.stale_count()
    if waiting >= MANY_WAITING:
        yield Finding(what=f"{waiting} stories wait to be put into events.", mend="aggregator poll")


def _sqlite(app: App) -> Iterator[Finding]:
    version = app.store.sqlite_version
    if tuple(int(part) for part in version.split(".")) < SAFE_SQLITE:
        yield Finding(
            what=f"SQLite is {version}; before 3.51.3 two programs that write at once can, rarely, lose a change.",
            mend="Let one aggregator write at a time (it sees to that itself), or upgrade SQLite.",
        )
