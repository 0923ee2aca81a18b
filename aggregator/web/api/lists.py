"""What there is to read: events, stories, topics, digests, outlets."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, g, request

from aggregator.model import Story
from aggregator.render.document import account_json, digest_json
from aggregator.render.rows import event_detail, event_row, iso, revision_row, story_row
from aggregator.web.answers import our_app
from aggregator.web.api.operations import operation, sent
from aggregator.web.api.schemas import NUMBER, TEXT, listed, ref, shape
from aggregator.web.protocols.asking import as_json, when

__all__: list[str] = []

USUAL, MOST = 50, 500
PAGED = {
    "q": {**TEXT, "description": "A search, as in docs/reference/query.md.", "maxLength": 1000},
    "after": {**TEXT, "description": "`more` of the page before."},
    "limit": {**NUMBER, "minimum": 1, "maximum": MOST, "default": USUAL},
}
LIMITED = {"limit": PAGED["limit"]}
SINCE = {"since": {**NUMBER, "description": "Seconds since 1970.", "minimum": 1, "maximum": 32_503_680_000}}


@operation("GET", "/events", query=PAGED, answer=ref("Events"))
def events() -> Any:
    """Events one of whose stories matches, the one with the latest story first."""
    page = our_app().lists.events(
        sent.text("q"), reader_id=g.reader_id, after=sent.text("after") or None, limit=sent.number("limit", USUAL, MOST)
    )
    return {"events": [event_row(e) for e in page.events], "more": page.more}


@operation("GET", "/events/{id}", answer=ref("EventDetail"))
def event(id: int) -> Any:
    """One event: its account, its stories, and why they are together."""
    page = our_app().front.event(id, reader_id=g.reader_id)
    told = account_json(page.account)
    return event_detail(page.view) | {
        "status": told["status"], "day": told["day"], "sentences": [_sentence(s) for s in told["sentences"]],
        "changes": told["changes"], "differences": told["differences"],
    }  # fmt: skip


def _sentence(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in ("text", "story", "offset", "outlet", "url")}


@operation("GET", "/stories", query=PAGED, answer=ref("Stories"))
def stories() -> Any:
    """Stories that match, newest first."""
    page = our_app().lists.search(
        sent.text("q"), reader_id=g.reader_id, after=sent.text("after") or None, limit=sent.number("limit", USUAL, MOST)
    )
    return {"stories": [_story(s) for s in page.stories], "more": page.more}


@operation("GET", "/stories/{id}", answer=ref("StoryWithText"))
def story(id: int) -> Any:
    """One story with its text."""
    found = our_app().reading.story(id, reader_id=g.reader_id)
    enclosures = our_app().recordings.of(id, reader_id=g.reader_id)
    return _story(found) | {"text": found.text, "enclosures": [asdict(e) for e in enclosures]}


@operation("GET", "/stories/{id}/revisions", answer=listed(ref("Revision")))
def revisions(id: int) -> Any:
    """What was changed in a story after it was first read, oldest first."""
    return [revision_row(change) for change in our_app().reading.revisions(id)]


def _story(found: Story) -> dict[str, Any]:
    return story_row(found) | {"read": found.is_read, "starred": found.is_starred, "tags": list(found.tags)}


@operation("GET", "/topics", answer=listed(ref("Topic")))
def topics() -> Any:
    """The topics that the reader follows."""
    app = our_app()
    return [
        {"name": t.name, "query": t.query, "unread": app.topics.unread(t.name, reader_id=g.reader_id)}
        for t in app.topics.all(reader_id=g.reader_id)
    ]


@operation("GET", "/topics/{name}", query=LIMITED, answer=listed(ref("TopicEvent")))
def topic(name: str) -> Any:
    """The events of a topic, each with the reason why it belongs to it."""
    found = our_app().topics.events(name, reader_id=g.reader_id, limit=sent.number("limit", USUAL, MOST))
    return [event_row(t.event) | {"matched": t.matched, "originals": t.originals, "why": t.why} for t in found]


@operation("GET", "/digests", query=LIMITED, answer=listed(ref("Edition")))
def digests() -> Any:
    """Digests that were made, newest first."""
    rows = our_app().digests.archive(reader_id=g.reader_id, limit=sent.number("limit", USUAL, MOST))
    return [{"id": r["id"], "name": r["name"], "made": iso(r["made_at"]), "since": iso(r["since"])} for r in rows]


@operation(
    "GET", "/digests/{id}", answer=shape({"version": NUMBER, "title": TEXT, "sections": listed({"type": "object"})})
)
def digest(id: int) -> Any:
    """One digest as it was made."""
    return digest_json(our_app().digests.edition(id, reader_id=g.reader_id))


@operation("GET", "/outlets", query=SINCE, answer=listed(ref("Outlet")))
def outlets() -> Any:
    """Outlets, the busiest first: stories, copies among them, events, and in how many of several outlets it was first."""
    since = when(sent.number("since", 0, 32_503_680_000)) if "since" in request.args else None
    rows = our_app().reading.outlets(since=since)
    return [
        {"outlet": o.name, "stories": o.stories, "copies": o.copies, "events": o.events, "first": o.first} for o in rows
    ]


@operation("GET", "/stats", answer=ref("Stats"))
def stats() -> Any:
    """How much is stored, and how much is unread in each folder."""
    return our_app().reading.stats(reader_id=g.reader_id)


@operation("GET", "/openapi.json", answer={"type": "object"})
def openapi() -> Response:
    """This document."""
    from aggregator.web.api.document import document  # noqa: PLC0415 (it describes what stands here)

    return as_json(document())
