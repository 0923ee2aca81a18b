"""The account of one event: a headline and a few sentences of its stories, verbatim.

Which sentences: learnt from editors' neutral accounts of the same events. Position decides most (a story's first sentence
tells the event), so what is learnt is mainly whose first sentence, and which sentence adds most to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aggregator.digest.chrome import Spans
from aggregator.digest.headline import has_slug, headline_features
from aggregator.digest.material import Candidate, Material, Telling, gather
from aggregator.digest.sentence_features import following_features, opens_dangling, sentence_features
from aggregator.digest.vectors import cosine
from aggregator.digest.verify import text_hash
from aggregator.digest.weights import Weights, shipped
from aggregator.model import Brief, Sentence, StoryLine

__all__ = ["brief", "brief_line", "compose_brief", "headline", "sentence_from"]

_ALREADY_SAID = 0.6  # share of a sentence's content words already shown above which it adds too little
_ALIKE = 0.5  # cosine of two later sentences above which the second is the first again
_MOST_SENTENCES = 3
_LONGEST = 60  # words of a sentence; a longer one is a list or was badly cut, and is told only if there is no other
_FEWEST = 5  # words of a second or third sentence
# Who speaks of himself. "World War I", "Charles I" and "F.B.I." are names: "I" begins, or follows a small word, a day or a mark.
_SPEAKER = re.compile(r"(?:^\W*(?:\w+\W+)?|\b(?:[a-z]\w*|\w+day)\W+|[,;:\u2013\u2014]\s*)I\b|\b(?:[Mm]y|[Mm]e)\b")
_QUOTES = re.compile(r"[“”\"«»„]")
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def brief(
    event_id: int | str, stories: Sequence[StoryLine], words: int = 100, sentences: int = _MOST_SENTENCES
) -> Brief:
    """The account of event `event_id` from its stories (copies left out by the caller).

    `headline` is one story's title unchanged ("" if none has a title); `sentences` are at most `sentences`, together at
    most `words` words, best first and in an order that reads on, each verbatim in its story's text. The first never begins
    with a pronoun or a connective. Stories without text give no sentences. Deterministic; about 15 ms for three stories.
    """
    del event_id  # the same stories give the same brief, whatever the event is called
    return compose_brief(gather(stories), shipped(), words=words, sentences=sentences)


def compose_brief(material: Material, weights: Weights, *, words: int = 100, sentences: int = _MOST_SENTENCES) -> Brief:
    """The account made with given weights: what training and measuring call."""
    chosen = _choose(material, weights, words, sentences)
    best = _headline(material, weights)
    return Brief(
        headline=best.title if best else "",
        headline_from=best.story.id if best else "",
        sentences=tuple(_sentence(c, material.tellings[c.telling].story) for c in chosen),
    )


def _sentence(candidate: Candidate, story: StoryLine) -> Sentence:
    spans = candidate.spans
    return sentence_from(story, candidate.offset, candidate.text, spans if len(spans) > 1 else ())


def headline(stories: Sequence[StoryLine], among: Collection[str] | None = None) -> StoryLine | None:
    """The story whose title best says what the event is (copies left out by the caller); None if no story has a title.

    With `among` (ids), the best title of these stories, judged against all. A story alone is its own headline; the first
    800 characters of each text are nearly enough (.001 ROUGE-1).
    """
    titled = [story for story in stories if story.title and (among is None or story.id in among)]
    if len(titled) <= 1:
        return titled[0] if titled else None
    best = _headline(gather(stories), shipped(), among)
    return best.story if best else titled[0]


def _headline(material: Material, weights: Weights, among: Collection[str] | None = None) -> Telling | None:
    """The telling with the best title, one without an agency's slug where there is any; the earlier one of equals."""
    titled = [t for t in material.tellings if t.title and (among is None or t.story.id in among)]
    plain = [t for t in titled if not has_slug(t.title)]
    return max(plain or titled, key=lambda t: weights.headline.score(headline_features(t, material)), default=None)


