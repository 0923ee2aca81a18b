"""Learn which of a page's likeliest outputs to take (aggregator/extract/outputs.py): a linear score, trained as a softmax.

Each page is one choice between its output as it is (score 0) and the others; the goal is a soft one, by how good each is: F1,
and something on top for being exact. Pages weigh less the more their set has.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
from dataset import Example
from scipy.optimize import minimize
from score import scorer

from aggregator.extract.classify import as_line, choose, draft_of, next_article
from aggregator.extract.features import FEATURES
from aggregator.extract.lines import filter_lines
from aggregator.extract.outputs import Chooser, Turn, describe, turns

EXACT = 0.03  # F1 that being exact is worth
SOFT = 0.005  # F1
RIDGE = 0.01
MARGIN = 1.0  # log-odds by which another output must be better than the one there is
CUT = 0.02
CHARS = FEATURES.index("chars")


@dataclass(frozen=True)
class Trial:
    """One page: its other outputs described, and what each is worth, the output as it is first."""

    described: np.ndarray
    worth: np.ndarray
    set_name: str


def settled(example: Example, rows: np.ndarray, chances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The probabilities without those of a next article, and the blocks chosen one by one."""
    chances = chances.copy()
    chances[next_article(example.page, example.hints.title, rows[:, CHARS], chances) :] = 0
    return chances, choose(rows[:, CHARS], chances)


def filtered(example: Example, chances: np.ndarray, chosen: np.ndarray) -> str:
    """The chosen blocks through the line filter."""
    lines = [as_line(example.page, int(i), float(chances[i])) for i in np.flatnonzero(chosen)]
    lines = [line for line in lines if line.text]
    verdicts = filter_lines(lines, title=example.hints.title, authors=example.hints.authors)
    return "\n\n".join(v.line.text for v in verdicts if v.reason is None)


def turned(chosen: np.ndarray, turn: Turn) -> np.ndarray:
    other = chosen.copy()
    other[list(turn)] ^= True
    return other


def trial(example: Example, rows: np.ndarray, chances: np.ndarray) -> Trial | None:
    """None for a page that has no other outputs."""
    chances, chosen = settled(example, rows, chances)
    draft = draft_of(example.page, example.hints, rows, chances, chosen)
    found = turns(draft)
    if not found:
        return None
    texts = [filtered(example, chances, turned(chosen, turn)) for turn in ((), *found)]
    return Trial(describe(draft, found), np.array([worth(example.row["text"], t) for t in texts]), example.row["ds"])


@cache
def _scorer():
    return scorer()


def worth(truth: str, text: str) -> float:
    tool = _scorer()
    row = tool.page_row(tool.shingles(truth), tool.toks(truth), text)
    return row[2] + EXACT * row[5]


def fit_chooser(trials: list[Trial]) -> Chooser:
    everything = np.vstack([t.described for t in trials])
    low, high = np.quantile(everything, [CUT, 1 - CUT], axis=0)
    cut = np.clip(everything, low, high)
    mean, scale = cut.mean(axis=0), cut.std(axis=0) + 1e-6
    tables = [_columns((np.clip(t.described, low, high) - mean) / scale, t.described[:, :1]) for t in trials]
    weights = _softmax_weights(tables, trials)
    plain, signed = weights[: len(low)] / scale, weights[len(low) : -2] / scale
    constants = np.array([weights[-1] - mean @ plain - MARGIN, weights[-2] - mean @ signed])
    return Chooser(low=low, high=high, plain=plain, signed=signed, constants=constants)


def _columns(table: np.ndarray, sign: np.ndarray) -> np.ndarray:
    rows = np.hstack([table, table * sign, sign, np.ones_like(sign)])
    return np.vstack([np.zeros(rows.shape[1]), rows])  # the output as it is


def _softmax_weights(tables: list[np.ndarray], trials: list[Trial]) -> np.ndarray:
    pages_of = Counter(t.set_name for t in trials)
    weight = np.array([pages_of[t.set_name] ** -0.5 for t in trials])
    weight /= weight.mean()
    sizes = np.array([len(table) for table in tables])
    start, of = np.concatenate(([0], np.cumsum(sizes)[:-1])), np.repeat(np.arange(len(sizes)), sizes)
    table, goal = np.vstack(tables), np.concatenate([_softmax(t.worth / SOFT) for t in trials])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = table @ weights
        score -= np.maximum.reduceat(score, start)[of]
        share = np.exp(score)
        share /= np.add.reduceat(share, start)[of]
        value = -(weight[of] * goal * np.log(share + 1e-12)).sum() / len(sizes) + RIDGE * weights @ weights
        return value, table.T @ (weight[of] * (share - goal)) / len(sizes) + 2 * RIDGE * weights

    found = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return found.x


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max())
    return powers / powers.sum()


def export(chooser: Chooser) -> dict[str, np.ndarray]:
    return {f"chooser_{name}": getattr(chooser, name) for name in ("low", "high", "plain", "signed", "constants")}
