"""The Google Reader API as FreshRSS and its clients speak it, at `/` and at `/api/greader.php`.

A change needs no token here: who asks is known by a header that no other site can make a browser send. `T` is taken and ignored,
for some programs send none; but where the header is missing it may hold what was given as `Auth`, for liferea asks for texts so.
"""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import BadRequest

from aggregator.app.accounts import TooManyTries
from aggregator.app.clients import EVENTS, EVENTS_TITLE, ClientEntry, ClientFeed, Selection
from aggregator.errors import AggregatorError, NotFound
from aggregator.model import FeedSpec
from aggregator.text.urls import open_url
from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import (
    Parameters,
    as_json,
    basic,
    epoch,
    known_feeds,
    parameters,
    reader_id,
    too_many,
    when,
    whole,
)
from aggregator.web.protocols.atom import entries_atom

__all__ = ["greader"]

greader = Blueprint("greader", __name__)

ITEM = "tag:google.com,2005:reader/item/"
STATE = "user/-/state/com.google/"
LABEL = "user/-/label/"
MOST_IDS = 100_000  # numbers of entries in one answer; texts are fewer
MOST_ENTRIES = 1000
USUAL = 20
_USER = re.compile(r"^user/[^/]+/")
_HEX = re.compile(r"[0-9a-fA-F]{16}")
IGNORED_STATES = frozenset(
    {"broadcast", "like", "tracking-kept-unread", "reading-list", "fresh", "created", "post", "self"}
)


@greader.before_request
def _admit() -> Response | None:
    if request.path.endswith("/accounts/ClientLogin"):
        return None
    token = _token_shown()
    reader = basic() if token is None else our_app().access.by_token(token)
    if reader is None:
        return Response("Unauthorized\n", 401, mimetype="text/plain")
    g.reader = reader
    return None


def _token_shown() -> str | None:
    """What was given as `Auth`: in the header, or in the body of a request without one; never in an address."""
    header = request.headers.get("Authorization")
    if header is None and request.method == "POST":
        return parameters(body_only=True).get("T")
    found = re.fullmatch(r'GoogleLogin\s+auth\s*=\s*"?([^"]*?)"?\s*', header or "", re.IGNORECASE)
    return found[1] if found else None


@greader.errorhandler(AggregatorError)
def _wrong(error: AggregatorError) -> Response:
    return Response(f"{error}\n", 404 if isinstance(error, NotFound) else 400, mimetype="text/plain")


@greader.route("/accounts/ClientLogin", methods=["GET", "POST"])
def client_login() -> Response:
    """A token for a name and password."""
    sent = parameters()
    try:
        token = our_app().access.token(sent.get("Email"), sent.get("Passwd"), address=request.remote_addr or "")
    except TooManyTries as error:
        raise too_many(error) from error
    if token is None:
        return Response("Error=BadAuthentication\n", 401, mimetype="text/plain")
    return Response(f"SID={token}\nLSID=null\nAuth={token}\n", mimetype="text/plain")


@greader.route("/reader/api/0/token", methods=["GET", "POST"])
def token() -> Response:
    """What programs send back as `T`."""
    return Response("0" * 57, mimetype="text/plain")


@greader.get("/reader/api/0/user-info")
def user_info() -> Response:
    """Who asks."""
    name = g.reader.name
    return as_json({"userId": str(reader_id()), "userName": name, "userProfileId": str(reader_id()), "userEmail": ""})


@greader.get("/reader/api/0/preference/list")
def preferences() -> Response:
    """None."""
    return as_json({"prefs": []})


@greader.get("/reader/api/0/preference/stream/list")
def stream_preferences() -> Response:
    """None."""
    return as_json({"streamprefs": {}})


# Subscriptions and labels.


@greader.get("/reader/api/0/subscription/list")
def subscriptions() -> Response:
    """Every feed with its folder."""
    return as_json({"subscriptions": [_subscription(feed) for feed in known_feeds()]})


def _subscription(feed: ClientFeed) -> dict[str, object]:
    categories = [{"id": LABEL + feed.folder, "label": feed.folder}] if feed.folder else []
    return {
        "id": f"feed/{feed.id}",
        "title": feed.title,
        "categories": categories,
        "url": feed.url,
        "htmlUrl": feed.site_url or "",
        "iconUrl": "",
        "sortid": f"{feed.id:08x}",
        "firstitemmsec": str(epoch(feed.added_at) * 1000),
    }


