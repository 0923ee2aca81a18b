"""Digests that were made, to be read again."""

from __future__ import annotations

import hashlib
import hmac

from flask import Blueprint, Response, abort, request

from aggregator import render
from aggregator.render.rows import iso
from aggregator.render.templating import ranks
from aggregator.web.answers import answer, our_app
from aggregator.web.security import session

__all__ = ["digests"]

EDITIONS_IN_FEED = 15

digests = Blueprint("digests", __name__)


@digests.get("/digests")
def archive() -> Response:
    """All editions, newest first."""
    rows = our_app().digests.archive(reader_id=session().reader_id, before=request.args.get("before", type=int))
    value = [row | {"made_at": iso(row["made_at"]), "since": iso(row["since"])} for row in rows]
    return answer("digests.html", value, editions=rows, feed=f"/digests/feed/{feed_key(session().reader_id)}.atom")


@digests.get("/digests/<int:edition_id>")
def edition(edition_id: int) -> Response:
    """One edition as it was made: a page, JSON, or with `?format=markdown` Markdown."""
    app = our_app()
    made = app.digests.edition(edition_id, reader_id=session().reader_id)
    if request.args.get("format") == "markdown":
        text = render.digest_markdown(made, zone=app.timezone)
        return Response(text, content_type="text/markdown; charset=utf-8")
    return answer("edition.html", render.digest_json(made), digest=made, rank=ranks(made))


@digests.get("/digests/feed/<key>.atom")
def feed(key: str) -> Response:
    """The latest editions as Atom; whoever has the address may read, for feed readers cannot log in."""
    app = our_app()
    reader = next((r for r in app.accounts.readers() if hmac.compare_digest(feed_key(r.id), key)), None)
    if reader is None:
        abort(404, "There is no such feed.")
    rows = app.digests.archive(reader_id=reader.id, limit=EDITIONS_IN_FEED)
    editions = [(row["id"], app.digests.edition(row["id"], reader_id=reader.id)) for row in rows]
    base = (app.config.web.public_url or request.host_url).rstrip("/")
    text = render.digests_atom(
        editions, feed_id=f"urn:aggregator:{key[:16]}", base=base, path=request.path, zone=app.timezone
    )
    made = Response(text, content_type="application/atom+xml; charset=utf-8")
    made.add_etag()
    made.make_conditional(request)
    return made


def feed_key(reader_id: int) -> str:
    """The part of the feed's address that cannot be guessed."""
    return hmac.new(our_app().accounts.secret(), f"atom {reader_id}".encode(), hashlib.sha256).hexdigest()[:32]
