"""Article pages as a use case: what the extractor makes of one, and of all that are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aggregator.app.polling import Polling
from aggregator.app.site_rules import site_rules
from aggregator.config import PagesConfig
from aggregator.errors import AggregatorError, ExtractError
from aggregator.extract import SiteRule, rule_for
from aggregator.fetch import Fetched, FetchFailed, FetchRequest
from aggregator.model import Article
from aggregator.pipeline.reextract import Reextracted, reextract
from aggregator.pipeline.work import extract
from aggregator.store import Store
from aggregator.text.urls import host_of, open_url

__all__ = ["Pages"]


@dataclass(frozen=True, slots=True)
class Pages:
    """What can be done with article pages by hand."""

    store: Store
    polling: Polling
    config: PagesConfig

    def preview(self, place: str, *, rule: SiteRule | None = None) -> Article:
        """What the extractor makes of a page, with every line that it leaves out; nothing is stored.

        `place` is an address or a file; `rule` is tried instead of the one that is in force for its site.

        Raises:
            AggregatorError: the page cannot be had, or is none.

        """
        body, url, charset = self._file(Path(place)) if Path(place).is_file() else self._fetched(place, rule)
        chosen = rule or (rule_for(host_of(url) or "", site_rules(self.config)[0]) if url else None)
        with self.polling.resources.extractors(1) as extractors:
            future = extractors.submit(
                extract, body, url=url, charset=charset, feed_text=None, rules=chosen, explain=True,
                plugins=self.polling.resources.plugins.names("extract_page"),
            )  # fmt: skip
            article: Article = future.result()
        return article

    def _file(self, path: Path) -> tuple[bytes, str | None, str | None]:
        try:
            return path.read_bytes(), None, None
        except OSError as error:
            raise ExtractError(f"{path} cannot be read: {error.strerror}.") from error

    def _fetched(self, address: str, rule: SiteRule | None) -> tuple[bytes, str | None, str | None]:
        url = open_url(address if "://" in address else f"https://{address}")
        if url is None:
            raise AggregatorError(f"{address} is no file and no web address.")
        chosen = rule or rule_for(host_of(url) or "", site_rules(self.config)[0])
        answer = self.polling.resources.client.fetch(
            FetchRequest(url=url, kind="page", headers=chosen.headers if chosen else ())
        )
        if isinstance(answer, FetchFailed):
            raise answer.error
        assert isinstance(answer, Fetched), answer  # nothing was held that it could be the same as
        return answer.body, answer.final_url, answer.charset

    def kept(self, *, feed: str | None = None) -> int:
        """How many pages are kept, of one feed's stories if it is named.

        Raises:
            FeedNotFound: there is no such subscription.

        """
        return self.store.pages.stored_count(feed_id=self._feed_id(feed))

    def reextract(
        self, *, feed: str | None = None, progress: Callable[[int], None] = lambda _done: None
    ) -> Reextracted:
        """Extract kept pages again and decide about the stories whose text came out otherwise.

        Raises:
            FeedNotFound: there is no such subscription.
            LeaseHeld: a `run` holds the database.

        """
        feed_id = self._feed_id(feed)
        with self.polling.lease("reextract"), self.polling.resources.extractors() as extractors:
            done = reextract(
                self.store, extractors, site_rules(self.config)[0], plugins=self.polling.resources.plugins.names("extract_page"),
                feed_id=feed_id, stop=self.polling.stop, progress=progress,
            )  # fmt: skip
            self.polling.decider.run(stop=self.polling.stop)
        return done

    def _feed_id(self, feed: str | None) -> int | None:
        return None if feed is None else self.store.feeds.get(feed).id
