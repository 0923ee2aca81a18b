"""How likely two stories tell one event: a small learned model, its weights shipped as plain numbers.

Every step is elementwise on numbers kept exact, and the answer is rounded to whole units, so a pair gets the same
probability alone or among ten thousand others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt

__all__ = ["ONE", "PairModel", "pair_model"]

ONE = 1 << 12  # probabilities are whole numbers of 1/ONE

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairModel:
    """Logistic model with hinges: per column a slope, and two more from two knots on."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    knots: tuple[tuple[float, float], ...]
    weights: tuple[tuple[float, float, float], ...]
    intercept: float

    def strength(self, described: _Floats) -> npt.NDArray[np.int32]:
        """Probability of each described pair in units of 1/ONE."""
        z = np.full(len(described), self.intercept, dtype=np.float64)
        columns = zip(described.T, self.mean, self.scale, self.knots, self.weights, strict=True)
        for x, mean, scale, (low, high), (slope, bend, more) in columns:
            z += slope * ((x - mean) / scale)
            z += bend * (np.maximum(x - low, 0.0) / scale)
            z += more * (np.maximum(x - high, 0.0) / scale)
        probability = 1.0 / (1.0 + np.exp(-np.clip(np.rint(z * 256) / 256, -30, 30)))
        return np.rint(probability * ONE).astype(np.int32)


@lru_cache(maxsize=1)
def pair_model() -> PairModel:
    """The shipped model."""
    raw = json.loads(resources.files("aggregator.cluster").joinpath("weights.json").read_text(encoding="utf-8"))
    return PairModel(
        tuple(raw["mean"]), tuple(raw["scale"]), tuple(map(tuple, raw["knots"])), tuple(map(tuple, raw["weights"])),
        raw["intercept"],
    )  # fmt: skip
