"""For machines that watch this one: `/healthz`, and `/metrics` as Prometheus reads it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response

from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import as_json, basic

__all__ = ["operations"]

operations = Blueprint("operations", __name__)


@operations.get("/healthz")
def healthz() -> Response:
    """Whether this service is well: 200, or 503 with the reason. Open to anybody, since it tells nothing else."""
    why = our_app().watching.trouble()
    if why is None:
        return as_json({"status": "ok"})
    return as_json({"status": "failing", "why": why}, HTTPStatus.SERVICE_UNAVAILABLE)


@operations.get("/metrics")
def metrics() -> Response:
    """The figures, for this machine while nobody has a password, else for who sends a reader's name and password."""
    from aggregator.web import exposition  # noqa: PLC0415 - few ask for it, and the library is slow to load

    app = our_app()
    if not app.accounts.is_open and basic() is None:
        return Response("Log in.\n", 401, {"WWW-Authenticate": 'Basic realm="aggregator"'}, mimetype="text/plain")
    return Response(exposition.text(app.watching.figures()), content_type=exposition.CONTENT_TYPE)
