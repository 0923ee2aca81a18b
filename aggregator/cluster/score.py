"""How good a grouping is against labels: BCubed (Bagga and Baldwin 1998; Amigo et al. 2009) and pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

__all__ = ["Score", "score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Shares in [0, 1]: BCubed precision, recall and F1, and F1 over pairs of stories."""

    precision: float
    recall: float
    f1: float
    pair_f1: float


def score(predicted: Mapping[str, Hashable], gold: Mapping[str, Hashable]) -> Score:
    """Compare a grouping with labels, over the stories that have a label.

    A story without a prediction counts as alone. An empty `gold` scores 1 throughout.
    """
    labels = {key: predicted.get(key, ("alone", key)) for key in gold}
    groups, events = Counter(labels.values()), Counter(gold.values())
    both = Counter((labels[key], event) for key, event in gold.items())
    count = len(gold) or 1
    precision = sum(n * n / groups[g] for (g, _), n in both.items()) / count if gold else 1.0
    recall = sum(n * n / events[e] for (_, e), n in both.items()) / count if gold else 1.0
    found, wanted, right = _pairs(groups), _pairs(events), _pairs(both)
    return Score(
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        pair_f1=2 * right / (found + wanted) if found + wanted else 1.0,
    )


def _pairs(counts: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())
