"""Subscriptions: lists in and out, one feed more or less."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.exceptions import NotFound

from aggregator.app.subscriptions import Imported, folder_path
from aggregator.model import Feed
from aggregator.render.rows import feed_row
from aggregator.web.answers import our_app
from aggregator.web.api.operations import operation, sent
from aggregator.web.api.schemas import TEXT, listed, ref, shape

__all__: list[str] = []


@operation("GET", "/feeds", answer=listed(ref("Feed")))
def feeds() -> Any:
    """Every subscription, with its health."""
    return [_row(feed) for feed in our_app().feeds.all()]


@operation("GET", "/feeds/{id}", answer=ref("Feed"))
def feed(id: int) -> Any:
    """One subscription."""
    return _row(_feed(id))


@operation("POST", "/feeds", body=shape({"address": TEXT}, folder=TEXT, title=TEXT), answer=ref("Added"))
def add_feed() -> Any:
    """Subscribe to the feed at an address, or to that of the site there."""
    app = our_app()
    address = sent.field("address") or ""
    folder, title = sent.field("folder", optional=True) or "", sent.field("title", optional=True)
    found = app.feeds.find(address)
    done = app.feeds.add_one(found[0], folder=folder_path(folder), title=title)
    app.polling.ask_soon()
    return _added(done)


@operation("PATCH", "/feeds/{id}", body=shape({}, folder=TEXT, title=TEXT), answer=ref("Feed"))
def change_feed(id: int) -> Any:
    """Give a feed another name, or move it to another folder."""
    app, known = our_app(), _feed(id)
    title, folder = sent.field("title", optional=True), sent.field("folder", optional=True)
    if title is not None:
        app.feeds.rename(known.id, title)
    if folder is not None:
        app.feeds.put(known.id, folder)
    return _row(_feed(id))


@operation("DELETE", "/feeds/{id}", answer=ref("Undone"))
def remove_feed(id: int) -> Any:
    """End a subscription; its stories stay."""
    return {"undone": our_app().feeds.remove(_feed(id).url).url}


@operation("GET", "/opml", answer=TEXT, mimetype="text/x-opml")
def export() -> Response:
    """All subscriptions as OPML."""
    return Response(our_app().feeds.export_opml(), mimetype="text/x-opml")


@operation("POST", "/opml", body=TEXT, answer=ref("Added"))
def import_opml() -> Any:
    """Subscribe to every feed of an OPML file, or to none."""
    done = our_app().feeds.import_opml(request.get_data(parse_form_data=False))
    our_app().polling.ask_soon()
    return _added(done)


def _added(done: Imported) -> dict[str, list[str]]:
    return {
        "added": [spec.url for spec in done.added],
        "known": [spec.url for spec in done.known],
        "left_out": [spec.url for spec in done.left_out],
    }


def _feed(number: int) -> Feed:
    found = our_app().lists.feed_by_id(number)
    if found is None:
        raise NotFound("There is no such subscription.")
    return found


def _row(feed: Feed) -> dict[str, Any]:
    return {"id": feed.id, **feed_row(feed)}
