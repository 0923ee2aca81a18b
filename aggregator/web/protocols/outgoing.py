"""Our own feeds at `/out/…`: for a reader who is logged in, or for whoever knows the secret part of the address."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound, Unauthorized

from aggregator.app.outgoing import Outgoing, OutgoingFeed
from aggregator.errors import AggregatorError
from aggregator.errors import NotFound as NotStored
from aggregator.render.syndication import atom_lines, json_feed
from aggregator.web.answers import our_app
from aggregator.web.protocols.asking import basic, whole
from aggregator.web.security import COOKIE

__all__ = ["outgoing"]

outgoing = Blueprint("outgoing", __name__)

_KEY = re.compile(r"key-([0-9a-f-]{1,60})/")
KINDS: dict[str, Callable[[Outgoing, str, int], OutgoingFeed]] = {
    "topics": lambda out, name, reader: out.topic(name, reader_id=reader),
    "folders": lambda out, name, reader: out.folder(name, reader_id=reader),
    "events": lambda out, name, reader: out.reports(whole(name) or 0, reader_id=reader),
}


@outgoing.errorhandler(AggregatorError)
def _wrong(error: AggregatorError) -> Response:
    return Response(f"{error}\n", 404 if isinstance(error, NotStored) else 400, mimetype="text/plain")


@outgoing.get("/out/<path:what>", merge_slashes=False)
def feed(what: str) -> Response:
    """One feed, as Atom (`.atom`) or JSON Feed (`.json`)."""
    secret = _KEY.match(what)
    name, _, form = what[secret.end() if secret else 0 :].rpartition(".")
    reader_id = _reader(secret[1] if secret else None)
    if form not in ("atom", "json"):
        raise NotFound("Feeds end in .atom or .json.")
    return _answer(_feed(name, reader_id), form)


def _reader(token: str | None) -> int:
    app = our_app()
    if token is not None:
        found = app.access.by_address(token)
        if found is None:
            raise NotFound("There is no feed at this address any more.")
        return found
    reader = basic() or app.accounts.reader_of(request.cookies.get(COOKIE))
    if reader is None:
        raise Unauthorized("Log in, or use an address with its key.")
    return reader.id


def _feed(name: str, reader_id: int) -> OutgoingFeed:
    out = our_app().outgoing
    if name == "events":
        return out.events(reader_id=reader_id)
    if name == "digests":
        return out.editions(reader_id=reader_id)
    if name == "search":
        return out.search(request.args.get("q", "").strip(), reader_id=reader_id)
    kind, _, rest = name.partition("/")
    if kind not in KINDS or not rest:
        raise NotFound("There is no such feed.")
    return KINDS[kind](out, rest, reader_id)


def _answer(made: OutgoingFeed, form: str) -> Response:
    if form == "json":
        text = json.dumps(json_feed(made.entries, title=made.title), ensure_ascii=False, indent=1) + "\n"
        answer = Response(text, mimetype="application/feed+json")
    else:
        lines = atom_lines(made.entries, title=made.title, feed_id=made.id, empty_at=made.empty_at)
        answer = Response("\n".join(lines) + "\n", mimetype="application/atom+xml")
    answer.headers["Cache-Control"] = "private, max-age=300"
    answer.add_etag()
    return answer.make_conditional(request)  # type: ignore[return-value] # werkzeug's own response is Flask's here
