"""Story lines in, decisions out: the contract of the filters `dedupe`, `cluster` and `brief`.

A story line is `{"id", "title", "text", "published", "source", "lang", "url"}`, of which `id` and one of title or text are
required; unknown fields are ignored, missing and null mean unknown, and no `published` means the time of reading.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aggregator.app.clock import machine_time
from aggregator.digest import brief_line
from aggregator.model import EventAssignment, StoryLine
from aggregator.pipeline.filters import decide_copies, decide_stream
from aggregator.text.dates import parse_date
from aggregator.text.html import clean_text

__all__ = ["EventReader", "LineReader", "brief_lines", "cluster_lines", "dedupe_lines", "objects", "story_line"]

YEARS = (1000, 9000)  # beyond them a date says nothing: 0001-01-01 is how some programs write "unknown"
_TEXTS = ("title", "text", "source", "lang", "url", "credit")


class _BadLine(ValueError):
    """What is wrong with one line, for a person."""


def story_line(row: Any, *, now: datetime) -> StoryLine:
    """A story from its JSON object.

    Raises:
        ValueError: it is none; the message says why.

    """
    if not isinstance(row, dict):
        raise _BadLine("not a JSON object")
    story_id = row.get("id")
    if isinstance(story_id, bool) or not isinstance(story_id, (str, int)) or story_id == "":
        raise _BadLine('no "id"')
    texts = {name: _text(name, row.get(name)) for name in _TEXTS}
    if not texts["title"] and not texts["text"]:
        raise _BadLine("neither title nor text")
    return StoryLine(id=str(story_id), published_at=_moment(row.get("published"), now), seen_at=now, **texts)


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise _BadLine(f'"{name}" is not a text')
    cleaned = clean_text(value)
    return cleaned if cleaned.strip() else None


def _moment(value: Any, now: datetime) -> datetime:
    if value is None or value == "":
        return now
    at = parse_date(value) if isinstance(value, str) else None
    if at is None:
        raise _BadLine(f'"published" is not a date: {str(value)[:40]!r}')
    return at if YEARS[0] <= at.year <= YEARS[1] else now


@dataclass(slots=True)
class LineReader:
    """Reads story lines from a file; bad ones are gathered in `problems`, with their number."""

    lines: Iterable[bytes]
    problems: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[StoryLine]:
        seen: set[str] = set()
        for number, row in objects(self.lines, self.problems.append):
            try:
                line = story_line(row, now=machine_time())
                if line.id in seen:
                    raise _BadLine(f"the id {line.id!r} came before")
            except ValueError as error:
                self.problems.append(f"line {number}: {error}")
                continue
            seen.add(line.id)
            self.order.append(line.id)
            yield line


@dataclass(slots=True)
class EventReader:
    """Reads lines of `{"event", "stories"}`; bad ones are gathered in `problems`, with their number."""

    lines: Iterable[bytes]
    problems: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        for number, row in objects(self.lines, self.problems.append):
            try:
                yield self._event(row, seen)
            except ValueError as error:
                self.problems.append(f"line {number}: {error}")

    def _event(self, row: Any, seen: set[str]) -> dict[str, Any]:
        if not isinstance(row, dict) or row.get("event") is None:
            raise _BadLine('no "event"')
        if not isinstance(row.get("stories"), list) or not row["stories"]:
            raise _BadLine('no "stories"')
        key = json.dumps(row["event"], sort_keys=True)
        if key in seen:
            raise _BadLine(f"the event {row['event']!r} came before")
        for story in row["stories"]:
            story_line(story, now=machine_time())
        seen.add(key)
        return row


def objects(lines: Iterable[bytes], on_problem: Callable[[str], None]) -> Iterator[tuple[int, Any]]:
    """The JSON values of lines with their numbers; lines that are not JSON are named, empty ones passed over."""
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            row = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
        except (ValueError, RecursionError) as error:  # also a number of more digits than Python reads
            on_problem(f"line {number}: not JSON ({error})")
            continue
        yield number, row


def dedupe_lines(reader: LineReader) -> Iterator[dict[str, Any]]:
    """The last decision about each story whether it is a copy, in order."""
    copies = decide_copies(reader)
    for story_id in reader.order:
        match = copies.get(story_id)
        yield {
            "id": story_id,
            "copy_of": match.copy_of if match else None,
            "kind": match.kind if match else None,
            "score": round(match.score, 4) if match else None,
        }


def cluster_lines(
    reader: LineReader, *, online: Callable[[dict[str, Any]], None] | None = None, across: bool = False
) -> Iterator[dict[str, Any]]:
    """The event of each story after all merges and splits, in order; `online` is told each decision as it falls."""

    def tell(assignment: EventAssignment) -> None:
        if online is not None:
            online({"id": assignment.id, "event": assignment.event})

    decided = decide_stream(reader, online=tell if online else None, across=across)
    for story_id in reader.order:
        yield {"id": story_id, "event": decided.events[story_id].event}


def brief_lines(reader: EventReader, *, words: int) -> Iterator[dict[str, Any]]:
    """An account of each event, in order."""
    for row in reader:
        yield brief_line(row, words=words)
