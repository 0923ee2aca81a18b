"""Look for trouble in the database and the feeds: what was found, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.app.app import App
from aggregator.app.audit import LATE
from aggregator.app.health import Finding, feed_troubles
from aggregator.app.mailing import sender_of, transport_of
from aggregator.app.site_rules import site_rules
from aggregator.config import channel_of
from aggregator.errors import DeliveryError
from aggregator.plugins import OFF

__all__ = ["Finding", "examine"]

SAFE_SQLITE = (3, 51, 3)  # before it, two writers can lose a reset of the write-ahead log (sqlite.org/wal.html)
MANY_WAITING = 1000


def examine(app: App) -> list[Finding]:
    """All findings, the most serious first."""
    return [*_database(app), *_feeds(app), *_mail(app), *_site_rules(app), *_plugins(app), *_work(app), *_sqlite(app)]


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
    for trouble in feed_troubles(app.store, app.clock(), app.clock()):
        if trouble.mend:
            yield trouble


def _mail(app: App) -> Iterator[Finding]:
    for recipient in app.store.recipients.all():
        if recipient.paused_at:
            yield Finding(
                what=f"{recipient.address} gets the digest {recipient.digest} no more since"
                f" {recipient.paused_at:%Y-%m-%d}: its mail was refused three times in a row, at last with:"
                f" {recipient.last_error}",
                mend=f"aggregator digests resume {recipient.address}",
            )
    waiting = app.store.outbox.waiting(since=app.clock() - LATE)
    if waiting:
        yield Finding(
            what=f"{len(waiting)} mail{'s' * (len(waiting) != 1)} could not be sent for an hour or more, at last with:"
            f" {waiting[-1]['answer']}",
            mend="aggregator mail test",
        )
    if any(channel_of(to) is None for digest in app.config.digests.values() for to in digest.to):
        try:
            sender_of(app.config.mail)
            transport_of(app.config.mail)
        except DeliveryError as error:
            mend = "aggregator mail test"
            yield Finding(what=str(error), mend="" if mend in str(error) else mend)


def _site_rules(app: App) -> Iterator[Finding]:
    for problem in site_rules(app.config.pages)[1]:
        yield Finding(what=problem, mend="Mend the file, and try it: aggregator pages preview URL --rule FILE")


def _plugins(app: App) -> Iterator[Finding]:
    plugins = app.resources.plugins
    for plugin in plugins.installed:
        if plugin.trouble and plugin.trouble != OFF:
            yield Finding(
                what=f"The plugin {plugin.name} {plugin.version or ''} cannot be used: {plugin.trouble}.",
                mend=f'Upgrade or uninstall it, or switch it off: [plugins] off = ["{plugin.name}"]',
            )
    for to in sorted({to for digest in app.config.digests.values() for to in digest.to}):
        if (scheme := channel_of(to)) is not None and scheme not in plugins.channels:
            yield Finding(what=f"No plugin delivers to {to}.", mend="Install it, or change the digest's recipients.")


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
