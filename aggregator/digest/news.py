"""Which sentences of later stories are news to a reader who was told the earlier ones.

Literal novelty is the wrong question, for most sentences of a later story are new and few are worth showing. So it must be
likely news by its words and place, not be told already, and be borne out: dated after all that was told; or with a new
figure, by an outlet that had reported the event before (one that joins tells it again), and either dated or backed by another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aggregator.digest.brief import sentence_from
from aggregator.digest.claims import Statement, statements_of
from aggregator.digest.days import last_day, spoken_days
from aggregator.digest.elsewhere import OTHER_TIME
from aggregator.digest.material import Candidate, Material, gather, story_line
from aggregator.digest.sentence_features import SENTENCE, opens_dangling, sentence_features
from aggregator.digest.vectors import Vector, cosine, vector, weight_of
from aggregator.digest.weights import shipped
from aggregator.model import Sentence, Story
from aggregator.text.figures import figures
from aggregator.text.words import terms, words

__all__ = ["NEWS", "Background", "news_features", "news_sentences"]

_TOLD = 0.6  # share of a sentence's weight that three earlier sentences in a row have, from which it is no news
_WINDOW = 3
_RECENT = timedelta(hours=12)
_MIN_WORDS = 8
_LIKELY = 0.4  # what `NEWS` must say; chosen with events left out (docs/quality.md)
_REPEATED = 0.6  # share of a sentence's words that the account has already
_ALIKE = 0.2  # cosine of two news of one day that tell the same, by different outlets
_ALIKE_TO_TOLD = 0.65  # cosine of a sentence with one that was told; an event's words come again
_ALIKE_OF_A_DAY = 0.3  # the same, where both name the same day of the week
_BACKED = 0.1  # share of a sentence's weight that is new and said by another outlet too
_TO_THE_READER = re.compile(
    r"\b(?:I|[Ww]e|us|[Mm]y|[Oo]ur|[Yy]ou|[Yy]our)\b"
)  # opinion, or words that need their speaker

NEWS = ("score", "like_titles", "title_news", "like_others", "depth", "figure", "new_figure", "length")


@dataclass(frozen=True, slots=True)
class _ToldSentence:
    content: frozenset[str]
    vector: Vector
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Background:
    """What the reader was told before, when and by whom, and the last day that was told of."""

    told_at: datetime
    last_day: date
    outlets: frozenset[str]
    stories: Sequence[Sequence[_ToldSentence]]
    figures: frozenset[tuple[float, str]]
    titles: tuple[frozenset[str], ...]
    words: frozenset[str]

    @classmethod
    def of(cls, stories: Sequence[Story], told_at: datetime) -> Background:
        """The background that these stories (one at least) make, told at `told_at`."""
        statements = [(story, statements_of(story)) for story in stories]
        sentences = [[_told(s) for s in each] for _, each in statements]
        titles = tuple(frozenset(terms(s.title, s.lang)) for s in stories if s.title)
        return cls(
            told_at=told_at,
            last_day=max(last_day([s.text for s in each], s.published_at.date(), s.lang) for s, each in statements),
            outlets=frozenset(s.outlet for s in stories),
            stories=sentences,
            figures=frozenset(value for s, each in statements for one in each for value in _values(one.text, s.lang)),
            titles=titles,
            words=frozenset().union(*titles, *(s.content for each in sentences for s in each)),
        )

    @property
    def title_words(self) -> frozenset[str]:
        """The words of all titles."""
        return frozenset().union(*self.titles)


def _told(statement: Statement) -> _ToldSentence:
    content, story = statement.content, statement.story
    days = spoken_days(statement.text, story.published_at.date(), story.lang)
    return _ToldSentence(content, vector(content), frozenset(day.weekday() for day in days))


def _values(text: str, lang: str | None) -> frozenset[tuple[float, str]]:
    return frozenset((f.value, f.unit) for f in figures(text, lang))


def news_sentences(
    fresh: Sequence[Story], background: Background, shown: Sequence[Sentence], most: int
) -> list[Sentence]:
    """The sentences of the new stories that are news, the likeliest first; none says what another, or `shown`, says."""
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
        if any(len(tokens & s) > _REPEATED * len(tokens) for s in said) or not _is_news(
            candidate, material, background
        ):
            continue
        new = _values(candidate.text, material.tellings[candidate.telling].story.lang) - background.figures
        if new and new <= figures_said:
            continue  # the same figure in other words
        if all(cosine(candidate.vector, c.vector) < _ALIKE for c in chosen):
            chosen.append(candidate)
    return [sentence_from(material.tellings[c.telling].story, c.offset, c.text) for c in chosen]


def _may_be_shown(candidate: Candidate) -> bool:
    if len(candidate.spans) > 1:  # what is new is shown as it stands
        return False
    if candidate.size < _MIN_WORDS or not candidate.is_whole or opens_dangling(candidate):
        return False
    return not (OTHER_TIME.search(candidate.text) or _TO_THE_READER.search(candidate.text))


def news_features(candidate: Candidate, material: Material, background: Background) -> list[float]:
    """The numbers named by `NEWS`: what tells news from background in a later story.

    `title_news` is how much of what is new in the new stories' titles the sentence has; `depth` is where it stands in its
    story, from 0 to 1.
    """
    features = dict(zip(SENTENCE, sentence_features(candidate, material), strict=True))
    telling = material.tellings[candidate.telling]
    known = background.title_words
    new = {w: weight for w, weight in material.title_weights.items() if w not in known}
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


def _is_news(candidate: Candidate, material: Material, background: Background) -> bool:
    """Whether what a sentence says was not told, and something bears it out that it came since."""
    story = material.tellings[candidate.telling].story
    days = spoken_days(candidate.text, story.published_at.date(), story.lang)
    if told_share(candidate, background) >= _TOLD or (days and _is_told_of_a_day(candidate, days, background)):
        return False
    if days and max(days) > background.last_day:
        return True
    if days and max(days) < (background.told_at - _RECENT).date():
        return False
    has_new_figure = bool(_values(candidate.text, story.lang) - background.figures)
    is_borne_out = bool(days) or _is_backed(candidate, material, background)
    return has_new_figure and is_borne_out and story.source in background.outlets


def _is_told_of_a_day(candidate: Candidate, days: Sequence[date], background: Background) -> bool:
    """Whether a told sentence says the same of one of these days of the week, or nearly all of it."""
    week = {day.weekday() for day in days}
    return any(
        cosine(candidate.vector, told.vector) >= (_ALIKE_OF_A_DAY if told.days & week else _ALIKE_TO_TOLD)
        for each in background.stories
        for told in each
    )


def _is_backed(candidate: Candidate, material: Material, background: Background) -> bool:
    """Whether another outlet's new story says some of what is new in the sentence."""
    outlet = material.tellings[candidate.telling].story.source
    others = [t for t in material.tellings if t.story.source != outlet]
    said = frozenset(w for t in others for s in t.sentences for w in s.content).union(
        *(t.title_content for t in others)
    )
    return weight_of((candidate.content - background.words) & said) > _BACKED * weight_of(candidate.content)


def told_share(candidate: Candidate, background: Background) -> float:
    """How much of a sentence's weight three earlier sentences in a row have, in the story that has most of it."""
    best = 0.0
    for sentences in background.stories:
        for start in range(max(1, len(sentences) - _WINDOW + 1)):
            seen = frozenset().union(*(s.content for s in sentences[start : start + _WINDOW]))
            best = max(best, weight_of(candidate.content & seen))
    return best / (weight_of(candidate.content) or 1.0)
