"""What all protocols need: who asks, what they ask for, however they wrote it down, and answers in JSON."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, g, request
from werkzeug.exceptions import BadRequest, NotFound, TooManyRequests

from aggregator.app.access import Reader
from aggregator.app.accounts import TooManyTries
from aggregator.app.clients import ClientFeed
from aggregator.web.answers import our_app

__all__ = [
    "Parameters",
    "as_json",
    "basic",
    "body_json",
    "checked",
    "epoch",
    "feed_of",
    "known_feeds",
    "parameters",
    "reader_id",
    "too_many",
    "when",
    "whole",
]

MOST_FIELDS = 100_000
LARGEST = 2**63 - 1
YEAR_3000 = 32_503_680_000


class Parameters:
    """Names and values from the address and the body, every value of a name kept in order."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __contains__(self, name: str) -> bool:
        return any(n == name for n, _ in self._pairs)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a name."""
        return next((v for n, v in self._pairs if n == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of a name."""
        return [v for n, v in self._pairs if n == name]

    def whole(self, name: str) -> int | None:
        """The first value as a whole number; None if it is absent or none."""
        return whole(self.get(name))


def parameters(*, body_only: bool = False) -> Parameters:
    """What the address and the body say; a body is read as a form whatever it calls itself, encoded or not."""
    address = "" if body_only else request.query_string.decode("utf-8", "replace")
    pairs = parse_qsl(address, keep_blank_values=True)
    if request.mimetype == "multipart/form-data":
        return Parameters(pairs + [(n, v) for n in request.form for v in request.form.getlist(n)])
    if request.method not in ("GET", "HEAD") and request.mimetype != "application/json":
        body = request.get_data(parse_form_data=False).decode("utf-8", "replace").strip()
        try:
            pairs += parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise BadRequest("Too many fields.") from error
    return Parameters(pairs)


def body_json() -> dict[str, Any]:
    """The body as a JSON object, whatever it calls itself; an empty body is an empty object."""
    data = request.get_data(parse_form_data=False)
    try:
        value = json.loads(data) if data.strip() else {}
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(value, dict):
        raise BadRequest("The body is not a JSON object.")
    return value


def as_json(value: Any, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(json.dumps(value, ensure_ascii=False), status=status, mimetype="application/json")


def reader_id() -> int:
    """Who asks, once the protocol has let them in."""
    return int(g.reader.id)


def known_feeds() -> list[ClientFeed]:
    """The reader's feeds; while something is only read they are looked up once."""
    if request.method == "GET" and "feeds" in g:
        return list(g.feeds)
    g.feeds = our_app().clients.feeds(reader_id())
    return list(g.feeds)


def feed_of(number: int) -> ClientFeed:
    """One feed; 404 if there is none."""
    found = our_app().clients.some_feeds([number]).get(number)
    if found is None:
        raise NotFound("There is no such feed.")
    return found


def basic() -> Reader | None:
    """The reader who sent name and password in the HTTP header."""
    sent = request.authorization
    if sent is None or sent.type != "basic":
        return None
    return checked(sent.username or "", sent.password or "")


def checked(name: str, password: str) -> Reader | None:
    """The reader of this name and password; after too many wrong ones the answer is 429."""
    try:
        return our_app().access.by_password(name, password, address=request.remote_addr or "")
    except TooManyTries as error:
        raise too_many(error) from error


def too_many(error: TooManyTries) -> TooManyRequests:
    """The answer to one who has to wait."""
    return TooManyRequests(
        str(error), response=Response(f"{error}\n", 429, {"Retry-After": str(math.ceil(error.wait_s))})
    )


def whole(text: str | float | None) -> int | None:
    """A whole number of SQLite's size; None if it is none."""
    try:
        number = int(text if text is not None else "")
    except (ValueError, OverflowError):
        return None
    return number if -LARGEST <= number <= LARGEST else None


def epoch(at: datetime | None) -> int:
    """Seconds since 1970; 0 for unknown."""
    return 0 if at is None else int(at.timestamp())


def when(number: int | None) -> datetime | None:
    """The time that a program means by seconds, milli- or microseconds since 1970; None for no time at all."""
    if number is None or number <= 0:
        return None
    seconds: float = number
    while seconds > YEAR_3000:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC)
