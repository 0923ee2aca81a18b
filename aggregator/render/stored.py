"""A digest read back from its JSON: an edition is shown again as it was made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aggregator.model import Change, Difference, Digest, DigestEvent, DigestSection, Sentence, SourceLine

__all__ = ["digest_from_json"]

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def digest_from_json(tree: Mapping[str, Any]) -> Digest:
    """The digest that `digest_json` wrote, whichever of its versions; what an old one did not say stays unsaid."""
    counts = tree.get("counts") or {}
    return Digest(
        title=tree["title"],
        made_at=_time(tree["made"]),
        since=_time(tree["since"]),
        until=_time(tree["until"]),
        sections=tuple(
            DigestSection(title=s["title"], events=tuple(map(_event, s["events"]))) for s in tree.get("sections", ())
        ),
        stories=counts.get("stories", 0),
        outlets=counts.get("outlets", 0),
        events=counts.get("events", 0),
        new_events=counts.get("new_events", 0),
        copies=counts.get("copies", 0),
        left_out=counts.get("left_out", 0),
        edits=tuple(map(_change, tree.get("edits", ()))),
        health=tuple(tree.get("health", ())),
    )


def _event(row: Mapping[str, Any]) -> DigestEvent:
    return DigestEvent(
        event_id=row["event"],
        headline=row["headline"],
        headline_story_id=row.get("headline_from") or "",
        headline_outlet=row["headline_outlet"],
        headline_url=row["url"],
        lang=row.get("lang"),
        section=row["section"],
        topics=tuple(row.get("topics", ())),
        status=row["status"],
        day=row["day"],
        outlets=row["outlets"],
        reports=row["reports"],
        independent=row.get("independent", row["reports"]),
        stories=row["stories"],
        copies=row.get("copies", 0),
        first_outlet=row["first_outlet"],
        first_at=_time(row["first"]),
        last_at=_time(row["last"]),
        sentences=tuple(map(_sentence, row.get("sentences", ()))),
        summary=row.get("summary"),
        changes=tuple(map(_change, row.get("changes", ()))),
        differences=tuple(map(_difference, row.get("differences", ()))),
        sources=tuple(map(_source, row.get("sources", ()))),
        score=row.get("score", 0.0),
        score_parts=dict(row.get("score_parts", {})),
    )


def _sentence(row: Mapping[str, Any]) -> Sentence:
    return Sentence(
        text=row["text"],
        story_id=row["story"],
        offset=row["offset"],
        outlet=row.get("outlet") or "",
        url=row.get("url"),
        at=_time(row["at"]) if row.get("at") else None,
        text_hash=row.get("text_hash") or "",
        spans=tuple((start, end) for start, end in row.get("spans", ())),
    )


def _change(row: Mapping[str, Any]) -> Change:
    return Change(
        kind=row["kind"],
        what=row.get("what") or "",
        before=row.get("before"),
        after=row.get("after"),
        sentence=_sentence(row["sentence"]) if row.get("sentence") else None,
        before_sentence=_sentence(row["before_sentence"]) if row.get("before_sentence") else None,
    )


def _difference(row: Mapping[str, Any]) -> Difference:
    sides = tuple((side["value"], _sentence(side["sentence"])) for side in row["sides"])
    return Difference(what=row["what"], sides=sides)


def _source(row: Mapping[str, Any]) -> SourceLine:
    return SourceLine(
        story_id=row["story"],
        outlet=row["outlet"],
        title=row["title"],
        url=row.get("url"),
        at=_time(row["at"]),
        copies=tuple(row.get("copies", ())),
        credit=row.get("credit"),
    )


def _time(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else _BEGINNING
