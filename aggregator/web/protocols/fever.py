"""The Fever API, version 3, at `/fever/`, `/fever.php` and `/api/fever.php`.

Who asks is known by the MD5 of name and password, as the protocol has it; so it needs a password made for the program, of which
that MD5 is kept (hashed once more). Everything is one address: what is asked for stands in the names of the parameters.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, g

from aggregator.app.clients import ClientEntry, ClientFeed, Selection
from aggregator.render.fragments import with_enclosures
from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import Parameters, as_json, epoch, known_feeds, parameters, reader_id, when, whole

__all__ = ["fever"]

fever = Blueprint("fever", __name__)

VERSION = 3
ITEMS = 50  # in one answer; the protocol's number
MOST_IDS = 100_000
FIRST_TIME = 10**14  # microseconds: 1973


@fever.route("/fever", methods=["GET", "POST"])
@fever.route("/fever/", methods=["GET", "POST"])
@fever.route("/fever.php", methods=["GET", "POST"])
@fever.route("/api/fever.php", methods=["GET", "POST"])
def answer() -> Response:
    """Whatever the parameters name."""
    sent = parameters()
    reader = our_app().access.by_fever_key(sent.get("api_key"))
    if reader is None:
        return as_json({"api_version": VERSION, "auth": 0})
    g.reader = reader
    feeds = known_feeds()
    said: dict[str, object] = {"api_version": VERSION, "auth": 1}
    said["last_refreshed_on_time"] = str(max((epoch(f.last_polled_at) for f in feeds), default=0))
    if "mark" in sent:
        said |= _mark(sent, feeds)
    if "groups" in sent:
        folders = our_app().clients.folders()
        said |= {"groups": [{"id": i, "title": name} for i, name in folders], "feeds_groups": _groups(feeds)}
    if "feeds" in sent:
        said |= {"feeds": [_feed(f) for f in feeds], "feeds_groups": _groups(feeds)}
    if "favicons" in sent:
        said["favicons"] = []
    if "links" in sent:
        said["links"] = []
    if "unread_item_ids" in sent:
        said["unread_item_ids"] = _ids(Selection(is_read=False))
    if "saved_item_ids" in sent:
        said["saved_item_ids"] = _ids(Selection(is_starred=True))
    if "items" in sent:
        said |= _items(sent)
    return as_json(said)


def _feed(feed: ClientFeed) -> dict[str, object]:
    return {
        "id": feed.id,
        "favicon_id": 0,
        "title": feed.title,
        "url": feed.url,
        "site_url": feed.site_url or "",
        "is_spark": 0,
        "last_updated_on_time": epoch(feed.last_new_at),
    }


def _groups(feeds: list[ClientFeed]) -> list[dict[str, object]]:
    members: dict[int, list[str]] = {}
    for feed in feeds:
        if feed.folder_id:
            members.setdefault(feed.folder_id, []).append(str(feed.id))
    return [{"group_id": i, "feed_ids": ",".join(ids)} for i, ids in members.items()]


def _ids(selection: Selection) -> str:
    page = our_app().clients.page(selection, reader_id=reader_id(), limit=MOST_IDS)
    return ",".join(map(str, sorted(page.numbers)))


def _items(sent: Parameters) -> dict[str, object]:
    """Entries by number, or the next ones after or before a number."""
    clients = our_app().clients
    if "with_ids" in sent:
        numbers = [n for n in map(whole, sent.get("with_ids").split(",")[:ITEMS]) if n is not None]
    else:
        since, until = sent.whole("since_id"), sent.whole("max_id") or None
        selection = Selection(
            after=None if _is_time(since) else since,
            before=None if _is_time(until) else until,
            seen_since=when(since) if _is_time(since) else None,
            seen_until=when(until) if _is_time(until) else None,
            newest_first="since_id" not in sent,
        )
        numbers = list(clients.page(selection, reader_id=reader_id(), limit=ITEMS).numbers)
    entries = clients.entries(numbers, reader_id=reader_id())
    return {"items": [_item(e) for e in entries], "total_items": clients.count(Selection(), reader_id=reader_id())}


def _is_time(number: int | None) -> bool:
    """Whether a number is meant for microseconds since 1970: FreshRSS numbers entries so, and programs count on it."""
    return number is not None and number >= FIRST_TIME


def _item(entry: ClientEntry) -> dict[str, object]:
    return {
        "id": entry.number,
        "feed_id": entry.feed_id,
        "title": entry.title,
        "author": entry.author,
        "html": with_enclosures(entry.html, entry.enclosures),  # the protocol has no place of its own for them
        "url": entry.url or "",
        "is_saved": int(entry.is_starred),
        "is_read": int(entry.is_read),
        "created_on_time": epoch(entry.published_at),
    }


def _mark(sent: Parameters, feeds: list[ClientFeed]) -> dict[str, object]:
    """Mark an entry, a feed or a group; the answer holds what is unread or saved afterwards, for some programs want it."""
    clients, what, state, number = our_app().clients, sent.get("mark"), sent.get("as"), sent.whole("id")
    if what == "item" and number is not None:
        if state in ("read", "unread"):
            clients.mark_read([number], reader_id=reader_id(), is_read=state == "read")
        elif state in ("saved", "unsaved"):
            clients.star([number], reader_id=reader_id(), is_starred=state == "saved")
    elif what in ("feed", "group") and state == "read" and number is not None:
        until = when(sent.whole("before"))
        clients.read_all(replace(_members(what, number, feeds), seen_until=until), reader_id=reader_id())
    if state in ("saved", "unsaved"):
        return {"saved_item_ids": _ids(Selection(is_starred=True))}
    return {"unread_item_ids": _ids(Selection(is_read=False))}


def _members(what: str, number: int, feeds: list[ClientFeed]) -> Selection:
    """The entries of a feed or group; group 0 is everything ("Kindling"), -1 is "Sparks", of which there are none."""
    if what == "group" and number == 0:
        return Selection()
    return Selection(feed_ids=tuple(f.id for f in feeds if number == (f.id if what == "feed" else f.folder_id)))
