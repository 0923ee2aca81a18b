"""What the outlets of an event do not agree on: figures in the same slot that cannot both be right.

Shown only where the slot is sure: a named one (killed, injured, …), a magnitude, or money and percentages in sentences that
share their words. Tellings hours apart do not disagree, the later one knows more. Nothing rather than something wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from aggregator.digest.brief import sentence_from
from aggregator.digest.claims import Claim, claims_of, statements_of
from aggregator.digest.comparison import contradict, likeness, same_slot, same_value
from aggregator.digest.elsewhere import is_elsewhere
from aggregator.digest.material import story_line
from aggregator.model import Difference, EventView
from aggregator.text.words import stem, words

__all__ = ["differences"]

_SAME_CYCLE = timedelta(hours=10)  # tellings further apart are an update, not a disagreement
_FRESH = timedelta(hours=20)  # before the event's last story: an older disagreement has been settled since
_FIRST_PLACES = 8
_MOST_RATIO = 3.0
_MOST_MAGNITUDE = 0.6  # further apart it is an aftershock's
_SHARED_WORDS = 4
_SHARED_LIKENESS = 0.45
_MOST = 3
_MOST_STORIES = 16  # the latest of an event; of more, some are no last word any longer
_COUNTED = ("killed", "injured", "missing", "arrested", "evacuated", "infected", "destroyed", "rescued")


def differences(view: EventView) -> tuple[Difference, ...]:
    """Figures of the same thing on which the outlets' last words differ, each side verbatim with outlet and time."""
    claims = _claims(view)
    found: list[Difference] = []
    used: set[int] = set()
    for number, claim in enumerate(claims):
        if number in used or len(found) >= _MOST:
            continue
        group = [claim, *(c for c in claims[number + 1 :] if _comparable(claim, c))]
        sides = _sides(group)
        if len(sides) > 1:
            used.update(claims.index(c) for c in group)
            found.append(_difference(sides))
    return tuple(found)


def _claims(view: EventView) -> list[Claim]:
    """Claims of the original stories that stand for their outlet's last word: one figure a slot and story."""
    found: list[Claim] = []
    last_at = max((s.published_at for s in view.stories), default=view.event.last_at)
    fresh = [s for s in view.stories if s.copy_of is None and s.text and last_at - s.published_at <= _FRESH]
    for story in fresh[-_MOST_STORIES:]:
        mine = [c for c in claims_of(statements_of(story)[:_FIRST_PLACES]) if _is_sure(c)]
        found += [c for c in mine if not any(_rivals(c, other) for other in mine)]
    latest: dict[tuple[str, str], Claim] = {}
    for claim in sorted(found, key=lambda c: (c.statement.story.published_at, -c.statement.place)):
        key = (
            claim.statement.story.outlet,
            claim.slot or f"{claim.figure.unit} {claim.statement.place} {claim.figure.start}",
        )
        latest[key] = claim
    return sorted(latest.values(), key=lambda c: (c.slot is None, c.statement.place, c.statement.story.published_at))


def _is_sure(claim: Claim) -> bool:
    """Whether a claim's slot is one of those that may be shown."""
    if is_elsewhere(claim) or claim.figure.value <= 0:
        return False
    if claim.slot:
        return claim.slot in _COUNTED
    return claim.figure.unit in ("magnitude", "percent") or claim.figure.unit.isupper() or claim.figure.unit == "crown"


def _rivals(a: Claim, b: Claim) -> bool:
    """Whether one story gives two values for one slot: it speaks of a part and a whole, so neither is compared."""
    if a is b or a.slot != b.slot or a.figure.unit != b.figure.unit or same_value(a.figure, b.figure):
        return False
    return a.slot is not None or a.figure.unit == "magnitude"


def _comparable(a: Claim, b: Claim) -> bool:
    """Whether two outlets speak of the same figure at the same time."""
    one, two = a.statement.story, b.statement.story
    if one.outlet == two.outlet or abs(one.published_at - two.published_at) > _SAME_CYCLE or one.lang != two.lang:
        return False
    if a.figure.unit == b.figure.unit == "magnitude":
        return abs(a.figure.value - b.figure.value) <= _MOST_MAGNITUDE
    low, high = sorted((a.figure.value, b.figure.value))
    if high / low > _MOST_RATIO or not same_slot(a, b):
        return False
    if a.slot:
        return True
    shared = a.statement.content & b.statement.content
    return len(shared) >= _SHARED_WORDS and likeness(a, b) >= _SHARED_LIKENESS


def _sides(group: Sequence[Claim]) -> list[Claim]:
    """One claim for each value that contradicts the others; bounds that allow another value do not contradict it."""
    sides: list[Claim] = []
    for claim in sorted(group, key=lambda c: (c.figure.value, c.statement.story.published_at)):
        if all(contradict(claim.figure, other.figure) for other in sides):
            sides.append(claim)
    return sides


def _shared_word(a: Claim, b: Claim) -> str:
    """What a sum or a share is of: the weightiest word that both sentences have near the number, as it is written."""
    shared = sorted((w for w in a.near if w in b.near), key=lambda w: -min(a.near[w], b.near[w]))
    written = {stem(w, a.statement.lang): w for w in words(a.statement.text)}
    return next((written[w] for w in shared if w in written), a.figure.unit)


def _difference(sides: Sequence[Claim]) -> Difference:
    first = sides[0]
    what = first.slot or (first.figure.unit if first.figure.unit == "magnitude" else _shared_word(first, sides[-1]))
    return Difference(
        what=what,
        sides=tuple(
            (c.figure.number, sentence_from(story_line(c.statement.story), c.statement.offset, c.statement.text))
            for c in sides
        ),
    )
