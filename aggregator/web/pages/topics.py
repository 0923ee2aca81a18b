"""Topics: saved queries that the reader follows, and the events of each."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from aggregator.errors import AggregatorError, NotFound, QueryError
from aggregator.render.rows import event_row
from aggregator.web.answers import answer, back, our_app
from aggregator.web.said import said
from aggregator.web.security import session

__all__ = ["topics"]

topics = Blueprint("topics", __name__)


@topics.get("/topics")
def all_topics() -> Response:
    """The reader's topics."""
    return _page()


def _page(problem: AggregatorError | None = None) -> Response:
    app, reader_id = our_app(), session().reader_id
    known = app.topics.all(reader_id=reader_id)
    unread = {t.id: app.topics.unread(t.name, reader_id=reader_id) for t in known}
    value = [{"name": t.name, "query": t.query, "unread": unread[t.id]} for t in known]
    made = answer(
        "topics.html",
        {"topics": value, "problem": str(problem)} if problem else value,
        topics=known,
        unread=unread,
        problem=problem,
        at=problem if isinstance(problem, QueryError) else None,
        said=said(),
    )
    made.status_code = 400 if problem else 200
    return made


@topics.get("/topics/<path:name>")
def topic(name: str) -> Response:
    """The events of one topic, each with the reason why it is there."""
    return _topic(name)


def _topic(name: str, problem: AggregatorError | None = None) -> Response:
    app, reader_id = our_app(), session().reader_id
    found = app.topics.get(name, reader_id=reader_id)
    events = list(app.topics.events(name, reader_id=reader_id))
    value = {
        "name": found.name,
        "query": found.query,
        "events": [event_row(e.event) | {"why": e.why} for e in events],
    }
    made = answer(
        "topic.html",
        value | ({"problem": str(problem)} if problem else {}),
        topic=found,
        events=events,
        problem=problem,
        at=problem if isinstance(problem, QueryError) else None,
        said=said(),
    )
    made.status_code = 400 if problem else 200
    return made


@topics.post("/topics/add")
def add() -> Response:
    """Follow a query under a name."""
    app = our_app()
    try:
        made = app.topics.add(
            request.form.get("name", ""), request.form.get("query", ""), reader_id=session().reader_id
        )
    except AggregatorError as error:
        return _page(error)
    return Response(status=303, headers={"Location": f"/topics/{quote(made.name)}"})


@topics.post("/topics/change")
def change() -> Response:
    """Give a topic another name or query."""
    name, given = request.form.get("name", ""), request.form
    try:
        made = our_app().topics.change(
            name, to=given.get("to", ""), query=given.get("query", ""), reader_id=session().reader_id
        )
    except NotFound:
        raise
    except AggregatorError as error:
        return _topic(name, error)
    return Response(status=303, headers={"Location": f"/topics/{quote(made.name)}"})


@topics.post("/topics/remove")
def remove() -> Response:
    """Follow a topic no more."""
    our_app().topics.remove(request.form.get("name", ""), reader_id=session().reader_id)
    return back()