def _choose(material: Material, weights: Weights, words: int, most: int) -> list[Candidate]:
    """The best opener, then what adds most to it, as long as words are left."""
    fitting = [c for c in material.candidates if c.size <= words]
    readable = [c for c in fitting if c.size <= _LONGEST] or fitting
    scored = [(weights.sentence.score(sentence_features(c, material)), c) for c in readable]
    if not scored or most < 1:
        return []
    standing = [pair for pair in scored if not opens_dangling(pair[1]) and not pair[1].ends_a_quotation]
    opener = _best_first([pair for pair in standing if pair[1].is_whole] or standing or scored)[0]
    after = [
        (weights.following.score(following_features(c, opener, score, material)), c)
        for score, c in standing
        if c is not opener and _stands_alone(c, material.tellings[c.telling].lang)
    ]
    chosen, left = [opener], words - opener.size
    for candidate in _best_first(after):
        if len(chosen) < most and candidate.size <= left and _adds(candidate, chosen):
            chosen.append(candidate)
            left -= candidate.size
    return _reading_order(chosen)


def _stands_alone(candidate: Candidate, lang: str | None) -> bool:
    """Whether a reader can tell who speaks, and there is enough of it; from inside a quotation a sentence has no marks.

    Who speaks is looked for in English alone: "I" begins sentences in Italian, Danish and Polish.
    """
    speaks = lang in ("en", None) and _SPEAKER.search(candidate.text) and not _QUOTES.search(candidate.text)
    return candidate.size >= _FEWEST and not speaks


def _best_first(scored: Sequence[tuple[float, Candidate]]) -> list[Candidate]:
    """By score; among equals the earlier story, then the earlier place."""
    return [c for _, c in sorted(scored, key=lambda pair: (-pair[0], pair[1].telling, pair[1].offset))]


def _adds(candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
    """Whether a sentence says enough that the chosen ones do not: their words together, and each alone."""
    said = frozenset(word for c in chosen for word in c.content)
    if len(candidate.content & said) > _ALREADY_SAID * max(1, len(candidate.content)):
        return False
    return all(cosine(candidate.vector, c.vector) < _ALIKE for c in chosen[1:])


def _reading_order(chosen: list[Candidate]) -> list[Candidate]:
    """The opener first; of two more from one story, the earlier before the later."""
    opener, *rest = chosen
    order = {c.telling: n for n, c in reversed(list(enumerate(rest)))}
    return [opener, *sorted(rest, key=lambda c: (order[c.telling], c.offset))]


def sentence_from(story: StoryLine, offset: int, text: str, spans: Spans = ()) -> Sentence:
    """A sentence with all that it takes to find it again; one in pieces has their `spans` in the story's text."""
    return Sentence(
        text=text,
        story_id=story.id,
        offset=offset,
        outlet=story.source or "",
        url=story.url,
        at=story.published_at,
        text_hash=text_hash(story.text or ""),
        spans=spans,
    )


def brief_line(line: Mapping[str, Any], words: int = 100) -> dict[str, Any]:
    """One line of the `brief` filter: `{"event", "stories": [story lines]}` becomes the account of the event.

    Gives `{"event", "headline", "headline_from", "sentences": [{"text", "story", "offset"}], "text"}`, `text` being the
    sentences joined by one space. A sentence into which headlines were pasted comes as the pieces around them, for each is
    verbatim. Where no story has a title, the headline is None; where none has text, there are no sentences and `text` is "".
    """
    stories = [_story(row) for row in line.get("stories") or ()]
    account = brief(line["event"], stories, words)
    titles = {story.id: story.title for story in stories}  # as they came, blanks and all
    return {
        "event": line["event"],
        "headline": titles[account.headline_from] if account.headline_from else None,
        "headline_from": account.headline_from or None,
        "sentences": [
            {"text": text, "story": s.story_id, "offset": offset}
            for s in account.sentences
            for offset, text in s.pieces
        ],
        "text": account.text,
    }


def _story(row: Mapping[str, Any]) -> StoryLine:
    """A story line as far as the brief needs it; its time plays no part."""
    return StoryLine(
        id=row["id"],
        title=row.get("title") or None,
        text=row.get("text") or None,
        source=row.get("source") or None,
        url=row.get("url") or None,
        lang=row.get("lang") or None,
        published_at=_NO_TIME,
    )
