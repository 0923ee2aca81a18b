"""The shapes of values in the OpenAPI document: the same rows that the command line prints with `--json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["SCHEMAS", "listed", "ref", "shape"]

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "integer"}
MAYBE_NUMBER: Schema = {"type": ["integer", "null"]}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
TRUTH: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
MAYBE_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}


def shape(required: Mapping[str, Schema], **optional: Schema) -> dict[str, Any]:
    """An object with these fields."""
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


def listed(schema: Schema) -> dict[str, Any]:
    """An array of these."""
    return {"type": "array", "items": schema}


def ref(name: str) -> dict[str, Any]:
    """One of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


_STORY: dict[str, Schema] = {
    "id": NUMBER, "url": MAYBE, "title": MAYBE, "outlet": TEXT, "feed": MAYBE, "authors": listed(TEXT), "published": TIME,
    "seen": TIME, "lang": MAYBE, "words": NUMBER, "event": MAYBE_NUMBER, "copy_of": MAYBE_NUMBER, "kind": MAYBE,
}  # fmt: skip
_MARKED: dict[str, Schema] = {"read": TRUTH, "starred": TRUTH, "tags": listed(TEXT)}
_EVENT: dict[str, Schema] = {
    "id": NUMBER, "headline": TEXT, "first": TIME, "last": TIME, "outlets": NUMBER, "reports": NUMBER,
    "independent": NUMBER, "stories": NUMBER,
}  # fmt: skip
_MEMBER: dict[str, Schema] = {
    "probability": SHARE, "nearest": MAYBE_NUMBER, "reason": MAYBE, "copy_reason": MAYBE,
    "kept_apart": listed(shape({"story": NUMBER, "why": TEXT})),
}  # fmt: skip
_TOLD: dict[str, Schema] = {
    "status": {"type": "string", "enum": ["new", "developing", "day"]}, "day": NUMBER, "sentences": listed(ref("Sentence")),
    "changes": listed({"type": "object"}), "differences": listed({"type": "object"}),
}  # fmt: skip

SCHEMAS: dict[str, Schema] = {
    "Story": shape({**_STORY, **_MARKED}),
    "StoryWithText": shape({**_STORY, **_MARKED, "text": MAYBE, "enclosures": listed(ref("Enclosure"))}),
    "Enclosure": shape({
        "id": NUMBER, "story_id": NUMBER, "url": TEXT, "type": MAYBE, "length": MAYBE_NUMBER, "duration_s": MAYBE_NUMBER,
        "alt": MAYBE, "chapters": MAYBE, "transcript": MAYBE, "position_s": NUMBER,
        "chapter_list": {"type": ["array", "null"], "items": shape({"start_s": NUMBER, "title": TEXT})},
    }),
    "Stories": shape({"stories": listed(ref("Story")), "more": MAYBE}),
    "Event": shape(_EVENT),
    "Events": shape({"events": listed(ref("Event")), "more": MAYBE}),
    "Member": shape({**_STORY, **_MEMBER}),
    "Sentence": shape({"text": TEXT, "story": TEXT, "offset": NUMBER, "outlet": TEXT}, url=MAYBE),
    "EventDetail": shape({**_EVENT, "members": listed(ref("Member")), "thread": listed(ref("Event")), **_TOLD}),
    "Revision": shape({
        "revision": NUMBER, "at": TIME, "what_changed": listed(TEXT), "silent": TRUTH, "title_before": MAYBE,
        "title_after": MAYBE, "sentences": listed(shape({"kind": TEXT, "before": MAYBE, "after": MAYBE})),
    }),
    "Topic": shape({"name": TEXT, "query": TEXT, "unread": NUMBER}),
    "TopicEvent": shape({**_EVENT, "matched": NUMBER, "originals": NUMBER, "why": TEXT}),
    "Feed": shape({
        "id": NUMBER, "url": TEXT, "title": MAYBE, "folder": TEXT, "state": TEXT, "last_polled": MAYBE_TIME,
        "next_poll": MAYBE_TIME, "failures": NUMBER, "error": MAYBE, "every_s": {"type": ["number", "null"]}, "login": MAYBE,
        "headers": listed(TEXT), "proxy": MAYBE, "selectors": {"type": ["object", "null"], "additionalProperties": TEXT},
    }),
    "Outlet": shape({"outlet": TEXT, "stories": NUMBER, "copies": NUMBER, "events": NUMBER, "first": NUMBER}),
    "Edition": shape({"id": NUMBER, "name": TEXT, "made": TIME, "since": TIME}),
    "Stats": shape({"feeds": NUMBER, "outlets": NUMBER, "stories": NUMBER, "copies": NUMBER, "events": NUMBER,
                    "unread": {"type": "object", "additionalProperties": NUMBER}}),
    "Undo": shape({"undo": NUMBER}),
    "Edit": shape({"edit": NUMBER}),
    "Undone": shape({"undone": TEXT}),
    "Added": shape({"added": listed(TEXT), "known": listed(TEXT), "left_out": listed(TEXT)}),
    "Error": shape({"error": TEXT}),
}  # fmt: skip
