"""The Nextcloud News API, versions 1-2 and 1-3: they differ in how marks are sent, and either way is taken in both."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import md5
from typing import TypeVar

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import Conflict, HTTPException, NotFound, UnprocessableEntity

from aggregator.app.clients import EVENTS, EVERYTHING, ClientEntry, ClientFeed, Selection
from aggregator.errors import AggregatorError, AlreadyExists
from aggregator.errors import NotFound as NotStored
from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import (
    as_json,
    basic,
    body_json,
    epoch,
    feed_of,
    known_feeds,
    reader_id,
    when,
    whole,
)

__all__ = ["nextcloud"]

nextcloud = Blueprint("nextcloud", __name__)

BASES = tuple(f"{front}/apps/news/api/{version}" for front in ("/index.php", "") for version in ("v1-2", "v1-3"))
VERSION = "25.0.0"  # of Nextcloud News, whose API this is
USUAL, MOST = 200, 10_000
FEED, FOLDER, STARRED, ALL, UNREAD = 0, 1, 2, 3, 6
_GUID = re.compile(r"entry-[0-9]{1,18}")
_HASH = re.compile(r"[0-9a-f]{32}")


View = TypeVar("View", bound=Callable[..., Response])


def _route(path: str, *methods: str) -> Callable[[View], View]:
    """Serve a path under every base, by these methods."""

    def put(view: View) -> View:
        for base in BASES:
            nextcloud.add_url_rule(base + path, view.__name__, view, methods=list(methods or ("GET",)))
        return view

    return put


@nextcloud.before_request
def _admit() -> Response | None:
    reader = basic()
    if reader is None:
        refused = as_json({"message": "Current user is not logged in"}, 401)
        refused.headers["WWW-Authenticate"] = 'Basic realm="aggregator"'
        return refused
    g.reader = reader
    return None


@nextcloud.errorhandler(AggregatorError)
def _wrong(error: AggregatorError) -> Response:
    status = 404 if isinstance(error, NotStored) else 409 if isinstance(error, AlreadyExists) else 422
    return as_json({"message": str(error)}, status)


@nextcloud.errorhandler(HTTPException)
def _refused(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    return as_json({"message": error.description or error.name}, error.code or 500)


@_route("/version")
def version() -> Response:
    """The version that this API is of."""
    return as_json({"version": VERSION})


@_route("/status")
def status() -> Response:
    """The version, and that nothing is wrong."""
    return as_json({"version": VERSION, "warnings": {"improperlyConfiguredCron": False, "incorrectDbCharset": False}})


@_route("/user")
def user() -> Response:
    """Who asks."""
    name = g.reader.name
    return as_json(
        {"userId": name, "displayName": name, "lastLoginTimestamp": epoch(our_app().clock()), "avatar": None}
    )


# Folders.


@_route("/folders")
def folders() -> Response:
    """Every folder."""
    return as_json({"folders": [{"id": i, "name": name, "opened": True, "feeds": []} for i, name in _folders()]})


@_route("/folders", "POST")
def create_folder() -> Response:
    """Make a folder."""
    name = _name("name")
    if any(known == name for _, known in _folders()):
        raise Conflict("The folder exists already.")
    number = our_app().clients.folder_id(name)
    return as_json({"folders": [{"id": number, "name": name, "opened": True, "feeds": []}]})


@_route("/folders/<int:number>", "PUT", "DELETE")
def change_folder(number: int) -> Response:
    """Rename a folder, or take it away."""
    if number == EVENTS or number not in dict(_folders()):
        raise NotFound("There is no such folder.")
    if request.method == "DELETE":
        our_app().clients.drop_folder(number)
    else:
        our_app().clients.rename_folder(number, _name("name"))
    return _done()


@_route("/folders/<int:number>/read", "PUT", "POST")
def read_folder(number: int) -> Response:
    """Mark the entries of a folder's feeds read, up to the newest that the program has seen."""
    return _read_all(Selection(feed_ids=tuple(f.id for f in _feeds() if f.folder_id == number)))


# Feeds.