@greader.get("/reader/api/0/tag/list")
def tags() -> Response:
    """Folders, and the reader's tags."""
    app = our_app()
    unread: dict[str, int] = {}
    for feed in known_feeds():
        unread[feed.folder] = unread.get(feed.folder, 0) + feed.unread
    folders = [
        {"id": LABEL + name, "type": "folder", "unread_count": unread.get(name, 0)} for _, name in app.clients.folders()
    ]
    own = [{"id": LABEL + tag, "type": "tag", "unread_count": 0} for tag in app.marks.tags(reader_id())]
    return as_json({"tags": [{"id": STATE + "starred"}, *folders, *own]})


@greader.get("/reader/api/0/unread-count")
def unread_count() -> Response:
    """Unread entries of each feed and folder, and of all."""
    feeds = known_feeds()
    rows: dict[str, list[ClientFeed]] = {}
    for feed in feeds:
        if not feed.unread:
            continue
        for stream in (f"feed/{feed.id}", *([LABEL + feed.folder] if feed.folder else []), STATE + "reading-list"):
            rows.setdefault(stream, []).append(feed)
    counts = [
        {
            "id": stream,
            "count": sum(f.unread for f in members),
            "newestItemTimestampUsec": str(max(epoch(f.last_new_at) for f in members) * 1_000_000),
        }
        for stream, members in rows.items()
    ]
    return as_json({"max": sum(f.unread for f in feeds), "unreadcounts": counts})


@greader.route("/reader/api/0/subscription/edit", methods=["GET", "POST"])
def edit_subscription() -> Response:
    """Subscribe, unsubscribe, rename, move."""
    if request.method == "GET":
        raise BadRequest("Send it by POST.")
    sent = parameters()
    titles = sent.all("t")
    for place, stream in enumerate(sent.all("s")):
        _edit_one(sent, stream, titles[place] if place < len(titles) else None)
    return _ok()


def _edit_one(sent: Parameters, stream: str, title: str | None) -> None:
    app = our_app()
    action = sent.get("ac")
    if action == "subscribe":
        url = open_url(stream.removeprefix("feed/"))
        if url is None:
            raise BadRequest("That is no web address.")
        app.feeds.add([FeedSpec(url=url, title=title or None, folder=())])
        app.polling.ask_soon()
    feed = _feed(stream)
    if feed is None or feed.id == EVENTS:
        raise BadRequest("There is no such subscription.")
    if action == "unsubscribe":
        app.feeds.remove(feed.url)
        return
    if title and action == "edit":
        app.feeds.rename(feed.id, title)
    wanted = [_label(a) for a in sent.all("a")]
    if wanted and wanted[0]:
        app.feeds.put(feed.id, wanted[0])
    elif any(_label(r) == feed.folder for r in sent.all("r")):
        app.feeds.put(feed.id, "")


@greader.route("/reader/api/0/subscription/quickadd", methods=["POST"])
def quickadd() -> Response:
    """Subscribe to the feed at an address, or to that of the site there."""
    query = parameters().get("quickadd")
    app = our_app()
    try:
        found = app.feeds.find(query.removeprefix("feed/"))
        app.feeds.add_one(found[0])
    except AggregatorError as error:
        return as_json({"numResults": 0, "error": str(error)})
    app.polling.ask_soon()
    feed = _feed(f"feed/{found[0].url}")
    name = {"streamId": f"feed/{feed.id}", "streamName": feed.title} if feed else {}
    return as_json({"numResults": 1, "query": query, **name})


@greader.get("/reader/api/0/subscription/export")
def export() -> Response:
    """All subscriptions as OPML."""
    return Response(our_app().feeds.export_opml(), mimetype="text/x-opml")


@greader.post("/reader/api/0/subscription/import")
def import_opml() -> Response:
    """Subscribe to every feed of an OPML file."""
    our_app().feeds.import_opml(request.get_data(parse_form_data=False))
    our_app().polling.ask_soon()
    return _ok()


@greader.post("/reader/api/0/rename-tag")
def rename_tag() -> Response:
    """Give a folder another name."""
    sent = parameters()
    name, app = _label(sent.get("dest")), our_app()
    number = next((i for i, path in app.clients.folders() if path == _label(sent.get("s")) and i != EVENTS), None)
    if number is None or not name:
        raise BadRequest("There is no such folder.")
    app.clients.rename_folder(number, name)
    return _ok()


@greader.post("/reader/api/0/disable-tag")
def disable_tag() -> Response:
    """Take feeds out of a folder, or a tag off all stories."""
    sent, app = parameters(), our_app()
    name = _label(sent.get("s") or LABEL + sent.get("t"))
    for number, path in app.clients.folders():
        if path == name and number != EVENTS:
            app.clients.drop_folder(number)
    if name in app.marks.tags(reader_id()):
        found = app.clients.page(Selection(tag=name), reader_id=reader_id(), limit=MOST_IDS)
        app.clients.tag(found.numbers, name, reader_id=reader_id(), is_tagged=False)
    return _ok()


