"""What changed in an event since the reader was last told of it: figures old and new, sentences that are news, outlets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from aggregator.digest.brief import sentence_from
from aggregator.digest.claims import Claim, Statement, claims_of, statements_of, told_pairs
from aggregator.digest.comparison import has_moved, likeness, same_deed, same_slot, same_value, what_moved
from aggregator.digest.days import WEEKDAY
from aggregator.digest.elsewhere import is_elsewhere
from aggregator.digest.material import story_line
from aggregator.digest.news import Background, news_sentences
from aggregator.digest.slots import SLOTS
from aggregator.model import Change, EventView, Sentence, Story, Told

__all__ = ["changes"]

_MOST_SENTENCES = 4
_MOST_STORIES = 16  # on either side, the latest: what they do not say is hardly worth telling
_MOST_FIGURES = 4
_RECENT = timedelta(hours=12)
_FIRST_STATEMENTS = 12


def changes(
    view: EventView,
    told: Told,
    *,
    shown: Sequence[Sentence] = (),
    most_sentences: int = _MOST_SENTENCES,
    most_figures: int = _MOST_FIGURES,
) -> tuple[Change, ...]:
    """What is new in `view` since `told`: figures (old, new), then sentences, then outlets.

    Only original stories count on the new side, for a copy says nothing new. Sentences are verbatim; a figure comes with
    both sentences, before and after. What `shown` says already (the event's account) is not said again.
    """
    old = [s for s in view.stories if s.id in told.story_ids]
    new = [s for s in view.stories if s.id not in told.story_ids]
    if not old or not new:
        return ()
    fresh = [s for s in new if s.copy_of is None] or new
    told_of = ([s for s in old if s.copy_of is None] or old)[-_MOST_STORIES:]  # a copy told nothing more
    before = {s.id: statements_of(s) for s in told_of}
    after = {s.id: statements_of(s) for s in fresh[-_MOST_STORIES:]}
    changed = _figures(_in_order(before), _in_order(after))[:most_figures]
    said = [*shown, *(c.sentence for c in changed if c.sentence)]
    added = news_sentences(fresh, Background.of(told_of, told.at), said, most_sentences)
    return (*changed, *(Change(kind="sentence", sentence=s) for s in added), *_outlets(old, new))


def _in_order(statements: dict[int, tuple[Statement, ...]]) -> list[Claim]:
    """All claims, by time of publication."""
    found = [
        c
        for each in statements.values()
        for c in _totals([c for c in claims_of(each[:_FIRST_STATEMENTS]) if not is_elsewhere(c)])
    ]
    return sorted(found, key=lambda c: (c.statement.story.published_at, c.statement.story.id, c.statement.offset))


# ---------------------------------------------------------------------------------------------------------------- figures


def _figures(before: Sequence[Claim], after: Sequence[Claim]) -> list[Change]:
    """Figures that have another value now, the latest word of each slot, those said in so many words first."""
    found = _said_outright(before, after)
    for claim in reversed(after):
        if any(_is_same_change(claim, other) for other, _ in found):
            continue
        last = _last_word(claim, [c for c in before if _is_of(claim, c)])
        if last is not None and not _was_told(claim, last, before) and _is_plausible(last, claim):
            found.append((claim, last))
    found.sort(key=lambda pair: (pair[0].slot is None, pair[0].statement.place))
    return [_figure_change(last, claim) for claim, last in found]


def _is_of(claim: Claim, earlier: Claim) -> bool:
    return same_slot(claim, earlier) or has_moved(claim, earlier) or same_deed(claim, earlier)


def _last_word(claim: Claim, earlier: Sequence[Claim]) -> Claim | None:
    """What the reader was told of the claim's slot: what most outlets said last of a toll, else the likest or latest figure."""
    if not earlier:
        return None
    if claim.slot:
        return _consensus(claim, earlier) if SLOTS[claim.slot].grows else earlier[-1]
    return max(earlier, key=lambda c: round(likeness(claim, c), 1))


def _consensus(claim: Claim, earlier: Sequence[Claim]) -> Claim:
    """The last word of most outlets in the last half day that the toll was told; of equals the highest.

    One outlet may be ahead of the others, or wrong: the toll has risen for the reader when the others follow. Of the same
    value the one in the new claim's language.
    """
    recent = [
        c for c in earlier if earlier[-1].statement.story.published_at - c.statement.story.published_at <= _RECENT
    ]
    last = {c.statement.story.outlet: c for c in recent}.values()
    best = max(last, key=lambda c: (sum(c.figure.value == o.figure.value for o in last), c.figure.value))
    same = [c for c in recent if c.figure.value == best.figure.value]
    return max(
        same, key=lambda c: (c.statement.story.lang == claim.statement.story.lang, c.statement.story.published_at)
    )


def _was_told(claim: Claim, last: Claim, before: Sequence[Claim]) -> bool:
    """Whether the reader knows the figure: of a toll if it is the consensus or the last word of all, else if ever told."""
    if claim.slot and SLOTS[claim.slot].grows:
        newest = [c for c in before if same_slot(claim, c)][-1]
        return same_value(claim.figure, last.figure) or same_value(claim.figure, newest.figure)
    if has_moved(claim, last):  # it says so itself: only the very figure would have told it
        said = (claim.figure.value, claim.figure.unit, claim.noun)
        return any((c.figure.value, c.figure.unit, c.noun) == said for c in before)
    return any(_is_told_figure(claim, c) for c in before)


def _said_outright(before: Sequence[Claim], after: Sequence[Claim]) -> list[tuple[Claim, Claim]]:
    """(new, old) of figures that a new sentence itself sets against one that was told: "57, up from 23"."""
    found: list[tuple[Claim, Claim]] = []
    for claim in reversed(after):
        for new, old in told_pairs(claim.statement):
            if new != claim.figure or same_value(new, old) or any(_is_same_change(claim, c) for c, _ in found):
                continue
            nameless = new.unit == "count" and claim.noun is None and claim.slot is None
            if nameless or any(_is_told_figure(claim, c) for c in before):
                continue
            told = [c for c in before if c.figure.value == old.value and c.figure.unit == new.unit]
            told = [
                c
                for c in told
                if new.unit != "count"
                or c.noun == claim.noun
                or None in (c.noun, claim.noun)
                or (c.slot and c.slot == claim.slot)
            ]
            if told and _is_plausible(told[-1], claim, outright=True):
                found.append((claim, _since(told[-1], claim, before)))
    return found


def _since(told: Claim, claim: Claim, before: Sequence[Claim]) -> Claim:
    """What the reader was told of the claim's slot after `told`, if anything: "150,000, down from 420,000" skips 180,000."""
    last = _last_word(claim, [c for c in before if same_slot(claim, c)]) if claim.slot else None
    if last is None or last.statement.story.published_at <= told.statement.story.published_at:
        return told
    return last if _is_plausible(last, claim) else told


def _is_told_figure(claim: Claim, earlier: Claim) -> bool:
    """Whether the value was told before of the same thing, in whatever words."""
    if claim.figure.unit != earlier.figure.unit or not same_value(claim.figure, earlier.figure):
        return False
    return claim.slot == earlier.slot if claim.slot else (claim.noun == earlier.noun or earlier.noun is None)


def _is_same_change(a: Claim, b: Claim) -> bool:
    """Whether two claims would tell the same change: one slot, or one counted thing, or one value."""
    if a.figure.unit != b.figure.unit:
        return False
    return (
        same_slot(a, b)
        or a.figure.value == b.figure.value
        or (a.noun is not None and a.noun == b.noun and a.slot == b.slot)
    )


def _totals(claims: Sequence[Claim]) -> list[Claim]:
    """Of several figures of one story in a named slot the largest: the others are of places or kinds."""
    return [
        c
        for c in claims
        if c.slot is None or not any(same_slot(o, c) and o.figure.value > c.figure.value for o in claims)
    ]


def _is_plausible(old: Claim, new: Claim, *, outright: bool = False) -> bool:
    """Whether one figure can have become the other: no zero, no leap, no bound that allows both, and the dead stay dead."""
    a, b = old.figure, new.figure
    if a.value <= 0 or b.value <= 0:
        return False
    is_said = outright or has_moved(new, old)
    most = 12 if new.slot else 5 if is_said or a.unit == "count" else 2
    if max(a.value, b.value) / min(a.value, b.value) > most:
        return False
    if not (new.slot or is_said) and (b.value < a.value or (a.value < _SMALL and not same_deed(new, old))):
        return False
    if new.slot == "arrested" and set(WEEKDAY.findall(new.statement.text)) - set(WEEKDAY.findall(old.statement.text)):
        return False  # the arrests of another night are others
    if b.value < a.value:
        return b.bound != "least" and not (new.slot and SLOTS[new.slot].grows)
    return a.bound != "most"


_SMALL = 100  # smaller counts outside the named slots are mostly of other things


def _figure_change(old: Claim, new: Claim) -> Change:
    return Change(
        kind="figure",
        sentence=_said(new.statement),
        before=_as_told(old, new),
        after=new.figure.number,
        what=new.thing or (what_moved(new) if has_moved(new, old) else ""),
        before_sentence=_said(old.statement),
    )


def _as_told(old: Claim, new: Claim) -> str:
    """The old figure as it was written; in digits where it was written in another language than the new one."""
    if old.figure.unit == "count" and old.statement.story.lang != new.statement.story.lang:
        return f"{old.figure.value:,.0f}"
    return old.figure.number


def _said(statement: Statement) -> Sentence:
    return sentence_from(story_line(statement.story), statement.offset, statement.text)


def _outlets(old: Sequence[Story], new: Sequence[Story]) -> tuple[Change, ...]:
    """The outlets that have joined, copies too."""
    known = {s.outlet for s in old}
    joined = tuple(dict.fromkeys(s.outlet for s in new if s.outlet not in known))
    return (Change(kind="outlet", after=", ".join(joined), what="outlets"),) if joined else ()
