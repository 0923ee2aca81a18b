"""Polling as a use case: feeds, decisions, pages, decisions again, under the lease."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from threading import Event as StopSignal
from typing import TYPE_CHECKING

from aggregator.app.clock import Clock, machine_time
from aggregator.app.instruments import Instruments
from aggregator.app.lease import WRITER, Lease, is_running
from aggregator.app.resources import Resources
from aggregator.config import Config
from aggregator.errors import AggregatorError, LeaseHeld
from aggregator.model import Feed
from aggregator.pipeline.report import PollReport
from aggregator.store import Store
from aggregator.store.feeds import SKEW

if TYPE_CHECKING:
    from aggregator.app.manners import Manners
    from aggregator.extract import SiteRule
    from aggregator.pipeline.decide import Decider

__all__ = ["PollOptions", "Polling", "Progress"]

# ruff: noqa: PLC0415 - network, parsers, extractors and the window are loaded when there is something for them to do

log = logging.getLogger(__name__)

REFINE_EVERY = 400  # pages between two decisions, so that events get better while pages come
ASK_AGAIN_S = 0.2
AHEAD = timedelta(minutes=15)  # before a digest; within it no feed is asked ahead of time twice
MANY_STORIES = 1_000  # likewise, of stories to be decided at once, as after an import
MANY_PAGES = 16  # below this many, a second process takes longer to start than it saves


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOptions:
    """`force` asks all feeds, due or not; `pages` and `cluster` can be left out.

    `ahead_s` also asks, once, feeds that will be due within so many seconds: a digest is about to be made.
    """

    force: bool = False
    pages: bool = True
    cluster: bool = True
    ahead_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a poll is: phase is feeds, pages or events; `total` None if it is not known."""

    phase: str
    done: int
    total: int | None
    new_stories: int = 0
    failures: int = 0


OnProgress = Callable[[Progress], None]


