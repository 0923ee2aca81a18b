"""What two stories share, as far as the two alone say it: words, names, figures, places, days.

Computed once, when a pair is first met, for all pairs of a batch together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aggregator.cluster.features import Features
from aggregator.cluster.names import YEAR, figures_in
from aggregator.cluster.rarity import HASH_BITS, rarity
from aggregator.text.words import terms

__all__ = ["SHARED", "Group", "Sizes", "shared"]

_Ids = npt.NDArray[np.uint32]
_Places = npt.NDArray[np.intp]
_Floats = npt.NDArray[np.float64]
_Both = tuple[_Floats, _Floats]  # what each story of a pair has
_Columns = dict[str, _Floats]

SHARED = (
    "comb containment", "lead containment", "title cosine", "bigram cosine", "title coverage min", "title coverage max",
    "name cosine", "name containment", "weekday", "title in lead min", "title in lead max", "rare in leads", "figures",
    "subjects said min", "subjects said max", "subjects", "plain title words", "places", "title figures", "days apart",
)  # fmt: skip
_SUMS = ("whole", "lead", "title", "names", "subjects", "plain")
_SHORT, _LONG = 15, 60  # different words of a title with its subtitle, and of a summary that tells the whole
_RARE = 4.0  # idf from which a shared word counts as rare: one story in fifty
_SUBJECT, _PLAIN = 1, 2
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """A story, what shares of it are measured by, and its brevity: 1 for a title, 0 from _LONG different words on.

    `roles` says of each of its terms whether the title has it as the name of a subject, as a plain word, or not at all.
    `sums`, in the order of _SUMS, are the rarity of the words of the whole, the lead and the title, how many names there
    are, and how many subjects and plain words in the title.
    """

    story: Features
    time_us: int
    sums: tuple[float, ...]
    brevity: float
    figures: frozenset[str]
    title_figures: frozenset[str]
    roles: npt.NDArray[np.uint8]
    title_places: frozenset[str]
    places: frozenset[str]

    @classmethod
    def of(cls, story: Features) -> Sizes:
        """The sums of one story."""
        told = story.readable
        idf = story.idf.astype(np.float64)
        table = rarity(story.lang)
        subjects = np.array([table[t][0] for name in told.subjects for t in terms(name, story.lang)], dtype=np.uint32)
        in_title, named = story.title > 0, (story.terms[:, None] == subjects).any(axis=1)
        roles = np.where(in_title, np.where(named, _SUBJECT, _PLAIN), 0).astype(np.uint8)
        return cls(
            story,
            story.time_us,
            (
                float(np.add.accumulate(idf)[-1]) if len(idf) else 0.0,
                float((idf * (story.lead > 0)).sum()),
                float((idf * in_title).sum()),
                float(len(story.names)),
                *(float(np.count_nonzero(roles == role)) for role in (_SUBJECT, _PLAIN)),
            ),
            min(1.0, max(0.0, (_LONG - len(story.terms)) / (_LONG - _SHORT))),
            _told(told.figures),
            _told(figures_in(told.headline)),
            roles,
            frozenset(told.title_places),
            frozenset(told.places),
        )


Group = tuple[Sizes, Sequence[Sizes]]


def _told(figures: Iterable[str]) -> frozenset[str]:
    return frozenset(figure.replace(",", ".") for figure in figures if not YEAR.fullmatch(figure))


def shared(groups: Sequence[Group]) -> _Floats:
    """Shared features of one story with each of its others, group by group: a row a pair, columns SHARED.

    Symmetric to the last bit, and the same for a pair alone or among ten thousand.
    """
    pairs = [(one, other) for one, others in groups for other in others]
    if not pairs:
        return np.zeros((0, len(SHARED)))
    each = np.repeat(np.arange(len(groups)), [len(others) for _, others in groups])
    mine = np.array([one.sums for one, _ in groups], dtype=np.float64)[each].T
    theirs = np.array([other.sums for _, other in pairs], dtype=np.float64).T
    sums = dict(zip(_SUMS, zip(mine, theirs, strict=True), strict=True))
    columns = _by_words(_Words(groups), sums) | _by_names(groups, sums) | _by_facts(pairs)
    return np.stack([columns[name] for name in SHARED], axis=1)


def _by_words(met: _Words, sums: Mapping[str, _Both]) -> _Columns:
    """Columns about the words that two stories have in common."""
    both = (met.idf[0] + met.idf[1]) / 2
    in_leads = (met.lead[0] > 0) & (met.lead[1] > 0)
    in_title = [idf * (title > 0) for idf, title in zip(met.idf, met.title, strict=True)]
    in_lead = [idf * (lead > 0) for idf, lead in zip(in_title, reversed(met.lead), strict=True)]
    plain = met.total((met.roles[0] == _PLAIN) & (met.roles[1] == _PLAIN))
    return {
        "comb containment": _ratio(met.total(both), np.minimum(*sums["whole"]), 0.0),
        "lead containment": _ratio(met.total(both * in_leads), np.minimum(*sums["lead"]), 0.0),
        "title cosine": met.total(met.title[0] * met.title[1]),
        **_ends("title coverage", [met.total(idf) for idf in in_title], sums["title"]),
        **_ends("title in lead", [met.total(idf) for idf in in_lead], sums["title"]),
        "rare in leads": np.sqrt(met.total(np.maximum(both - _RARE, 0.0) * in_leads)),
        **_ends("subjects said", [met.total(roles == _SUBJECT) for roles in met.roles], sums["subjects"]),
        "subjects": np.minimum(*sums["subjects"]),
        "plain title words": _ratio(plain, np.minimum(*sums["plain"]), -1.0),
    }


def _by_names(groups: Sequence[Group], sums: Mapping[str, _Both]) -> _Columns:
    """Columns about names and pairs of words."""
    name_cosine, common = _cosine(groups, "names", "name_weights")
    return {
        "bigram cosine": _cosine(groups, "bigrams", "bigram_weights")[0],
        "name cosine": name_cosine,
        "name containment": _ratio(common, np.minimum(*sums["names"]), -1.0),
    }


def _by_facts(pairs: Sequence[tuple[Sizes, Sizes]]) -> _Columns:
    """Columns about days, figures and places."""
    weekdays = np.array([(one.story.weekdays, other.story.weekdays) for one, other in pairs])
    times = np.array([(one.time_us, other.time_us) for one, other in pairs])
    return {
        "weekday": _weekday(*weekdays.T),
        "figures": np.array([_overlap(one.figures, other.figures) for one, other in pairs]),
        "places": np.array([_same_place(one, other) for one, other in pairs]),
        "title figures": np.array([_same(one.title_figures, other.title_figures) for one, other in pairs]),
        "days apart": np.abs(times[:, 0] - times[:, 1]) / _DAY_US,
    }


def _ends(name: str, parts: Sequence[_Floats], wholes: _Both) -> _Columns:
    """The lower and the higher share of the two stories of each pair."""
    shares = [_ratio(part, whole, -1.0) for part, whole in zip(parts, wholes, strict=True)]
    return {f"{name} min": np.minimum(*shares), f"{name} max": np.maximum(*shares)}


class _Words:
    """The words that the stories of each pair have in common, pair after pair: what each of the two says of them."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._pair, *places = _meet(groups, "terms")
        self._pairs = sum(len(others) for _, others in groups)
        sides = [one for one, _ in groups], [other for _, others in groups for other in others]

        def values(name: str) -> list[_Floats]:
            return [
                np.concatenate([getattr(side.story, name) for side in stories])[at].astype(np.float64)
                for stories, at in zip(sides, places, strict=True)
            ]

        self.idf, self.lead, self.title = values("idf"), values("lead"), values("title")
        self.roles = [
            np.concatenate([side.roles for side in stories])[at] for stories, at in zip(sides, places, strict=True)
        ]

    def total(self, values: npt.NDArray[np.generic]) -> _Floats:
        """The sum over each pair, in ascending order of the words: the same from either side."""
        return _summed(self._pair, values, self._pairs)


