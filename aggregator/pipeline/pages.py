"""Scrape article pages: fetch, extract, and refine the stories that the feeds opened; later, see what was changed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event as StopSignal
from urllib.parse import urlsplit

from aggregator.errors import ExtractError, Refused
from aggregator.extract import SiteLines, SiteRule, drop_recurring, learn, page_lines, rule_for
from aggregator.fetch import Fetched, FetchFailed, FetchRequest, mask
from aggregator.model import Article
from aggregator.pipeline.entries import text_hash
from aggregator.pipeline.fetching import Fetcher, as_it_came
from aggregator.pipeline.flight import landed
from aggregator.pipeline.trouble import without_plugins, words_for
from aggregator.pipeline.work import extract_again
from aggregator.plan import LIVE_S, next_reread
from aggregator.store import Store
from aggregator.store.pages import DuePage, PageResult
from aggregator.text.dates import parse_date
from aggregator.text.grams import searchable
from aggregator.text.revision import gives_less, headline_changed, page_words, text_changed
from aggregator.text.urls import canonical_url, host_of, site_of

__all__ = ["PageScraper", "load_lines", "told", "with_text"]

log = logging.getLogger(__name__)

MOST_EXTRACTING = 32
_NOTE = "correction note"
BATCH = 24  # pages stored in one transaction
RETRY = timedelta(hours=2)
ROUND = 2000  # pages taken from the store at once
# What is with the workers: the page, what came, and the plugins that were to be asked.
_Extracting = dict[Future[Article | None], tuple[DuePage, Fetched, tuple[str, ...]]]


@dataclass(slots=True)
class PageScraper:
    """Fetches the pages that are due, newest first and round robin over hosts; a poison page costs its own story only."""

    store: Store
    fetch: Fetcher
    extractors: Executor
    clock: Callable[[], datetime]
    rereads: bool = True
    rules: tuple[SiteRule, ...] = ()
    plugins: tuple[str, ...] = ()  # those that extract pages
    on_folded: Callable[[tuple[str, ...]], None] = lambda _keys: None
    _sites: dict[str, SiteLines] = field(default_factory=dict)
    _learnt: set[str] = field(default_factory=set)

    def run(self, *, stop: StopSignal | None = None) -> Iterator[PageResult]:
        """Scrape until nothing is due; yields each page's result once it is stored."""
        while not (stop and stop.is_set()):
            due = self.store.pages.due(self.clock(), live_s=LIVE_S if self.rereads else 0.0, limit=ROUND)
            if not due:
                break
            try:
                yield from self._round(due, stop)
            finally:
                self._settle()

    def _round(self, due: tuple[DuePage, ...], stop: StopSignal | None) -> Iterator[PageResult]:
        pages = {id(request): (request, page) for page in due for request in [self._request(page)]}
        requests = [request for request, _ in pages.values()]
        extracting: _Extracting = {}
        ready: list[PageResult] = []
        for answer in self.fetch(requests, read=as_it_came, stop=stop):
            if answer is not None:
                request, result, _ = answer
                page = pages.pop(id(request))[1]
                if isinstance(result, Fetched):
                    extracting[self._extract(page, result, self.plugins)] = (page, result, self.plugins)
                elif isinstance(result, FetchFailed):
                    ready.append(self._failed(page, result))
                else:  # not modified
                    ready.append(self._same(page))
            ready.extend(self._extracted(extracting, most=MOST_EXTRACTING, stop=stop))
            if len(ready) >= BATCH:
                yield from self._store(ready)
        ready.extend(self._extracted(extracting, most=0, stop=stop))
        yield from self._store(ready)

    def _same(self, page: DuePage) -> PageResult:
        return PageResult(story_id=page.story_id, page="same", is_reread=True, reread_at=self._reread_at(page))

    def _reread_at(self, page: DuePage) -> datetime:
        return next_reread(self.clock(), 0 if page.rereads is None else page.rereads + 1)

    def _extract(self, page: DuePage, result: Fetched, plugins: tuple[str, ...]) -> Future[Article | None]:
        return self.extractors.submit(
            extract_again, result.body, mark=page.mark, url=result.final_url, charset=result.charset, feed_text=page.feed_text,
            rules=rule_for(host_of(result.final_url) or "", self.rules), plugins=plugins,
        )  # fmt: skip

    def _request(self, page: DuePage) -> FetchRequest:
        rule = rule_for(host_of(page.url) or "", self.rules)
        return FetchRequest(
            url=page.url, kind="page", etag=page.etag, last_modified=page.last_modified,
            headers=rule.headers if rule else (),
        )  # fmt: skip

    def _extracted(self, extracting: _Extracting, *, most: int, stop: StopSignal | None) -> Iterator[PageResult]:
        """What the extractors have ready; waits for them while more than `most` pages are with them."""
        for future, (page, result, plugins) in landed(extracting, most=most, stop=stop):
            try:
                article = future.result()
            except Exception as error:  # noqa: BLE001 - whatever a page does to its reader stays with its story
                if plugins:
                    without_plugins(error, result.final_url)
                    extracting[self._extract(page, result, ())] = (page, result, ())
                    continue
                yield PageResult(
                    story_id=page.story_id, page="failed", error=words_for(error, result.final_url),
                    is_reread=page.rereads is not None, reread_at=self._reread_at(page),
                )  # fmt: skip
            else:
                yield self._same(page) if article is None else self._refined(page, result, article)

    def _failed(self, page: DuePage, result: FetchFailed) -> PageResult:
        wait_for = timedelta(seconds=result.retry_after_s) if result.retry_after_s else RETRY
        return PageResult(
            story_id=page.story_id,
            page="refused" if isinstance(result.error, Refused) else "failed",
            error=str(result.error),
            transient=result.error.transient or result.held,
            held=result.held,
            retry_at=self.clock() + wait_for,
            is_reread=page.rereads is not None,
            reread_at=self._reread_at(page) if result.error.transient else None,
        )

    def _refined(self, page: DuePage, result: Fetched, article: Article) -> PageResult:
        return replace(
            told(page.story_id, article),
            keys=_other_addresses(page, result, article),
            site=site_of(result.final_url),
            url=result.final_url,
            etag=result.etag,
            last_modified=result.last_modified,
            charset=result.charset,
            body=result.body,
            is_reread=page.rereads is not None,
            reread_at=self._reread_at(page),
        )

    def _store(self, ready: list[PageResult]) -> Iterator[PageResult]:
        results = [self._compared(self._without_furniture(r)) for r in ready]
        ready.clear()
        with self.store.write():
            applied = self.store.pages.apply(results, now=self.clock())
            self.store.pages.keep_site_lines({site: _dump(self._sites[site]) for site in self._learnt})
        if applied.folded:
            self.on_folded(applied.folded)
        for r in results:
            log.info("page", extra={"url": mask(r.url or ""), "story": r.story_id, "outcome": r.page, "error": r.error})
        yield from results

    def _without_furniture(self, r: PageResult) -> PageResult:
        """Learn the page's lines for its site, and cut those that recur there."""
        if r.page_text is None or r.site is None:
            return r
        known = self._site(r.site)
        lines = page_lines(r.page_text.split("\n"))
        self._sites[r.site] = learn(known, lines)
        self._learnt.add(r.site)
        return with_text(r, drop_recurring(r.page_text, self._sites[r.site]))

    def _compared(self, r: PageResult) -> PageResult:
        """What a page that was read again has changed; one that changed nothing, or hides behind a wall, changes nothing here."""
        kept = self.store.pages.kept(r.story_id) if r.is_reread and r.page == "done" else None
        if kept is None:
            return r
        before = drop_recurring(kept.text, self._site(r.site or "")) if kept.text else None
        if r.paywall or r.text is None or gives_less(before, r.text):
            return PageResult(story_id=r.story_id, page="same", is_reread=True, reread_at=r.reread_at)
        headline = headline_changed(kept.title, r.title, lang=r.lang)
        text = text_changed(before, r.text, lang=r.lang)
        stored = self.store.pages.body(r.story_id) if text else None
        if stored and r.body:  # rare: so the pages themselves are looked at only then
            _, body, charset = stored
            text = text_changed(before, r.text, lang=r.lang, pages=(_words(body, charset), _words(r.body, r.charset)))
        if r.correction not in {None, kept.correction} and _NOTE not in text:
            text = (*text, _NOTE)
        if before is not None and not text and not headline:
            return PageResult(story_id=r.story_id, page="same", is_reread=True, reread_at=r.reread_at)
        changed = replace(r, headline_changed=headline, text_changed=text)
        # Nobody edited the text: as it was first taken it stands, whatever the extractor makes of it now.
        return changed if text or before is None else replace(changed, text=None, page_text=kept.text)

    def _site(self, site: str) -> SiteLines:
        if site not in self._sites:
            stored = self.store.pages.site_lines([site]).get(site)
            self._sites[site] = load_lines(stored) if stored else SiteLines()
        return self._sites[site]

    def _settle(self) -> None:
        """Look at the texts of these sites again, now that more is known of their furniture.

        So a story's text does not depend on which page of its site came first.
        """
        for site in sorted(self._learnt):
            lines = self._site(site)
            rewritten = []
            for known in self.store.pages.site_texts(site):
                text = drop_recurring(known.page_text, lines)
                if text != known.text:
                    grams = searchable(known.title, text)
                    rewritten.append((known.story_id, text, grams, len(text.split()), text_hash(text)))
            if rewritten:
                self.store.pages.rewrite(rewritten)
        self._learnt.clear()


