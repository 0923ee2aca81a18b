"""Choosing among whole outputs of a page: the blocks as judged one by one, or a few doubtful ones turned over.

Judged alone, a block does not know what became of the others: a caption of five kept, a standfirst above a text that begins
without it. So the likeliest other outputs (one doubtful block turned over, two, all doubtful ones of one markup, the first or
last few lines) are scored beside the one there is, by a linear model (benchmarks/pages/chooser.py trains it).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from aggregator.extract.blocks import Page
from aggregator.extract.features import FEATURES

__all__ = ["DOUBTFUL", "Chooser", "Draft", "Turn", "describe", "log_odds", "markup", "turns"]

Floats = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Turn = tuple[int, ...]

DOUBTFUL = 3.0  # log-odds from the threshold: a block nearer to it may be turned over
_DOUBTFUL_BLOCKS = 14
_PAIRED = 5
_MOST_TURNED = 40
_EDGES = (2, 3, 4)  # lines
_LEAST = 1e-4  # probability

# What the first block turned over is like, and the first line of the output.
_TURNED = tuple(
    "chars words link_share bold_share ends_sentence ends_colon starts_upper date tag heading depth label_sum label_min label_own "
    "since_title since_h1 since_prose until_prose prose_rank prose_rank_from_end prose_share_0 prose_share_1 links_in_1 mean_in_1 "
    "siblings_before siblings_after title_overlap in_description has_body in_body author lead_like".split()
)
_OPENING = tuple(
    "chars ends_sentence heading since_title title_overlap in_description lead_like link_share word_min label_sum".split()
)
_OF_TURNED = [FEATURES.index(name) for name in _TURNED]
_OF_OPENING = [FEATURES.index(name) for name in _OPENING]
_CHARS, _HEADING = FEATURES.index("chars"), FEATURES.index("heading")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A page judged block by block, one value (of `rows`: one row) per block.

    `odds`: log-odds against the threshold. `kept` and `doubtful` are without the blocks that the line filter drops in any case.
    `markup`: see there.
    """

    rows: Floats
    chances: Floats
    odds: Floats
    kept: Bools
    doubtful: Bools
    markup: Floats


def log_odds(chances: Floats | float) -> Floats:
    """Of probabilities; none is taken for certain."""
    likely = np.clip(np.asarray(chances, dtype=np.float64), _LEAST, 1 - _LEAST)
    return np.asarray(np.log(likely / (1 - likely)))


def markup(page: Page) -> Floats:
    """A number per block, the same for blocks whose element and its parent have the same tags and classes."""
    numbers: dict[tuple[str, ...], int] = {}
    found = []
    for block in page.blocks:
        own = page.elements[block.element]
        around = page.elements[own.parent] if own.parent >= 0 else own
        found.append(numbers.setdefault((own.tag, own.label, around.tag, around.label), len(numbers)))
    return np.array(found)


def turns(draft: Draft) -> list[Turn]:
    """Which blocks to turn over for each of the other outputs, in order of the page."""
    near = np.flatnonzero(draft.doubtful)
    near = near[np.argsort(np.abs(draft.odds[near]), kind="stable")][:_DOUBTFUL_BLOCKS]
    found: list[Turn] = [(i,) for i in near.tolist()]
    found += combinations(sorted(near[:_PAIRED].tolist()), 2)
    for number in dict.fromkeys(draft.markup[near].tolist()):
        alike = draft.doubtful & (draft.markup == number)
        found += (tuple(np.flatnonzero(alike & side).tolist()) for side in (~draft.kept, draft.kept))
    kept = np.flatnonzero(draft.kept)
    for few in _EDGES:
        if len(kept) > few + 3:
            found += (tuple(edge.tolist()) for edge in (kept[:few], kept[-few:]) if draft.doubtful[edge].all())
    return [turn for turn in dict.fromkeys(found) if 0 < len(turn) <= _MOST_TURNED]


