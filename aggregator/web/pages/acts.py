"""What a reader does to stories and events; by POST only, each undone from the line that says so."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from aggregator.errors import AggregatorError
from aggregator.text.numbers import row_number
from aggregator.web.answers import back, our_app
from aggregator.web.security import session

__all__ = ["acts"]

acts = Blueprint("acts", __name__)

MOST_STORIES = 5000


@acts.post("/events/<int:event_id>/<any(read, unread):act>")
def read_event(event_id: int, act: str) -> Response:
    """Mark an event and its stories."""
    return back(undo=our_app().marks.read_events(session().reader_id, [event_id], is_read=act == "read"))


@acts.post("/events/<int:event_id>/seen")
def see_event(event_id: int) -> Response:
    """Note that the reader has looked at an event: what is new on it is new since now."""
    our_app().marks.see(session().reader_id, event_id)
    return Response(status=204)


@acts.post("/events/<int:event_id>/<any(mute, unmute):act>")
def mute(event_id: int, act: str) -> Response:
    """Keep an event off the front page, or let it back."""
    return back(undo=our_app().marks.mute(session().reader_id, event_id, is_muted=act == "mute"))


@acts.post("/events/read")
def read_events() -> Response:
    """Mark all events of a page."""
    ids = [i for text in request.form.get("events", "").split(",") if (i := row_number(text)) is not None]
    if not ids:
        raise AggregatorError("No event was named.")
    return back(undo=our_app().marks.read_events(session().reader_id, ids[:MOST_STORIES]))


@acts.post("/stories/<int:story_id>/<any(read, unread):act>")
def read_story(story_id: int, act: str) -> Response:
    """Mark a story."""
    return back(undo=our_app().marks.read(session().reader_id, [story_id], is_read=act == "read"))


@acts.post("/stories/<int:story_id>/<any(star, unstar):act>")
def star(story_id: int, act: str) -> Response:
    """Star a story."""
    return back(undo=our_app().marks.star(session().reader_id, story_id, is_starred=act == "star"))


@acts.post("/events/<int:event_id>/split")
def split(event_id: int) -> Response:
    """Say that a story tells of something else than the rest of the event."""
    return back(edit=our_app().editing.split(event_id, [_number("story")], reader_id=session().reader_id))


@acts.post("/events/<int:event_id>/join")
def join(event_id: int) -> Response:
    """Say that another event is the same as this one."""
    return back(edit=our_app().editing.join([event_id, _number("other")], reader_id=session().reader_id))


@acts.post("/undo/<int:undo_id>")
def undo(undo_id: int) -> Response:
    """Take back a mark."""
    our_app().marks.undo(session().reader_id, undo_id)
    return back()


@acts.post("/edits/<int:edit_id>/undo")
def undo_edit(edit_id: int) -> Response:
    """Take back a split or a join."""
    our_app().editing.undo(edit_id)
    return back()


def _number(name: str) -> int:
    given = request.form.get(name, "").strip().rsplit("/", 1)[-1]
    number = row_number(given)
    if number is None:
        abort(400, "Give the event's number, or the address of its page.")
    return number
