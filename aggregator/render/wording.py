"""How an event is told in words and numbers: the same on the page, in the mail and in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.model import Change, Difference, Digest, DigestEvent, RevisionChange, Sentence, SourceLine
from aggregator.render.columns import one_line
from aggregator.render.times import say_time
from aggregator.text.tongue import ENGLISH, Tongue, mark

__all__ = [
    "change_line",
    "difference_line",
    "edit_line",
    "folded",
    "heading",
    "kicker",
    "left_out",
    "named",
    "numbers",
    "reported_by",
    "retold_from",
    "same_text",
    "score_line",
    "sentence",
    "since_line",
    "summary",
    "what_changed",
    "what_differs",
]

_MOST_NAMED = 5  # outlets named in full; the rest are counted
# Words of ours that values carry: headings, slots of figures (digest.slots), kinds of change (text.revision), parts of a score.
_HEADINGS = frozenset({
    mark("Digest"), mark("terminal"), mark("Top"), mark("News"), mark("One outlet only"),
})  # fmt: skip
_SLOTS = frozenset({
    mark("killed"), mark("injured"), mark("missing"), mark("arrested"), mark("evacuated"), mark("infected"),
    mark("destroyed"), mark("rescued"), mark("magnitude"), mark("in hospital"), mark("vaccinated"), mark("without power"),
    mark("burned"), mark("contained"), mark("leaked"),
})  # fmt: skip
_KINDS = frozenset({
    mark("headline"), mark("figure"), mark("typo"), mark("wording"), mark("addition"), mark("removal"), mark("correction note"),
})  # fmt: skip
_SCORED = frozenset({mark("reports"), mark("outlets"), mark("freshness"), mark("growth"), mark("topics")})


def kicker(event: DigestEvent, tongue: Tongue = ENGLISH) -> str:
    """NEW, DEVELOPING or DAY 3."""
    if event.status == "new":
        return tongue.gettext("NEW")
    if event.status == "developing":
        return tongue.gettext("DEVELOPING")
    return tongue.gettext("DAY %(day)s", day=tongue.number(event.day))


def heading(title: str, tongue: Tongue = ENGLISH) -> str:
    """The title of a digest or a section: ours in the reader's language, the reader's own as it is."""
    return _known(title, _HEADINGS, tongue)


def numbers(event: DigestEvent, digest: Digest, zone: str, tongue: Tongue = ENGLISH) -> str:
    """As in "12 outlets · 4 independent reports · first: Courier 05:12 · latest 07:40"."""
    first = say_time(event.first_at, now=digest.made_at, zone=zone, tongue=tongue)
    latest = say_time(event.last_at, now=digest.made_at, zone=zone, tongue=tongue)
    if event.outlets == 1:
        parts = [one_line(event.first_outlet), first]
        parts += [tongue.ngettext("%(num)s story", "%(num)s stories", event.stories)] if event.stories > 1 else []
    else:
        parts = reported_by(event.outlets, event.independent, f"{event.first_outlet} {first}", tongue)
    return " · ".join(parts + ([tongue.gettext("latest %(time)s", time=latest)] if latest != first else []))


def reported_by(outlets: int, independent: int, first: str, tongue: Tongue = ENGLISH) -> list[str]:
    """The three numbers of an event: outlets, independent reports, who was first."""
    return [
        tongue.ngettext("%(num)s outlet", "%(num)s outlets", outlets),
        tongue.ngettext("%(num)s independent report", "%(num)s independent reports", independent),
        tongue.gettext("first: %(outlet)s", outlet=one_line(first)),
    ]


def summary(digest: Digest, tongue: Tongue = ENGLISH) -> str:
    """As in "42 stories from 18 outlets, 7 events, 3 new; 9 copies folded."."""
    if not digest.stories:
        return tongue.gettext("Nothing new.")
    told = tongue.gettext(
        "%(stories)s from %(outlets)s, %(events)s",
        stories=tongue.ngettext("%(num)s story", "%(num)s stories", digest.stories),
        outlets=tongue.ngettext("%(num)s outlet", "%(num)s outlets", digest.outlets),
        events=tongue.ngettext("%(num)s event", "%(num)s events", digest.events),
    )
    if digest.new_events:
        told = tongue.ngettext("%(told)s, %(num)s new", "%(told)s, %(num)s new", digest.new_events, told=told)
    if digest.copies:
        told = tongue.ngettext(
            "%(told)s; %(num)s copy folded", "%(told)s; %(num)s copies folded", digest.copies, told=told
        )
    return f"{told}."


def left_out(digest: Digest, tongue: Tongue = ENGLISH) -> str:
    """How many events did not fit, or ""."""
    if not digest.left_out:
        return ""
    return tongue.ngettext("%(num)s more event is left out.", "%(num)s more events are left out.", digest.left_out)


def since_line(digest: Digest, zone: str, event: DigestEvent | None = None, tongue: Tongue = ENGLISH) -> str:
    """As in "since yesterday 07:00": since the reader was told of `event`, else since the digest's period began."""
    since = event.told_at if event and event.told_at else digest.since
    return tongue.gettext("since %(time)s", time=say_time(since, now=digest.made_at, zone=zone, tongue=tongue))


