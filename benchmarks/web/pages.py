"""Every kind of page on a store of any size: bytes before images, and processor time of the first request and of later ones.

    python benchmarks/web/pages.py STORE.db [--repeat 5]

The clock begins with the store's latest story. Copy the store first: topics and a digest are made in it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.parse import quote

from flask.testing import FlaskClient

from aggregator.app.app import App, open_app
from aggregator.app.clock import clock_from
from aggregator.config import Config
from aggregator.errors import AlreadyExists
from aggregator.store import Store
from aggregator.web import create_app

MOST_BYTES = 150_000
TOPICS = {"Broad": "report OR storm OR election", "Word": "bafa"}


def addresses(app: App) -> Iterator[str]:
    """One of each kind, and the largest of its kind."""
    rows = app.store.connections.rows
    latest = rows("SELECT id, headline_story_id FROM events ORDER BY last_at DESC LIMIT 1")[0]
    largest = rows("SELECT id FROM events ORDER BY reports DESC LIMIT 1")[0]
    feeds = app.feeds.all()
    word = app.store.stories.get(latest["headline_story_id"]).title or "storm"
    yield from ("/", f"/events/{latest['id']}", f"/events/{largest['id']}")
    yield from (
        f"/stories/{latest['headline_story_id']}",
        f"/search?q={quote(word.split()[0])}",
        "/search?q=storm+coast",
    )
    yield from ("/feeds", f"/feeds/{feeds[0].id}", "/folders/" + "/".join(map(quote, feeds[0].folder)), "/starred")
    yield from ("/topics", *(f"/topics/{name}" for name in TOPICS))
    yield from (f"/outlets?period={period}" for period in ("day", "week", "month"))
    yield from (
        "/outlets/1?period=week",
        "/digests",
        f"/digests/{app.digests.archive()[0]['id']}",
        "/settings",
        "/keys",
    )
    yield from ("/out/events.atom", "/out/search.atom?q=storm")


def measured(client: FlaskClient, path: str, repeat: int) -> dict[str, object]:
    """What one address costs; `ok` says whether it keeps to its size."""
    times = []
    for _ in range(repeat):
        begun = time.process_time()
        answer = client.get(path, base_url="http://localhost")
        times.append((time.process_time() - begun) * 1000)
    size = len(answer.data)
    return {"path": path, "status": answer.status_code, "bytes": size, "first_ms": round(times[0], 1),
            "later_ms": round(median(times[1:]), 1), "ok": size <= MOST_BYTES}  # fmt: skip


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("db", type=Path)
    ask.add_argument("--repeat", type=int, default=5)
    given = ask.parse_args()
    with contextlib.closing(Store(given.db)) as store:
        latest = store.stories.last_seen_at()
    with open_app(Config(timezone="UTC"), db=given.db, clock=clock_from(latest.isoformat() if latest else None)) as app:
        for name, query in TOPICS.items():
            with contextlib.suppress(AlreadyExists):
                app.topics.add(name, query)
        if not app.digests.archive():
            app.digests.make(name="morning")
        client = create_app(app).test_client()
        if not app.accounts.is_open:
            (reader, *_) = app.accounts.readers()
            app.accounts.set_password(reader.name, "a long enough password")
            client.set_cookie("aggregator", app.accounts.log_in(reader.name, "a long enough password", address="x"))
        for path in addresses(app):
            print(json.dumps(measured(client, path, given.repeat)), flush=True)


if __name__ == "__main__":
    main()
