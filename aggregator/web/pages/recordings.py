"""Recordings of stories, from our own address, and how far the reader has heard them."""

from __future__ import annotations

import math

from flask import Blueprint, Response, abort, request

from aggregator.app.images import Busy
from aggregator.web.answers import our_app
from aggregator.web.pages.images import ALONE
from aggregator.web.security import session

__all__ = ["recordings"]

recordings = Blueprint("recordings", __name__)


@recordings.get("/recordings/<name>")
def recording(name: str) -> Response:
    """A piece of a recording: never more than a minute or so, whatever the player asks for; it asks for the next by itself."""
    app = our_app()
    if not app.config.web.recordings:
        abort(404, "Recordings are not played here.")
    try:
        piece = app.recordings.piece(name, request.headers.get("Range"))
    except Busy as error:
        abort(503, str(error))
    if not piece.data:
        return Response(status=416, headers={"Content-Range": f"bytes */{piece.total}"})
    answer = Response(piece.data, status=206, mimetype=piece.mimetype)
    last = piece.first + len(piece.data) - 1
    answer.headers["Content-Range"] = f"bytes {piece.first}-{last}/{piece.total}"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Security-Policy"] = ALONE
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@recordings.post("/recordings/<int:enclosure_id>/position")
def position(enclosure_id: int) -> Response:
    """Note how far the reader has heard; by the field `seconds`."""
    at = request.form.get("seconds", type=float)
    if at is None or math.isnan(at):
        abort(400, "There is no such place.")
    our_app().recordings.note(session().reader_id, enclosure_id, at)
    return Response(status=204)