@dataclass(slots=True)
class Polling:
    """Polls what is due, and decides what came."""

    store: Store
    config: Config
    clock: Clock
    resources: Resources
    _decider: Decider | None = None
    _manners: Manners | None = None
    stop: StopSignal = field(default_factory=StopSignal)
    instruments: Instruments = field(default_factory=Instruments)
    on_new: Callable[[datetime], None] = lambda _since: None  # told when a poll that may have brought stories is done

    def poll(
        self, options: PollOptions, *, command: str = "poll", on_progress: OnProgress = lambda _p: None
    ) -> PollReport:
        """Poll what is due and return when feeds, their new pages and the decisions about them are done.

        While another process polls this database we wait for it.

        Raises:
            LeaseHeld: a `run` holds the database: ask it with `ask` instead.

        """
        with self.lease(command):
            return self.poll_now(options, on_progress=on_progress)

    def poll_now(self, options: PollOptions, *, on_progress: OnProgress = lambda _p: None) -> PollReport:
        """As `poll`, for a caller who holds the lease."""
        with self.instruments.poll():
            return self._poll(options, on_progress)

    def _poll(self, options: PollOptions, on_progress: OnProgress) -> PollReport:
        begun = self.clock()
        feeds = self._due(begun, options)
        report = PollReport(feeds=len(feeds))
        try:
            self._poll_feeds(feeds, report, on_progress)
            if options.cluster:
                self._decide(report, on_progress)
            if options.pages and self.config.pages.enabled:
                self._scrape(report, options, on_progress)
        finally:
            if self._manners is not None:
                self._manners.remember()
        if options.cluster:
            self._decide(report, on_progress)
        report.stopped = self.stop.is_set()
        self.on_new(begun)
        return report

    def _due(self, now: datetime, options: PollOptions) -> tuple[Feed, ...]:
        """Feeds to ask now; of those that are asked ahead of time the ones that were not asked just now."""
        until = now + timedelta(seconds=options.ahead_s)
        return tuple(
            feed
            for feed in self.store.feeds.due(until, force=options.force)
            if options.force
            or feed.next_poll_at is None
            or feed.next_poll_at <= now
            or (feed.last_polled_at is not None and feed.last_polled_at > until + SKEW)
            or (
                (feed.retry_at is None or feed.retry_at <= now)
                and (feed.last_polled_at is None or feed.last_polled_at < until - AHEAD)
            )
        )

    def lease(self, command: str) -> AbstractContextManager[Lease]:
        """The lease, once another poll of this database has ended."""
        while True:
            lease = Lease(self.store, command)
            try:
                lease.take()
            except LeaseHeld as held:
                if held.holder.startswith("run") or self.stop.wait(ASK_AGAIN_S):
                    raise
            else:
                return lease

    def _poll_feeds(self, feeds: tuple[Feed, ...], report: PollReport, on_progress: OnProgress) -> None:
        if not feeds:
            return
        from aggregator.pipeline.feeds import FeedPoller

        self.store.read_unmapped()
        manners = self._recall()
        if any(feed.selectors is not None for feed in feeds):
            manners.recall_robots()
        poller = FeedPoller(
            store=self.store,
            fetch=self.resources.fetcher,
            parsers=self.resources.parsers,
            clock=self.clock,
            backfill=self.config.pages.backfill,
            sources=self.resources.sources,
        )
        for outcomes in poller.run(feeds, stop=self.stop):
            for outcome in outcomes:
                report.add(outcome)
                self.instruments.feed(outcome.outcome, outcome.elapsed_s)
            on_progress(
                Progress(
                    phase="feeds", done=report.polled, total=len(feeds), new_stories=report.new_stories,
                    failures=len(report.failed),
                )
            )  # fmt: skip

    def _scrape(self, report: PollReport, options: PollOptions, on_progress: OnProgress) -> None:
        from aggregator.plan import LIVE_S

        total = self.store.pages.due_count(self.clock(), live_s=LIVE_S if self.config.pages.reread else 0.0)
        if not total:
            return
        from aggregator.pipeline.pages import PageScraper

        self._recall().recall_robots()
        self.resources.dismiss_parsers()
        with self.resources.extractors(1 if total < MANY_PAGES else None) as extractors:
            scraper = PageScraper(
                store=self.store,
                fetch=self.resources.fetcher,
                extractors=extractors,
                clock=self.clock,
                rereads=self.config.pages.reread,
                rules=self._site_rules(),
                plugins=self.resources.plugins.names("extract_page"),
                on_folded=self.forget,
            )
            for done, result in enumerate(scraper.run(stop=self.stop), 1):
                report.add_page(result)
                self.instruments.page(result.page)
                on_progress(Progress(phase="pages", done=done, total=max(total, done), failures=report.pages_failed))
                if options.cluster and done % REFINE_EVERY == 0:
                    self._decide(report, on_progress)

    def _site_rules(self) -> tuple[SiteRule, ...]:
        """The site rules that can be read; what is wrong with the others is logged."""
        from aggregator.app.site_rules import site_rules

        rules, problems = site_rules(self.config.pages)
        for problem in problems:
            log.warning("%s", problem)
        return rules

    def _decide(self, report: PollReport, on_progress: OnProgress) -> None:
        total = self.store.decisions.stale_count()
        if not total:
            return

        def told(done: int) -> None:
            self.instruments.step()
            on_progress(Progress(phase="events", done=done, total=max(total, done)))

        report.decided += self.decider.run(stop=self.stop, progress=told)

    def _recall(self) -> Manners:
        """Have the door know what earlier runs learnt of hosts."""
        if self._manners is None:
            from aggregator.app.manners import Manners

            self._manners = Manners(self.store, self.resources.client, self.resources.gate)
        return self._manners

    def forget(self, keys: tuple[str, ...]) -> None:
        """Have the window in memory not count on stories that are no longer stored."""
        if self._decider is not None:
            self._decider.forget(keys)

    def obey(self) -> None:
        """Have an edit take effect at once: here, or in the process that holds the lease."""
        try:
            with Lease(self.store, "edit"):
                self.decider.run(stop=self.stop)
        except LeaseHeld as held:
            self._ask_to_decide(held.holder)

    def decide(self, *, on_progress: OnProgress = lambda _p: None) -> int:
        """Decide the stories that wait, here or in the process that holds the lease; returns how many were decided."""
        total = self.store.decisions.stale_count()
        if not total:
            return 0
        try:
            with Lease(self.store, "import"), self._many_hands(total):
                return self.decider.run(
                    stop=self.stop,
                    progress=lambda done: on_progress(Progress(phase="events", done=done, total=max(total, done))),
                )
        except LeaseHeld as held:
            return self._ask_to_decide(held.holder)

    def _ask_to_decide(self, holder: str) -> int:
        """Have the holder of the lease decide; returns how many were decided. What stopped it there is an error here."""
        result = self._ask("decide", {}, holder=holder)
        if "error" in result:
            raise AggregatorError(f"Process {holder} did not finish deciding: {result['error']}")
        decided = result.get("decided", 0)
        return decided if isinstance(decided, int) else 0

    @contextlib.contextmanager
    def _many_hands(self, stories: int) -> Iterator[None]:
        """Have processes compute the features of many stories, for a block."""
        processes = self.config.workers.processes or os.cpu_count() or 1
        if stories < MANY_STORIES or processes == 1:
            yield
            return
        from aggregator.pipeline.work import feature_workers

        before = self.decider.executor
        self.decider.executor = executor = feature_workers(processes - 1)  # we decide meanwhile
        try:
            yield
        finally:
            self.decider.executor = before
            executor.shutdown(cancel_futures=True)

    def rebuild(self, *, on_progress: OnProgress = lambda _p: None) -> int:
        """Decide all stories anew; the reader's edits stay in force."""
        with self.lease("rebuild"):
            total = self.store.decisions.mark_all_stale()
            with self._many_hands(total):
                return self.decider.run(
                    stop=self.stop,
                    progress=lambda done: on_progress(Progress(phase="events", done=done, total=total)),
                )

    def ask(self, options: PollOptions, *, holder: str) -> dict[str, object]:
        """Have the running process poll now, and wait for its report.

        Raises:
            AggregatorError: the process ended before it answered.

        """
        return self._ask("poll", asdict(options), holder=holder)

    def _ask(self, kind: str, options: dict[str, object], *, holder: str) -> dict[str, object]:
        request = self.store.leases.ask(kind, options, now=machine_time())
        while (result := self.store.leases.result(request)) is None:
            if self.stop.wait(ASK_AGAIN_S):
                return {"stopped": True}
            if self.store.leases.holder(WRITER, now=machine_time()) != holder or not is_running(holder):
                raise AggregatorError(f"The process that was to do it ({holder}) has ended; type the command again.")
        return result

    def ask_soon(self) -> bool:
        """Have the running process, if there is one, poll what is due without waiting for its next round."""
        holder = self.store.leases.holder(WRITER, now=machine_time())
        if holder is None or not is_running(holder):
            return False
        self.store.leases.ask("poll", asdict(PollOptions()), now=machine_time())
        return True

    def answer(self) -> bool:
        """Fulfil the oldest request of another process, if there is one; for the process that holds the lease."""
        request = self.store.leases.next_request(now=machine_time())
        if request is None:
            return False
        request_id, kind, options = request
        result: dict[str, object] = {"error": "interrupted"}
        try:
            if kind == "decide":
                result = {"decided": self.decider.run(stop=self.stop)}
            else:
                result = self.poll_now(PollOptions(**options)).as_dict()
        except AggregatorError as error:
            result = {"error": str(error)}
        finally:
            self.store.leases.finish(request_id, result, now=machine_time())
        return True

    def tidy(self) -> int:
        """Drop raw pages that are older than the settings want them kept; returns how many."""
        return self.store.pages.forget_bodies(self.clock(), keep=timedelta(days=self.config.pages.keep_html_days))

    @property
    def decider(self) -> Decider:
        """The keeper of the window."""
        if self._decider is None:
            from aggregator.cluster.meaning import is_installed
            from aggregator.pipeline.decide import Decider

            across = self.config.events.across_languages
            if across and not is_installed():
                log.warning("no extra for other languages; type: pip install 'aggregator[languages]'")
            self._decider = Decider(self.store, self.resources.engine.fingerprinter(), across=across and is_installed())
        return self._decider
