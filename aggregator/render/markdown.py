"""A digest as Markdown (CommonMark): for notes, issue trackers and static sites."""

from __future__ import annotations

import re

from aggregator.model import Digest, DigestEvent, Sentence
from aggregator.render.columns import one_line
from aggregator.render.links import web_link
from aggregator.render.wording import (
    change_line,
    difference_line,
    edit_line,
    folded,
    kicker,
    left_out,
    numbers,
    retold_from,
    since_line,
    summary,
)

__all__ = ["digest_markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_LINE_START = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")


def digest_markdown(digest: Digest, *, zone: str = "UTC") -> str:
    """The digest as Markdown; titles and sentences are escaped, so that they are text and never markup."""
    lines = [f"# {_text(digest.title)}", "", f"{summary(digest)} {since_line(digest, zone).capitalize()}.", ""]
    for section in digest.sections:
        lines += [f"## {_text(section.title)}", ""]
        for event in section.events:
            lines += [*_event(event, digest, zone), ""]
    lines += [left_out(digest), ""] if digest.left_out else []
    if digest.edits:
        lines += ["## Quietly edited", ""]
        lines += [
            f"- {_text(e.sentence.outlet + ': ' if e.sentence else '')}{_text(edit_line(e))}" for e in digest.edits
        ]
        lines.append("")
    if digest.health:
        lines += ["## Your feeds", "", *(f"- {_text(line)}" for line in digest.health), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _event(event: DigestEvent, digest: Digest, zone: str) -> list[str]:
    lines = [f"### {_link(event.headline, event.headline_url)}", ""]
    lines += [f"*{kicker(event)}* · {_text(event.headline_outlet)} · {_text(numbers(event, digest, zone))}", ""]
    if event.summary:
        whose = ", ".join(_source(s) for s in retold_from(event))
        lines += [f"{_text(event.summary)} (A model’s words, from {whose})", ""]  # noqa: RUF001
    elif event.sentences:
        lines += [" ".join(f"{_text(s.text)} ({_source(s)})" for s in event.sentences), ""]
    notes = [
        f"- New {since_line(digest, zone, event)}: {_text(change_line(c))}{f' ({_source(c.sentence)})' if c.sentence else ''}"
        for c in event.changes
    ]
    notes += [f"- They differ on {_text(difference_line(d, digest, zone))}" for d in event.differences]
    notes += [f"- {_text(s.outlet)}: {_text(folded(s))}" for s in event.sources if s.copies]
    return lines + notes


def _source(sentence: Sentence) -> str:
    return _link(sentence.outlet, sentence.url)


def _link(text: str, url: str | None) -> str:
    href = web_link(url)
    return f"[{_text(text)}](<{href}>)" if href else _text(text)


def _text(text: str) -> str:
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", one_line(text)))
