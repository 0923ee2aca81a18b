"""What changed in an event since the reader was last told of it: figures old and new, sentences that say what was not said.

Literal novelty is the wrong question, for most sentences of a later story are new and few are worth showing. So novelty is
a gate, against everything told before, and importance ranks what passes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.digest.brief import sentence_from
from aggregator.digest.claims import (
    OTHER_TIME,
    Claim,
    Statement,
    claims_of,
    has_moved,
    is_elsewhere,
    likeness,
    same_deed,
    same_slot,
    same_value,
    statements_of,
    stems,
    told_pairs,
    what_moved,
)  # fmt: skip
from aggregator.digest.material import Candidate, Material, gather
from aggregator.digest.sentence_features import SENTENCE, opens_dangling, sentence_features
from aggregator.digest.slots import SLOTS
from aggregator.digest.vectors import cosine, rarity, vector, weight_of
from aggregator.digest.weights import shipped
from aggregator.model import Change, EventView, Sentence, Story, StoryLine, Told
from aggregator.text.figures import figures
from aggregator.text.words import words

__all__ = ["NEWS", "Background", "changes", "news_features", "story_line"]

_TOLD = 0.6  # share of a sentence's weight that three earlier sentences in a row have, from which it is no news
_WINDOW = 3
_MOST_SENTENCES = 4
_MOST_STORIES = 16  # on either side, the latest: what they do not say is hardly worth telling
_MOST_FIGURES = 4
_RECENT = timedelta(hours=12)
_MIN_WORDS = 8
_FIRST_STATEMENTS = 12
_LIKELY = 0.45  # what `NEWS` must say; higher shows less and is right more often (docs/quality.md)
_REPEATED = 0.6  # share of a sentence's words that the account has already
_TITLE_TOLD = 0.5  # share of a told title's weight
_SAID_TWICE = 0.45  # cosine of two sentences

NEWS = ("score", "like_titles", "title_news", "like_others", "depth", "figure", "new_figure", "length")


@dataclass(frozen=True, slots=True)
class Background:
    """What the reader was told before, and when: the stories' sentences, their figures, the words of each title and of all."""

    told_at: datetime
    statements: Sequence[Sequence[Statement]]
    figures: frozenset[tuple[float, str]]
    titles: tuple[frozenset[str], ...]
    title_words: frozenset[str]

    @classmethod
    def of(cls, stories: Sequence[Story], told_at: datetime) -> Background:
        """The background that these stories make, told at `told_at`."""
        statements = [statements_of(s) for s in stories]
        titles = tuple(frozenset(stems(s.title, s.lang)) for s in stories if s.title)
        return cls(
            told_at=told_at,
            statements=statements,
            figures=frozenset(value for each in statements for s in each for value in _values(s.text, s.story.lang)),
            titles=titles,
            title_words=frozenset().union(*titles),
        )


def _values(text: str, lang: str | None) -> frozenset[tuple[float, str]]:
    return frozenset((f.value, f.unit) for f in figures(text, lang))


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
    added = _sentences(fresh, Background.of(told_of, told.at), said, most_sentences)
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
    if new.slot == "arrested" and set(_WEEKDAY.findall(new.statement.text)) - set(_WEEKDAY.findall(old.statement.text)):
        return False  # the arrests of another night are others
    if b.value < a.value:
        return b.bound != "least" and not (new.slot and SLOTS[new.slot].grows)
    return a.bound != "most"


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY = re.compile(r"\b(?:" + "|".join(_WEEKDAYS) + r")\b")
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


# -------------------------------------------------------------------------------------------------------------- sentences


def _sentences(fresh: Sequence[Story], background: Background, shown: Sequence[Sentence], most: int) -> list[Change]:
    """The sentences of the new stories that are news: likely enough, not told before, none saying what another says."""
    material = gather([story_line(s) for s in fresh])
    model = shipped().news
    scored = [(model.score(news_features(c, material, background)), c) for c in material.candidates if _may_be_shown(c)]
    ranked = sorted((pair for pair in scored if pair[0] >= _LIKELY), key=lambda p: (-p[0], p[1].telling, p[1].offset))
    chosen: list[Candidate] = []
    said = [frozenset(words(s.text)) for s in shown]
    figures_said = frozenset(value for s in shown for value in _values(s.text, None))
    for _, candidate in ranked:
        if len(chosen) == most:
            break
        tokens = frozenset(candidate.tokens)
        if any(len(tokens & s) > _REPEATED * len(tokens) for s in said) or is_retold(candidate, material, background):
            continue
        new = _values(candidate.text, material.tellings[candidate.telling].story.lang) - background.figures
        if new and new <= figures_said:
            continue  # the same figure in other words
        if all(cosine(candidate.vector, c.vector) < _SAID_TWICE for c in chosen):
            chosen.append(candidate)
    return [
        Change(kind="sentence", sentence=sentence_from(material.tellings[c.telling].story, c.offset, c.text))
        for c in chosen
    ]


def _may_be_shown(candidate: Candidate) -> bool:
    if candidate.size < _MIN_WORDS or not candidate.is_whole or opens_dangling(candidate):
        return False
    return not OTHER_TIME.search(candidate.text)


def news_features(candidate: Candidate, material: Material, background: Background) -> list[float]:
    """The numbers named by `NEWS`: what tells news from background in a later story.

    `title_news` is how much of what is new in the new stories' titles the sentence has; `depth` is where it stands in its
    story, from 0 to 1.
    """
    features = dict(zip(SENTENCE, sentence_features(candidate, material), strict=True))
    telling = material.tellings[candidate.telling]
    new = {w: weight for w, weight in material.title_weights.items() if w not in background.title_words}
    found = _values(candidate.text, telling.story.lang)
    return [
        shipped().sentence.score(list(features.values())),
        features["like_titles"],
        sum(weight for w, weight in new.items() if w in candidate.content) / (sum(new.values()) or 1.0),
        features["like_others"],
        candidate.place / max(1, len(telling.sentences) - 1),
        float(bool(found)),
        float(bool(found - background.figures)),
        min(3.0, candidate.size / 20),
    ]


def is_retold(candidate: Candidate, material: Material, background: Background) -> bool:
    """Whether the reader was told it, or could have been.

    It was told in three sentences of one story, in most of a title, or in one sentence that is alike; it could have been if
    it is of an earlier day. A figure that was not told makes a sentence news that is only like another or like a title.
    """
    story = material.tellings[candidate.telling].story
    if told_share(candidate, background.statements) >= _TOLD or _is_of_old(candidate.text, story, background.told_at):
        return True
    if _values(candidate.text, story.lang) - background.figures:
        return False
    if any(weight_of(candidate.content & title) > _TITLE_TOLD * weight_of(title) for title in background.titles):
        return True
    return any(
        cosine(candidate.vector, vector(s.content)) >= _SAID_TWICE for each in background.statements for s in each
    )


def _is_of_old(text: str, story: StoryLine, told_at: datetime) -> bool:
    """Whether all days of the week that a sentence names are before the reader was told, by half a day or more."""
    back = [(story.published_at.weekday() - _WEEKDAYS.index(day)) % 7 for day in _WEEKDAY.findall(text)]
    last_told = (told_at - _RECENT).date()
    return bool(back) and all((story.published_at - timedelta(days=days)).date() < last_told for days in back)


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
