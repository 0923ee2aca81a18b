"""Who may use the Miniflux API, and how it says that something is wrong."""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from aggregator.errors import AggregatorError, AlreadyExists, NotFound, OPMLError
from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import as_json, basic

__all__ = ["ALL", "miniflux", "nothing"]

miniflux = Blueprint("miniflux", __name__)

ALL = 999_999_999  # the category of feeds without a folder: there is no feed without one in Miniflux
FREE = frozenset({"/healthcheck", "/version", "/v1/healthcheck"})


@miniflux.before_request
def _admit() -> Response | None:
    if request.path in FREE:
        return None
    key = request.headers.get("X-Auth-Token")
    reader = our_app().access.by_secret(key) if key else basic()
    if reader is None:
        refused = as_json({"error_message": "Access Unauthorized"}, 401)
        refused.headers["WWW-Authenticate"] = 'Basic realm="aggregator"'
        return refused
    g.reader = reader
    return None


@miniflux.errorhandler(AggregatorError)
def _wrong(error: AggregatorError) -> Response:
    if isinstance(error, NotFound):
        return as_json({"error_message": str(error)}, 404)
    is_ours = isinstance(error, AlreadyExists | OPMLError) or request.method != "GET"
    return as_json({"error_message": str(error)}, 400 if is_ours else 500)


@miniflux.errorhandler(HTTPException)
def _refused(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    return as_json({"error_message": error.description or error.name}, error.code or 500)


def nothing() -> Response:
    """Done, and nothing to say about it."""
    return Response(status=204)
