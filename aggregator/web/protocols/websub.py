"""Where hubs call us: they ask whether we meant to subscribe, and tell that a feed has something new."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import Gone, NotFound

from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import whole

__all__ = ["websub"]

websub = Blueprint("websub", __name__)


@websub.get("/websub/<token>")
def confirm(token: str) -> Response:
    """Answer a hub's question with its challenge, if we asked it."""
    given = request.args
    is_meant = our_app().websub.confirm(
        token,
        mode=given.get("hub.mode", ""),
        topic=given.get("hub.topic", ""),
        lease_s=whole(given.get("hub.lease_seconds")),
    )
    if not is_meant:
        raise NotFound("Nothing like that was asked for.")
    return Response(given.get("hub.challenge", ""), mimetype="text/plain")


@websub.post("/websub/<token>")
def hear(token: str) -> Response:
    """Hear that a feed has something new."""
    body = request.get_data(parse_form_data=False)
    signature = request.headers.get("X-Hub-Signature-256") or request.headers.get("X-Hub-Signature", "")
    if not our_app().websub.hear(token, body=body, signature=signature):
        raise Gone("Nothing is subscribed to here any more.")
    return Response(status=202)
