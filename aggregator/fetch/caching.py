"""What response headers say about caching and about coming back. Pure: `now` is an argument, in Unix seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz

__all__ = ["etag", "http_date", "last_modified", "max_age_s", "retry_after_s"]

MIN_RETRY_AFTER_S = 60.0
MAX_WAIT_S = 7 * 86400.0
MAX_ETAG = 1024
MAX_DATE = 64
_MAX_DIGITS = 15
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SECONDS = re.compile(r"\s*([0-9]+)(?:\.[0-9]*)?\s*")
_MAX_AGE = re.compile(r"(?i)(?:^|[\s,])max-age\s*=\s*\"?([0-9]+)")
_NO_CACHE = re.compile(r"(?i)(?:^|[\s,])(?:no-cache|no-store)(?![\w=-])")


def _seconds(digits: str) -> float:
    """A number of any length; what is longer than any real one counts as very large."""
    return float(digits) if len(digits) <= _MAX_DIGITS else float(10**_MAX_DIGITS)


def http_date(text: str) -> float | None:
    """An HTTP date (RFC 9110 5.6.7) as Unix seconds, or None if it cannot be one."""
    if len(text) > MAX_DATE:
        return None
    try:
        parsed = parsedate_tz(text)
        return float(mktime_tz(parsed)) if parsed else None
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def retry_after_s(value: str | None, now: float) -> float | None:
    """Retry-After (RFC 9110 10.2.3), seconds or a date, clamped to 60 s - 7 days; None if absent or unreadable."""
    if not value:
        return None
    if match := _SECONDS.fullmatch(value):
        wait = _seconds(match[1])
    elif (at := http_date(value)) is not None:
        wait = at - now
    else:
        return None
    return min(max(wait, MIN_RETRY_AFTER_S), MAX_WAIT_S)


def max_age_s(headers: Mapping[str, str], now: float) -> float | None:
    """How long the answer stays fresh (RFC 9111 4.2), by Cache-Control or Expires, less its Age; at most 7 days.

    `headers` have lower-case names. None if the server says nothing, or that nothing may be cached.
    """
    control = headers.get("cache-control")
    if control:
        if _NO_CACHE.search(control):
            return None
        if match := _MAX_AGE.search(control):
            age = _SECONDS.fullmatch(headers.get("age", "0"))
            fresh = _seconds(match[1]) - (_seconds(age[1]) if age else 0.0)
            return min(max(fresh, 0.0), MAX_WAIT_S)
    expires = http_date(headers["expires"]) if "expires" in headers else None
    if expires is None:
        return None
    sent = http_date(headers["date"]) if "date" in headers else None
    return min(max(expires - (now if sent is None else sent), 0.0), MAX_WAIT_S)


def etag(value: str | None) -> str | None:
    """An ETag fit to be sent back verbatim: None if absent, overlong, or holding what would break a header."""
    return value if value and len(value) <= MAX_ETAG and not _CONTROL.search(value) else None


def last_modified(value: str | None) -> str | None:
    """A Last-Modified fit to be sent back verbatim."""
    return value if value and len(value) <= MAX_DATE and not _CONTROL.search(value) else None
