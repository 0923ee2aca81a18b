"""One fetch, request by request: redirects, robots.txt, caps, and what to make of the answer.

`advance` makes exactly one request and says whether more are needed and where to, so that whoever drives it can keep
every host's pace, redirects and robots.txt included.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from aggregator.errors import FetchError, FetchTimeout, HTTPStatusError, Refused, TooLarge
from aggregator.fetch import caching
from aggregator.fetch.address import Target, read_location, read_target
from aggregator.fetch.decode import ACCEPT_ENCODING, decode_body
from aggregator.fetch.masking import mask
from aggregator.fetch.options import FetchOptions
from aggregator.fetch.robots import Robots, RobotsRecord
from aggregator.fetch.values import Fetched, FetchFailed, FetchRequest, FetchResult, NotModified
from aggregator.fetch.walls import wall
from aggregator.fetch.wire import Incoming, Outgoing, Transport
from aggregator.text.spans import say_span

__all__ = ["Exchange", "Surroundings"]

ACCEPT = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.8",
    "page": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
    "other": "*/*",
}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
WORTH_RETRYING = frozenset({408, 425, 429})  # and all from 500 on
MOST_DIGITS = 15  # of a length in bytes: a petabyte has sixteen
_NO_PAGE = re.compile(
    r"(?:video|audio|image|font)/|application/(?:zip|gzip|x-tar|octet-stream|pdf|epub\+zip|vnd\.|x-msdownload|java-archive)"
)
_CHARSET = re.compile(r"(?i);\s*charset\s*=\s*[\"']?([A-Za-z0-9._:+-]{1,40})")
_BREAKS_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all fetches of one client share. `monotonic` and `now` (Unix seconds) are the clocks."""

    options: FetchOptions
    transport: Transport
    robots: Robots
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time


