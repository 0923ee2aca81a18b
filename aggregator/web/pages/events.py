"""The page of one event, and the list of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request

from aggregator.model import EventMember, EventView, Story
from aggregator.render.columns import one_line
from aggregator.render.reports import reports
from aggregator.render.rows import event_detail
from aggregator.text.sentences import split
from aggregator.web.answers import answer, our_app
from aggregator.web.said import said
from aggregator.web.security import session
from aggregator.web.timeline import timeline
from aggregator.web.wording import tongue

__all__ = ["events"]

events = Blueprint("events", __name__)

MOST_REPORTS = 40  # on one page,
MOST_STORIES = 140  # with their copies; of one report alone at most so many are listed
OPENING = 800  # characters of a text in which its first sentence is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An original with its copies, as the page shows it; `hidden` copies are counted only."""

    story: Story
    copies: tuple[Story, ...]
    hidden: int
    opening: str

    @property
    def copied_by(self) -> tuple[str, ...]:
        """The other outlets of the copies, each once; none if the outlet itself published its text again."""
        others = (copy for copy in self.copies if copy.outlet_id != self.story.outlet_id)
        return tuple(dict.fromkeys(one_line(copy.outlet) for copy in others))


@events.get("/events/<int:event_id>")
def event(event_id: int) -> Response:
    """One event: what happened, what is new, who says what, and why these stories are together."""
    app = our_app()
    page = app.front.event(event_id, reader_id=session().reader_id)
    if page.view.event.id != event_id:
        return _moved(f"/events/{page.view.event.id}")
    everything = reports(page.view)
    start = min(max(0, request.args.get("from", 0, type=int)), max(0, len(everything) - 1))
    shown = _one_page(everything[start:])
    return answer(
        "event.html",
        event_detail(page.view),
        page=page,
        event=page.account,
        reports=shown,
        total=len(everything),
        next=start + len(shown) if start + len(shown) < len(everything) else None,
        timeline=timeline(page.view, zone=app.timezone, tongue=tongue()) if len(page.view.members) > 1 else None,
        members={m.story.id: m for m in page.view.members},
        why=_why(page.view.members, shown),
        vetoes=_vetoes(page.view),
        said=said(),
    )


def _moved(path: str) -> Response:
    """An event that went into another is found there for ever."""
    query = request.query_string.decode("ascii", "ignore")
    answered = redirect(path + (f"?{query}" if query else ""), 301)
    return Response(status=301, headers={"Location": answered.headers["Location"]})


def _one_page(groups: Sequence[tuple[Story, Sequence[Story]]]) -> list[Report]:
    """The reports of one page: as many as there is room for, and at least one."""
    found: list[Report] = []
    room = MOST_STORIES
    for story, copies in groups[:MOST_REPORTS]:
        room -= 1 + len(copies)
        if found and room < 0:
            break
        shown = tuple(copies[:MOST_STORIES])
        found.append(Report(story=story, copies=shown, hidden=len(copies) - len(shown), opening=_opening(story)))
    return found


def _opening(story: Story) -> str:
    """The first sentence of a story, verbatim."""
    text = (story.text or "")[:OPENING]
    spans = split(text, story.lang)
    return text[slice(*spans[0])] if spans else ""


def _why(members: Sequence[EventMember], shown: Sequence[Report]) -> list[EventMember]:
    """The reports of this page, each with its reason; why copies are copies is said with the report."""
    found = {m.story.id: m for m in members}
    return [found[report.story.id] for report in shown]


def _vetoes(view: EventView) -> list[tuple[Story, str]]:
    """Stories of other events that are near, each once, and by what they were kept apart."""
    found: dict[int, str] = {}
    for member in view.members:
        for story_id, why in member.vetoes:
            found.setdefault(story_id, why)
    inside = {s.id for s in view.stories}
    stories = our_app().lists.by_ids([i for i in found if i not in inside], reader_id=session().reader_id)
    return [(story, found[story.id]) for story in stories]
