"""What a sentence is judged by: how much of the event it tells, how it stands in its story, how it reads.

Every feature is a plain number about words and places; none looks at the outlet or at a story's length. The weights are
in `weights.json` (ridge regression on editors' neutral accounts; benchmarks/accounts/train.py makes them).
"""
# ruff: noqa: RUF001, SIM905 - words of many scripts; word lists read best as lines of words

from __future__ import annotations

import re

from aggregator.digest.material import Candidate, Material, Telling
from aggregator.digest.vectors import cosine, weight_of

__all__ = [
    "FIRST_PERSON",
    "FOLLOWING",
    "OPINION",
    "SENTENCE",
    "following_features",
    "opens_dangling",
    "sentence_features",
]

SENTENCE = (
    "titles_covered", "own_title_covered", "other_titles_covered", "title_pairs", "shared_pairs", "lead_words_shared",
    "like_centroid", "like_titles", "like_others", "first_like_leads", "length", "over_length", "short", "first", "second",
    "place", "first_central", "centrality_rank", "shared_names", "first_of_opinion", "weekday", "first_person",
    "opens_quoting", "opens_dangling", "question", "cry", "unfinished", "perfect", "stop_words", "capitals", "dash",
    "announces", "rarity",
)  # fmt: skip
FOLLOWING = (
    "score", "like_shown", "new_words", "titles_left_covered", "like_centroid_new", "pairs_shared_new", "lead_words_new",
    "same_story", "next_in_story", "earlier_in_story", "other_lead", "other_lead_like_shown", "other_lead_new", "repeated",
)  # fmt: skip

OPINION = re.compile(
    r"^(?:opinion|analysis|editorial|commentary|column|op-ed|review|perspective|why|how|what|here|let)\b|\?|:",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_ANNOUNCES = re.compile(
    r"\b(?:announced|said|according to|reported|voted|signed|ruled|killed|filed|agreed|released|told)\b"
)
_PERFECT = re.compile(r"\b(?:has|have) \w+ed\b")
_DASH = re.compile(r"—| [-–] ")
FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|[Mm]e|us|[Yy]ours?|[Yy]our?)\b")  # and not the US
# A first word that points back to what was said before, by language: such a sentence cannot open a brief.
_DANGLING = frozenset(
    "he she it they this that these those his her their its but and so then also him them such there here or yet however "
    "er sie es diese dieser dieses aber und doch auch dabei damit danach seine ihre dort "
    "il elle ils elles ce cela cette ces mais et donc aussi son sa ses leur leurs "
    "él ella ellos ellas esto este esta estos estas pero y su sus también "
    "lui lei essi questo questa questi ma e anche suo sua loro "
    "ele ela eles elas isso este esta mas e também seu sua seus "
    "hij zij ze dit dat deze maar en ook zijn haar hun "
    "он она оно они это этот эта но и а также его её их он".split()
)
_DANGLING_WIDE = ("但", "而", "他", "她", "它", "这", "這", "しかし", "また", "そして", "これ", "それ", "彼")
_POINTS_BACK = re.compile(
    r"(?:the (?:second|third|fourth|others?|latter|former|rest|same)|both|neither|each|none)\b", re.IGNORECASE
)
_GOOD_LENGTH = 30


def opens_dangling(candidate: Candidate) -> bool:
    """Whether a sentence begins with a pronoun or a connective that needs what stood before it."""
    if candidate.tokens[0].partition("'")[0] in _DANGLING or _POINTS_BACK.match(candidate.text):
        return True
    return candidate.text.lstrip("「“\"'").startswith(_DANGLING_WIDE)


def sentence_features(candidate: Candidate, material: Material) -> list[float]:
    """The numbers named by `SENTENCE`, each in about [0, 1]."""
    telling = material.tellings[candidate.telling]
    others = [t for t in material.tellings if t is not telling]
    first = candidate.place == 0
    likeness = [each for n, each in enumerate(material.likeness(candidate)) if n != telling.number]
    leads = _mean([max(each[:2], default=0.0) for each in likeness])
    return [
        *_coverage(candidate, material, telling, others),
        _mean([max(each, default=0.0) for each in likeness]),
        first * leads,
        *_standing(candidate, material, telling, first=first),
        *_manner(candidate),
    ]


