"""The Flask application: pages, their errors, and what every answer carries."""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from aggregator.app.app import App
from aggregator.errors import AggregatorError, NotFound, QueryError
from aggregator.text.phrases import retell
from aggregator.web import answers, protocols, security, wording
from aggregator.web.api import api
from aggregator.web.operations import operations
from aggregator.web.pages import PAGES
from aggregator.web.protocols.asking import as_json
from aggregator.web.proxies import BehindProxy

__all__ = ["create_app"]

MOST_FILE_BYTES = 8 * 2**20  # the largest OPML file taken
MOST_FORM_PARTS = 500
_COMMAND = re.compile(r"[;؛][^;؛]*: aggregator [^;؛]*$")  # what an error tells people at a shell to type


def create_app(app: App) -> Flask:
    """The page over an open app."""
    flask = Flask("aggregator.web", static_url_path="/static")
    flask.config.update(MAX_CONTENT_LENGTH=MOST_FILE_BYTES, MAX_FORM_PARTS=MOST_FORM_PARTS)
    flask.extensions["aggregator"] = app
    flask.wsgi_app = BehindProxy(flask.wsgi_app, app.config.web.proxies)  # type: ignore[method-assign] # Flask's own way
    wording.install(flask)
    for page in (*PAGES, api, operations):
        flask.register_blueprint(page)
    security.install(flask, app, programs=protocols.register(flask) | {api.name, operations.name})
    _answer_errors(flask)
    return flask


def _answer_errors(flask: Flask) -> None:
    @flask.errorhandler(HTTPException)
    def _refused(error: HTTPException) -> Response:
        if isinstance(error.response, Response):
            return error.response
        is_ours = error.description != type(error).description  # werkzeug's own say what the title says, at length
        return _problem(HTTPStatus(error.code or 500), (is_ours and error.description) or "")

    @flask.errorhandler(AggregatorError)
    def _wrong(error: AggregatorError) -> Response:
        if isinstance(error, NotFound):
            return _problem(HTTPStatus.NOT_FOUND, str(error))
        if isinstance(error, QueryError) or request.method == "POST":
            return _problem(HTTPStatus.BAD_REQUEST, str(error))
        flask.logger.error("page failed", extra={"path": request.path, "error": str(error)})
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    @flask.errorhandler(Exception)
    def _broken(error: Exception) -> Response:
        number = secrets.token_hex(4)
        flask.logger.error("page broke", exc_info=error, extra={"path": request.path, "number": number})
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"It is written down in the log under {number}.")


def _problem(status: HTTPStatus, why: str) -> Response:
    """An error as a page, or as JSON for a program."""
    if request.path.startswith("/api/v1/"):
        return as_json({"error": why or status.phrase}, status.value)
    if not hasattr(g, "session"):
        return Response(f"{status.phrase}\n", status=status, mimetype="text/plain")
    answer = answers.answer(
        "problem.html",
        {"error": status.phrase, "status": status.value, "why": why},
        title=wording.tongue().gettext(wording.PROBLEMS.get(status, status.phrase)),
        told=_COMMAND.sub("", retell(why, wording.tongue())),
        status=status.value,
    )
    answer.status_code = status.value
    return answer
