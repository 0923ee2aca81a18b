"""A digest for the terminal: an event is three lines, bold headline, one colour at most, nothing of it when piped."""

from __future__ import annotations

import textwrap

from aggregator.model import Digest, DigestEvent
from aggregator.render.times import say_time

__all__ = ["digest_text"]


def digest_text(digest: Digest, *, width: int = 80, colour: bool = False, zone: str = "UTC") -> str:
    """The digest as text, never wider than `width` columns; `colour` adds bold headlines and the accent for NEW."""
    lines = [digest.title]
    for section in digest.sections:
        lines += ["", section.title.upper()]
        for event in section.events:
            lines += ["", *_event(event, digest, width, zone, colour=colour)]
    return "\n".join(lines) + "\n"


def _event(event: DigestEvent, digest: Digest, width: int, zone: str, *, colour: bool) -> list[str]:
    bold, plain = ("\x1b[1m", "\x1b[0m") if colour else ("", "")
    head = [f"{bold}{line}{plain}" for line in textwrap.wrap(event.headline, width)]
    numbers = (
        f"{event.outlets} outlets · {event.reports} independent reports · first: {event.first_outlet} "
        f"{say_time(event.first_at, now=digest.made_at, zone=zone)}"
    )
    body = textwrap.wrap(event.sentences[0].text, width) if event.sentences else []
    return [*head, *textwrap.wrap(numbers, width), *body]
