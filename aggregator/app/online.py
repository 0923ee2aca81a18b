"""Look for trouble outside: are feeds reached, is the clock right, does the mail server let us in, is the page where we say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from statistics import median

from aggregator import deliver
from aggregator.app.app import App
from aggregator.app.clock import machine_time
from aggregator.app.doctor import Finding
from aggregator.app.mailing import transport_of
from aggregator.errors import AggregatorError, DeliveryError
from aggregator.fetch import Fetched, FetchFailed, FetchRequest, FetchResult, fetch_all, mask
from aggregator.model import Feed
from aggregator.pipeline.spread import Cluster
from aggregator.text.urls import host_of, web_url

__all__ = ["examine_online"]

MOST_HOSTS = 20
WRONG_CLOCK = timedelta(minutes=2)  # below it, what we send and keep is right in the minute


def examine_online(app: App) -> list[Finding]:
    """All findings. Asks one feed of each of at most twenty hosts, those that failed first; stores nothing."""
    feeds = _chosen(app.feeds.all())
    results = list(
        fetch_all(
            app.resources.client,
            [FetchRequest(url=f.url, etag=f.etag, last_modified=f.last_modified) for f in feeds],
            app.resources.gate,
            stop=app.polling.stop,
        )
    )
    return [*_reached(results), *_clock([result for _, result in results]), *_mail(app), *_page(app), *_cluster(app)]


def _chosen(feeds: Sequence[Feed]) -> list[Feed]:
    by_host: dict[str | None, Feed] = {}
    for feed in sorted(feeds, key=lambda f: (-f.failures, f.id)):
        if feed.state == "active" and web_url(feed.url):  # folders of mail, and what plugins read, are not asked
            by_host.setdefault(host_of(feed.url), feed)
    return list(by_host.values())[:MOST_HOSTS]


def _reached(results: Sequence[tuple[FetchRequest, FetchResult]]) -> Iterator[Finding]:
    failed = [(request, result) for request, result in results if isinstance(result, FetchFailed)]
    if len(failed) > 1 and len(failed) == len(results) and all(result.status is None for _, result in failed):
        yield Finding(
            what=f"None of {len(failed)} hosts can be reached; the first: {failed[0][1].error}",
            mend="Look at this machine's network and name service, and at [fetch] proxy.",
        )
        return
    for request, result in failed:
        yield Finding(what=f"Asked now: {result.error}", mend=f"aggregator feeds next {mask(request.url)}")


def _clock(results: Sequence[FetchResult]) -> Iterator[Finding]:
    """Compare with the time that servers say; the median, for some of them are wrong themselves."""
    now = machine_time()
    offsets = []
    for result in results:
        try:
            said = parsedate_to_datetime(result.headers["date"])
            offsets.append((now - said).total_seconds() - getattr(result, "elapsed_s", 0.0))
        except (KeyError, ValueError, TypeError):
            continue
    if offsets and abs(median(offsets)) > WRONG_CLOCK.total_seconds():
        direction = "ahead of" if median(offsets) > 0 else "behind"
        yield Finding(
            what=f"This machine's clock is {abs(median(offsets)):.0f} seconds {direction} {len(offsets)} servers' clocks.",
            mend="Set the clock; systemd-timesyncd or chrony keep it right.",
        )


def _mail(app: App) -> Iterator[Finding]:
    mail = app.config.mail
    if not mail.host and not any(digest.to for digest in app.config.digests.values()):
        return
    try:
        transport = transport_of(mail)
        if isinstance(transport, deliver.SmtpTransport):
            transport.knock()
    except DeliveryError as error:
        yield Finding(what=str(error), mend=f"Look at {error.setting or '[mail]'}; then: aggregator mail test")


def _page(app: App) -> Iterator[Finding]:
    public = app.config.web.public_url
    if not public:
        return
    request = FetchRequest(url=f"{public}/healthz", kind="other", trusted=True)  # the owner named it
    result = app.resources.client.fetch(request)
    if isinstance(result, Fetched):
        return
    why = str(result.error) if isinstance(result, FetchFailed) else f"it answered {result.status}"
    yield Finding(
        what=f"The page is not at [web] public_url: {why}",
        mend="Is aggregator run at work, and does the proxy lead to it?",
    )


def _cluster(app: App) -> Iterator[Finding]:
    workers = app.config.workers
    if workers.engine == "local" or workers.scheduler is None:
        return
    try:
        Cluster(workers.scheduler).close()
    except AggregatorError as error:
        yield Finding(what=str(error), mend="Look at [workers] scheduler; until then this machine reads alone.")