@_route("/feeds")
def feeds() -> Response:
    """Every feed, how much is starred, and the newest entry there is."""
    clients = our_app().clients
    starred = clients.count(Selection(is_starred=True), reader_id=reader_id())
    return as_json(
        {"feeds": [_feed_row(f) for f in _feeds()], "starredCount": starred, "newestItemId": clients.latest()}
    )


@_route("/feeds", "POST")
def create_feed() -> Response:
    """Subscribe to the feed at an address, or to that of the site there."""
    sent, app = body_json(), our_app()
    found = app.feeds.find(str(sent.get("url") or "").strip())
    added = app.feeds.add_one(found[0])
    if added.known:
        raise Conflict("The feed exists already.")
    made = app.feeds.get(added.added[0].url)
    app.feeds.put(made.id, _folder_name(sent.get("folderId")))
    app.polling.ask_soon()
    return as_json({"feeds": [_feed_row(feed_of(made.id))], "newestItemId": app.clients.latest()})


@_route("/feeds/<int:number>", "DELETE")
def delete_feed(number: int) -> Response:
    """End a subscription; its stories stay."""
    our_app().feeds.remove(_own(number).url)
    return _done()


@_route("/feeds/<int:number>/move", "PUT", "POST")
def move_feed(number: int) -> Response:
    """Move a feed to another folder."""
    our_app().feeds.put(_own(number).id, _folder_name(body_json().get("folderId")))
    return _done()


@_route("/feeds/<int:number>/rename", "PUT", "POST")
def rename_feed(number: int) -> Response:
    """Give a feed another name."""
    our_app().feeds.rename(_own(number).id, _name("feedTitle"))
    return _done()


@_route("/feeds/<int:number>/read", "PUT", "POST")
def read_feed(number: int) -> Response:
    """Mark a feed's entries read, up to the newest that the program has seen."""
    return _read_all(Selection(feed_ids=(feed_of(number).id,)))


# Entries.


@_route("/items")
def items() -> Response:
    """Entries of a feed, of a folder, the starred, or all."""
    given = request.args
    oldest_first = given.get("oldestFirst", "").lower() in ("true", "1")
    offset = whole(given.get("offset")) or None
    found = replace(
        _chosen(),
        newest_first=not oldest_first,
        after=offset if oldest_first else None,
        before=None if oldest_first else offset,
    )
    if given.get("getRead", "true").lower() in ("false", "0"):
        found = replace(found, is_read=False)
    return _list(found, whole(given.get("batchSize")) or USUAL)


@_route("/items/updated")
def updated_items() -> Response:
    """Entries that came or were marked since a time."""
    since = when(whole(request.args.get("lastModified")))
    found = _chosen() if since is None else our_app().clients.changed(_chosen(), since, reader_id=reader_id())
    return _list(found, -1)


@_route("/items/read", "PUT", "POST")
def read_everything() -> Response:
    """Mark everything read, up to the newest that the program has seen."""
    return _read_all(Selection())


@_route("/items/<int:number>/<any(read, unread, star, unstar):mark>", "PUT", "POST")
def mark_one(number: int, mark: str) -> Response:
    """Mark an entry by its number."""
    _mark([number], mark)
    return _done()


@_route("/items/<int:feed>/<name>/<any(star, unstar):mark>", "PUT", "POST")
def star_one(feed: int, name: str, mark: str) -> Response:
    """Star an entry by its feed and its guid, or the MD5 of that."""
    _mark(_named([(feed, name)]), mark)
    return _done()


@_route("/items/<any(read, unread, star, unstar):mark>/multiple", "PUT", "POST")
def mark_many(mark: str) -> Response:
    """Mark entries by their numbers, or by feed and guid."""
    sent = body_json()
    given = sent.get("itemIds", sent.get("items"))
    rows = given if isinstance(given, list) else []
    named = [(whole(row.get("feedId")) or 0, str(row.get("guidHash"))) for row in rows if isinstance(row, dict)]
    numbers = [number for row in rows if not isinstance(row, dict) and (number := whole(row)) is not None]
    _mark(numbers + _named(named), mark)
    return _done()


def _mark(numbers: list[int], mark: str) -> None:
    clients = our_app().clients
    if mark in ("read", "unread"):
        clients.mark_read(numbers, reader_id=reader_id(), is_read=mark == "read")
    else:
        clients.star(numbers, reader_id=reader_id(), is_starred=mark == "star")


