"""Poll feeds: fetch, parse, and store what is new, all of a feed in one transaction."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from threading import Event as StopSignal

from aggregator.fetch import Fetched, FetchFailed, FetchRequest, FetchResult, NotModified, mask
from aggregator.model import Feed, FeedUpdate, ParsedFeed, Wishes
from aggregator.parse import parse_feed, parse_page, parse_well_formed
from aggregator.pipeline.entries import cleaned, content_hash, new_entries
from aggregator.pipeline.fetching import Fetcher
from aggregator.pipeline.flight import landed
from aggregator.pipeline.report import FeedOutcome
from aggregator.pipeline.trouble import contained, words_for
from aggregator.plan import ADOPT_MOVE_AFTER, PollOutcome, after_poll
from aggregator.plugins import Source
from aggregator.store import Store
from aggregator.store.ingest import Arrival, IngestResult, NewEntry

__all__ = ["FeedPoller", "body_hash", "read_feed"]

log = logging.getLogger(__name__)

HASH_DIGITS = 32  # of SHA-256, for which processors have an instruction: a third of the time of blake2b
MOST_PARSING = 32  # documents that wait in the parsers at once; their bodies are in memory
SOURCES_AT_ONCE = 4
MOST_UNWRITTEN = 64  # polls without news whose state is written in one transaction
MOST_NEWS = 64  # feeds with news that are written in one: half of what a transaction for each costs
MOST_NEWS_BYTES = 4 * 2**20  # of their documents, for all of them are in memory
# What changes in a feed document although nothing is new: the time it was built.
_VOLATILE = re.compile(rb"<(lastBuildDate|generator)\b[^>]*>.*?</\1>|<!--.*?-->", re.DOTALL)
_HEAD_TIME = re.compile(rb"<(pubDate|updated|dc:date)\b[^>]*>.*?</\1>", re.DOTALL)
_FIRST_ENTRY = re.compile(rb"<(item|entry)[\s>]")


def body_hash(body: bytes) -> str:
    """A hash of a feed document without the elements that tell only when it was built."""
    first = _FIRST_ENTRY.search(body)
    head = body[: first.start()] if first else body
    rest = body[first.start() :] if first else b""
    stable = _HEAD_TIME.sub(b"", _VOLATILE.sub(b"", head)) + rest
    return hashlib.sha256(stable).hexdigest()[:HASH_DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What a document was made into where it was fetched.

    `parsed` is None if nothing has changed, if it cannot be read (`error`), or if it has to be read in a sandbox.
    """

    hashed: str
    size: int = 0
    is_same: bool = False
    parsed: ParsedFeed | None = None
    error: str | None = None


