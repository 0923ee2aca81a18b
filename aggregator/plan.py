"""When a feed is asked again, and when a page: pure functions of rhythms, what the server said, and failures.

Sources: RFC 9111 (max-age, Expires), RFC 9110 10.2.3 (Retry-After), RSS 2.0 (ttl, skipHours, skipDays). The rhythm is the
median gap between a feed's latest entries, a common measure in feed readers; asking at half that gap finds an entry
after a quarter of it on average.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from aggregator.model import Feed, FeedUpdate, Wishes
from aggregator.text.spans import say_span

__all__ = [
    "ADOPT_MOVE_AFTER",
    "LIVE_S",
    "MAX_INTERVAL_S",
    "MIN_INTERVAL_S",
    "NextPoll",
    "PollFacts",
    "PollOutcome",
    "after_change",
    "after_poll",
    "next_poll",
    "next_reread",
    "rhythm_s",
]

MIN_INTERVAL_S = 600.0
MAX_INTERVAL_S = 86_400.0
FIRST_INTERVAL_S = 3600.0
MAX_SERVER_WISH_S = 7 * 86_400.0
JITTER = 0.1  # of the interval, so that feeds subscribed to together do not stay in step
ADOPT_MOVE_AFTER = 3  # good polls in a row that a permanent redirect led to the same place
GONE = 410  # RFC 9110 15.5.11
TOO_OFTEN = 429  # RFC 6585 4
HOURS_A_DAY, DAYS_A_WEEK = 24, 7
LIVE_S = 48 * 3600.0  # an event whose latest story is older is told of no more: its pages are left alone
FIRST_REREAD_S = 2 * 3600.0
# After 2, 6, 14, 30 and 62 hours: four times for a story whose event ends with it, mostly answered by 304.
REREAD_GROWTH = 2.0
RECENT = 20  # entries that the rhythm is taken from


@dataclass(frozen=True, slots=True, kw_only=True)
class PollFacts:
    """What is known after a poll. Durations are in seconds; `failures` counts polls in a row that failed."""

    url: str
    now: datetime
    status: int | None = None
    published: Sequence[datetime] = ()
    interval_s: float | None = None
    override_interval_s: float | None = None
    has_new: bool = False
    failures: int = 0
    retry_after_s: float | None = None
    max_age_s: float | None = None
    ttl_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPoll:
    """The decision: when, at what interval, and why, for a person."""

    at: datetime
    interval_s: float
    reason: str


def rhythm_s(published: Sequence[datetime], now: datetime) -> float | None:
    """Half the typical gap between the latest entries, in seconds; None if there are fewer than two.

    A feed that has been silent for longer than its typical gap is measured by its silence.
    """
    times = sorted({at for at in published if at <= now}, reverse=True)[:RECENT]
    gaps = [(a - b).total_seconds() for a, b in itertools.pairwise(times)]
    if not gaps:
        return None
    return max(median(gaps), (now - times[0]).total_seconds() / 2) / 2


def next_poll(facts: PollFacts) -> NextPoll:
    """Decide when to ask this feed again."""
    interval, reason = _interval(facts)
    wish = max(facts.max_age_s or 0.0, facts.ttl_s or 0.0)
    if facts.override_interval_s is None and not facts.failures and interval < wish <= MAX_SERVER_WISH_S:
        interval, reason = min(wish, MAX_INTERVAL_S), f"the server asks for {say_span(wish)} between visits"
    wait = interval * (1 + JITTER * _jitter(facts.url, facts.now))
    if facts.retry_after_s is not None and facts.retry_after_s > wait:
        wait, reason = facts.retry_after_s, f"the server said: retry after {say_span(facts.retry_after_s)}"
    at = _not_skipped(facts.now + timedelta(seconds=wait), facts)
    return NextPoll(at=at, interval_s=interval, reason=reason)


def _after_hold(facts: PollFacts) -> NextPoll:
    """Decide when to ask a feed that was due, but whose host is to be left alone: as soon as it may be asked."""
    hold = facts.retry_after_s or MIN_INTERVAL_S
    at = facts.now + timedelta(seconds=hold * (1 + JITTER * _jitter(facts.url, facts.now)))
    reason = f"it is due, but its host is left alone for {say_span(hold)}"
    return NextPoll(at=_not_skipped(at, facts), interval_s=facts.interval_s or FIRST_INTERVAL_S, reason=reason)


def _interval(facts: PollFacts) -> tuple[float, str]:
    if facts.override_interval_s is not None:
        base, reason = facts.override_interval_s, f"set by you to every {say_span(facts.override_interval_s)}"
    elif (rhythm := rhythm_s(facts.published, facts.now)) is not None:
        base = min(max(rhythm, MIN_INTERVAL_S), MAX_INTERVAL_S)
        reason = f"its entries come about every {say_span(rhythm * 2)}"
    elif facts.interval_s is not None:
        base = facts.interval_s if facts.has_new else min(facts.interval_s * 1.25, MAX_INTERVAL_S)
        reason = "nothing new: a little later than last time" if not facts.has_new else "as last time"
    else:
        base, reason = FIRST_INTERVAL_S, "its rhythm is not known yet"
    if facts.failures:
        base = min(max(base, MIN_INTERVAL_S) * 2 ** min(facts.failures - 1, 8), MAX_INTERVAL_S)
        reason = f"failed {facts.failures} time{'s' if facts.failures > 1 else ''} in a row: slowed down"
        if facts.status == TOO_OFTEN:
            reason = "the server asked us to wait (429): slowed down"
    return base, reason


def _jitter(url: str, now: datetime) -> float:
    """A number in [0, 1) that differs by feed and day, and is the same again for the same two."""
    digest = hashlib.blake2b(f"{url} {now:%Y-%m-%dT%H}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 2**32


def _not_skipped(at: datetime, facts: PollFacts) -> datetime:
    """The first time from `at` on that the publisher's skipHours and skipDays allow; all-skipping feeds are not believed."""
    if len(facts.skip_hours) >= HOURS_A_DAY or len(facts.skip_days) >= DAYS_A_WEEK:
        return at
    for _ in range(24 * 8):
        if at.hour not in facts.skip_hours and at.weekday() not in facts.skip_days:
            return at
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """What came of one poll. `error` None means it succeeded; `held` that the host was left alone and not asked.

    `wishes` None means that no document was read: what the last one said still counts.
    """

    status: int | None = None
    error: str | None = None
    held: bool = False
    is_changed: bool = False
    has_new: bool = False
    published: Sequence[datetime] = ()
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    permanent_url: str | None = None
    retry_after_s: float | None = None
    max_age_s: float | None = None
    wishes: Wishes | None = None


