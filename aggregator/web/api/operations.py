"""Operations: each is declared once, and is both a route and its description, so that neither can be without the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, Unauthorized, UnsupportedMediaType

from aggregator.app.accounts import FIRST_READER
from aggregator.errors import AggregatorError, AlreadyExists, NotFound, QueryError, StoreError
from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import as_json, basic, body_json, whole
from aggregator.web.security import COOKIE

__all__ = ["OPERATIONS", "Operation", "api", "operation", "sent"]

api = Blueprint("api", __name__, url_prefix="/api/v1")

View = Callable[..., Any]
_IN_PATH = re.compile(r"\{(\w+)\}")
_CONVERTERS = {"name": "path", "act": "string"}  # whatever else stands in a path is a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked. `path` as OpenAPI writes it; `query`, `body` and `answer` are JSON schemas."""

    method: str
    path: str
    summary: str
    answer: Mapping[str, Any]
    query: Mapping[str, Mapping[str, Any]]
    body: Mapping[str, Any] | None
    in_path: Mapping[str, Mapping[str, Any]]
    mimetype: str = "application/json"

    @property
    def name(self) -> str:
        """A name of its own, from its method and path."""
        words = [w for w in re.split(r"[/{}.]+", self.path) if w]
        return "_".join([self.method.lower(), *words])


OPERATIONS: list[Operation] = []
NUMBER: Mapping[str, Any] = {"type": "integer", "minimum": 1, "maximum": 2**53 - 1}
NAME: Mapping[str, Any] = {"type": "string", "minLength": 1}


def operation(
    method: str,
    path: str,
    *,
    answer: Mapping[str, Any],
    query: Mapping[str, Mapping[str, Any]] | None = None,
    body: Mapping[str, Any] | None = None,
    acts: tuple[str, ...] = (),
    mimetype: str = "application/json",
) -> Callable[[View], View]:
    """Serve a view, and describe it in the words of its docstring. A view returns what is to be JSON, or an answer."""

    def put(view: View) -> View:
        names = _IN_PATH.findall(path)
        in_path = {
            n: {"type": "string", "enum": list(acts)} if n == "act" else NAME if n == "name" else NUMBER for n in names
        }
        summary = (view.__doc__ or "").strip().partition("\n")[0]
        made = Operation(
            method=method, path=path, summary=summary, answer=answer, query=query or {}, body=body, in_path=in_path,
            mimetype=mimetype,
        )  # fmt: skip
        OPERATIONS.append(made)
        rule = _IN_PATH.sub(lambda m: f"<{_CONVERTERS.get(m[1], 'int')}:{m[1]}>", path)
        api.add_url_rule(rule, made.name, _served(view, made), methods=[method])
        return view

    return put


def _served(view: View, made: Operation) -> View:
    def serve(**values: Any) -> Response:
        if "act" in values and values["act"] not in made.in_path["act"]["enum"]:
            raise BadRequest(f"There is no act {values['act']!r}.")
        answer = view(**values)
        return answer if isinstance(answer, Response) else as_json(answer)

    return serve


@api.before_request
def _admit() -> None:
    """Let in who has a login, an app password (Basic or Bearer), or, while nobody has a password, whoever is at this machine."""
    if request.method != "GET" and request.mimetype not in ("application/json", "text/x-opml"):
        # A form of another site cannot be sent as JSON; this holds where no password protects, too.
        raise UnsupportedMediaType("Send it as application/json.")
    app = our_app()
    header = request.headers.get("Authorization", "")
    if header:
        kind, _, secret = header.partition(" ")
        reader = app.access.by_secret(secret.strip()) if kind.lower() == "bearer" else basic()
        if reader is None:
            raise Unauthorized("Name or password is wrong.")
        g.reader_id = reader.id
    elif app.accounts.is_open:
        g.reader_id = FIRST_READER
    else:
        known = app.accounts.reader_of(request.cookies.get(COOKIE))
        if known is None:
            raise Unauthorized("Log in: HTTP Basic, or a program's password as Bearer.")
        if request.method != "GET":
            raise Forbidden("Changes need a password in the request, not a cookie.")
        g.reader_id = known.id


@api.errorhandler(AggregatorError)
def _wrong(error: AggregatorError) -> Response:
    if isinstance(error, NotFound):
        return _error(HTTPStatus.NOT_FOUND, str(error))
    if isinstance(error, StoreError) and not isinstance(error, QueryError):
        return _error(
            HTTPStatus.CONFLICT if isinstance(error, AlreadyExists) else HTTPStatus.SERVICE_UNAVAILABLE,
            str(error),
        )
    return _error(HTTPStatus.BAD_REQUEST, str(error))


@api.errorhandler(HTTPException)
def _refused(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    answer = _error(HTTPStatus(error.code or 500), error.description or error.name)
    if error.code == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Basic realm="aggregator"'
    return answer


def _error(status: HTTPStatus, why: str) -> Response:
    return as_json({"error": why}, status.value)


class Sent:
    """What a request says beside its path, checked against what is expected."""

    def text(self, name: str, default: str = "") -> str:
        """A text of the query."""
        return request.args.get(name, default)

    def number(self, name: str, default: int, most: int) -> int:
        """A number of the query, from 1 to `most`."""
        given = request.args.get(name)
        if given is None:
            return default
        number = whole(given)
        if number is None or not 1 <= number <= most:
            raise BadRequest(f"{name} is a number from 1 to {most}.")
        return number

    def field(self, name: str, *, optional: bool = False) -> str | None:
        """A text of the body."""
        value = body_json().get(name)
        if value is None and optional:
            return None
        if not isinstance(value, str) or not value.strip():
            raise BadRequest(f"{name} is missing, or is no text.")
        return value

    def whole(self, name: str) -> int:
        """A number of the body."""
        value = body_json().get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**53:
            raise BadRequest(f"{name} is missing, or is no number.")
        return value

    def wholes(self, name: str, most: int) -> list[int]:
        """Numbers of the body."""
        value = body_json().get(name)
        fits = isinstance(value, list) and all(
            isinstance(i, int) and not isinstance(i, bool) and 0 < i < 2**53 for i in value
        )
        if not fits or not value or len(value) > most:
            raise BadRequest(f"{name} is a list of 1 to {most} numbers.")
        return list(value)


sent = Sent()
