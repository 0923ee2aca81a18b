"""What a reader does: marks, edits, topics, and taking back."""

from __future__ import annotations

from typing import Any

from flask import g

from aggregator.web.answers import our_app
from aggregator.web.api.operations import operation, sent
from aggregator.web.api.schemas import NUMBER, TEXT, listed, ref, shape

__all__: list[str] = []

MOST = 10_000
STORIES = shape(
    {"stories": {**listed({**NUMBER, "minimum": 1, "maximum": 2**53 - 1}), "minItems": 1, "maxItems": MOST}}
)
TAG = {"type": "string", "minLength": 1, "maxLength": 100}


@operation("POST", "/stories/{act}", acts=("read", "unread", "star", "unstar"), body=STORIES, answer=ref("Undo"))
def mark_stories(act: str) -> Any:
    """Mark stories; the answer's number takes it back."""
    marks, ids = our_app().marks, sent.wholes("stories", MOST)
    if act in ("read", "unread"):
        return {"undo": marks.read(g.reader_id, ids, is_read=act == "read")}
    return {"undo": marks.star(g.reader_id, ids, is_starred=act == "star")}


@operation(
    "POST", "/tags/{act}", acts=("add", "remove"), body=shape({**STORIES["properties"], "tag": TAG}), answer=ref("Undo")
)
def tag_stories(act: str) -> Any:
    """Tag stories, or take the tag off; the answer's number takes it back."""
    tag = sent.field("tag") or ""
    return {"undo": our_app().marks.tag(g.reader_id, tag, sent.wholes("stories", MOST), is_tagged=act == "add")}


@operation("POST", "/events/{id}/{act}", acts=("read", "unread", "mute", "unmute"), answer=ref("Undo"))
def mark_event(id: int, act: str) -> Any:
    """Mark an event with its stories, or keep it off the front page; the answer's number takes it back."""
    marks = our_app().marks
    if act in ("read", "unread"):
        return {"undo": marks.read_events(g.reader_id, [id], is_read=act == "read")}
    return {"undo": marks.mute(g.reader_id, id, is_muted=act == "mute")}


@operation("POST", "/edits/split", body=shape({"event": NUMBER, "story": NUMBER}), answer=ref("Edit"))
def split() -> Any:
    """Say that a story tells of something else than the rest of its event; the answer's number takes it back."""
    return {"edit": our_app().editing.split(sent.whole("event"), [sent.whole("story")], reader_id=g.reader_id)}


@operation("POST", "/edits/join", body=shape({"event": NUMBER, "other": NUMBER}), answer=ref("Edit"))
def join() -> Any:
    """Say that two events are one; the answer's number takes it back."""
    return {"edit": our_app().editing.join([sent.whole("event"), sent.whole("other")], reader_id=g.reader_id)}


@operation("DELETE", "/edits/{id}", answer=ref("Undone"))
def undo_edit(id: int) -> Any:
    """Take a split or a join back."""
    return {"undone": our_app().editing.undo(id).kind}


@operation("DELETE", "/acts/{id}", answer=ref("Undone"))
def undo(id: int) -> Any:
    """Take a mark back."""
    return {"undone": our_app().marks.undo(g.reader_id, id)}


@operation("POST", "/topics", body=shape({"name": {**TEXT, "maxLength": 100}, "query": TEXT}), answer=ref("Topic"))
def add_topic() -> Any:
    """Follow a query under a name."""
    app = our_app()
    made = app.topics.add(sent.field("name") or "", sent.field("query") or "", reader_id=g.reader_id)
    return {"name": made.name, "query": made.query, "unread": app.topics.unread(made.name, reader_id=g.reader_id)}


@operation("DELETE", "/topics/{name}", answer=ref("Undone"))
def remove_topic(name: str) -> Any:
    """Follow a topic no more."""
    return {"undone": our_app().topics.remove(name, reader_id=g.reader_id).name}