def _words(body: bytes, charset: str | None) -> str:
    """The words of a page; none of one that cannot be decoded."""
    from aggregator.extract.decode import decode_page, open_body  # noqa: PLC0415 - with tables of charsets: rarely needed

    try:
        return page_words(decode_page(open_body(body), charset))
    except ExtractError:
        return ""


def told(story_id: int, article: Article) -> PageResult:
    """What an article says, as the store takes it; a text that is the feed's is none."""
    is_own_text = article.text is not None and article.sources.get("text") != "feed"
    return PageResult(
        story_id=story_id,
        page="done",
        title=article.title,
        page_text=article.text if is_own_text else None,
        authors=article.authors,
        published_at=_moment(article.published),
        updated_at=_moment(article.updated),
        lang=article.lang,
        section=article.section,
        image=article.image["url"] if article.image else None,
        credit=article.credit,
        correction=article.correction,
        paywall=article.paywall,
        quality=article.quality,
        site_name=article.site,
        mark=article.mark,
    )


def with_text(r: PageResult, text: str) -> PageResult:
    """The result with this text, and what is computed from it."""
    return replace(r, text=text, grams=searchable(r.title, text), words=len(text.split()), text_hash=text_hash(text))


def _other_addresses(page: DuePage, result: Fetched, article: Article) -> tuple[str, ...]:
    """Keys of other addresses that lead to this article; a wall or a front page is no article."""
    if article.paywall is not None or not article.text:
        return ()
    own = canonical_url(page.url)
    found = [url for url in (result.final_url, article.canonical_url) if url and urlsplit(url).path.strip("/")]
    return tuple(dict.fromkeys(key for url in found if (key := canonical_url(url)) != own))


def _moment(text: str | None) -> datetime | None:
    """A page's date; the date alone says too little to set a story's time by."""
    if text is None or len(text) <= len("2026-03-02"):
        return None
    return parse_date(text)


def _dump(lines: SiteLines) -> str:
    return json.dumps({"pages": lines.pages, "counts": [[h, n] for h, n in sorted(lines.counts.items())]})


def load_lines(text: str) -> SiteLines:
    """A site's lines as they were stored."""
    stored = json.loads(text)
    return SiteLines(pages=stored["pages"], counts=dict(stored["counts"]))
