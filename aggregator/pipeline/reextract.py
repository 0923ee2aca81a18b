"""Extract kept pages again, when site rules or the extractor changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from threading import Event as StopSignal

from aggregator.extract import SiteRule, drop_recurring, rule_for
from aggregator.model import Article
from aggregator.pipeline.pages import load_lines, told, with_text
from aggregator.pipeline.trouble import without_plugins, words_for
from aggregator.pipeline.work import extract
from aggregator.store import Store
from aggregator.store.pages import PageResult, StoredPage
from aggregator.text.urls import host_of

__all__ = ["Reextracted", "reextract"]

BATCH = 48  # pages in memory at once, and in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reextracted:
    """How many pages were read, how many texts came out otherwise, and which pages could not be read: (address, why)."""

    pages: int = 0
    changed: int = 0
    failed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Extraction:
    """How pages are put to the extractors."""

    extractors: Executor
    rules: Sequence[SiteRule]
    plugins: tuple[str, ...]

    def begin(self, page: StoredPage, plugins: tuple[str, ...]) -> Future[Article]:
        return self.extractors.submit(
            extract, page.body, url=page.url, charset=page.charset, feed_text=page.feed_text,
            rules=rule_for(host_of(page.url) or "", self.rules), plugins=plugins,
        )  # fmt: skip

    def article(self, page: StoredPage, future: Future[Article]) -> Article:
        """What a page says. It is read without plugins if it was too much for one of them."""
        error = future.exception() if self.plugins else None
        if not isinstance(error, Exception):
            return future.result()
        without_plugins(error, page.url)
        return self.begin(page, ()).result()


def reextract(
    store: Store,
    extractors: Executor,
    rules: Sequence[SiteRule],
    *,
    plugins: tuple[str, ...] = (),
    feed_id: int | None = None,
    stop: StopSignal | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> Reextracted:
    """Extract every page that is still kept, or those of one feed's stories. A stop takes effect between two batches."""
    extraction = _Extraction(extractors, rules, plugins)
    done, changed, after = 0, 0, 0
    failed: list[tuple[str, str]] = []
    while not (stop and stop.is_set()) and (pages := store.pages.stored(feed_id=feed_id, after=after, limit=BATCH)):
        futures = [extraction.begin(page, plugins) for page in pages]
        results = []
        furniture = store.pages.site_lines(sorted({page.site for page in pages if page.site}))
        for page, future in zip(pages, futures, strict=True):
            try:
                result = told(page.story_id, extraction.article(page, future))
            except Exception as error:  # noqa: BLE001 - whatever a page does to its reader stays with its story
                failed.append((page.url, words_for(error, page.url)))
            else:
                results.append(_settled(page, result, furniture))
        changed += store.pages.retake(results)
        done += len(pages)
        after = pages[-1].story_id
        progress(done)
    return Reextracted(pages=done, changed=changed, failed=tuple(failed))


def _settled(page: StoredPage, result: PageResult, furniture: Mapping[str, str]) -> PageResult:
    """With the text that is to stand: the page's without its site's furniture, else the feed's."""
    if result.page_text is None:
        return with_text(result, page.feed_text) if page.feed_text else replace(result, text=None)
    lines = furniture.get(page.site) if page.site else None
    return with_text(result, drop_recurring(result.page_text, load_lines(lines)) if lines else result.page_text)
