"""A digest for the terminal: an event is three lines, bold headline, one colour at most, nothing of it when piped."""

from __future__ import annotations

from aggregator.model import Digest, DigestEvent
from aggregator.render.columns import one_line, wrap
from aggregator.render.wording import (
    change_line,
    difference_line,
    edit_line,
    kicker,
    left_out,
    numbers,
    score_line,
    since_line,
    summary,
)

__all__ = ["Ink", "digest_text"]

_READABLE = 84  # a line of prose is not set wider than this, however wide the terminal


class Ink:
    """The terminal's few marks: bold, quiet and the accent; all of them nothing when `colour` is off."""

    def __init__(self, *, colour: bool) -> None:
        self._on = colour

    def bold(self, text: str) -> str:
        """Headlines."""
        return self._paint("1", text)

    def accent(self, text: str) -> str:
        """NEW, and nothing else."""
        return self._paint("31", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._on and text else text


def digest_text(digest: Digest, *, width: int = 80, colour: bool = False, zone: str = "UTC", why: bool = False) -> str:
    """The digest as text, never wider than `width` columns.

    `colour` sets headlines bold and NEW in the accent (leave it off when the output is piped); `zone` (IANA) is the
    reader's; `why` shows each event's score and its parts. Ends with a line break.
    """
    ink, room = Ink(colour=colour), max(20, min(width, _READABLE))
    since = since_line(digest, zone)
    lines = [ink.bold(line) for line in wrap(digest.title, room)] if digest.sections else []  # nothing is one line
    lines += wrap(f"{summary(digest)} {since[:1].upper()}{since[1:]}.", room)
    for section in digest.sections:
        lines += ["", *wrap(section.title.upper(), room)]
        for event in section.events:
            lines += ["", *_event(event, digest, room, zone, ink=ink, why=why)]
    lines += ["", left_out(digest)] if digest.left_out else []
    lines += _closing(digest, room)
    return "\n".join(lines) + "\n"


def _event(event: DigestEvent, digest: Digest, width: int, zone: str, *, ink: Ink, why: bool) -> list[str]:
    """Headline, numbers, first sentence; then what changed and what they differ on, if anything."""
    lines = [ink.bold(line) for line in wrap(event.headline, width)]
    lines += _numbers(event, digest, width, zone, ink)
    if event.summary:
        lines += wrap(f"{event.summary} (A model’s words)", width)  # noqa: RUF001
    for sentence in event.sentences[:1] if not event.summary else ():
        lines += wrap(sentence.text, width)
    lines += _changes(event, digest, width, zone)
    for difference in event.differences:
        lines += wrap(difference_line(difference, digest, zone), width, first="They differ on ", indent="  ")
    return lines + (wrap(score_line(event), width, indent="  ") if why else [])


def _numbers(event: DigestEvent, digest: Digest, width: int, zone: str, ink: Ink) -> list[str]:
    mark = "" if event.outlets == 1 and event.status == "new" else kicker(event)  # most stories of one outlet are new
    voice = one_line(event.headline_outlet) if event.outlets > 1 else ""
    parts = [mark, voice, numbers(event, digest, zone), f"event {event.event_id}"]
    lines = wrap(" · ".join(part for part in parts if part), width)
    if mark == "NEW":
        lines[0] = ink.accent(mark) + lines[0][len(mark) :]
    return lines


def _changes(event: DigestEvent, digest: Digest, width: int, zone: str) -> list[str]:
    lines = [f"New {since_line(digest, zone, event)}"] if event.changes else []
    for change in event.changes:
        outlet = f" · {one_line(change.sentence.outlet)}" if change.sentence else ""
        lines += wrap(change_line(change) + outlet, width, first="  ", indent="    ")
    return lines


def _closing(digest: Digest, width: int) -> list[str]:
    """Quiet edits and the state of the feeds."""
    lines: list[str] = []
    if digest.edits:
        lines += ["", "QUIETLY EDITED"]
        for edit in digest.edits:
            outlet = f"{edit.sentence.outlet}: " if edit.sentence else ""
            lines += wrap(outlet + edit_line(edit), width, indent="  ", first="")
    if digest.health:
        lines += ["", "YOUR FEEDS"]
        for line in digest.health:
            lines += wrap(line, width, indent="  ", first="")
    return lines
