"""The page of one story, and lists of stories: the starred, and what a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from flask import Blueprint, Response, request

from aggregator.app.lists import StoryPage
from aggregator.errors import QueryError
from aggregator.model import Event, Story
from aggregator.render.rows import event_row, story_row
from aggregator.web.answers import answer, our_app
from aggregator.web.diff import changes
from aggregator.web.said import said
from aggregator.web.security import session

__all__ = ["rows_of", "stories"]

stories = Blueprint("stories", __name__)

MOST_EVENTS = 20
LONGEST_QUERY = 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a paragraph; `is_said` marks the sentence that the reader came for."""

    text: str
    is_said: bool = False


@stories.get("/stories/<int:story_id>")
def story(story_id: int) -> Response:
    """One story: its text, where it is from, what it is a copy of."""
    app, reader_id = our_app(), session().reader_id
    found = app.reading.story(story_id, reader_id=reader_id)
    original = app.lists.by_ids([found.copy_of], reader_id=reader_id) if found.copy_of else []
    event = app.lists.event_of(found)
    enclosures = app.recordings.of(story_id, reader_id=reader_id, with_chapters="chapters" in request.args)
    plays = app.config.web.recordings
    return answer(
        "story.html",
        story_row(found, with_text=True, enclosures=enclosures),
        story=found,
        paragraphs=_paragraphs(found),
        image=app.images.name(found) if app.config.web.images else None,
        recordings=[(e, app.recordings.name(e) if plays else None) for e in enclosures if e.kind in ("audio", "video")],
        pictures=[
            (e, app.images.name_of(e) if app.config.web.images else None) for e in enclosures if e.kind == "image"
        ],
        changes=changes(app.reading.revisions(story_id)),
        original=original[0] if original else None,
        event=event,
        said=said(),
    )


def _paragraphs(story: Story) -> list[list[Piece]]:
    """The text in paragraphs, with the sentence marked that the address names (`at`, and `n` characters)."""
    text = story.text or story.summary or ""
    begin, length = request.args.get("at", type=int), request.args.get("n", type=int)
    begin, end = (begin, begin + length) if begin is not None and length and begin >= 0 else (0, 0)
    found, place = [], 0
    for paragraph in text.split("\n\n"):
        cuts = [min(max(cut - place, 0), len(paragraph)) for cut in (begin, end)]
        pieces = [
            Piece(paragraph[: cuts[0]]),
            Piece(paragraph[cuts[0] : cuts[1]], is_said=True),
            Piece(paragraph[cuts[1] :]),
        ]
        if paragraph.strip():
            found.append([piece for piece in pieces if piece.text])
        place += len(paragraph) + 2
    return found


@stories.get("/starred")
def starred() -> Response:
    """The reader's starred stories."""
    found = our_app().lists.starred(reader_id=session().reader_id, after=request.args.get("after"))
    return answer("starred.html", rows_of(found), page=found, said=said())


@stories.get("/search")
def search() -> Response:
    """Events and stories that match a query."""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    app, reader_id = our_app(), session().reader_id
    events: list[Event] = []
    page, problem = StoryPage(stories=()), None
    if query:
        try:
            page = app.lists.search(query, reader_id=reader_id, after=request.args.get("after"))
            if "after" not in request.args:
                events = list(islice(app.reading.events(query, reader_id=reader_id, limit=MOST_EVENTS), MOST_EVENTS))
        except QueryError as error:
            problem = error
    made = answer(
        "search.html",
        rows_of(page)
        | {"query": query, "events": [event_row(e) for e in events], "problem": str(problem or "") or None},
        query=query,
        events=[e for e in events if e.stories > 1],
        page=page,
        problem=problem,
        said=said(),
    )
    made.status_code = 400 if problem else 200
    return made


def rows_of(page: StoryPage) -> dict[str, object]:
    """A page of a list as JSON values."""
    return {"stories": [story_row(s) for s in page.stories], "more": page.more}
