"""How an event is told in words and numbers: the same on the page, in the mail and in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.model import Change, Difference, Digest, DigestEvent, Sentence, SourceLine
from aggregator.render.columns import one_line
from aggregator.render.times import say_time

__all__ = [
    "change_line",
    "count",
    "difference_line",
    "edit_line",
    "folded",
    "kicker",
    "left_out",
    "numbers",
    "retold_from",
    "score_line",
    "since_line",
    "summary",
]

_MOST_NAMED = 5  # outlets named in full; the rest are counted


def count(number: int, noun: str, plural: str | None = None) -> str:
    """As in "1 outlet", "12 outlets", "1,204 stories"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def kicker(event: DigestEvent) -> str:
    """NEW, DEVELOPING or DAY 3."""
    return {"new": "NEW", "developing": "DEVELOPING"}.get(event.status, f"DAY {event.day}")


def numbers(event: DigestEvent, digest: Digest, zone: str) -> str:
    """As in "12 outlets · 4 independent reports · first: Courier 05:12 · latest 07:40"."""
    first = say_time(event.first_at, now=digest.made_at, zone=zone)
    latest = say_time(event.last_at, now=digest.made_at, zone=zone)
    if event.outlets == 1:
        parts = [one_line(event.first_outlet), first]
        parts += [f"{event.stories} stories"] if event.stories > 1 else []
    else:
        parts = [count(event.outlets, "outlet"), count(event.independent, "independent report")]
        parts.append(f"first: {one_line(event.first_outlet)} {first}")
    return " · ".join(parts + ([f"latest {latest}"] if latest != first else []))


def summary(digest: Digest) -> str:
    """As in "42 stories from 18 outlets, 7 events, 3 new; 9 copies folded."."""
    if not digest.stories:
        return "Nothing new."
    told = f"{count(digest.stories, 'story', 'stories')} from {count(digest.outlets, 'outlet')}, {count(digest.events, 'event')}"
    told += f", {digest.new_events} new" if digest.new_events else ""
    return told + (f"; {count(digest.copies, 'copy', 'copies')} folded." if digest.copies else ".")


def left_out(digest: Digest) -> str:
    """How many events did not fit, or ""."""
    if not digest.left_out:
        return ""
    return f"{count(digest.left_out, 'more event')} {'is' if digest.left_out == 1 else 'are'} left out."


def since_line(digest: Digest, zone: str, event: DigestEvent | None = None) -> str:
    """As in "since yesterday 07:00": since the reader was told of `event`, else since the digest's period began."""
    since = event.told_at if event and event.told_at else digest.since
    return f"since {say_time(since, now=digest.made_at, zone=zone)}"


def change_line(change: Change) -> str:
    """As in "420,000 homes (300,000)": what is now, what was before in brackets; a new sentence as it stands."""
    if change.kind == "sentence" and change.sentence:
        return one_line(change.sentence.text)
    if change.kind == "outlet":
        return f"now also in {one_line(change.after or '')}"
    now = one_line(f"{change.after or ''} {change.what if change.kind == 'figure' else ''}")
    return f"{now} ({one_line(change.before)})" if change.before else now


def difference_line(difference: Difference, digest: Digest, zone: str) -> str:
    """As in "killed: 2 (Post 05:10) · 3 (Radio 4 06:20)"."""
    sides = []
    for value, sentence in difference.sides:
        at = f" {say_time(sentence.at, now=digest.made_at, zone=zone)}" if sentence.at else ""
        sides.append(f"{one_line(value)} ({one_line(sentence.outlet)}{at})")
    return f"{difference.what}: " + " · ".join(sides)


def edit_line(edit: Change) -> str:
    """As in "32 per cent → 22 per cent: “Profit fell 22 per cent, the company said.”"; a headline alone as old → new."""
    said = f"{one_line(edit.before or '')} → {one_line(edit.after or '')}"
    if edit.kind == "figure" and edit.sentence and edit.sentence.text:
        return f"{said}: “{one_line(edit.sentence.text)}”"
    return said


def retold_from(event: DigestEvent) -> tuple[Sentence, ...]:
    """For a summary in a model's words: one sentence of each story that it was written from, as its source."""
    return tuple({sentence.story_id: sentence for sentence in event.sentences}.values())


def folded(source: SourceLine) -> str:
    """As in "same text in 5 more outlets: A, B, C, D, E", or ""."""
    if not source.copies:
        return ""
    names: Sequence[str] = tuple(dict.fromkeys(one_line(name) for name in source.copies))
    more = len(names) - _MOST_NAMED
    named = ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    whose = f"same {one_line(source.credit)} text" if source.credit else "same text"
    return f"{whose} in {count(len(names), 'more outlet')}: {named}"


def score_line(event: DigestEvent) -> str:
    """As in "score .62 = reports .31 + outlets .10 + …": why it stands where it does."""
    parts = " + ".join(f"{name} {_share(value)}" for name, value in event.score_parts.items() if value >= 0.005)  # noqa: PLR2004 (rounds to 0)
    return f"score {_share(event.score)}" + (f" = {parts}" if parts else "")


def _share(value: float) -> str:
    return f"{value:.2f}".lstrip("0") if value < 1 else f"{value:.2f}"