def describe(draft: Draft, found: list[Turn]) -> Floats:
    """One row per turn: what is turned over (the sign of its first block in column 0), and the output that results."""
    outputs = np.repeat(draft.kept[None], len(found), axis=0)
    for row, turn in zip(outputs, found, strict=True):
        row[list(turn)] ^= True
    heads = np.array([turn[0] for turn in found])
    tails = np.array([turn[-1] for turn in found])
    count = np.maximum(1, outputs.sum(axis=1))
    first = outputs.argmax(axis=1)
    last = outputs.shape[1] - 1 - outputs[:, ::-1].argmax(axis=1)
    kept = np.concatenate((draft.kept, [False]))
    columns = (
        np.where(draft.kept[heads], -1.0, 1.0),
        *_of_turns(draft, found).T,
        heads <= draft.kept.argmax(),
        tails >= len(draft.kept) - 1 - draft.kept[::-1].argmax(),
        draft.chances[heads],
        kept[heads - 1],
        kept[tails + 1],
        outputs @ draft.rows[:, _CHARS],
        count,
        last - first + 1 - count,
        (outputs[:, 1:] & ~outputs[:, :-1]).sum(axis=1),
        outputs @ draft.chances / count,
        outputs @ (draft.rows[:, _HEADING] > 0),
        draft.chances[first],
    )
    return np.hstack([np.stack(columns, axis=1), draft.rows[heads][:, _OF_TURNED], draft.rows[first][:, _OF_OPENING]])


def _of_turns(draft: Draft, found: list[Turn]) -> Floats:
    """How many blocks and characters, how likely together, how doubtful; and how they agree with those of their markup."""
    gain = np.where(draft.kept, -draft.odds, draft.odds).tolist()
    chars, markup, kept = draft.rows[:, _CHARS].tolist(), draft.markup.tolist(), draft.kept.tolist()
    sizes = np.bincount(draft.markup).tolist()
    held = np.bincount(draft.markup, draft.kept, minlength=len(sizes)).tolist()
    mixed = sum(min(h, n - h) for h, n in zip(held, sizes, strict=True))
    rows = []
    for turn in found:
        changed: Counter[int] = Counter()
        for i in turn:
            changed[markup[i]] += -1 if kept[i] else 1
        unmixed = sum(
            min(held[m] + by, sizes[m] - held[m] - by) - min(held[m], sizes[m] - held[m]) for m, by in changed.items()
        )
        head, alike = turn[0], sizes[markup[turn[0]]] - 1
        gains = [gain[i] for i in turn]
        rows.append((
            len(turn), sum(gains), min(map(abs, gains)), sum(chars[i] for i in turn), sum(kept[i] for i in turn) / len(turn),
            (held[markup[head]] - kept[head]) / alike if alike else -1, alike, mixed + unmixed, unmixed,
        ))  # fmt: skip
    return np.array(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """A linear score of a turn; above 0 it is worth making.

    Columns of `describe` are cut at `low` and `high`. `signed` weighs them times the sign of the turn, which is 1 where a block
    comes in and -1 where one goes. `constants`: one alone, one times the sign.
    """

    low: Floats
    high: Floats
    plain: Floats
    signed: Floats
    constants: Floats

    @classmethod
    def load(cls, arrays: Any) -> Chooser:
        """From the arrays `chooser_low`, `chooser_high` and so on (benchmarks/pages/chooser.py writes them)."""
        return cls(**{field.name: np.asarray(arrays[f"chooser_{field.name}"]) for field in fields(cls)})

    def score(self, described: Floats) -> Floats:
        """One value per row of `describe`."""
        cut, sign = np.clip(described, self.low, self.high), described[:, 0]
        return np.asarray(cut @ self.plain + self.constants[0] + sign * (cut @ self.signed + self.constants[1]))

    def best(self, draft: Draft) -> Turn:
        """The blocks to turn over: none if the output is best as it is."""
        found = turns(draft)
        if not found:
            return ()
        scores = self.score(describe(draft, found))
        best = int(np.argmax(scores))
        return found[best] if scores[best] > 0 else ()