def _coverage(candidate: Candidate, material: Material, telling: Telling, others: list[Telling]) -> list[float]:
    """How much of what the titles and the other stories say is in the sentence."""
    told = candidate.content
    weights = material.title_weights
    gaps = max(1, len(candidate.tokens) - 1)
    weight = weight_of(told) or 1.0
    return [
        sum([w for word, w in weights.items() if word in told]) / (sum(weights.values()) or 1.0),
        len(telling.title_content & told) / max(1, len(telling.title_content)),
        _mean([len(t.title_content & told) / max(1, len(t.title_content)) for t in others]),
        min(6, len(candidate.pairs & material.title_pairs)) / 6,
        _mean([len(candidate.pairs & t.pairs) / gaps for t in others]),
        _mean([weight_of(told & t.lead_content) / weight for t in others]),
        cosine(candidate.vector, material.centroid),
        cosine(candidate.vector, material.titles),
    ]


def _standing(candidate: Candidate, material: Material, telling: Telling, *, first: bool) -> list[float]:
    """Where the sentence stands, how long it is, whose it is."""
    length = len(candidate.tokens)
    shared = len(candidate.names & material.names)
    return [
        min(length, _GOOD_LENGTH) / _GOOD_LENGTH,
        max(0, length - _GOOD_LENGTH) / _GOOD_LENGTH,
        float(length < 16),  # noqa: PLR2004 (below it a sentence seldom tells an event)
        float(first),
        float(candidate.place == 1),
        1 / (1 + candidate.place),
        first * material.centrality[telling.number],
        material.rank[telling.number] / 2,
        min(5, shared) / 5,
        first * float(bool(OPINION.search(telling.title))),
    ]


def _manner(candidate: Candidate) -> list[float]:
    """How the sentence reads: plain prose scores, opinion and fragments do not."""
    text, tokens = candidate.text, candidate.tokens
    stops = sum(1 for t in tokens if t.isalpha()) - len(candidate.content)
    spoken = text.split()
    return [
        float(bool(_WEEKDAY.search(text))),
        float(bool(FIRST_PERSON.search(text))),
        float(text[:1] in '“"‘'),
        float(opens_dangling(candidate)),
        float("?" in text),
        float("!" in text),
        float(text[-1:] not in '.”"’)!?。！？'),
        float(bool(_PERFECT.search(text))),
        max(0.0, stops / max(1, len(tokens))),
        sum(w[:1].isupper() for w in spoken) / max(1, len(spoken)),
        float(bool(_DASH.search(text))),
        float(bool(_ANNOUNCES.search(text))),
        weight_of(candidate.content) / max(1, len(candidate.content)) / 6,
    ]


def following_features(candidate: Candidate, shown: Candidate, score: float, material: Material) -> list[float]:
    """The numbers named by `FOLLOWING`: what the sentence adds after `shown`; `score` is its own score."""
    telling = material.tellings[candidate.telling]
    others = [t for t in material.tellings if t is not telling]
    new = candidate.content - shown.content
    weight = weight_of(candidate.content) or 1.0
    left = {word: weight for word, weight in material.title_weights.items() if word not in shown.content}
    like = cosine(candidate.vector, shown.vector)
    share_new = weight_of(new) / weight
    pairs = candidate.pairs - shown.pairs
    same = candidate.telling == shown.telling
    lead = float(candidate.place == 0 and not same)
    return [
        score,
        like,
        share_new,
        sum([w for word, w in left.items() if word in new]) / (sum(left.values()) or 1.0),
        sum([w * candidate.vector[word] for word, w in material.centroid.items() if word in new]),
        _mean([len(pairs & t.lead_pairs) / max(1, len(candidate.pairs)) for t in others]),
        _mean([weight_of(new & t.lead_content) / weight for t in others]),
        float(same),
        float(same and candidate.place == shown.place + 1),
        float(same and candidate.place < shown.place),
        lead,
        lead * like,
        lead * share_new,
        len(candidate.content & shown.content) / max(1, len(candidate.content)),
    ]


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
