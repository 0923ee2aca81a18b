"""Feeds and categories of the Miniflux API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from werkzeug.exceptions import BadRequest, NotFound

from aggregator.app.clients import EVENTS, STRIDE, ClientFeed, Selection
from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import as_json, body_json, feed_of, known_feeds, reader_id, whole
from aggregator.web.protocols.miniflux.door import ALL, miniflux, nothing
from aggregator.web.protocols.miniflux.values import category, enclosure_row, feed_row

__all__ = ["feeds_of"]


def feeds_of(number: int) -> list[ClientFeed]:
    """The feeds of a category; 404 if there is none."""
    if number not in (ALL, *(i for i, _ in our_app().clients.folders())):
        raise NotFound("There is no such category.")
    return [f for f in known_feeds() if (f.folder_id or ALL) == number]


@miniflux.get("/v1/feeds")
def feeds() -> Response:
    """Every feed."""
    return as_json([feed_row(f, reader_id()) for f in known_feeds()])


@miniflux.get("/v1/feeds/<int:number>")
def feed(number: int) -> Response:
    """One feed."""
    return as_json(feed_row(feed_of(number), reader_id()))


@miniflux.get("/v1/feeds/counters")
def counters() -> Response:
    """How many entries of each feed are read and unread."""
    known = known_feeds()
    return as_json({
        "reads": {str(f.id): f.read for f in known if f.read}, "unreads": {str(f.id): f.unread for f in known if f.unread},
    })  # fmt: skip


@miniflux.post("/v1/feeds")
def create_feed() -> Response:
    """Subscribe to the feed at an address, or to that of the site there."""
    sent, app = body_json(), our_app()
    address = sent.get("feed_url")
    if not isinstance(address, str) or not address.strip():
        raise BadRequest("The feed_url is missing.")
    folder = _folder(sent) or ""
    found = app.feeds.find(address.strip())
    added = app.feeds.add_one(found[0], title=None)
    if added.known:
        raise BadRequest("This feed already exists.")
    made = next(f for f in known_feeds() if f.url == added.added[0].url)
    app.feeds.put(made.id, folder)
    app.polling.ask_soon()
    return as_json({"feed_id": made.id}, 201)


@miniflux.put("/v1/feeds/<int:number>")
def update_feed(number: int) -> Response:
    """Rename a feed or move it to another category; other settings are ours to keep."""
    known, sent, app = _own(number), body_json(), our_app()
    if isinstance(sent.get("title"), str) and sent["title"].strip():
        app.feeds.rename(known.id, sent["title"])
    if (folder := _folder(sent)) is not None:
        app.feeds.put(known.id, folder)
    return as_json(feed_row(feed_of(number), reader_id()), 201)


@miniflux.delete("/v1/feeds/<int:number>")
def delete_feed(number: int) -> Response:
    """End a subscription; its stories stay."""
    our_app().feeds.remove(_own(number).url)
    return nothing()


@miniflux.put("/v1/feeds/<int:number>/mark-all-as-read")
def read_feed(number: int) -> Response:
    """Mark a feed's entries read."""
    our_app().clients.read_all(Selection(feed_ids=(feed_of(number).id,)), reader_id=reader_id())
    return nothing()


@miniflux.get("/v1/feeds/<int:number>/icon")
@miniflux.get("/v1/icons/<int:number>")
def absent(**_route: int) -> Response:
    """Icons are not kept."""
    raise NotFound("There is none.")


@miniflux.get("/v1/enclosures/<int:number>")
def enclosure(number: int) -> Response:
    """A file that an entry carries."""
    file = our_app().recordings.get(number, reader_id=reader_id())
    return as_json(enclosure_row(file, STRIDE * file.story_id, reader_id()))


@miniflux.put("/v1/enclosures/<int:number>")
def hear(number: int) -> Response:
    """Note how far the reader has heard."""
    at = body_json().get("media_progression")
    if not isinstance(at, int) or isinstance(at, bool):
        raise BadRequest("media_progression is a number of seconds.")
    our_app().recordings.note(reader_id(), number, at)
    return nothing()


