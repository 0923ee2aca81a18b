"""A digest as a mail: a subject, a text part set for 72 columns, an HTML part that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import css_inline

from aggregator.model import Digest, DigestEvent, DigestSection, Sentence
from aggregator.render.columns import fit, one_line
from aggregator.render.links import web_link
from aggregator.render.templating import context, environment, ranks
from aggregator.render.wording import heading, retold_from
from aggregator.text.tongue import ENGLISH, Tongue

__all__ = ["MAIL_MAX_BYTES", "MailWords", "digest_mail", "subject_of"]

MAIL_MAX_BYTES = 90_000  # Gmail clips a message at 102 KB
SUBJECT_MAX = 78  # RFC 5322, 2.1.1: a line should be no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWords:
    """What the foot of the mail says: why it came, when the next will, how to stop it; and the edition's own page.

    `unsubscribe_url` and `web_url` are https addresses, or None when the program has none that others can reach.
    """

    why: str = "You get this mail because a digest is sent to you."
    next_line: str = ""
    stop: str = "To stop it: aggregator digests list, then aggregator digests remove NAME."
    unsubscribe_url: str | None = None
    web_url: str | None = None
    tongue: Tongue = ENGLISH


def digest_mail(
    digest: Digest, *, zone: str = "UTC", words: MailWords | None = None, max_bytes: int = MAIL_MAX_BYTES
) -> tuple[str, str, str]:
    """(subject, text part, HTML part) of a digest.

    The HTML is at most `max_bytes` long in UTF-8: events that do not fit are left out whole, the lowest ranked first, in
    both parts, and counted. The subject is safe for a header: one line of at most 78 characters.
    """
    said = words or MailWords()
    shown, html = _fitting(digest, zone, said, max_bytes)
    around = context(shown, zone, said.tongue, words=said, mark_of=_mark)
    around["links_of"] = lambda event: _links(event, around["told"](event))
    around["account_of"] = lambda event, links: _account(event, around["told"](event), links, said.tongue)
    text = environment().get_template("mail.txt").render(around)
    return subject_of(digest, said.tongue), _tidy(text), html


def subject_of(digest: Digest, tongue: Tongue = ENGLISH) -> str:
    """The top headline and whose digest it is, within 78 characters, without line breaks, controls or bidi marks."""
    events = [e for s in digest.sections for e in s.events]
    title = one_line(heading(digest.title or "Digest", tongue))
    if not events:
        return fit(tongue.gettext("%(digest)s: nothing new", digest=title), SUBJECT_MAX)
    top = min(events, key=lambda e: ranks(digest)[e.event_id])
    return _cut(f"{title}: {one_line(top.headline)}")


def _cut(text: str) -> str:
    """At most 78 characters (and columns), cut at a space where one is near."""
    cut = fit(text, SUBJECT_MAX)
    if len(cut) > SUBJECT_MAX:  # marks that take no column of their own still take a place in the line
        cut = cut[: SUBJECT_MAX - 1].rstrip() + "…"
    if cut != text and " " in cut[-20:]:
        cut = cut[: cut.rindex(" ")].rstrip(" ,;:-–—") + "…"
    return cut


def _fitting(digest: Digest, zone: str, words: MailWords, max_bytes: int) -> tuple[Digest, str]:
    """The digest with as many of its best events as fit, and its HTML."""
    total = len(ranks(digest))
    fits, best = None, 0
    low, high = 0, total
    html = _html(digest, zone, words)
    if len(html.encode()) <= max_bytes:
        return digest, html
    while low <= high:
        middle = (low + high) // 2
        part = _best(digest, middle)
        html = _html(part, zone, words)
        if len(html.encode()) <= max_bytes:
            fits, best, low = html, middle, middle + 1
        else:
            high = middle - 1
    part = _best(digest, best)
    return part, fits if fits is not None else _html(replace(part, health=(), edits=()), zone, words)


def _best(digest: Digest, keep: int) -> Digest:
    """The digest with its `keep` best events; the others are counted as left out."""
    rank = ranks(digest)
    sections = [
        DigestSection(title=s.title, events=tuple(e for e in s.events if rank[e.event_id] <= keep))
        for s in digest.sections
    ]
    return replace(
        digest, sections=tuple(s for s in sections if s.events), left_out=digest.left_out + max(0, len(rank) - keep)
    )


def _html(digest: Digest, zone: str, words: MailWords) -> str:
    page = environment().get_template("mail.html").render(context(digest, zone, words.tongue, words=words))
    return str(_inliner().inline(page))


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    """Styles go into each element, for mail readers drop style sheets; nothing is fetched."""
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


def _links(event: DigestEvent, told: Sequence[Sentence]) -> list[tuple[str, str | None]]:
    """The numbered links of an event: its headline's, then each other story that a sentence shown is from."""
    found: dict[str, tuple[str, str | None]] = {
        event.headline_story_id: (one_line(event.headline_outlet), web_link(event.headline_url))
    }
    changed = [change.sentence for change in event.changes if change.sentence]
    for sentence in (*told, *changed):
        found.setdefault(sentence.story_id, (one_line(sentence.outlet), web_link(sentence.url)))
    return list(found.values())


def _account(event: DigestEvent, told: Sequence[Sentence], links: list[tuple[str, str | None]], tongue: Tongue) -> str:
    """The sentences with the numbers of their links, or a model's summary of them with those of its sources."""
    if event.summary:
        marks = " ".join(_mark(s, links).strip() for s in retold_from(event))
        words = tongue.gettext("A model’s words, from %(outlets)s", outlets=marks)
        return f"{one_line(event.summary)} ({words})"
    return " ".join(one_line(s.text) + _mark(s, links) for s in told)


def _mark(sentence: Sentence | None, links: list[tuple[str, str | None]]) -> str:
    """The number of a sentence's link: " [2]"."""
    if sentence is None:
        return ""
    wanted = (one_line(sentence.outlet), web_link(sentence.url))
    return f" [{links.index(wanted) + 1}]" if wanted in links else ""


def _tidy(text: str) -> str:
    """No white space at line ends, never more than one blank line; the mark before the foot keeps its space (RFC 3676, 4.3)."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.strip() or (lines and lines[-1]):
            lines.append(line if line == "-- " else line.rstrip())
    return "\n".join(lines).strip("\n") + "\n"
