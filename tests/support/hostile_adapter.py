"""Puts the product before the hostile kit: polls the kit's addresses and writes what became of them.

First version: the network door and the sandboxed parser, with a database of its own. The finished one drives the app.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

from aggregator.errors import AggregatorError
from aggregator.fetch import Client, FetchFailed, FetchOptions, FetchRequest, HostGate, NotModified, fetch_all, mask
from aggregator.model import ParsedFeed
from aggregator.parse import parse_feed
from aggregator.pipeline.sandbox import SandboxExecutor

CLASSES = {
    "FetchTimeout": "timeout",
    "ConnectError": "connection",
    "TLSError": "tls",
    "TooLarge": "too_large",
    "Refused": "blocked",
    "HTTPStatusError": "http",
    "FetchError": "protocol",
}


def error_class(failed: FetchFailed) -> str:
    if failed.status:
        return f"http_{failed.status}"
    if "redirects" in str(failed.error):
        return "redirects"
    if "not a valid address" in str(failed.error) or "Only http" in str(failed.error):
        return "bad_url"
    return CLASSES.get(type(failed.error).__name__, "other")


def rows_of(url: str, feed: ParsedFeed) -> list[tuple[str | None, ...]]:
    return [
        (
            url,
            entry.id,
            entry.title,
            entry.link,
            entry.published_at.isoformat() if entry.published_at else None,
            entry.content or entry.summary,
            ", ".join(entry.authors) or None,
        )
        for entry in feed.entries
    ]


def main() -> None:  # noqa: C901 - a first version
    flags = argparse.ArgumentParser()
    for name in ("urls", "polls", "articles", "work", "out"):
        flags.add_argument(f"--{name}")
    given = flags.parse_args()
    urls = [line for line in Path(given.urls).read_text().split("\n") if line.strip()]
    timeout = float(os.environ.get("HOSTILE_DEADLINE") or 20)
    private = ("127.0.0.0/8",) if os.environ.get("HOSTILE_PRIVATE_OK") else ()
    options = FetchOptions(timeout_s=timeout, page_timeout_s=timeout, allow_networks=private, host_gap_s=0)
    client, gate = Client(options), HostGate(options)
    database = sqlite3.connect(f"{given.work}/kit.db")
    database.execute("create table entry (feed, id, title, link, published, content, author, primary key (feed, id))")
    answers: dict[str, dict[str, Any]] = {}
    validators: dict[str, tuple[str | None, str | None]] = {}
    resting: set[str] = set()
    with SandboxExecutor(1, timeout_s=10, memory_bytes=160 * 2**20, preload=["aggregator.parse"]) as sandbox:
        for _ in range(int(given.polls)):
            due = [
                FetchRequest(
                    url=u, etag=validators.get(u, (None, None))[0], last_modified=validators.get(u, (None, None))[1]
                )
                for u in urls
                if u not in resting
            ]
            pages: list[str] = []
            for request, result in fetch_all(client, due, gate):
                url = request.url
                if isinstance(result, FetchFailed):
                    answers[url] = {"status": "error", "error": str(result.error), "error_class": error_class(result)}
                    if os.environ.get("HOSTILE_BACKOFF") and (result.retry_after_s or result.status == 410):
                        resting.add(url)
                    continue
                validators[url] = (result.etag, result.last_modified)
                if isinstance(result, NotModified):
                    continue
                try:
                    content_type = result.headers.get("content-type")
                    parsed = sandbox.submit(
                        parse_feed, result.body, url=result.final_url, content_type=content_type
                    ).result()
                except AggregatorError as exc:
                    answers[url] = {"status": "error", "error": f"{mask(url)}: {exc}", "error_class": "not_a_feed"}
                    continue
                answers[url] = {"status": "ok"}
                with database:
                    database.executemany("insert or replace into entry values (?,?,?,?,?,?,?)", rows_of(url, parsed))
                pages += [e.link for e in parsed.entries if e.link]
            if given.articles == "1":
                for _request, page in fetch_all(client, [FetchRequest(url=p, kind="page") for p in pages], gate):
                    assert page is not None
    for url, answer in answers.items():
        rows = database.execute("select id, title, link, published, content, author from entry where feed = ?", (url,))
        answer["entries"] = [
            dict(zip(("id", "title", "link", "published", "content", "author"), r, strict=True)) for r in rows
        ]
    Path(given.out).write_text(json.dumps({"feeds": answers, "db": f"{given.work}/kit.db"}))


if __name__ == "__main__":
    main()
