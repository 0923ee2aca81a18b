"""What is asked for, and the three things that can come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from aggregator.errors import FetchError
from aggregator.fetch.masking import mask

__all__ = ["FetchFailed", "FetchRequest", "FetchResult", "Fetched", "Kind", "NotModified"]

Kind = Literal["feed", "page", "robots", "other"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FetchRequest:
    """One thing to fetch.

    `etag` and `last_modified` are the validators of what we hold, verbatim; `body_hash` is its hash, for whoever reads the
    answer. `headers` and `auth` (user, password) are sent to the origin of `url` only. `proxy` overrides the general one.
    `trusted` says that the owner named this very host in the settings, so it may be private; never set it for an address
    that came from a feed, a page, OPML or a form. `method` other than GET follows no redirect. `timeout_s` overrides the
    total time for the kind. `part` asks for the bytes from the first to the last of the two only; a server that has no
    parts sends the whole.
    """

    url: str
    kind: Kind = "feed"
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    auth: tuple[str, str] | None = None
    proxy: str | None = None
    trusted: bool = False
    method: str = "GET"
    body: bytes | None = None
    timeout_s: float | None = None
    part: tuple[int, int] | None = None

    def __repr__(self) -> str:
        return f"FetchRequest({self.method} {mask(self.url)}, kind={self.kind!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """Common to all that a server answered."""

    url: str
    final_url: str
    status: int
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    permanent_url: str | None = None
    redirects: tuple[tuple[int, str], ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    retry_after_s: float | None = None
    max_age_s: float | None = None
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched(_Answer):
    """The server sent a document.

    `headers` have lower-case names; repeated ones are joined by a comma. `permanent_url` is where the feed now lives if
    every redirect on the way was permanent (301, 308) and none left https. `redirects` are the hops as (status, address
    it led to). `retry_after_s` and `max_age_s` are the server's wishes, clamped to sane values; `content_type` is lower
    case without parameters; `charset` is as the header claims. `body` is decoded from its transfer, not from its charset.
    """

    body: bytes = field(default=b"", repr=False)
    content_type: str | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified(_Answer):
    """What we hold is current. `etag` and `last_modified` are the validators to send next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """Nothing usable came. `error` says what and whether asking again can help.

    `status` and `headers` are there if a server answered. `wall` names the anti-bot or login wall that the headers
    betray. `held` tells that nothing was asked at all, because the host wants to be left alone for `retry_after_s`:
    that is no failure of the feed.
    """

    url: str
    error: FetchError
    status: int | None = None
    final_url: str | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    redirects: tuple[tuple[int, str], ...] = ()
    retry_after_s: float | None = None
    wall: str | None = None
    held: bool = False
    elapsed_s: float = 0.0


FetchResult = Fetched | NotModified | FetchFailed
