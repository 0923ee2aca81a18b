"""Sentences that say why a story is in its event, and why a look-alike is not."""

from __future__ import annotations

from datetime import timedelta

from aggregator.cluster.contradiction import contradiction
from aggregator.cluster.features import Features
from aggregator.cluster.names import YEAR

__all__ = ["reason", "vetoes"]

_SHOWN = 4
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def reason(story: Features, nearest: Features, probability: float, others: int, *, by_hand: bool) -> str:
    """Why `story` is in an event with `others` other reports, of which `nearest` is most like it."""
    mine, theirs = story.readable, nearest.readable
    named = " ".join((*mine.shown_names, *theirs.shown_names))
    parts = [
        _shared("names", mine.shown_names, theirs.shown_names),
        _shared("figures", tuple(f for f in mine.figures if not YEAR.fullmatch(f)), theirs.figures),
        _shared("words", mine.rare, theirs.rare, without=named),
    ]
    found = "; ".join(part for part in parts if part) or "alike as a whole"
    if len(story.meaning) and len(nearest.meaning) and story.lang != nearest.lang:
        found = f"told in another language ({nearest.lang}); {found}"
    if by_hand:
        return f"Joined by the reader. {found[0].upper()}{found[1:]}; {_apart(story, nearest)} apart."
    mean = f"on average over {others} reports" if others > 1 else "with the other report"
    return f"{found[0].upper()}{found[1:]}; {_apart(story, nearest)} apart; {probability:.0%} likely one event {mean}."


def vetoes(story: Features, others: list[Features]) -> tuple[tuple[str, str], ...]:
    """(id, sentence) of stories that sound alike but contradict this one."""
    found = ((other.id, contradiction(story, other)) for other in others)
    return tuple((name, said) for name, said in found if said)


def _shared(what: str, mine: tuple[str, ...], theirs: tuple[str, ...], without: str = "") -> str:
    known, skip = {word.lower() for word in theirs}, without.lower()
    both = [
        word
        for word in mine
        if word.lower() in known and word.lower() not in skip and (what != "words" or word.isalpha())
    ]
    return f"shared {what}: {', '.join(both[:_SHOWN])}" if both else ""


def _apart(a: Features, b: Features) -> str:
    gap = abs(a.published_at - b.published_at)
    if gap < _HOUR:
        return f"{gap // timedelta(minutes=1)} minutes"
    if gap < 2 * _DAY:
        hours = round(gap / _HOUR)
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{round(gap / _DAY)} days"