def sentence(words: str) -> str:
    """Words as a sentence of their own: "Since yesterday 07:00."."""
    return f"{words[:1].upper()}{words[1:]}."


def change_line(change: Change, tongue: Tongue = ENGLISH) -> str:
    """As in "420,000 homes (300,000)": what is now, what was before in brackets; a new sentence as it stands."""
    if change.kind == "sentence" and change.sentence:
        return one_line(change.sentence.text)
    if change.kind == "outlet":
        return tongue.gettext("now also in %(outlet)s", outlet=one_line(change.after or ""))
    now = one_line(f"{change.after or ''} {what_differs(change.what, tongue) if change.kind == 'figure' else ''}")
    return f"{now} ({one_line(change.before)})" if change.before else now


def what_differs(what: str, tongue: Tongue = ENGLISH) -> str:
    """What a figure counts: a slot that we know in the reader's language, else the word of the story."""
    return _known(what, _SLOTS, tongue)


def what_changed(revision: RevisionChange, tongue: Tongue = ENGLISH) -> str:
    """What a revision changed: "headline, figure"."""
    return tongue.together(_known(kind, _KINDS, tongue) for kind in revision.what_changed)


def difference_line(difference: Difference, digest: Digest, zone: str, tongue: Tongue = ENGLISH) -> str:
    """As in "killed: 2 (Post 05:10) · 3 (Radio 4 06:20)"."""
    sides = []
    for value, sentence in difference.sides:
        at = f" {say_time(sentence.at, now=digest.made_at, zone=zone, tongue=tongue)}" if sentence.at else ""
        sides.append(f"{one_line(value)} ({one_line(sentence.outlet)}{at})")
    return f"{what_differs(difference.what, tongue)}: " + " · ".join(sides)


def edit_line(edit: Change) -> str:
    """As in "32 per cent → 22 per cent: “Profit fell 22 per cent, the company said.”"; a headline alone as old → new."""
    said = f"{one_line(edit.before or '')} → {one_line(edit.after or '')}"
    if edit.kind == "figure" and edit.sentence and edit.sentence.text:
        return f"{said}: “{one_line(edit.sentence.text)}”"
    return said


def retold_from(event: DigestEvent) -> tuple[Sentence, ...]:
    """For a summary in a model's words: one sentence of each story that it was written from, as its source."""
    return tuple({sentence.story_id: sentence for sentence in event.sentences}.values())


def folded(source: SourceLine, tongue: Tongue = ENGLISH) -> str:
    """As in "same text in 5 more outlets: A, B, C, D, E", or ""."""
    if not source.copies:
        return ""
    names = tuple(dict.fromkeys(one_line(name) for name in source.copies))
    return f"{same_text(source.credit, len(names), tongue)}: {named(names, tongue)}"


def same_text(credit: str | None, outlets: int, tongue: Tongue = ENGLISH) -> str:
    """As in "same Reuters text in 5 more outlets"; `credit` names whose text it is, if anybody is named."""
    if credit is None:
        return tongue.ngettext("same text in %(num)s more outlet", "same text in %(num)s more outlets", outlets)
    return tongue.ngettext(
        "same %(agency)s text in %(num)s more outlet",
        "same %(agency)s text in %(num)s more outlets",
        outlets,
        agency=one_line(credit),
    )


def named(names: Sequence[str], tongue: Tongue = ENGLISH) -> str:
    """As in "A, B, C, D, E and 2 more"."""
    first = tongue.together(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    if more <= 0:
        return first
    return tongue.ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=first)


def score_line(event: DigestEvent, tongue: Tongue = ENGLISH) -> str:
    """As in "score .62 = reports .31 + outlets .10 + …": why it stands where it does."""
    shown = {name: value for name, value in event.score_parts.items() if round(value, 2) > 0}
    parts = " + ".join(f"{_known(name, _SCORED, tongue)} {_share(value)}" for name, value in shown.items())
    return tongue.gettext("score %(share)s", share=_share(event.score)) + (f" = {parts}" if parts else "")


def _known(word: str, ours: frozenset[str], tongue: Tongue) -> str:
    """A word that a value carries: translated if it is one of ours, as it is if it is a story's or the reader's own."""
    return tongue.gettext(word) if word in ours else word


def _share(value: float) -> str:
    return f"{value:.2f}".lstrip("0") if value < 1 else f"{value:.2f}"