# Streams.


@greader.route("/reader/api/0/stream/items/ids", methods=["GET", "POST"])
def item_ids() -> Response:
    """The numbers of a stream's entries."""
    sent = parameters()
    page = our_app().clients.page(_selection(sent, sent.get("s")), reader_id=reader_id(), limit=_wanted(sent, MOST_IDS))
    answer: dict[str, object] = {
        "itemRefs": [{"id": str(n), "directStreamIds": [], "timestampUsec": ""} for n in page.numbers]
    }
    if sent.get("includeAllDirectStreamIds") != "true":
        answer["itemRefs"] = [{"id": str(n)} for n in page.numbers]
    return as_json(answer | ({"continuation": str(page.more)} if page.more else {}))


@greader.route("/reader/api/0/stream/items/count", methods=["GET", "POST"])
def item_count() -> Response:
    """How many entries a stream has."""
    sent = parameters()
    return Response(
        str(our_app().clients.count(_selection(sent, sent.get("s")), reader_id=reader_id())), mimetype="text/plain"
    )


@greader.route("/reader/api/0/stream/items/contents", methods=["GET", "POST"])
def item_contents() -> Response:
    """Entries by their numbers."""
    numbers = [n for n in map(_number, parameters().all("i")) if n is not None]
    return _contents(
        STATE + "reading-list", our_app().clients.entries(numbers[:MOST_ENTRIES], reader_id=reader_id()), None
    )


@greader.route("/reader/api/0/stream/contents", methods=["GET", "POST"], defaults={"stream": ""})
@greader.route("/reader/api/0/stream/contents/<path:stream>", methods=["GET", "POST"], merge_slashes=False)
def contents(stream: str) -> Response:
    """A stream's entries."""
    sent = parameters()
    stream = stream or sent.get("s") or STATE + "reading-list"
    entries, more = _entries(sent, stream)
    return _contents(stream, entries, more)


@greader.get("/reader/atom/<path:stream>", merge_slashes=False)
def atom(stream: str) -> Response:
    """A stream's entries as Atom, as newsboat reads them."""
    entries, _ = _entries(parameters(), stream)
    feed = _feed(stream)
    title = feed.title if feed else stream.rpartition("/")[2]
    body = entries_atom(title, [(ITEM + f"{e.number:016x}", e, _categories(e, {})) for e in entries])
    return Response(body, mimetype="application/atom+xml")


def _entries(sent: Parameters, stream: str) -> tuple[list[ClientEntry], int | None]:
    clients = our_app().clients
    page = clients.page(_selection(sent, stream), reader_id=reader_id(), limit=_wanted(sent, MOST_ENTRIES))
    return clients.entries(page.numbers, reader_id=reader_id()), page.more


def _contents(stream: str, entries: list[ClientEntry], more: int | None) -> Response:
    feeds = our_app().clients.some_feeds(e.feed_id for e in entries)
    answer: dict[str, object] = {
        "id": stream,
        "updated": max((epoch(e.seen_at) for e in entries), default=0),
        "items": [_item(entry, feeds) for entry in entries],
    }
    return as_json(answer | ({"continuation": str(more)} if more else {}))


def _item(entry: ClientEntry, feeds: dict[int, ClientFeed]) -> dict[str, object]:
    feed = feeds.get(entry.feed_id)
    item: dict[str, object] = {
        "id": f"{ITEM}{entry.number:016x}",
        "crawlTimeMsec": str(epoch(entry.seen_at) * 1000),
        "timestampUsec": str(epoch(entry.seen_at) * 1_000_000),
        "published": epoch(entry.published_at),
        "updated": epoch(entry.published_at),
        "title": entry.title,
        "categories": _categories(entry, feeds),
        "origin": {
            "streamId": f"feed/{entry.feed_id}",
            "title": feed.title if feed else "",
            "htmlUrl": (feed.site_url if feed else "") or "",
        },
        "summary": {"content": entry.html},
        "author": entry.author,
        "enclosure": [
            {"href": e.url, "type": e.type or "application/octet-stream", "length": str(e.length or 0)}
            for e in entry.enclosures
        ],
    }
    if entry.url:
        item["canonical"] = [{"href": entry.url}]
        item["alternate"] = [{"href": entry.url, "type": "text/html"}]
    return item


