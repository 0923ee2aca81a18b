"""Figures as Prometheus reads them: the names are documented in docs/operations.md, and stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from aggregator import __version__
from aggregator.app.instruments import Histogram, Reading
from aggregator.app.watching import Figures, StoredFigures

__all__ = ["CONTENT_TYPE", "text"]


def text(figures: Figures) -> bytes:
    """All figures, and those of the process: memory, processor time, open files."""
    registry = CollectorRegistry()
    registry.register(_Collected(figures))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Collected(Collector):
    """Figures in the library's words."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        yield _labelled(GaugeMetricFamily, "aggregator_build", "The version that runs.", "version", {__version__: 1})
        yield from _stored(self._figures.stored)
        yield from _done(self._figures.done)


def _stored(now: StoredFigures) -> Iterator[Metric]:
    yield _labelled(GaugeMetricFamily, "aggregator_feeds", "Subscriptions by state.", "state", now.feeds)
    yield _gauge("aggregator_feeds_due", "Feeds whose time to be asked has come.", now.feeds_due)
    yield _gauge("aggregator_feeds_failing", "Active feeds whose last poll failed.", now.feeds_failing)
    yield _gauge("aggregator_stories", "Stories stored.", now.stories)
    yield _gauge("aggregator_events", "Events stored.", now.events)
    yield _gauge("aggregator_stories_undecided", "Stories that wait to be put into events.", now.undecided)
    yield _gauge("aggregator_pages_due", "Article pages that wait to be fetched.", now.pages_due)
    yield _gauge("aggregator_editions", "Digests stored.", now.editions)
    yield _labelled(
        GaugeMetricFamily, "aggregator_outbox", "Mails of digests by what became of them.", "state", now.mail
    )
    yield _gauge("aggregator_database_bytes", "Size of the database file.", now.size_bytes)
    for name, text, at in (
        ("aggregator_last_edition_timestamp_seconds", "When the latest digest was made.", now.last_edition_at),
        ("aggregator_last_poll_timestamp_seconds", "When a feed was last asked.", now.last_poll_at),
    ):
        if at is not None:
            yield _gauge(name, text, at.timestamp())


def _done(since_start: Reading) -> Iterator[Metric]:
    for name, text, label, values in (
        ("aggregator_feed_polls", "Feeds asked, by outcome.", "outcome", since_start.feeds),
        ("aggregator_page_fetches", "Article pages asked for, by outcome.", "outcome", since_start.pages),
        (
            "aggregator_digests",
            "Digests made, and mails of them sent, put off or refused.",
            "outcome",
            since_start.digests,
        ),
        ("aggregator_job_failures", "Jobs that ended in trouble.", "job", since_start.failed_jobs),
    ):
        yield _labelled(CounterMetricFamily, name, text, label, values)
    yield _histogram("aggregator_feed_fetch_seconds", "How long a feed took to answer.", since_start.fetch_s)
    yield _histogram("aggregator_poll_seconds", "How long a poll of what was due took.", since_start.poll_s)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _labelled(
    kind: type[GaugeMetricFamily | CounterMetricFamily], name: str, text: str, label: str, values: Mapping[str, float]
) -> Metric:
    family = kind(name, text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _histogram(name: str, text: str, durations: Histogram) -> Metric:
    return HistogramMetricFamily(name, text, buckets=list(durations.buckets), sum_value=durations.total_s)
