"""Subscriptions: what they are, how they do, one more or less."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from flask import Blueprint, Response, abort, request

from aggregator.app.subscriptions import Imported, split_login, starter_set
from aggregator.errors import AggregatorError
from aggregator.model import Access, Feed
from aggregator.render.rows import feed_row
from aggregator.text.folders import join_folder, split_folder
from aggregator.web.answers import answer, back, our_app
from aggregator.web.pages.stories import rows_of
from aggregator.web.said import said
from aggregator.web.security import session

__all__ = ["feeds"]

feeds = Blueprint("feeds", __name__)

MOST_FEEDS = 250  # on one page
MOST_TROUBLED = 50


@feeds.get("/feeds")
def all_feeds() -> Response:
    """Every subscription by folder, with its health."""
    return _page()


def _page(problem: AggregatorError | None = None, found: tuple[object, ...] = (), status: int = 200) -> Response:
    app = our_app()
    known = app.feeds.all()
    shown = _after(known, request.args.get("after", type=int))
    template = "feeds.html" if known else "start.html"
    made = answer(
        template,
        [feed_row(f) for f in known] if problem is None else {"problem": str(problem)},
        folders=[
            (folder, join_folder(folder), list(group)) for folder, group in groupby(shown, key=lambda f: f.folder)
        ],
        known=known,
        more=shown[-1].id if shown and shown[-1] is not known[-1] else None,
        troubled=[f for f in known if _is_troubled(f)][:MOST_TROUBLED],
        problem=problem,
        found=found,
        said=said(),
    )
    made.status_code = status
    return made


def _after(known: tuple[Feed, ...], feed_id: int | None) -> tuple[Feed, ...]:
    """The part of the list that one page shows: what comes after this feed, or the beginning."""
    start = next((n for n, feed in enumerate(known, 1) if feed.id == feed_id), 0)
    return known[start : start + MOST_FEEDS]


def _is_troubled(feed: Feed) -> bool:
    return feed.state == "gone" or feed.failures > 0


@feeds.get("/feeds/<int:feed_id>")
def feed(feed_id: int) -> Response:
    """One feed: how it does, and its stories."""
    app = our_app()
    found = app.lists.feed_by_id(feed_id)
    if found is None:
        abort(404, "There is no such subscription.")
    page = app.lists.feed(feed_id, reader_id=session().reader_id, after=request.args.get("after"))
    row = feed_row(found)
    return answer(
        "feed.html", row | rows_of(page), feed=found, set=row, hub=app.lists.hub(feed_id), page=page, said=said()
    )


@feeds.get("/folders/<path:folder>")
def folder(folder: str) -> Response:
    """The stories of a folder's feeds."""
    path = split_folder(folder)
    app = our_app()
    members = [f for f in app.feeds.all() if f.folder[: len(path)] == path]
    if not members:
        abort(404, "There is no such folder.")
    page = app.lists.folder(path, reader_id=session().reader_id, after=request.args.get("after"))
    return answer(
        "folder.html", rows_of(page), folder=path, path=join_folder(path), feeds=members, page=page, said=said()
    )


@feeds.get("/feeds.opml")
def export() -> Response:
    """All subscriptions as OPML."""
    made = Response(our_app().feeds.export_opml(), mimetype="text/x-opml")
    made.headers["Content-Disposition"] = 'attachment; filename="feeds.opml"'
    return made


@feeds.post("/feeds/import")
def import_opml() -> Response:
    """Subscribe to every feed of an OPML file."""
    sent = request.files.get("opml")
    data = sent.read() if sent else b""
    if not data:
        return _page(AggregatorError("Choose an OPML file first."), status=400)
    return _subscribed(lambda: our_app().feeds.import_opml(data))


@feeds.post("/feeds/starter")
def starter() -> Response:
    """Subscribe to the starter set."""
    return _subscribed(lambda: our_app().feeds.import_opml(starter_set()))


@feeds.post("/feeds/add")
def add() -> Response:
    """Subscribe to the feed at an address; where a site offers several, ask which."""
    app = our_app()
    address = request.form.get("address", "").strip()
    if not address:
        return _page(AggregatorError("Type the address of a site or a feed."), status=400)
    address, access = split_login(address, Access())
    try:
        found = app.feeds.find(address, access)
    except AggregatorError as error:
        return _page(error, status=400)
    if len(found) > 1 and "chosen" not in request.form:
        return _page(found=found)
    return _subscribed(lambda: app.feeds.add_one(found[0], access=access))


def _subscribed(act: Callable[[], Imported]) -> Response:
    """Back to the front page, where the stories will come."""
    try:
        imported = act()
    except AggregatorError as error:
        return _page(error, status=400)
    our_app().polling.ask_soon()
    if imported.left_out:
        return _page(AggregatorError(" · ".join(imported.said_of_left_out())))
    return back(added=len(imported.added))


@feeds.post("/feeds/remove")
def remove() -> Response:
    """End a subscription; its stories stay."""
    url = request.form.get("url", "")
    our_app().feeds.remove(url)
    return back(removed=url)


@feeds.post("/feeds/restore")
def restore() -> Response:
    """Undo a removal."""
    our_app().feeds.restore(request.form.get("url", ""))
    return back()