def _categories(entry: ClientEntry, feeds: dict[int, ClientFeed]) -> list[str]:
    found = [STATE + "reading-list"]
    found += [STATE + name for name, is_so in (("read", entry.is_read), ("starred", entry.is_starred)) if is_so]
    feed = feeds.get(entry.feed_id)
    found += [LABEL + feed.folder] if feed and feed.folder else []
    return found + [LABEL + tag for tag in entry.tags]


# Marks.


@greader.post("/reader/api/0/edit-tag")
def edit_tag() -> Response:
    """Mark entries: read, starred, tagged."""
    sent = parameters()
    numbers = [n for n in map(_number, sent.all("i")) if n is not None]
    for tag in sent.all("a"):
        _mark(numbers, tag, is_added=True)
    for tag in sent.all("r"):
        _mark(numbers, tag, is_added=False)
    return _ok()


def _mark(numbers: list[int], tag: str, *, is_added: bool) -> None:
    clients, tag = our_app().clients, _USER.sub("user/-/", tag)
    state = tag.removeprefix(STATE)
    if state == "read":
        clients.mark_read(numbers, reader_id=reader_id(), is_read=is_added)
    elif state == "kept-unread":
        if is_added:
            clients.mark_read(numbers, reader_id=reader_id(), is_read=False)
    elif state == "starred":
        clients.star(numbers, reader_id=reader_id(), is_starred=is_added)
    elif tag.startswith(LABEL):
        clients.tag(numbers, _label(tag), reader_id=reader_id(), is_tagged=is_added)
    elif state not in IGNORED_STATES:
        raise BadRequest("There is no such tag.")


@greader.post("/reader/api/0/mark-all-as-read")
def mark_all_as_read() -> Response:
    """Mark a stream's entries read, as far as the program has seen them."""
    sent = parameters()
    selection = _selection(Parameters([]), sent.get("s"))
    until = when(sent.whole("ts"))
    our_app().clients.read_all(replace(selection, seen_until=until), reader_id=reader_id())
    return _ok()


# Names.


def _selection(sent: Parameters, stream: str) -> Selection:
    """What a stream and its filters select."""
    found = _stream(stream or STATE + "reading-list")
    for name, wanted in (("xt", False), ("it", True)):
        for tag in sent.all(name):
            state = _USER.sub("user/-/", tag).removeprefix(STATE)
            if state == "read":
                found = replace(found, is_read=wanted)
            elif state == "kept-unread":
                found = replace(found, is_read=not wanted)
            elif state == "starred":
                found = replace(found, is_starred=wanted)
    oldest_first = sent.get("r") == "o"
    place = sent.whole("c")
    return replace(
        found,
        seen_since=when(sent.whole("ot")),
        seen_until=when(sent.whole("nt")),
        newest_first=not oldest_first,
        after=place if oldest_first else None,
        before=None if oldest_first else place,
    )


def _stream(stream: str) -> Selection:
    stream = _USER.sub("user/-/", stream)
    if stream.startswith("feed/"):
        feed = _feed(stream)
        return Selection(feed_ids=(feed.id,) if feed else ())
    if stream.startswith(LABEL):
        return _labelled(_label(stream))
    state = stream.removeprefix(STATE)
    states = {
        "reading-list": Selection(),
        "starred": Selection(is_starred=True),
        "read": Selection(is_read=True),
        "unread": Selection(is_read=False),
        "kept-unread": Selection(is_read=False),
    }
    return states.get(state, Selection(feed_ids=()))


def _labelled(name: str) -> Selection:
    """A folder's entries, or those with a tag."""
    feeds = tuple(feed.id for feed in known_feeds() if feed.folder == name)
    is_folder = any(path == name for _, path in our_app().clients.folders())
    return Selection(feed_ids=feeds) if is_folder or name == EVENTS_TITLE else Selection(tag=name.casefold())


def _feed(stream: str) -> ClientFeed | None:
    """The feed of `feed/<id>` or `feed/<url>`."""
    name = stream.removeprefix("feed/")
    number = whole(name)
    if number is not None:
        return our_app().clients.some_feeds([number]).get(number)
    return next((f for f in known_feeds() if f.url == name), None)


def _label(tag: str) -> str:
    tag = _USER.sub("user/-/", tag)
    return " ".join(tag.removeprefix(LABEL).split()) if tag.startswith(LABEL) else ""


def _number(item: str) -> int | None:
    """An entry by its decimal number, by 16 hexadecimal digits, or by the long form of these."""
    name = item.strip().removeprefix(ITEM)
    return whole(str(int(name, 16))) if _HEX.fullmatch(name) else whole(name)


def _wanted(sent: Parameters, most: int) -> int:
    return max(1, min(sent.whole("n") or USUAL, most))


def _ok() -> Response:
    return Response("OK", mimetype="text/plain")
