"""The learnt weights of the brief: plain numbers, shipped beside the code that uses them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

__all__ = ["Linear", "Weights", "shipped"]


@dataclass(frozen=True, slots=True)
class Linear:
    """A weighted sum of named features."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float = 0.0

    def score(self, features: Sequence[float]) -> float:
        """The sum for one list of features, in the order of `names`."""
        return self.bias + sum(w * x for w, x in zip(self.weights, features, strict=True))


@dataclass(frozen=True, slots=True)
class Weights:
    """The models: a sentence alone, a sentence after another, a headline, a sentence that is news to who was told before."""

    sentence: Linear
    following: Linear
    headline: Linear
    news: Linear = Linear((), ())

    def as_json(self) -> dict[str, Any]:
        """Names with their weights, rounded to what matters."""
        models = {"sentence": self.sentence, "following": self.following, "headline": self.headline, "news": self.news}
        return {
            key: {
                "bias": round(m.bias, 5),
                "weights": {name: round(w, 5) for name, w in zip(m.names, m.weights, strict=True)},
            }
            for key, m in models.items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Weights:
        """The inverse of `as_json`."""
        models = {
            key: Linear(tuple(m["weights"]), tuple(map(float, m["weights"].values())), float(m["bias"]))
            for key, m in data.items()
        }
        return cls(**models)


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """The weights that ship with the package (`weights.json`; benchmarks/accounts/train.py makes them)."""
    text = resources.files("aggregator.digest").joinpath("weights.json").read_text(encoding="utf-8")
    return Weights.from_json(json.loads(text))
