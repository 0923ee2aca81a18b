"""The front page, and what a reader sees before there is any news."""

from __future__ import annotations

from flask import Blueprint, Response, request

from aggregator import render
from aggregator.app.front import TOP
from aggregator.web.answers import answer, our_app
from aggregator.web.said import said
from aggregator.web.security import session

__all__ = ["front"]

front = Blueprint("front", __name__)

LOOK_AGAIN_S = 5


@front.get("/")
def page() -> Response:
    """The events of the last day, best first; without subscriptions, how to begin."""
    app = our_app()
    progress = app.lists.progress()
    if not progress.feeds and not progress.has_events:
        return answer("start.html", {"feeds": 0}, problem=None, found=())
    shown = app.front.page(reader_id=session().reader_id)
    top = [s for s in shown.digest.sections if s.title == TOP]
    made = answer(
        "front.html",
        render.digest_json(shown.digest) | {"read": sorted(shown.read)},
        page=shown,
        top=top[0].events if top else (),
        sections=[s for s in shown.digest.sections if s.title != TOP],
        progress=progress,
        topics=app.topics.all(reader_id=session().reader_id),
        said=said(),
    )
    if progress.is_first and progress.is_polled and "undo" not in request.args:
        made.headers["Refresh"] = str(LOOK_AGAIN_S)
    return made


@front.get("/keys")
def keys() -> Response:
    """The keys, for those who look for them with the mouse."""
    return answer("keys.html", {})


@front.get("/robots.txt")
def robots() -> Response:
    """What is stored is its owner's reading copy: nothing is indexed."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")
