"""Words of stories as weighted vectors: how alike are two texts, how rare is a word."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

__all__ = ["Vector", "cosine", "rarity", "summed", "vector", "weight_of"]

Vector = Mapping[str, float]

_UNSEEN = 6.0  # ln(documents / documents with the word) of a word that the table lacks
_COMMON = 0.05


@lru_cache(maxsize=1)
def _table() -> dict[str, float]:
    """English stems and how rare they are, from `frequencies.tsv` (made by benchmarks/accounts/train.py)."""
    lines = resources.files("aggregator.digest").joinpath("frequencies.tsv").read_text(encoding="utf-8").splitlines()
    total = int(lines[0].split("\t")[1])
    pairs = (line.split("\t") for line in lines[1:])
    return {stem: max(_COMMON, math.log(total / int(count))) for stem, count in pairs}


def rarity(stem: str) -> float:
    """Inverse document frequency of a stem: 0.05 for the commonest, 6 for one that is in fewer than 20 of 9,000 stories."""
    return _table().get(stem, _UNSEEN)


def weight_of(stems: Iterable[str]) -> float:
    """How much words say: the sum of their rarities."""
    table = _table()
    return sum([table.get(stem, _UNSEEN) for stem in stems])


def vector(stems: Iterable[str]) -> Vector:
    """TF-IDF of the stems (stop words already out), of length 1; empty if there are none."""
    weights = {stem: (1 + math.log(count)) * rarity(stem) for stem, count in Counter(stems).items()}
    return _unit(weights)


def summed(vectors: Iterable[Vector]) -> Vector:
    """The direction of several vectors together."""
    total: dict[str, float] = {}
    for each in vectors:
        for stem, weight in each.items():
            total[stem] = total.get(stem, 0.0) + weight
    return _unit(total)


def cosine(a: Vector, b: Vector) -> float:
    """Likeness in [0, 1] of two vectors of length 1 (0 if one is empty)."""
    if len(b) < len(a):
        a, b = b, a
    return sum([weight * b[stem] for stem, weight in a.items() if stem in b])  # a list: called a hundred thousand times


def _unit(weights: dict[str, float]) -> Vector:
    length = math.sqrt(sum(w * w for w in weights.values()))
    return {stem: w / length for stem, w in weights.items()} if length else {}
