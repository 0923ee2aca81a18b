"""A digest for the terminal: an event is three lines, bold headline, one colour at most, nothing of it when piped."""

from __future__ import annotations

from aggregator.model import Digest, DigestEvent
from aggregator.render.columns import one_line, wrap
from aggregator.render.wording import (
    change_line,
    difference_line,
    edit_line,
    heading,
    kicker,
    left_out,
    numbers,
    score_line,
    sentence,
    since_line,
    summary,
)
from aggregator.text.phrases import retell
from aggregator.text.tongue import ENGLISH, Tongue

__all__ = ["Ink", "account_lines", "digest_text"]

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


def digest_text(
    digest: Digest,
    *,
    width: int = 80,
    colour: bool = False,
    zone: str = "UTC",
    why: bool = False,
    tongue: Tongue = ENGLISH,
) -> str:
    """The digest as text, never wider than `width` columns.

    `colour` sets headlines bold and NEW in the accent (leave it off when the output is piped); `zone` (IANA) is the
    reader's; `why` shows each event's score and its parts. Ends with a line break.
    """
    ink, room = Ink(colour=colour), max(20, min(width, _READABLE))
    title = wrap(heading(digest.title, tongue), room) if digest.sections else []  # nothing is one line
    lines = [ink.bold(line) for line in title]
    lines += wrap(f"{summary(digest, tongue)} {sentence(since_line(digest, zone, tongue=tongue))}", room)
    for section in digest.sections:
        lines += ["", *wrap(heading(section.title, tongue).upper(), room)]
        for event in section.events:
            lines += ["", *_event(event, digest, room, zone, tongue, ink=ink, why=why)]
    lines += ["", left_out(digest, tongue)] if digest.left_out else []
    lines += _closing(digest, room, tongue)
    return "\n".join(lines) + "\n"


def _event(
    event: DigestEvent, digest: Digest, width: int, zone: str, tongue: Tongue, *, ink: Ink, why: bool
) -> list[str]:
    """Headline, numbers, first sentence; then what changed and what they differ on, if anything."""
    lines = [ink.bold(line) for line in wrap(event.headline, width)]
    lines += _numbers(event, digest, width, zone, tongue, ink=ink)
    lines += account_lines(event, digest, width, zone, tongue, most=1)
    return lines + (wrap(score_line(event, tongue), width, indent="  ") if why else [])


def account_lines(event: DigestEvent, digest: Digest, width: int, zone: str, tongue: Tongue, *, most: int) -> list[str]:
    """At most so many sentences, of several outlets each with its own; what changed and what they differ on, if anything."""
    if event.summary:
        lines = wrap(f"{event.summary} ({tongue.gettext('A model’s words')})", width)
    else:
        voices = (f" ({one_line(told.outlet)})" if event.outlets > 1 else "" for told in event.sentences[:most])
        lines = wrap(" ".join(told.text + voice for told, voice in zip(event.sentences, voices, strict=False)), width)
    lines += _changes(event, digest, width, zone, tongue)
    for difference in event.differences:
        first = tongue.gettext("They differ on") + " "
        lines += wrap(difference_line(difference, digest, zone, tongue), width, first=first, indent="  ")
    return lines


def _numbers(event: DigestEvent, digest: Digest, width: int, zone: str, tongue: Tongue, *, ink: Ink) -> list[str]:
    mark = (
        "" if event.outlets == 1 and event.status == "new" else kicker(event, tongue)
    )  # most stories of one outlet are new
    voice = one_line(event.headline_outlet) if event.outlets > 1 else ""
    number = tongue.gettext("event %(id)s", id=event.event_id)
    parts = [mark, voice, numbers(event, digest, zone, tongue), number]
    lines = wrap(" · ".join(part for part in parts if part), width)
    if mark and event.status == "new":
        lines[0] = ink.accent(mark) + lines[0][len(mark) :]
    return lines


def _changes(event: DigestEvent, digest: Digest, width: int, zone: str, tongue: Tongue) -> list[str]:
    since = since_line(digest, zone, event, tongue)
    lines = [tongue.gettext("New %(since)s", since=since)] if event.changes else []
    for change in event.changes:
        outlet = f" · {one_line(change.sentence.outlet)}" if change.sentence else ""
        lines += wrap(change_line(change, tongue) + outlet, width, first="  ", indent="    ")
    return lines


def _closing(digest: Digest, width: int, tongue: Tongue) -> list[str]:
    """Quiet edits and the state of the feeds."""
    lines: list[str] = []
    if digest.edits:
        lines += ["", tongue.gettext("Quietly edited").upper()]
        for edit in digest.edits:
            outlet = f"{edit.sentence.outlet}: " if edit.sentence else ""
            lines += wrap(outlet + edit_line(edit), width, indent="  ", first="")
    if digest.health:
        lines += ["", tongue.gettext("Your feeds").upper()]
        for line in digest.health:
            lines += wrap(retell(line, tongue), width, indent="  ", first="")
    return lines
