"""Entries of the Miniflux API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, request
from werkzeug.exceptions import BadRequest, NotFound

from aggregator.app.clients import ClientEntry, Selection
from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import as_json, body_json, feed_of, reader_id, when, whole
from aggregator.web.protocols.miniflux.door import miniflux, nothing
from aggregator.web.protocols.miniflux.feeds import feeds_of
from aggregator.web.protocols.miniflux.values import WORDS_A_MINUTE, entry_row

__all__: list[str] = []

USUAL = 100
MOST = 1000
MOST_MARKED = 100_000
STATES = {"read": True, "unread": False}
BY_PUBLICATION = frozenset({"published_at", ""})
ORDERS = BY_PUBLICATION | {
    "id",
    "created_at",
    "changed_at",
    "status",
    "category_title",
    "category_id",
    "title",
    "author",
}


@miniflux.get("/v1/entries")
def entries() -> Response:
    """Entries of all feeds."""
    chosen = [whole(i) or 0 for i in request.args.getlist("category_id")]
    if not chosen:
        return _list(Selection())
    return _list(Selection(feed_ids=tuple(f.id for number in chosen for f in feeds_of(number))))


@miniflux.get("/v1/feeds/<int:number>/entries")
def feed_entries(number: int) -> Response:
    """Entries of a feed."""
    return _list(Selection(feed_ids=(feed_of(number).id,)))


@miniflux.get("/v1/categories/<int:number>/entries")
def category_entries(number: int) -> Response:
    """Entries of a category's feeds."""
    return _list(Selection(feed_ids=tuple(f.id for f in feeds_of(number))))


@miniflux.get("/v1/entries/<int:entry>")
def one_entry(entry: int) -> Response:
    """One entry."""
    return as_json(_row(_entry(entry)))


@miniflux.get("/v1/feeds/<int:number>/entries/<int:entry>")
def feed_entry(number: int, entry: int) -> Response:
    """One entry of a feed."""
    found = _entry(entry)
    if found.feed_id != number:
        raise NotFound("There is no such entry in this feed.")
    return as_json(_row(found))


@miniflux.get("/v1/categories/<int:number>/entries/<int:entry>")
def category_entry(number: int, entry: int) -> Response:
    """One entry of a category's feeds."""
    found = _entry(entry)
    if found.feed_id not in {f.id for f in feeds_of(number)}:
        raise NotFound("There is no such entry in this category.")
    return as_json(_row(found))


@miniflux.put("/v1/entries")
def update_entries() -> Response:
    """Mark entries read or unread."""
    sent = body_json()
    numbers, status = sent.get("entry_ids"), sent.get("status")
    if not isinstance(numbers, list) or not numbers or status not in (*STATES, "removed"):
        raise BadRequest("Name entry_ids, and a status: read or unread.")
    known = [n for n in map(whole, numbers[:MOST_MARKED]) if n is not None]
    our_app().clients.mark_read(known, reader_id=reader_id(), is_read=STATES.get(status, True))
    return nothing()


@miniflux.put("/v1/entries/<int:entry>/bookmark")
@miniflux.put("/v1/entries/<int:entry>/star")
def toggle_star(entry: int) -> Response:
    """Star an entry, or take its star off."""
    found = _entry(entry)
    our_app().clients.star([entry], reader_id=reader_id(), is_starred=not found.is_starred)
    return nothing()


@miniflux.get("/v1/entries/<int:entry>/fetch-content")
def fetch_content(entry: int) -> Response:
    """The text as it is kept: pages are read as stories come."""
    found = _entry(entry)
    return as_json({"content": found.html, "reading_time": -(-found.words // WORDS_A_MINUTE)})


@miniflux.put("/v1/entries/<int:entry>")
@miniflux.post("/v1/entries/<int:entry>/save")
@miniflux.post("/v1/feeds/<int:entry>/entries/import")
def as_published(**_route: int) -> Response:
    """What is kept is what was published: it is not changed, sent elsewhere, or brought in by hand."""
    raise BadRequest("That cannot be done here.")


def _entry(number: int) -> ClientEntry:
    found = our_app().clients.entries([number], reader_id=reader_id())
    if not found:
        raise NotFound("There is no such entry.")
    return found[0]


def _row(entry: ClientEntry) -> dict[str, object]:
    feeds = our_app().clients.some_feeds([entry.feed_id])
    return entry_row(entry, feeds.get(entry.feed_id), reader_id())


def _list(selection: Selection) -> Response:
    """The entries that the address's filters leave, and how many there are in all."""
    app, reader = our_app(), reader_id()
    selection = _filtered(selection)
    limit, offset = _limits()
    page = app.clients.page(selection, reader_id=reader, limit=limit, offset=offset)
    found = app.clients.entries(page.numbers, reader_id=reader)
    feeds = app.clients.some_feeds(e.feed_id for e in found)
    total = app.clients.count(selection, reader_id=reader)
    return as_json({"total": total, "entries": [entry_row(e, feeds.get(e.feed_id), reader) for e in found]})


def _limits() -> tuple[int, int]:
    limit, offset = _number("limit"), _number("offset")
    if (limit is not None and limit < 0) or (offset is not None and offset < 0):
        raise BadRequest("Limit and offset are not negative.")
    return min(USUAL if limit is None else limit or MOST, MOST), offset or 0


def _filtered(selection: Selection) -> Selection:
    given = request.args
    order, direction = given.get("order", ""), given.get("direction", "desc")
    if order not in ORDERS or direction not in ("asc", "desc"):
        raise BadRequest("There is no such order.")
    states = {s for s in given.getlist("status") if s}
    if not states <= {*STATES, "removed"}:
        raise BadRequest("A status is read, unread or removed.")
    known = [STATES[s] for s in states if s in STATES]
    filters: dict[str, Any] = {
        "is_read": known[0] if len(known) == 1 else None,
        "is_starred": {"true": True, "1": True, "false": False, "0": False}.get(given.get("starred", "")),
        "before": _number("before_entry_id") or None,
        "after": _number("after_entry_id"),
        "published_until": when(_number("before") or _number("published_before")),
        "published_since": when(_number("after") or _number("published_after")),
        "seen_until": when(_number("changed_before")),
        "by": "published" if order in BY_PUBLICATION else "number",
        "newest_first": direction == "desc",
        "tag": given.get("tags") or None,
    }
    found = replace(selection, **filters)
    if states == {"removed"}:
        return replace(found, feed_ids=())
    if (since := when(_number("changed_after"))) is not None:
        found = our_app().clients.changed(found, since, reader_id=reader_id())
    query = given.get("search", "").strip()
    return our_app().clients.matching(found, query, reader_id=reader_id()) if query else found


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    number = whole(text)
    if number is None:
        raise BadRequest(f"{name} is not a number.")
    return number
