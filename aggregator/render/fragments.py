"""Stories and events as pieces of HTML for other programs: no style, no script, every word escaped, web links only."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

from aggregator.model import DigestEvent, Enclosure, Story
from aggregator.render.columns import one_line
from aggregator.render.links import web_link
from aggregator.render.times import say_day
from aggregator.render.wording import change_line, reported_by, same_text, what_differs
from aggregator.text.html import SafeHTML
from aggregator.text.tongue import ENGLISH, Tongue

__all__ = ["event_html", "public_event_html", "story_html", "with_enclosures"]

PUBLIC_SENTENCES = 3  # what is shown without a login: headlines, so many sentences an event, and links


def story_html(story: Story, *, tongue: Tongue = ENGLISH) -> SafeHTML:
    """The text of a story in paragraphs, and whose it is if it is a copy or credited."""
    text = story.text or story.summary or ""
    parts = [f"<p>{escape(p.strip())}</p>" for p in text.split("\n\n") if p.strip()]
    if story.credit:
        parts.append(
            f"<p><small>{escape(tongue.gettext('Credited to %(agency)s.', agency=one_line(story.credit)))}</small></p>"
        )
    return SafeHTML("\n".join(parts))


def with_enclosures(html: SafeHTML, enclosures: Sequence[Enclosure]) -> SafeHTML:
    """A text with links to the files that belong to it."""
    links = [
        f'<p><a href="{escape(url)}">{escape(e.alt or url.rpartition("/")[2] or url)}</a></p>'
        for e in enclosures
        if (url := web_link(e.url))
    ]
    return SafeHTML("\n".join([html, *links]))


def event_html(event: DigestEvent, *, zone: str, tongue: Tongue = ENGLISH) -> SafeHTML:
    """An event as the digest tells it: sentences with their outlets, what is new, what they differ on, every report."""
    parts = [_sentences(event, len(event.sentences))]
    if event.changes:
        parts.append(f"<p><b>{escape(tongue.gettext('New since you looked'))}</b></p>")
        parts.append(_list([escape(change_line(change, tongue)) for change in event.changes]))
    for difference in event.differences:
        sides = " · ".join(f"{value} ({sentence.outlet})" for value, sentence in difference.sides)
        what = escape(one_line(what_differs(difference.what, tongue)))
        label = escape(tongue.gettext("They differ on"))
        parts.append(f"<p><b>{label}</b> {what}: {escape(one_line(sides))}</p>")
    parts += [f"<p>{escape(_numbers(event, tongue))}</p>", _sources(event, zone, tongue)]
    return SafeHTML("\n".join(p for p in parts if p))


def public_event_html(event: DigestEvent, *, zone: str, tongue: Tongue = ENGLISH) -> SafeHTML:
    """An event as anybody may see it: at most three sentences, and links."""
    numbers = escape(_numbers(event, tongue))
    parts = [_sentences(event, PUBLIC_SENTENCES), f"<p>{numbers}</p>", _sources(event, zone, tongue)]
    return SafeHTML("\n".join(p for p in parts if p))


def _sentences(event: DigestEvent, most: int) -> str:
    told = [f"{escape(one_line(s.text))} <small>{escape(one_line(s.outlet))}</small>" for s in event.sentences[:most]]
    return f"<p>{' '.join(told)}</p>" if told else ""


def _sources(event: DigestEvent, zone: str, tongue: Tongue) -> str:
    """Every report with its time, its headline linked, and how many outlets copied it."""
    rows = []
    for source in event.sources:
        link = web_link(source.url)
        title = escape(one_line(source.title) or tongue.gettext("(no title)"))
        shown = f'<a href="{escape(link)}">{title}</a>' if link else title
        copies = f" · {escape(same_text(None, len(source.copies), tongue))}" if source.copies else ""
        at = f"{say_day(source.at, now=event.last_at, zone=zone, tongue=tongue)} {source.at.astimezone(ZoneInfo(zone)):%H:%M}"
        rows.append(f"{escape(one_line(source.outlet))}, {at}: {shown}{copies}")
    return _list(rows)


def _list(rows: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{row}</li>' for row in rows)}</ul>" if rows else ""


def _numbers(event: DigestEvent, tongue: Tongue) -> str:
    return " · ".join(reported_by(event.outlets, event.independent, event.first_outlet, tongue))