def read_feed(request: FetchRequest, result: Fetched) -> tuple[Fetched, _Reading]:
    """Read a feed's document if that is quick and safe; the answer keeps its body only if somebody else is to read it."""
    hashed, size = body_hash(result.body), len(result.body)
    if hashed == request.body_hash:
        return replace(result, body=b""), _Reading(hashed=hashed, is_same=True)
    if request.kind == "page":
        return result, _Reading(hashed=hashed, size=size)
    try:
        parsed = parse_well_formed(result.body, url=result.final_url, content_type=result.headers.get("content-type"))
    except Exception as error:  # noqa: BLE001 - whatever a document does to its reader stays with its feed
        return replace(result, body=b""), _Reading(hashed=hashed, error=words_for(error, request.url))
    bare = result if parsed is None else replace(result, body=b"")
    return bare, _Reading(hashed=hashed, size=size, parsed=parsed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """A document that was read, and what of it is not stored yet."""

    feed: Feed
    result: Fetched
    reading: _Reading
    parsed: ParsedFeed
    entries: list[NewEntry]


_Parsing = dict[Future[ParsedFeed], tuple[Feed, Fetched, _Reading]]


@dataclass(slots=True)
class FeedPoller:
    """Asks feeds and stores their news; what is wrong with one feed is written down and stays with it.

    News waits in memory until that of several feeds can be written at once, or until nothing else comes for a moment.
    """

    store: Store
    fetch: Fetcher
    parsers: Executor
    clock: Callable[[], datetime]
    backfill: int = 20
    sources: Mapping[str, Source] = field(default_factory=dict)  # by scheme, what reads other addresses than the web's
    _unwritten: list[tuple[int, FeedUpdate]] = field(default_factory=list)
    _news: list[_News] = field(default_factory=list)
    _outcomes: list[FeedOutcome] = field(default_factory=list)

    def run(self, feeds: Iterable[Feed], *, stop: StopSignal | None = None) -> Iterator[list[FeedOutcome]]:
        """Poll these feeds; yields what came of some of them as soon as it is stored."""
        web: list[Feed] = []
        others: list[Feed] = []
        for feed in feeds:
            (others if _scheme(feed) in self.sources else web).append(feed)
        try:
            with ThreadPoolExecutor(SOURCES_AT_ONCE, "source") as pool:
                reading: _Parsing = {}
                for feed in others:
                    answer = Fetched(url=feed.url, final_url=feed.url, status=200)
                    reading[pool.submit(self._ask, feed)] = (feed, answer, _Reading(hashed=""))
                yield from self._fetched(web, stop)
                self._take_parsed(reading, most=0, stop=stop)
                for future in reading:
                    future.cancel()  # after a stop
            self._write_news()
            yield from self._told()
        finally:
            self._write_unwritten()

    def _ask(self, feed: Feed) -> ParsedFeed:
        """What a source that is not of the web gives."""
        return cleaned(self.sources[_scheme(feed)](feed.url))

    def _fetched(self, feeds: Iterable[Feed], stop: StopSignal | None) -> Iterator[list[FeedOutcome]]:
        by_request = {id(request): (request, feed) for feed in feeds for request in [_request(feed)]}
        requests = [request for request, _ in by_request.values()]
        parsing: _Parsing = {}
        for answer in self.fetch(requests, read=read_feed, stop=stop):
            if answer is not None:
                request, result, reading = answer
                self._answered(by_request.pop(id(request))[1], result, reading, parsing)
            self._take_parsed(parsing, most=MOST_PARSING, stop=stop)
            if answer is None:
                self._write_news()
            yield from self._told()
        self._write_news()
        self._take_parsed(parsing, most=0, stop=stop)

    def _told(self) -> Iterator[list[FeedOutcome]]:
        if self._outcomes:
            outcomes, self._outcomes = self._outcomes, []
            yield outcomes

    def _answered(self, feed: Feed, result: FetchResult, reading: _Reading | None, parsing: _Parsing) -> None:
        """Deal with an answer at once, or hand its body to the parsers."""
        if isinstance(result, FetchFailed):
            self._failed(feed, result)
        elif isinstance(result, NotModified):
            self._same(feed, result, "unchanged")
        elif reading is None or reading.is_same:
            self._same(feed, result, "same")
        elif reading.error is not None:
            self._unreadable(feed, result, reading.error)
        elif (parsed := reading.parsed) is not None:
            self._take(feed, result, reading, lambda: parsed)
        else:
            parsing[self._parse(feed, result)] = (feed, result, reading)

    def _parse(self, feed: Feed, result: Fetched) -> Future[ParsedFeed]:
        """Have a document read where it can do no harm."""
        url, kind = result.final_url, result.headers.get("content-type")
        if feed.selectors is not None:
            return self.parsers.submit(parse_page, result.body, url=url, selectors=feed.selectors, content_type=kind)
        return self.parsers.submit(parse_feed, result.body, url=url, content_type=kind)

    def _take_parsed(self, parsing: _Parsing, *, most: int, stop: StopSignal | None) -> None:
        """Take what the parsers have ready; wait for them while more than `most` documents are with them."""
        for future, (feed, result, reading) in landed(parsing, most=most, stop=stop):
            self._take(feed, result, reading, future.result)

    def _take(self, feed: Feed, result: Fetched, reading: _Reading, parsed: Callable[[], ParsedFeed]) -> None:
        """Find what is new in a document, and have it written together with the news of other feeds."""
        with contained(partial(self._unreadable, feed, result)):
            self._news.append(self._compared(feed, result, reading, parsed()))
        if len(self._news) >= MOST_NEWS or sum(n.reading.size for n in self._news) > MOST_NEWS_BYTES:
            self._write_news()

    def _compared(self, feed: Feed, result: Fetched, reading: _Reading, parsed: ParsedFeed) -> _News:
        """What of a document is not stored yet."""
        known = self.store.ingest.known(feed.id, [e.id for e in parsed.entries]) if feed.last_ok_at else {}
        unknown = [e for e in parsed.entries if e.id not in known or known[e.id] != content_hash(e)]
        entries = new_entries(unknown, parsed=parsed, feed=feed, now=self.clock(), backfill=self.backfill)
        return _News(feed=feed, result=result, reading=reading, parsed=parsed, entries=entries)

    def _write_news(self) -> None:
        news, self._news = self._news, []
        if news:
            self._store(news)

    def _store(self, news: list[_News]) -> None:
        """Store news in one transaction."""
        with contained(partial(self._upset, news)):
            with self.store.write():
                outcomes = self._ingested(news)
            for outcome in outcomes:
                self._say(outcome)

    def _upset(self, news: list[_News], error: Exception) -> None:
        """Our code was upset by one of these: store those of each feed alone."""
        if len(news) == 1:
            self._unreadable(news[0].feed, news[0].result, error)
        else:
            for one in news:
                self._store([one])

    def _ingested(self, news: list[_News]) -> list[FeedOutcome]:
        """Store what is new in these documents and the states of their feeds."""
        now = self.clock()
        arrivals = [
            Arrival(feed_id=n.feed.id, entries=n.entries, present=[e.id for e in n.parsed.entries]) for n in news
        ]
        stored = self.store.ingest.apply_all(arrivals, now=now)
        updates = [after_poll(n.feed, _read(n, has_new=r.entries > 0), now) for n, r in zip(news, stored, strict=True)]
        self.store.feeds.update_many([(n.feed.id, update) for n, update in zip(news, updates, strict=True)])
        return [self._described(n, r, update, now) for n, r, update in zip(news, stored, updates, strict=True)]

    def _described(self, news: _News, stored: IngestResult, update: FeedUpdate, now: datetime) -> FeedOutcome:
        """Store what a document says of its feed."""
        feed, parsed, result = news.feed, news.parsed, news.result
        if (parsed.title, parsed.link, parsed.lang) != (feed.title, feed.site_url, feed.lang):
            self.store.feeds.describe(feed.id, title=parsed.title, site_url=parsed.link, lang=parsed.lang)
        if parsed.hub:
            token, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
            topic = parsed.self_url or feed.url
            self.store.websub.offer(feed.id, hub=parsed.hub, topic=topic, token=token, secret=secret, now=now)
        return FeedOutcome(
            url=feed.url,
            outcome="new" if stored.entries or stored.changed else "same",
            status=result.status,
            entries=stored.entries,
            stories=len(stored.stories),
            changed=len(stored.changed),
            warning=parsed.warning,
            moved_to=self._moved(feed, update),
            elapsed_s=result.elapsed_s,
        )

    def _same(self, feed: Feed, result: Fetched | NotModified, outcome: str) -> None:
        moved_to = self._later(feed, after_poll(feed, _answered(result), self.clock()))
        self._say(
            FeedOutcome(
                url=feed.url, outcome=outcome, status=result.status, moved_to=moved_to, elapsed_s=result.elapsed_s
            )
        )

    def _failed(self, feed: Feed, result: FetchFailed) -> None:
        error = _without_address(str(result.error), feed)
        update = after_poll(
            feed,
            PollOutcome(status=result.status, error=error, held=result.held, retry_after_s=result.retry_after_s),
            self.clock(),
        )
        self._later(feed, update)
        outcome = "held" if result.held else "gone" if update.state == "gone" else "failed"
        self._say(
            FeedOutcome(url=feed.url, outcome=outcome, status=result.status, error=error, elapsed_s=result.elapsed_s)
        )

    def _unreadable(self, feed: Feed, result: Fetched, error: Exception | str) -> None:
        said = _without_address(error if isinstance(error, str) else words_for(error, feed.url), feed)
        update = after_poll(feed, PollOutcome(status=result.status, error=said), self.clock())
        self._later(feed, update)
        self._say(
            FeedOutcome(url=feed.url, outcome="failed", status=result.status, error=said, elapsed_s=result.elapsed_s)
        )

    def _later(self, feed: Feed, update: FeedUpdate) -> str | None:
        """Gather the states of feeds without news: many in one transaction cost next to nothing."""
        self._unwritten.append((feed.id, update))
        if _is_moved(update) or len(self._unwritten) >= MOST_UNWRITTEN:
            self._write_unwritten()
        return self._moved(feed, update)

    def _write_unwritten(self) -> None:
        if self._unwritten:
            self.store.feeds.update_many(self._unwritten)
            self._unwritten.clear()

    def _moved(self, feed: Feed, update: FeedUpdate) -> str | None:
        """Adopt the address that a feed has from now on, if that is another."""
        if update.moved_to is None or not _is_moved(update):
            return None
        self.store.feeds.move(feed.id, update.moved_to)
        return update.moved_to

    def _say(self, outcome: FeedOutcome) -> None:
        """Have `run` tell this."""
        self._outcomes.append(outcome)
        if not log.isEnabledFor(logging.INFO):
            return
        log.info(
            "feed",
            extra={
                "url": mask(outcome.url), "outcome": outcome.outcome, "status": outcome.status, "entries": outcome.entries,
                "stories": outcome.stories, "error": outcome.error, "elapsed_s": round(outcome.elapsed_s, 3),
            },
        )  # fmt: skip


def _is_moved(update: FeedUpdate) -> bool:
    return update.moved_to is not None and update.moved_count >= ADOPT_MOVE_AFTER


def _answered(result: Fetched | NotModified) -> PollOutcome:
    """What the server said of its feed beside the document."""
    return PollOutcome(
        status=result.status,
        etag=result.etag,
        last_modified=result.last_modified,
        permanent_url=result.permanent_url,
        retry_after_s=result.retry_after_s,
        max_age_s=result.max_age_s,
    )


def _read(news: _News, *, has_new: bool) -> PollOutcome:
    """The outcome of a poll that brought a document."""
    parsed = news.parsed
    return replace(
        _answered(news.result),
        is_changed=True,
        has_new=has_new,
        published=[at for e in parsed.entries if (at := e.published_at or e.updated_at)],
        body_hash=news.reading.hashed,
        wishes=Wishes(ttl_s=parsed.ttl_s, skip_hours=parsed.skip_hours, skip_days=parsed.skip_days),
    )


def _without_address(error: str, feed: Feed) -> str:
    """What went wrong, for a place where the feed is named anyway; another address, after a redirect, stays."""
    return error.removeprefix(f"{mask(feed.url)}: ")


def _scheme(feed: Feed) -> str:
    return feed.url.partition(":")[0].lower()


def _request(feed: Feed) -> FetchRequest:
    """A page that is read as a feed is asked for with the manners of a page: its robots.txt, its gap."""
    return FetchRequest(
        url=feed.url,
        kind="feed" if feed.selectors is None else "page",
        etag=feed.etag,
        last_modified=feed.last_modified,
        body_hash=feed.body_hash,
        headers=feed.access.headers,
        auth=feed.access.auth,
        proxy=feed.access.proxy,
    )