def after_poll(feed: Feed, outcome: PollOutcome, now: datetime) -> FeedUpdate:
    """Decide the feed's whole polling state after a poll."""
    wishes = outcome.wishes or feed.wishes
    facts = _facts(feed, wishes, outcome, now)
    upcoming = _after_hold(facts) if outcome.held else next_poll(facts)
    failed = outcome.held or outcome.error is not None
    moved_to = feed.moved_to if failed else outcome.permanent_url
    is_gone = outcome.status == GONE and not outcome.held
    return FeedUpdate(
        etag=feed.etag if failed else outcome.etag,
        last_modified=feed.last_modified if failed else outcome.last_modified,
        body_hash=outcome.body_hash if outcome.is_changed else feed.body_hash,
        interval_s=feed.interval_s if failed else upcoming.interval_s,
        next_poll_at=None if is_gone else upcoming.at,
        next_poll_reason="the server says that it is gone for good (410)" if is_gone else upcoming.reason,
        retry_at=now + timedelta(seconds=outcome.retry_after_s) if outcome.retry_after_s else None,
        last_polled_at=feed.last_polled_at or now if outcome.held else now,
        last_ok_at=feed.last_ok_at if failed else now,
        last_new_at=now if outcome.has_new else feed.last_new_at,
        last_status=feed.last_status if outcome.held else outcome.status,
        last_error=feed.last_error if outcome.held else outcome.error,
        failures=facts.failures,
        moved_to=moved_to,
        moved_count=_moved_count(feed, outcome) if not failed else feed.moved_count,
        state="gone" if is_gone else "active",
        wishes=wishes,
    )


def _facts(feed: Feed, wishes: Wishes, outcome: PollOutcome, now: datetime) -> PollFacts:
    return PollFacts(
        url=feed.url,
        now=now,
        status=outcome.status,
        published=outcome.published,
        interval_s=feed.interval_s,
        override_interval_s=feed.override_interval_s,
        has_new=outcome.has_new,
        failures=feed.failures if outcome.held else feed.failures + 1 if outcome.error else 0,
        retry_after_s=outcome.retry_after_s,
        max_age_s=outcome.max_age_s,
        ttl_s=wishes.ttl_s,
        skip_hours=wishes.skip_hours,
        skip_days=wishes.skip_days,
    )


def after_change(feed: Feed, now: datetime) -> NextPoll:
    """Decide when a feed is asked whose interval was set or taken back: never before its server allows."""
    facts = PollFacts(
        url=feed.url,
        now=feed.last_polled_at or now,
        status=feed.last_status,
        interval_s=feed.interval_s,
        override_interval_s=feed.override_interval_s,
        has_new=True,  # its rhythm stays as it was: no poll has told anything
        failures=feed.failures,
        ttl_s=feed.wishes.ttl_s,
        skip_hours=feed.wishes.skip_hours,
        skip_days=feed.wishes.skip_days,
    )
    upcoming = next_poll(facts)
    at = max(upcoming.at, now, feed.retry_at or now)
    return replace(upcoming, at=at if feed.last_polled_at else max(now, feed.retry_at or now))


def _moved_count(feed: Feed, outcome: PollOutcome) -> int:
    if outcome.permanent_url is None:
        return 0
    return feed.moved_count + 1 if outcome.permanent_url == feed.moved_to else 1


def next_reread(now: datetime, rereads: int) -> datetime:
    """When a page is read again that was read now, and `rereads` times after the first: at growing intervals."""
    return now + timedelta(seconds=FIRST_REREAD_S * REREAD_GROWTH ** min(rereads, 8))