def _named(names: Sequence[tuple[int, str]]) -> list[int]:
    """The numbers of entries, each named by its feed and its guid or the guid's MD5; each feed is looked through once."""
    found = [int(name[6:]) for _, name in names if _GUID.fullmatch(name)]
    hashes: dict[int, set[str]] = {}
    for feed, name in names:
        if _HASH.fullmatch(name):
            hashes.setdefault(feed, set()).add(name)
    for feed, wanted in hashes.items():
        page = our_app().clients.page(Selection(feed_ids=(feed,)), reader_id=reader_id(), limit=EVERYTHING)
        found += [n for n in page.numbers if _hash(f"entry-{n}") in wanted]
    return found


def _chosen() -> Selection:
    """What `type` and `id` name."""
    kind, number = whole(request.args.get("type")), whole(request.args.get("id")) or 0
    if kind == FEED:
        return Selection(feed_ids=(number,))
    if kind == FOLDER:
        return Selection(feed_ids=tuple(f.id for f in _feeds() if f.folder_id == number))
    if kind == STARRED:
        return Selection(is_starred=True)
    return Selection(is_read=False) if kind == UNREAD else Selection()


def _list(selection: Selection, size: int) -> Response:
    clients = our_app().clients
    page = clients.page(selection, reader_id=reader_id(), limit=MOST if size < 0 else min(size, MOST))
    return as_json({"items": [_item(e) for e in clients.entries(page.numbers, reader_id=reader_id())]})


def _item(entry: ClientEntry) -> dict[str, object]:
    return {
        "id": entry.number,
        "guid": entry.guid,
        "guidHash": _hash(entry.guid),
        "url": entry.url or "",
        "title": entry.title,
        "author": entry.author,
        "pubDate": epoch(entry.published_at),
        "updatedDate": epoch(entry.published_at),
        "body": entry.html,
        "enclosureMime": entry.enclosures[0].type if entry.enclosures else None,
        "enclosureLink": entry.enclosures[0].url if entry.enclosures else None,
        "mediaThumbnail": None,
        "mediaDescription": None,
        "feedId": entry.feed_id,
        "unread": not entry.is_read,
        "starred": entry.is_starred,
        "lastModified": epoch(entry.seen_at),
        "rtl": entry.lang in ("ar", "fa", "he", "ur"),
        "fingerprint": _hash(entry.guid),
        "contentHash": _hash(entry.html),
    }


def _feed_row(feed: ClientFeed) -> dict[str, object]:
    return {
        "id": feed.id,
        "url": feed.url,
        "title": feed.title,
        "faviconLink": None,
        "added": epoch(feed.added_at),
        "folderId": feed.folder_id,
        "unreadCount": feed.unread,
        "ordering": 0,
        "link": feed.site_url or "",
        "pinned": False,
        "updateErrorCount": feed.failures,
        "lastUpdateError": feed.error,
        "items": [],
    }


def _feeds() -> list[ClientFeed]:
    return known_feeds()


def _folders() -> list[tuple[int, str]]:
    return our_app().clients.folders()


def _own(number: int) -> ClientFeed:
    if number == EVENTS:
        raise UnprocessableEntity("The feed of events cannot be changed.")
    return feed_of(number)


def _folder_name(sent: object) -> str:
    """The path of a folder by its number; the empty path for none."""
    number = whole(sent if isinstance(sent, str | int) else None)
    if not number:
        return ""
    found = dict(_folders()).get(number)
    if found is None or number == EVENTS:
        raise UnprocessableEntity("There is no such folder.")
    return found


def _name(field: str) -> str:
    name = body_json().get(field)
    if not isinstance(name, str) or not " ".join(name.split()):
        raise UnprocessableEntity("The name is missing.")
    return " ".join(name.split())[:200]


def _read_all(selection: Selection) -> Response:
    newest = whole(body_json().get("newestItemId") or request.args.get("newestItemId"))
    up_to = None if newest is None else min(newest, EVERYTHING) + 1
    our_app().clients.read_all(replace(selection, before=up_to), reader_id=reader_id())
    return _done()


def _hash(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _done() -> Response:
    return as_json({})
