"""Feeds that died, moved, are blocked or fell silent, each with the command that mends it: for the digest and for doctor."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from aggregator.model import Feed
from aggregator.store import Store

__all__ = ["Finding", "feed_troubles", "silence"]

MANY_FAILURES = 3  # once or twice is weather
LONG_SILENCE = timedelta(days=14)  # no feed is called silent before
GAPS = 8  # of its usual gaps without an entry, and it is
_WALL = re.compile(r"\((.+) stands in the way\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One piece of trouble: `what` is a sentence, `mend` the command or act that helps."""

    what: str
    mend: str


def feed_troubles(store: Store, now: datetime, since: datetime) -> Iterator[Finding]:
    """What is wrong with the subscriptions, and which have moved since then."""
    moved = store.feeds.moved_since(since)
    for feed in store.feeds.to_look_at(failures=MANY_FAILURES, moved_since=since, silent_since=now - LONG_SILENCE):
        name = feed.title or feed.url
        if feed.id in moved:
            yield Finding(what=f"{name} has moved and is now asked at {feed.url}.", mend="")
        if feed.state == "gone":
            yield _gone(feed, name)
        elif feed.state == "active" and feed.failures >= MANY_FAILURES:
            yield _failing(feed, name)
        elif (
            feed.state == "active" and not feed.failures and feed.last_new_at and now - feed.last_new_at > LONG_SILENCE
        ):
            quiet = silence(store.feeds.published(feed.id), now)
            if quiet:
                yield Finding(
                    what=f"{name} has published nothing for {quiet.days} days; its feed answers as before.",
                    mend=f"Look at {feed.site_url or feed.url}, or remove it: aggregator feeds remove {feed.url}",
                )


def silence(published: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long a feed has been silent if that is far longer than it usually is between two entries, else None."""
    times = sorted({at for at in published if at <= now}, reverse=True)
    if len(times) < 3:  # noqa: PLR2004 (two gaps are the least that can be usual)
        return None
    usual = median((a - b).total_seconds() for a, b in itertools.pairwise(times))
    quiet = now - times[0]
    return quiet if quiet > max(LONG_SILENCE, timedelta(seconds=usual * GAPS)) else None


def _gone(feed: Feed, name: str) -> Finding:
    if feed.moved_to:
        what = f"{name} has moved to {feed.moved_to}, which you have subscribed to already."
    else:
        what = f"{name} is gone for good: its server answers {feed.last_status or 410}{_since(feed)}."
    return Finding(what=what, mend=f"Remove it: aggregator feeds remove {feed.url}")


def _failing(feed: Feed, name: str) -> Finding:
    wall = _WALL.search(feed.last_error or "")
    if wall and wall[1] != "login":
        return Finding(
            what=f"{name} is blocked by {wall[1]}{_since(feed)}, which takes us for a robot.",
            mend=f"Ask the outlet to let feed readers in, or remove it: aggregator feeds remove {feed.url}",
        )
    if wall:
        return Finding(
            what=f"{name} wants a login{_since(feed)}.",
            mend=f"Subscribe to the feed's personal address, or remove it: aggregator feeds remove {feed.url}",
        )
    return Finding(
        what=f"{name} has failed {feed.failures} times in a row{_since(feed)}: {(feed.last_error or '').rstrip('.')}.",
        mend=f"Look for its new address: aggregator feeds add {feed.site_url or feed.url}; or remove it: "
        f"aggregator feeds remove {feed.url}",
    )


def _since(feed: Feed) -> str:
    return f" since {feed.last_ok_at:%Y-%m-%d}" if feed.last_ok_at else ""
