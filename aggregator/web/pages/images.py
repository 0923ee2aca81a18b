"""Pictures of stories, from our own address."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from aggregator.app.images import Busy
from aggregator.web.answers import our_app

__all__ = ["images"]

images = Blueprint("images", __name__)

# Opened on its own, a picture can do nothing at all.
ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'"


@images.get("/images/<name>")
def image(name: str) -> Response:
    """The lead picture of a story, if the settings want pictures."""
    app = our_app()
    if not app.config.web.images:
        abort(404, "Pictures are off.")
    try:
        picture = app.images.get(name)
    except Busy as error:
        abort(503, str(error))
    answer = Response(picture.data, mimetype=picture.mimetype)
    answer.headers["Content-Security-Policy"] = ALONE
    answer.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return answer