_POSITION: npt.NDArray[np.int32] = np.zeros(1 << HASH_BITS, dtype=np.int32)


def _meet(groups: Sequence[Group], name: str) -> tuple[_Places, _Places, _Places]:
    """Ids that the stories of a pair have in common: the pair, and places in the joined ids of all ones and of all others."""
    found: list[npt.NDArray[np.int32]] = []
    before, lengths = 0, [0]
    for one, others in groups:
        mine: _Ids = getattr(one.story, name)
        theirs = [getattr(other.story, name) for other in others]
        _POSITION[mine] = np.arange(before + 1, before + len(mine) + 1, dtype=np.int32)
        found.append(_POSITION[np.concatenate(theirs)])
        _POSITION[mine] = 0
        before += len(mine)
        lengths += map(len, theirs)
    at = np.concatenate(found)
    places = np.flatnonzero(at)
    pair = np.searchsorted(np.cumsum(lengths)[1:], places, side="right")
    return pair, at[places].astype(np.intp) - 1, places


def _cosine(groups: Sequence[Group], ids: str, weights: str) -> tuple[_Floats, _Floats]:
    """Cosine of two sparse vectors of unit length for each pair, and how many ids are in both."""
    pair, mine, theirs = _meet(groups, ids)
    one = np.concatenate([getattr(one.story, weights) for one, _ in groups])[mine].astype(np.float64)
    other = np.concatenate([getattr(o.story, weights) for _, others in groups for o in others])[theirs]
    count = sum(len(others) for _, others in groups)
    return _summed(pair, one * other.astype(np.float64), count), np.bincount(pair, minlength=count).astype(np.float64)


def _summed(pair: _Places, values: npt.NDArray[np.generic], count: int) -> _Floats:
    out: _Floats = np.bincount(pair, weights=values, minlength=count).astype(np.float64)
    return out


def _overlap(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """Share of the smaller set that is in the other too; -1 where one is empty."""
    return len(mine & theirs) / min(len(mine), len(theirs)) if mine and theirs else -1.0


def _same(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return float(bool(mine & theirs)) if mine and theirs else -1.0


def _same_place(one: Sizes, other: Sizes) -> float:
    if not one.title_places or not other.title_places:
        return -1.0
    return float(bool(one.title_places & other.places or other.title_places & one.places))


def _weekday(mine: npt.NDArray[np.int64], theirs: npt.NDArray[np.int64]) -> _Floats:
    """1 where both leads name a common weekday, 0 where they name different ones, else -1."""
    return np.where((mine > 0) & (theirs > 0), (mine & theirs) > 0, -1.0)


def _ratio(part: _Floats, whole: _Floats, empty: float) -> _Floats:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), empty)
