"""What a brief is made from: the stories of an event as tellings, each with its sentences and their words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from aggregator.digest.chrome import Spans, prose_sentences
from aggregator.digest.vectors import Vector, cosine, rarity, summed, vector
from aggregator.model import Story, StoryLine
from aggregator.text.dateline import dateline_end
from aggregator.text.language import base_language, detect
from aggregator.text.words import stem, words

__all__ = ["Candidate", "Material", "Telling", "gather", "story_line", "word_count"]

_MOST_TELLINGS = 12
_MOST_SENTENCES = 12  # of one story; fewer where there are many stories
_SENTENCES_IN_ALL = 60
_MIN_WORDS = 4
_LEAD = 3
_NAME = re.compile(r"(?<=[a-z,’'] )[A-Z][\w’'-]+")  # noqa: RUF001 (a capital inside a sentence)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_QUOTES = re.compile('["“”]')  # one kind opens and another closes in careless typesetting
_PAIRED = (("«", "»"), ("「", "」"), ("(", ")"), ("[", "]"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be shown. `place` is its number among its story's sentences, `telling` the story's number.

    `spans` are where it stands in the story's text: one, or the pieces around pasted headlines, joined by a space in `text`.
    """

    telling: int
    place: int
    spans: Spans
    text: str
    tokens: tuple[str, ...]
    content: frozenset[str]
    vector: Vector
    pairs: frozenset[tuple[str, str]]
    names: frozenset[str]

    @property
    def offset(self) -> int:
        """Where it begins in the story's text."""
        return self.spans[0][0]

    @property
    def size(self) -> int:
        """Words as a reader counts them."""
        return word_count(self.text)

    @property
    def is_whole(self) -> bool:
        """Whether it has both ends of each of its quotations and brackets."""
        return len(_QUOTES.findall(self.text)) % 2 == 0 and all(
            self.text.count(a) == self.text.count(b) for a, b in _PAIRED
        )

    @property
    def ends_a_quotation(self) -> bool:
        """Whether it begins inside a quotation that ends in it: who speaks was said before."""
        quotes = _QUOTES.findall(self.text)
        return len(quotes) % 2 == 1 and self.text[:1] not in '"“' and (quotes[0] == "”" or self.text[-1:] in '"”')


@dataclass(frozen=True, slots=True)
class Telling:
    """One story of the event with its title and sentences in words; `centrality` says how much it shares with the others."""

    story: StoryLine
    lang: str | None
    number: int
    title: str
    title_tokens: tuple[str, ...]
    title_content: frozenset[str]
    title_vector: Vector
    title_pairs: frozenset[tuple[str, str]]
    sentences: tuple[Candidate, ...]
    lead: Vector
    lead_content: frozenset[str]
    lead_pairs: frozenset[tuple[str, str]]
    pairs: frozenset[tuple[str, str]]
    body: Vector