@miniflux.get("/v1/categories")
def categories() -> Response:
    """Every folder; with `counts=true` how many feeds and unread entries it has."""
    app = our_app()
    rows = [category(ALL, "All", reader_id()), *(category(i, name, reader_id()) for i, name in app.clients.folders())]
    if request.args.get("counts") == "true":
        known = known_feeds()
        for row in rows:
            members = [f for f in known if (f.folder_id or ALL) == row["id"]]
            row |= {"feed_count": len(members), "total_unread": sum(f.unread for f in members)}
    return as_json(rows)


@miniflux.post("/v1/categories")
def create_category() -> Response:
    """Make a folder."""
    title = _title()
    if any(name == title for _, name in our_app().clients.folders()):
        raise BadRequest("This category already exists.")
    return as_json(category(our_app().clients.folder_id(title), title, reader_id()), 201)


@miniflux.put("/v1/categories/<int:number>")
def update_category(number: int) -> Response:
    """Give a folder another name."""
    _own_category(number)
    our_app().clients.rename_folder(number, _title())
    return as_json(category(number, _title(), reader_id()), 201)


@miniflux.delete("/v1/categories/<int:number>")
def delete_category(number: int) -> Response:
    """Take a folder away; feeds in it have none afterwards."""
    _own_category(number)
    our_app().clients.drop_folder(number)
    return nothing()


@miniflux.get("/v1/categories/<int:number>/feeds")
def category_feeds(number: int) -> Response:
    """The feeds of a category."""
    return as_json([feed_row(f, reader_id()) for f in feeds_of(number)])


@miniflux.put("/v1/categories/<int:number>/mark-all-as-read")
def read_category(number: int) -> Response:
    """Mark the entries of a category's feeds read."""
    selection = Selection(feed_ids=tuple(f.id for f in feeds_of(number)))
    our_app().clients.read_all(selection, reader_id=reader_id())
    return nothing()


@miniflux.put("/v1/users/<int:number>/mark-all-as-read")
def read_everything(number: int) -> Response:
    """Mark all entries of who asks read."""
    if number != reader_id():
        raise NotFound("There is no such user.")
    our_app().clients.read_all(Selection(), reader_id=reader_id())
    return nothing()


@miniflux.post("/v1/discover")
def discover() -> Response:
    """The feeds at an address."""
    address = body_json().get("url")
    if not isinstance(address, str) or not address.strip():
        raise BadRequest("The url is missing.")
    found = our_app().feeds.find(address.strip())
    return as_json([{"url": link.url, "title": link.title or link.url, "type": "atom"} for link in found])


@miniflux.get("/v1/export")
def export() -> Response:
    """All subscriptions as OPML."""
    return Response(our_app().feeds.export_opml(), mimetype="text/xml")


@miniflux.post("/v1/import")
def import_opml() -> Response:
    """Subscribe to every feed of an OPML file."""
    our_app().feeds.import_opml(request.get_data(parse_form_data=False))
    our_app().polling.ask_soon()
    return as_json({"message": "Feeds imported successfully"}, 201)


def _own(number: int) -> ClientFeed:
    if number == EVENTS:
        raise BadRequest("The feed of events cannot be changed.")
    return feed_of(number)


def _own_category(number: int) -> None:
    feeds_of(number)
    if number in (EVENTS, ALL):
        raise BadRequest("This category cannot be changed.")


def _folder(sent: Mapping[str, Any]) -> str | None:
    """The path of the folder that a request names by number; None if it names none."""
    number = whole(sent.get("category_id"))
    if not number:
        return None
    if number == ALL:
        return ""
    return (
        next(iter(name for i, name in our_app().clients.folders() if i == number and i != EVENTS), None) or _unknown()
    )


def _unknown() -> str:
    raise BadRequest("This category does not exist.")


def _title() -> str:
    title = body_json().get("title")
    if not isinstance(title, str) or not " ".join(title.split()):
        raise BadRequest("The title is missing.")
    return " ".join(title.split())[:200]
