"""A feed: a subscription as the reader lists it, and as the store keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

__all__ = [
    "NO_WISHES",
    "OPEN",
    "Access",
    "Feed",
    "FeedList",
    "FeedSpec",
    "FeedUpdate",
    "FolderSpec",
    "PageSelectors",
    "Wishes",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a feed is asked with beyond its address: for feeds that are not for everybody.

    Never exported; shown without passwords and the values of headers.

    `headers` and `auth` (user, password) go to the feed's own origin only; `proxy` is an http(s) URL.
    """

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)


OPEN = Access()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSelectors:
    """CSS selectors by which a page is read as a feed: `entry` within the page, the others within an entry.

    Without them the link is the first in the entry (or the entry itself), the title the link's text, the date the first
    `<time>`, and there is no summary.
    """

    entry: str
    title: str | None = None
    link: str | None = None
    date: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """A feed as an OPML file or a person names it.

    `folder` is the path of folder names from the top; `attributes` are the OPML attributes that we do not
    understand, kept in order so that export gives them back. With `selectors` the address is that of a page.
    """

    url: str
    title: str | None = None
    site_url: str | None = None
    folder: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    selectors: PageSelectors | None = None
    access: Access = OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSpec:
    """A folder of which an OPML file tells more than that feeds are in it; `attributes` as in `FeedSpec`."""

    path: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """What an OPML file holds."""

    feeds: tuple[FeedSpec, ...] = ()
    folders: tuple[FolderSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """When a publisher wants its feed asked (RSS 2.0): seconds between visits; hours (UTC) and days (0 = Monday) without."""

    ttl_s: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A stored feed with its polling state. Times are aware UTC; `state` is active, paused or gone.

    Before `retry_at` its server does not want to be asked, whoever wishes it.
    """

    id: int
    url: str
    title: str | None = None
    site_url: str | None = None
    folder: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    lang: str | None = None
    state: str = "active"
    added_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    interval_s: float | None = None
    override_interval_s: float | None = None
    next_poll_at: datetime | None = None
    next_poll_reason: str | None = None
    retry_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    failures: int = 0
    moved_to: str | None = None
    moved_count: int = 0
    wishes: Wishes = NO_WISHES
    selectors: PageSelectors | None = None
    access: Access = OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedUpdate:
    """The whole polling state of a feed after one poll; a field left None is stored as unknown."""

    etag: str | None
    last_modified: str | None
    body_hash: str | None
    interval_s: float | None
    next_poll_at: datetime | None
    next_poll_reason: str | None
    retry_at: datetime | None
    last_polled_at: datetime
    last_ok_at: datetime | None
    last_new_at: datetime | None
    last_status: int | None
    last_error: str | None
    failures: int
    moved_to: str | None
    moved_count: int
    state: str
    wishes: Wishes
