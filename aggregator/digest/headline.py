"""Which outlet's headline tells the event: central, informative, plain; never rewritten.

What counts: how much of a title's words the other outlets use in their titles and leads, how well its own story bears it
out, and that it is no question, no live blog, no list and no quotation. The weights are in `weights.json`.
"""
# ruff: noqa: RUF001 - typographic quotes are the subject; word lists read best as lines of words

from __future__ import annotations

import re

from aggregator.digest.material import Material, Telling
from aggregator.digest.sentence_features import FIRST_PERSON
from aggregator.digest.vectors import cosine, rarity

__all__ = ["HEADLINE", "has_slug", "headline_features"]

HEADLINE = (
    "title_pairs_shared", "words_in_other_leads", "words_in_own_lead", "words_in_other_titles", "titles_covered",
    "like_own_first", "like_other_firsts", "like_other_leads", "pairs_in_own_story", "like_centroid", "like_titles",
    "centrality", "alone_words", "stop_words", "length", "over_eight", "over_fourteen", "under_six", "clickbait", "pointing",
    "question", "opinion", "colon", "dash", "comma", "quotes", "digit", "first_person", "short_text",
)  # fmt: skip

_CLICKBAIT = re.compile(
    r"\b(?:watch|live|video|opinion|analysis|why|how|what|here['’]s|here are|takeaways?|things|photos?|editorial|commentary|"
    r"fact check|review|perspective|podcast|transcript|column|updates?|listen|reasons|ways|quiz|gallery|recap|explained|"
    r"liveblog|live-?ticker|liveticker|kommentar|meinung|en direct|vidéo|opinión|vídeo|diretta|ao vivo|liveblog)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(r"\b(?:this|that|these|those|he|she|they|it|his|her|their|its)\b", re.IGNORECASE)
_OPINION = re.compile(
    r"^(?:opinion|analysis|editorial|commentary|watch|live|video|exclusive|poll|photos?|fact check|review|column|perspective)\b",
    re.IGNORECASE,
)
# What agencies put before a title for their customers' desks: "Soccer-Late goal …", "UPDATE 2-Chipmaker …".
_SLUG = re.compile(
    r"(?:(?:UPDATE|WRAPUP|REFILE|CORRECTED|FACTBOX|INSIGHT|EXPLAINER|TIMELINE|PREVIEW|BRIEF|RPT|ADVISORY|URGENT)(?: \d+)?"
    r"|(?:Soccer|Football|Tennis|Cricket|Rugby|Golf|Athletics|Cycling|Basketball|Baseball|Ice Hockey|Motor racing|Boxing"
    r"|Formula One|Swimming|Skiing|Olympics|Games|Horse racing))-(?=[A-Z\d])"
)
_DASH = re.compile(r"—| [-–|] ")
_QUOTES = re.compile(r"[“”‘\"«»„]|(?:^|\s)'")


def has_slug(title: str) -> bool:
    """Whether a title begins with an agency's slug, which is not for readers."""
    return _SLUG.match(title) is not None


def headline_features(telling: Telling, material: Material) -> list[float]:
    """The numbers named by `HEADLINE`, each in about [0, 1]."""
    others = [t for t in material.tellings if t is not telling and (t.title_tokens or t.sentences)]
    return [*_agreement(telling, material, others), *_plainness(telling)]


def _agreement(telling: Telling, material: Material, others: list[Telling]) -> list[float]:
    """How far the other stories, and its own, bear the title out."""
    words, pairs = telling.title_content, telling.title_pairs
    many, gaps = max(1, len(words)), max(1, len(telling.title_tokens) - 1)
    own = telling.sentences[:1]
    alone = [w for w in words if not any(w in t.lead_content or w in t.title_content for t in others)]
    return [
        _mean([len(pairs & t.title_pairs) / gaps for t in others]),
        _mean([len(words & t.lead_content) / many for t in others]),
        len(words & telling.lead_content) / many,
        _mean([len(words & t.title_content) / many for t in others]),
        _mean([len(words & t.title_content) / max(1, len(t.title_content)) for t in others]),
        cosine(telling.title_vector, own[0].vector) if own else 0.0,
        _mean([cosine(telling.title_vector, t.sentences[0].vector) for t in others if t.sentences]),
        _mean([cosine(telling.title_vector, t.lead) for t in others]),
        len(pairs & telling.pairs) / gaps,
        cosine(telling.title_vector, material.centroid),
        cosine(telling.title_vector, material.titles),
        material.centrality[telling.number],
        sum(rarity(w) for w in alone) / 30,
    ]


def _plainness(telling: Telling) -> list[float]:
    """How the title reads."""
    title, tokens = telling.title, telling.title_tokens
    length = len(tokens)
    return [
        1 - len(telling.title_content) / max(1, length),
        length / 10,
        max(0, length - 8) / 10,
        float(length > 14),  # noqa: PLR2004
        max(0, 6 - length) / 6,
        float(bool(_CLICKBAIT.search(title))),
        float(bool(_POINTING.search(title))),
        float("?" in title or "？" in title),
        float(bool(_OPINION.search(title))),
        float(":" in title or "：" in title),
        float(bool(_DASH.search(title))),
        float("," in title),
        float(bool(_QUOTES.search(title))),
        float(any(char.isdigit() for char in title)),
        float(bool(FIRST_PERSON.search(title))),
        float(len(telling.sentences) < 3),  # noqa: PLR2004 (a feed's summary, not the story)
    ]


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