class Exchange:
    """A fetch under way. Not for two threads at once."""

    def __init__(self, request: FetchRequest, around: Surroundings) -> None:
        self.request = request
        self._around = around
        self._target: Target | None = None
        self._trouble: FetchError | None = None
        self._visited: set[str] = set()
        self._redirects: list[tuple[int, str]] = []
        self._permanent = True
        self._first: Target | None = None
        self._spent_s = 0.0
        self._robots_fetch: Exchange | None = None
        try:
            self._target = self._first = read_target(request.url)
        except Refused as exc:
            self._trouble = exc

    def __getstate__(self) -> dict[str, Any]:
        """A fetch can go on elsewhere: what it shares with others stays behind."""
        return {name: value for name, value in self.__dict__.items() if name != "_around"}

    def go_on_with(self, around: Surroundings) -> None:
        """Have the next request made by another client, as after a journey."""
        self._around = around
        if self._robots_fetch is not None:
            self._robots_fetch.go_on_with(around)

    @property
    def authority(self) -> str | None:
        """`host:port` that the next request goes to; None if there is nothing to ask."""
        if self._robots_fetch is not None:
            return self._robots_fetch.authority
        return self._target.authority if self._target else None

    @property
    def robots(self) -> RobotsRecord | None:
        """What is known of the present host's robots.txt."""
        return self._around.robots.known(self._target) if self._target else None

    @property
    def crawl_delay_s(self) -> float:
        """The gap that the present host's robots.txt asks for."""
        return self._around.robots.crawl_delay_s(self._target) if self._target else 0.0

    def advance(self) -> FetchResult | None:
        """Make the next request. The result, or None if another request has to be made."""
        if self._trouble or self._target is None:
            return self._failed(self._trouble or Refused("There is no address.", transient=False))
        if self.request.kind == "page":
            asked, refusal = self._heed_robots(self._target)
            if refusal:
                return self._failed(refusal)
            if asked:
                return None
        started = self._around.monotonic()
        try:
            return self._ask(self._target, started)
        except FetchTimeout as exc:
            self._spent_s += self._around.monotonic() - started
            return self._failed(FetchTimeout(f"{exc.message} It may take {self._total_s():g} s in all."))
        except FetchError as exc:
            self._spent_s += self._around.monotonic() - started
            return self._failed(exc)

    def held(self, seconds: float, because: str) -> FetchFailed:
        """The result when the host is to be left alone for `seconds` more."""
        error = Refused(f"The host is left alone for now: {because}.", transient=True, retry_after_s=seconds)
        return replace(self._failed(error), held=True, retry_after_s=seconds)

    def _heed_robots(self, target: Target) -> tuple[bool, Refused | None]:
        """Ask for robots.txt if it is not known: (whether a request was made, why the page may not be asked for)."""
        robots = self._around.robots
        verdict = robots.verdict(target)
        if verdict.known:
            self._robots_fetch = None
            return False, verdict.refusal
        if self._robots_fetch is None:
            self._robots_fetch = Exchange(robots.request(target), self._around)
        result = self._robots_fetch.advance()
        if result is not None:
            self._robots_fetch = None
            robots.learn(target, result)
        return True, None

    def _total_s(self) -> float:
        options = self._around.options
        by_kind = {"page": options.page_timeout_s, "robots": options.robots_timeout_s}
        return self.request.timeout_s or by_kind.get(self.request.kind, options.timeout_s)

    def _ask(self, target: Target, started: float) -> FetchResult | None:
        left = self._total_s() - self._spent_s
        if left <= 0:
            raise FetchTimeout("The redirects took too long.")
        self._visited.add(target.url)
        options = self._around.options
        incoming = self._around.transport.send(
            Outgoing(
                target=target,
                headers=self._headers(target),
                deadline=started + left,
                max_header_bytes=options.max_header_bytes,
                max_body_bytes=options.max_compressed_bytes,
                method=self.request.method,
                body=self.request.body,
                proxy=self.request.proxy or options.proxy,
                trusted=self.request.trusted and self._first is not None and target.origin == self._first.origin,
            )
        )
        try:
            return self._read(target, incoming, started)
        finally:
            incoming.close()

    def _headers(self, target: Target) -> dict[str, str]:
        request = self.request
        headers = {
            "User-Agent": self._around.options.user_agent,
            "Accept": ACCEPT[request.kind],
            "Accept-Encoding": ACCEPT_ENCODING,
        }
        if request.part:
            headers |= {"Range": "bytes={}-{}".format(*request.part), "Accept-Encoding": "identity"}
        if tag := caching.etag(request.etag):
            headers["If-None-Match"] = tag
        if date := caching.last_modified(request.last_modified):
            headers["If-Modified-Since"] = date
        if self._first is not None and target.keeps_credentials_of(self._first):
            headers.update(self._own_headers(self._first))
        return headers

    def _own_headers(self, first: Target) -> dict[str, str]:
        """Headers and credentials that are for the asked origin only."""
        own = {name: value for name, value in self.request.headers if not _BREAKS_HEADER.search(name + value)}
        login = self.request.auth or first.userinfo
        if login:
            packed = base64.b64encode(":".join(login).encode()).decode("ascii")
            own["Authorization"] = f"Basic {packed}"
        return own

    def _read(self, target: Target, incoming: Incoming, started: float) -> FetchResult | None:
        status, headers = incoming.status, incoming.headers
        if status == HTTPStatus.OK:  # by far the most frequent answers first
            return self._fetched(target, incoming, started)
        if status == HTTPStatus.NOT_MODIFIED and (self.request.etag or self.request.last_modified):
            return NotModified(**self._common(target, incoming, started))
        if status in REDIRECTS and self.request.method == "GET":
            self._spent_s += self._around.monotonic() - started
            self._follow(target, status, headers)
            return None
        if status == HTTPStatus.PARTIAL_CONTENT:
            is_wanted = self.request.part is not None
        else:
            is_wanted = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and wall(status, headers) is None
        if is_wanted:
            return self._fetched(target, incoming, started)
        self._spent_s += self._around.monotonic() - started
        retry_after = caching.retry_after_s(headers.get("retry-after"), self._around.now())
        error = HTTPStatusError(
            _status_message(status, retry_after),
            status=status,
            transient=status in WORTH_RETRYING or status >= HTTPStatus.INTERNAL_SERVER_ERROR,
            retry_after_s=retry_after,
        )
        return self._failed(error, status=status, headers=headers)

    def _follow(self, target: Target, status: int, headers: Mapping[str, str]) -> None:
        """Take the hop; the caller asks again."""
        following = read_location(target, headers.get("location", ""))
        self._redirects.append((status, following.url))
        if following.url in self._visited:
            raise TooLarge("The server redirects in a circle.", transient=False)
        if len(self._redirects) > self._around.options.max_redirects:
            raise TooLarge(
                f"The server redirects more than {self._around.options.max_redirects} times.", transient=False
            )
        leaves_tls = target.scheme == "https" and following.scheme == "http"
        self._permanent = self._permanent and status in PERMANENT and not leaves_tls
        self._target = following

    def _fetched(self, target: Target, incoming: Incoming, started: float) -> Fetched:
        headers = incoming.headers
        content_type = headers.get("content-type", "")
        kind = content_type.partition(";")[0].strip().lower()
        if self.request.kind == "page" and _NO_PAGE.match(kind):
            raise FetchError(f"This is {kind}, not a page.", transient=False)
        declared = headers.get("content-length", "")
        limit = self._around.options.max_compressed_bytes
        if declared.isdecimal() and (len(declared) > MOST_DIGITS or int(declared) > limit):
            raise TooLarge(f"The document is larger than {limit // 2**20} MiB.", transient=False)
        coding = headers.get("content-encoding") if self.request.part is None else None
        body = decode_body(incoming.chunks(), coding, self._around.options.max_bytes, sniff=self.request.part is None)
        charset = _CHARSET.search(content_type)
        return Fetched(
            body=body,
            content_type=kind or None,
            charset=charset[1].lower() if charset else None,
            **self._common(target, incoming, started),
        )

    def _common(self, target: Target, incoming: Incoming, started: float) -> dict[str, Any]:
        headers, now = incoming.headers, self._around.now()
        request = self.request
        fresh_tag, fresh_date = caching.etag(headers.get("etag")), caching.last_modified(headers.get("last-modified"))
        if incoming.status == HTTPStatus.NOT_MODIFIED:  # RFC 9111 4.3.4: what a 304 does not say stays as it was
            fresh_tag, fresh_date = fresh_tag or request.etag, fresh_date or request.last_modified
        self._spent_s += self._around.monotonic() - started
        return {
            "url": request.url,
            "final_url": target.url,
            "status": incoming.status,
            "headers": headers,
            "permanent_url": self._permanent_url(target),
            "redirects": tuple(self._redirects),
            "etag": fresh_tag,
            "last_modified": fresh_date,
            "retry_after_s": caching.retry_after_s(headers.get("retry-after"), now),
            "max_age_s": caching.max_age_s(headers, now),
            "elapsed_s": self._spent_s,
        }

    def _permanent_url(self, target: Target) -> str | None:
        """Where the document lives now, with the login of the old address; None if what it is asked with may not go there."""
        if not self._redirects or not self._permanent or self._first is None:
            return None
        has_own = bool(self._first.userinfo or self.request.auth or self.request.headers)
        if has_own and not target.keeps_credentials_of(self._first):
            return None
        return target.with_login(self._first.userinfo) if self._first.userinfo else target.url

    def _failed(
        self, error: FetchError, *, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> FetchFailed:
        """The error with the address in it, masked, and with the wall that stands there."""
        barrier = wall(status, headers) if status and headers else None
        asked = self._target.url if self._target else self.request.url
        shown = mask(asked)
        error = type(error)(
            f"{shown}: {error.message}" + (f" ({barrier} stands in the way)" if barrier else ""),
            url=shown,
            status=status or error.status,
            transient=error.transient,
            retry_after_s=error.retry_after_s,
        )
        return FetchFailed(
            url=self.request.url,
            error=error,
            status=error.status,
            final_url=asked,
            headers=dict(headers or {}),
            redirects=tuple(self._redirects),
            retry_after_s=error.retry_after_s,
            wall=barrier,
            elapsed_s=self._spent_s,
        )


_STATUS_WORDS = {
    401: "the server wants a login",
    402: "the server wants to be paid",
    403: "the server refuses us",
    404: "there is nothing at this address",
    406: "the server has nothing in a form we read",
    410: "it is gone for good",
    429: "we asked too often",
    451: "it is withheld for legal reasons",
    500: "the server has a fault",
    502: "the server behind it does not answer",
    503: "the server is overloaded or under repair",
    504: "the server behind it does not answer in time",
}


def _status_message(status: int, retry_after: float | None) -> str:
    words = _STATUS_WORDS.get(status, "this is no answer we can use")
    again = f"; it may be asked again in {say_span(retry_after)}" if retry_after else ""
    return f"HTTP {status}: {words}{again}."