@dataclass(frozen=True, slots=True)
class Material:
    """All tellings of an event and what they have in common; `title_weights` are their titles' words, by rarity and count."""

    tellings: tuple[Telling, ...]
    titles: Vector
    centroid: Vector
    title_weights: Mapping[str, float]
    title_pairs: frozenset[tuple[str, str]]
    names: frozenset[str]
    centrality: tuple[float, ...]
    rank: tuple[int, ...]
    postings: Mapping[str, Sequence[tuple[int, int, float]]]

    def likeness(self, candidate: Candidate) -> list[list[float]]:
        """The cosine of a sentence with every sentence, telling by telling; many share no word, which costs nothing."""
        found = [[0.0] * len(t.sentences) for t in self.tellings]
        for word, weight in candidate.vector.items():
            for telling, place, other in self.postings[word]:
                found[telling][place] += weight * other
        return found

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every sentence that may be shown, story by story."""
        return tuple(s for telling in self.tellings for s in telling.sentences)


def word_count(text: str) -> int:
    """Words as a reader counts them: between spaces; in scripts without spaces two characters are one."""
    unspaced = len(_UNSPACED.findall(text))
    return len(text.split()) + unspaced // 2


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


def gather(stories: Sequence[StoryLine]) -> Material:
    """The material of an event: its stories in the language that most of them are in, at most the 12 most central ones."""
    return _gathered(tuple(stories))


@lru_cache(maxsize=4)  # account and changes of an event are mostly of the same stories
def _gathered(stories: tuple[StoryLine, ...]) -> Material:
    chosen = _most_central(_in_one_language(stories))
    most = max(4, min(_MOST_SENTENCES, _SENTENCES_IN_ALL // max(1, len(chosen))))
    tellings = tuple(_telling(story, lang, number, most) for number, (story, lang) in enumerate(chosen))
    titles = summed(t.title_vector for t in tellings)
    centrality = tuple(_centrality(t, tellings, titles) for t in tellings)
    named = Counter(word for t in tellings for word in t.title_content)
    order = sorted(range(len(tellings)), key=lambda n: (-centrality[n], n))
    return Material(
        tellings=tellings,
        titles=titles,
        centroid=summed(t.body for t in tellings),
        title_weights={word: rarity(word) * count for word, count in named.items()},
        title_pairs=frozenset(pair for t in tellings for pair in t.title_pairs),
        names=_shared_names(tellings),
        centrality=centrality,
        rank=tuple(order.index(n) for n in range(len(tellings))),
        postings=_postings(tellings),
    )


def _postings(tellings: Sequence[Telling]) -> dict[str, list[tuple[int, int, float]]]:
    """In which sentences each word stands: telling, place, and its weight there."""
    found: dict[str, list[tuple[int, int, float]]] = defaultdict(list)
    for telling in tellings:
        for sentence in telling.sentences:
            for word, weight in sentence.vector.items():
                found[word].append((telling.number, sentence.place, weight))
    return found


def _in_one_language(stories: Sequence[StoryLine]) -> list[tuple[StoryLine, str | None]]:
    """The stories with their languages, of the language that most are in: a brief does not mix languages."""
    known = [(s, base_language(s.lang) or detect(f"{s.title or ''}. {(s.text or '')[:600]}")) for s in stories]
    counts = Counter(lang for _, lang in known)
    best = max(counts, key=lambda lang: (counts[lang], lang is not None), default=None)
    return [(s, lang) for s, lang in known if lang == best or lang is None]


def _most_central(stories: list[tuple[StoryLine, str | None]]) -> list[tuple[StoryLine, str | None]]:
    """At most twelve stories, those that share most with all, in the order given."""
    if len(stories) <= _MOST_TELLINGS:
        return stories
    rough = [vector(_stems(words(f"{s.title or ''} {(s.text or '')[:400]}"), lang)) for s, lang in stories]
    middle = summed(rough)
    best = sorted(range(len(stories)), key=lambda n: (-cosine(rough[n], middle), n))[:_MOST_TELLINGS]
    return [stories[n] for n in sorted(best)]


def _stems(tokens: Sequence[str], lang: str | None) -> list[str]:
    return [found for token in tokens if (found := stem(token, lang))]


def _telling(story: StoryLine, lang: str | None, number: int, most: int) -> Telling:
    title = " ".join((story.title or "").split())
    tokens = tuple(words(title))
    stems = _stems(tokens, lang)
    sentences = tuple(_candidates(story, lang, number, most))
    lead = sentences[:_LEAD]
    return Telling(
        story=story,
        lang=lang,
        number=number,
        title=title,
        title_tokens=tokens,
        title_content=frozenset(stems),
        title_vector=vector(stems),
        title_pairs=_pairs(tokens),
        sentences=sentences,
        lead=summed(s.vector for s in lead),
        lead_content=frozenset(w for s in lead for w in s.content),
        lead_pairs=frozenset(p for s in lead for p in s.pairs),
        pairs=frozenset(p for s in sentences for p in s.pairs),
        body=summed(s.vector for s in sentences),
    )


def _candidates(story: StoryLine, lang: str | None, number: int, most: int) -> list[Candidate]:
    """The story's first sentences that may be shown: prose, without pasted headlines."""
    found: list[Candidate] = []
    whole = story.text or ""
    for spans in prose_sentences(whole, story.title, lang):
        shown = spans if found else _without_dateline(whole, spans)
        text = " ".join(whole[start:end] for start, end in shown)
        tokens = tuple(words(text))
        if len(tokens) >= _MIN_WORDS:
            found.append(_candidate(number, len(found), shown, text, tokens=tokens, lang=lang))
            if len(found) == most:
                break
    return found


def _candidate(
    telling: int, place: int, spans: Spans, text: str, *, tokens: tuple[str, ...], lang: str | None
) -> Candidate:
    stems = _stems(tokens, lang)
    return Candidate(
        telling=telling,
        place=place,
        spans=spans,
        text=text,
        tokens=tokens,
        content=frozenset(stems),
        vector=vector(stems),
        pairs=_pairs(tokens),
        names=frozenset(_NAME.findall(text)),
    )


def _without_dateline(text: str, spans: Spans) -> Spans:
    """A first sentence from where it begins after "BERLIN (Reuters) - "; what is left is still verbatim."""
    (start, end), *rest = spans
    begins = dateline_end(text[start:end])
    return spans if begins > (end - start) // 2 else ((start + begins, end), *rest)


def _pairs(tokens: Sequence[str]) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(tokens))


def _centrality(telling: Telling, tellings: Sequence[Telling], titles: Vector) -> float:
    """Mean likeness of a story's lead to the other stories' leads, and half its likeness to all titles."""
    others = [cosine(telling.lead, other.lead) for other in tellings if other is not telling]
    return (sum(others) / len(others) if others else 0.0) + 0.5 * cosine(telling.lead, titles)


def _shared_names(tellings: Sequence[Telling]) -> frozenset[str]:
    """Capitalised words that at least two stories have inside a sentence."""
    seen = Counter(name for t in tellings for name in {n for s in t.sentences for n in s.names})
    return frozenset(name for name, count in seen.items() if count > 1)
