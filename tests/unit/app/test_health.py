"""What a reader hears of feeds that need a hand, in the digest and from doctor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.app.app import App, open_app
from aggregator.app.doctor import examine
from aggregator.app.health import feed_troubles, silence
from aggregator.config import Config, DigestConfig
from aggregator.model import Feed, FeedUpdate
from tests.support.building import NOW, a_new_entry, a_spec

URL = "https://courier.example/feed.xml"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with open_app(Config(timezone="UTC"), db=tmp_path / "a.db", clock=lambda: NOW) as made:
        made.feeds.add([a_spec(URL, title="The Courier")])
        yield made


def after_poll(feed: Feed, **over: object) -> FeedUpdate:
    names = FeedUpdate.__dataclass_fields__
    same = {name: getattr(feed, name) for name in names}
    return FeedUpdate(**{**same, "last_polled_at": NOW, "last_ok_at": NOW - timedelta(days=2), **over})


def said(app: App, **over: object) -> str:
    """The digest's line about the only feed after a poll that ended so."""
    feed = app.store.feeds.get(URL)
    app.store.feeds.update(feed.id, after_poll(feed, **over))
    return " ".join(app.digests.health(NOW - timedelta(days=1)))


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"failures": 2, "last_error": "500"}, ""),
        ({"state": "gone", "last_status": 410}, "The Courier is gone for good: its server answers 410 since 2026-02-28."),
        ({"failures": 5, "last_error": "It answers 500."}, "The Courier has failed 5 times in a row since 2026-02-28: It answers 500."),
        ({"failures": 5, "last_error": "403 (Cloudflare stands in the way)"}, "The Courier is blocked by Cloudflare since 2026-02-28"),
        ({"failures": 5, "last_error": "401 (login stands in the way)"}, "The Courier wants a login since 2026-02-28."),
        ({"state": "gone", "moved_to": "https://new.example/feed"}, "The Courier has moved to https://new.example/feed, which you have"),
    ],
)  # fmt: skip
def test_a_feed_in_trouble_is_named_with_the_command_that_mends_it(
    app: App, over: dict[str, object], words: str
) -> None:
    line = said(app, **over)
    assert line.startswith(words)
    assert bool(words) == (f"aggregator feeds remove {URL}" in line)
    found = [finding.what for finding in examine(app) if "Courier" in finding.what]
    assert bool(found) == bool(words)


def test_a_feed_that_moved_is_told_once_and_is_no_trouble(app: App) -> None:
    said(app)
    app.store.feeds.move(1, "https://new.example/feed")
    line = "The Courier has moved and is now asked at https://new.example/feed."
    assert app.digests.health(NOW - timedelta(days=1)) == (line,)
    assert app.digests.health(NOW + timedelta(seconds=1)) == ()
    assert not [finding for finding in examine(app) if "Courier" in finding.what]


def test_a_feed_is_silent_by_its_own_rhythm_only() -> None:
    def published(gap: timedelta, last: datetime) -> list[datetime]:
        return [last - gap * n for n in range(10)]

    daily, monthly = timedelta(days=1), timedelta(days=30)
    assert silence(published(daily, NOW - timedelta(days=20)), NOW) == timedelta(days=20)
    assert silence(published(daily, NOW - timedelta(days=10)), NOW) is None
    assert silence(published(monthly, NOW - timedelta(days=90)), NOW) is None
    assert silence([], NOW) is None


def test_a_feed_that_fell_silent_is_named(app: App) -> None:
    then = NOW - timedelta(days=30)
    entries = [a_new_entry(n, published_at=then - timedelta(days=n)) for n in range(5)]
    app.store.ingest.apply(1, entries, now=then)
    assert said(app, last_new_at=then, last_ok_at=NOW).startswith("The Courier has published nothing for 30 days")


def test_a_digest_names_a_few_feeds_and_counts_the_others(app: App) -> None:
    app.feeds.add([a_spec(f"https://outlet{n}.example/feed", title=f"Outlet {n}") for n in range(9)])
    for feed in app.store.feeds.all():
        app.store.feeds.update(feed.id, after_poll(feed, failures=4, last_error="It answers 500"))
    lines = app.digests.health(NOW)
    assert len(lines) == 7
    assert lines[-1] == "4 more feeds need a look: aggregator doctor"
    assert len(list(feed_troubles(app.store, NOW, NOW))) == 10


def test_doctor_names_a_paused_address_and_mail_without_settings(app: App) -> None:
    app.config = replace_config(app.config, {"morning": DigestConfig(to=("me@example.net",))})
    assert any("[mail] sender" in finding.what for finding in examine(app))
    app.store.recipients.get("morning", "me@example.net", token="t", now=NOW)
    for _ in range(3):
        app.store.recipients.fared_ill("morning", "me@example.net", "550 no such user", most=3, now=NOW)
    (finding,) = [f for f in examine(app) if "me@example.net" in f.what]
    assert "550 no such user" in finding.what
    assert finding.mend == "aggregator digests resume me@example.net"


def replace_config(config: Config, digests: dict[str, DigestConfig]) -> Config:
    import msgspec

    return msgspec.structs.replace(config, digests=digests)
