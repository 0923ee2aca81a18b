"""Digests that were made, to be read again."""

from __future__ import annotations

from flask import Blueprint, Response, request

from aggregator import render
from aggregator.render.rows import iso
from aggregator.render.templating import ranks
from aggregator.web.answers import answer, our_app
from aggregator.web.security import session
from aggregator.web.wording import tongue

__all__ = ["digests"]

digests = Blueprint("digests", __name__)


@digests.get("/digests")
def archive() -> Response:
    """All editions, newest first."""
    rows = our_app().digests.archive(reader_id=session().reader_id, before=request.args.get("before", type=int))
    value = [row | {"made_at": iso(row["made_at"]), "since": iso(row["since"])} for row in rows]
    return answer("digests.html", value, editions=rows)


@digests.get("/digests/<int:edition_id>")
def edition(edition_id: int) -> Response:
    """One edition as it was made: a page, JSON, or with `?format=markdown` Markdown."""
    app = our_app()
    made = app.digests.edition(edition_id, reader_id=session().reader_id)
    if request.args.get("format") == "markdown":
        text = render.digest_markdown(made, zone=app.timezone, tongue=tongue())
        return Response(text, content_type="text/markdown; charset=utf-8")
    return answer("edition.html", render.digest_json(made), digest=made, rank=ranks(made))
