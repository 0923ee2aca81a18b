"""Where the settings of links across languages come from: python benchmarks/events/tongues.py

Fits two logistic curves to texts that we wrote ourselves: pairs of stories of different languages in the demo newsroom, and
pairs within languages other than English in the look-alike cases, companions against strangers. A reader's window holds
more strangers than either; the point at which a link is as likely as not is told for one companion among 500 as well.
Needs the extra `languages`.
"""

from __future__ import annotations

import math
import sys
from itertools import combinations
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2])]
from aggregator.cluster import features  # noqa: E402
from aggregator.cluster.likeness import Sizes  # noqa: E402
from aggregator.cluster.meaning import EXACT, encoder, meaning  # noqa: E402
from aggregator.newsroom import default_folder, load  # noqa: E402
from tests.unit.cluster.test_lookalikes import CASES, told  # noqa: E402
from tests.unit.cluster.test_mornings import line  # noqa: E402

AMONG = 500
OPENING = 400


def fit(described: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Weights of a logistic curve, the constant first, by Newton's method."""
    columns = np.column_stack([np.ones(len(described)), described])
    weights = np.zeros(columns.shape[1])
    for _ in range(100):
        likely = 1 / (1 + np.exp(-columns @ weights))
        bend = columns.T @ (columns * (likely * (1 - likely))[:, None]) + 1e-3 * np.eye(len(weights))
        weights += np.linalg.solve(bend, columns.T @ (same - likely) - 1e-3 * weights)
    return weights


def tell(name: str, weights: np.ndarray, same: np.ndarray) -> None:
    here = (1 - same.mean()) / same.mean()
    even = -weights[0] / weights[1]
    full = even + math.log(AMONG / here) / weights[1]
    print(f"{name}: {int(same.sum())} pairs of {len(same)}; slope {weights[1]:.1f}, even at {even:.2f}, ", end="")
    print(f"one among {AMONG} at {full:.2f}; others {np.round(weights[2:], 2).tolist()}")


def main() -> None:
    encode = encoder()

    def vector(story) -> np.ndarray:
        return meaning(story.readable.headline, story.readable.opening[:OPENING], encode).astype(float) / EXACT

    newsroom = load(default_folder())
    lang = {outlet.key: outlet.lang for outlet in newsroom.outlets}
    stories = [(story.event, features(line(story, lang[story.outlet]))) for story in newsroom.stories]
    known = [(event, story.lang, vector(story), Sizes.of(story).figures) for event, story in stories]
    described, same = [], []
    for (event, of, one, mine), (beside, other_of, other, theirs) in combinations(known, 2):
        if of != other_of:
            both = bool(mine and theirs)
            described.append((one @ other, both and bool(mine & theirs), both and not mine & theirs))
            same.append(event == beside)
    truth = np.array(same, dtype=float)
    tell(
        "across languages (cosine, a common figure, none in common)",
        fit(np.array(described, dtype=float), truth),
        truth,
    )

    rows = [
        (k, story, vector(told(story)))
        for k, case in enumerate(CASES)
        for story in case["stories"]
        if story["lang"] != "en"
    ]
    cosines, same = [], []
    for (k, one, mine), (m, other, theirs) in combinations(rows, 2):
        if one["lang"] == other["lang"] and (k != m or one["event"] == other["event"]):
            cosines.append(mine @ theirs)
            same.append(k == m)
    truth = np.array(same, dtype=float)
    tell("within a language (cosine)", fit(np.array(cosines)[:, None], truth), truth)


if __name__ == "__main__":
    main()
