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
    heading,
    kicker,
    left_out,
    numbers,
    retold_from,
    sentence,
    since_line,
    summary,
)
from aggregator.text.phrases import retell
from aggregator.text.tongue import ENGLISH, Tongue

__all__ = ["digest_markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_LINE_START = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")


def digest_markdown(digest: Digest, *, zone: str = "UTC", tongue: Tongue = ENGLISH) -> str:
    """The digest as Markdown; titles and sentences are escaped, so that they are text and never markup."""
    since = sentence(since_line(digest, zone, tongue=tongue))
    lines = [f"# {_text(heading(digest.title, tongue))}", "", f"{summary(digest, tongue)} {since}", ""]
    for section in digest.sections:
        lines += [f"## {_text(heading(section.title, tongue))}", ""]
        for event in section.events:
            lines += [*_event(event, digest, zone, tongue), ""]
    lines += [left_out(digest, tongue), ""] if digest.left_out else []
    if digest.edits:
        lines += [f"## {tongue.gettext('Quietly edited')}", ""]
        lines += [
            f"- {_text(e.sentence.outlet + ': ' if e.sentence else '')}{_text(edit_line(e))}" for e in digest.edits
        ]
        lines.append("")
    if digest.health:
        lines += [
            f"## {tongue.gettext('Your feeds')}",
            "",
            *(f"- {_text(retell(line, tongue))}" for line in digest.health),
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _event(event: DigestEvent, digest: Digest, zone: str, tongue: Tongue) -> list[str]:
    lines = [f"### {_link(event.headline, event.headline_url)}", ""]
    told = _text(numbers(event, digest, zone, tongue))
    lines += [f"*{kicker(event, tongue)}* · {_text(event.headline_outlet)} · {told}", ""]
    if event.summary:
        whose = tongue.together(_source(s) for s in retold_from(event))
        words = tongue.gettext("A model’s words, from %(outlets)s", outlets=whose)
        lines += [f"{_text(event.summary)} ({words})", ""]
    elif event.sentences:
        lines += [" ".join(f"{_text(s.text)} ({_source(s)})" for s in event.sentences), ""]
    new = tongue.gettext("New %(since)s", since=since_line(digest, zone, event, tongue))
    notes = [
        f"- {new}: {_text(change_line(c, tongue))}{f' ({_source(c.sentence)})' if c.sentence else ''}"
        for c in event.changes
    ]
    differ = tongue.gettext("They differ on")
    notes += [f"- {differ} {_text(difference_line(d, digest, zone, tongue))}" for d in event.differences]
    notes += [f"- {_text(s.outlet)}: {_text(folded(s, tongue))}" for s in event.sources if s.copies]
    return lines + notes


def _source(sentence: Sentence) -> str:
    return _link(sentence.outlet, sentence.url)


def _link(text: str, url: str | None) -> str:
    href = web_link(url)
    return f"[{_text(text)}](<{href}>)" if href else _text(text)


def _text(text: str) -> str:
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", one_line(text)))
