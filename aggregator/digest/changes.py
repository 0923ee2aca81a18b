"""What changed in an event since the reader was last told of it: figures old and new, sentences that say what was not said.

Literal novelty is the wrong question, for most sentences of a later story are new and few are worth showing. So novelty is
a gate, against everything told before, and importance ranks what passes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aggregator.digest.brief import sentence_from
from aggregator.digest.claims import (
    Claim,
    Statement,
    claims_of,
    is_elsewhere,
    likeness,
    same_slot,
    same_value,
    statements_of,
    told_pairs,
)  # fmt: skip
from aggregator.digest.material import Candidate, Material, gather
from aggregator.digest.sentence_features import SENTENCE, opens_dangling, sentence_features
from aggregator.digest.vectors import cosine, rarity
from aggregator.digest.weights import shipped
from aggregator.model import Change, EventView, Sentence, Story, StoryLine, Told
from aggregator.text.figures import figures
from aggregator.text.words import words

__all__ = ["NEWS", "changes", "news_features", "story_line"]

_TOLD = 0.6  # share of a sentence's weight that three earlier sentences in a row have, from which it is no news
_WINDOW = 3
_MOST_SENTENCES = 4
_MOST_STORIES = 16  # on either side, the latest: what they do not say is hardly worth telling
_MOST_FIGURES = 4
_MIN_WORDS = 8
_FIRST_STATEMENTS = 12
_LIKELY = 0.35  # what `NEWS` must say; higher shows less and is right more often (docs/quality.md)
_REPEATED = 0.6  # share of a sentence's words that the account has already
_SAID_TWICE = 0.45  # cosine of two sentences
_QUOTES = re.compile('["“”„«]')

NEWS = (
    "score", "new_figure", "like_titles", "place", "first", "told", "length", "quotes", "first_person",
)  # fmt: skip


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
    added = _sentences(fresh, [before[s.id] for s in told_of], said, most_sentences)
    return (*changed, *added, *_outlets(old, new))


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
        earlier = [c for c in before if same_slot(claim, c)]
        if not earlier or any(_is_told_figure(claim, c) for c in before):
            continue
        last = _last_word(claim, earlier)
        if _is_plausible(last, claim):
            found.append((claim, last))
    found.sort(key=lambda pair: (pair[0].slot is None, pair[0].statement.place))
    return [_figure_change(last, claim) for claim, last in found]


def _last_word(claim: Claim, earlier: Sequence[Claim]) -> Claim:
    """What the reader was told of the claim's slot: the highest toll, else the latest count, else the likest figure."""
    if claim.slot in _CUMULATIVE:
        return max(earlier, key=lambda c: c.figure.value)
    return earlier[-1] if claim.slot else max(earlier, key=lambda c: round(likeness(claim, c), 1))


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
                found.append((claim, told[-1]))
    return found


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
        if c.slot is None
        or not any(o.slot == c.slot and o.noun == c.noun and o.figure.value > c.figure.value for o in claims)
    ]


def _is_plausible(old: Claim, new: Claim, *, outright: bool = False) -> bool:
    """Whether one figure can have become the other: no zero, no leap, no bound that allows both, and the dead stay dead."""
    a, b = old.figure, new.figure
    if a.value <= 0 or b.value <= 0 or max(a.value, b.value) / min(a.value, b.value) > (12 if new.slot else 5):
        return False
    if not new.slot and not outright and (a.value < _SMALL or b.value < a.value):
        return False
    if b.value < a.value:
        return b.bound != "least" and new.slot not in _CUMULATIVE
    return a.bound != "most"


_SMALL = 100  # smaller counts outside the named slots are mostly of other things
_CUMULATIVE = frozenset({"killed", "injured", "arrested", "infected", "rescued", "destroyed"})


def _figure_change(old: Claim, new: Claim) -> Change:
    return Change(
        kind="figure",
        sentence=_said(new.statement),
        before=old.figure.number,
        after=new.figure.number,
        what=new.thing if new.figure.unit == "count" else "",
        before_sentence=_said(old.statement),
    )


def _said(statement: Statement) -> Sentence:
    return sentence_from(story_line(statement.story), statement.offset, statement.text)


# -------------------------------------------------------------------------------------------------------------- sentences


def _sentences(
    fresh: Sequence[Story], before: Sequence[Sequence[Statement]], shown: Sequence[Sentence], most: int
) -> list[Change]:
    """The sentences of the new stories that are news: likely enough, not told before, none saying what another says."""
    material = gather([story_line(s) for s in fresh])
    model = shipped().news
    figures_told = frozenset(f.number for statements in before for s in statements for f in figures(s.text))
    ranked = sorted(
        (
            (model.score(news_features(c, material, before, figures_told)), c)
            for c in material.candidates
            if _may_be_shown(c)
        ),
        key=lambda pair: (-pair[0], pair[1].telling, pair[1].offset),
    )
    chosen: list[Candidate] = []
    said = [frozenset(words(s.text)) for s in shown]
    for likely, candidate in ranked:
        if len(chosen) == most or likely < _LIKELY:
            break
        tokens = frozenset(candidate.tokens)
        if told_share(candidate, before) >= _TOLD or any(len(tokens & s) > _REPEATED * len(tokens) for s in said):
            continue
        if all(cosine(candidate.vector, c.vector) < _SAID_TWICE for c in chosen):
            chosen.append(candidate)
    return [
        Change(kind="sentence", sentence=sentence_from(material.tellings[c.telling].story, c.offset, c.text))
        for c in chosen
    ]


def _may_be_shown(candidate: Candidate) -> bool:
    return candidate.size >= _MIN_WORDS and candidate.is_whole and not opens_dangling(candidate)


def news_features(
    candidate: Candidate, material: Material, before: Sequence[Sequence[Statement]], figures_told: frozenset[str]
) -> list[float]:
    """The numbers named by `NEWS`: what tells news from background in a later story."""
    features = dict(zip(SENTENCE, sentence_features(candidate, material), strict=True))
    return [
        shipped().sentence.score(list(features.values())),
        float(any(f.number not in figures_told for f in figures(candidate.text))),
        features["like_titles"],
        features["place"],
        features["first"],
        told_share(candidate, before),
        min(3.0, candidate.size / 20),
        float(bool(_QUOTES.search(candidate.text))),
        features["first_person"],
    ]


def told_share(candidate: Candidate, before: Sequence[Sequence[Statement]]) -> float:
    """How much of a sentence's weight three earlier sentences in a row have, in the story that has most of it."""
    weight = sum(map(rarity, candidate.content)) or 1.0
    best = 0.0
    for statements in before:
        for start in range(max(1, len(statements) - _WINDOW + 1)):
            seen = frozenset(w for s in statements[start : start + _WINDOW] for w in s.content)
            best = max(best, sum(map(rarity, candidate.content & seen)) / weight)
    return best


def _outlets(old: Sequence[Story], new: Sequence[Story]) -> tuple[Change, ...]:
    """The outlets that have joined, copies too."""
    known = {s.outlet for s in old}
    joined = tuple(dict.fromkeys(s.outlet for s in new if s.outlet not in known))
    return (Change(kind="outlet", after=", ".join(joined), what="outlets"),) if joined else ()


def story_line(story: Story) -> StoryLine:
    """A stored story as the pure stages see it."""
    return StoryLine(
        id=str(story.id),
        title=story.title,
        text=story.text,
        source=story.outlet,
        url=story.url,
        lang=story.lang,
        published_at=story.published_at,
    )
