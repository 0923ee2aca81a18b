"""Whole outputs of a page: which others there are, how they are described, which is taken."""

from __future__ import annotations

import numpy as np

from aggregator.extract.features import FEATURES
from aggregator.extract.outputs import DOUBTFUL, Chooser, Draft, describe, log_odds, turns

WIDTH = len(FEATURES)


def a_draft(chances: list[float], *, markup: list[int] | None = None) -> Draft:
    """Blocks of a hundred characters each; those above one half are kept."""
    likely = np.array(chances, dtype=np.float32)
    rows = np.zeros((len(chances), WIDTH), dtype=np.float32)
    rows[:, FEATURES.index("chars")] = 100
    odds = log_odds(likely)
    return Draft(
        rows=rows,
        chances=likely,
        odds=odds,
        kept=likely > 0.5,
        doubtful=np.abs(odds) < DOUBTFUL,
        markup=np.array(markup or range(len(chances))),
    )


def a_chooser(**weights: float) -> Chooser:
    """Scores by single columns, named as in `describe`: 1 how many blocks are turned over, 8 how mixed a markup gets."""
    width = describe(a_draft([0.9, 0.4]), [(1,)]).shape[1]
    plain = np.zeros(width)
    for column, weight in weights.items():
        plain[int(column.removeprefix("c"))] = weight
    return Chooser(
        low=np.full(width, -1e9), high=np.full(width, 1e9), plain=plain, signed=np.zeros(width), constants=np.zeros(2)
    )


def test_a_page_judged_without_doubt_has_one_output() -> None:
    assert turns(a_draft([0.99, 0.99, 0.01])) == []
    assert a_chooser(c1=1).best(a_draft([0.99, 0.99, 0.01])) == ()


def test_doubtful_blocks_are_turned_over_alone_in_pairs_and_with_those_of_their_markup() -> None:
    found = turns(a_draft([0.99, 0.6, 0.4, 0.3, 0.99], markup=[0, 1, 2, 2, 0]))
    assert {(1,), (2,), (3,), (1, 2), (1, 3), (2, 3)} == set(found)
    many = turns(a_draft([0.99, *[0.45] * 7], markup=[0, *[1] * 7]))
    assert tuple(range(1, 8)) in many
    assert all(0 not in turn for turn in many)


def test_the_first_and_last_lines_go_together_only_where_all_are_doubtful() -> None:
    found = turns(a_draft([0.7, 0.7, *[0.99] * 6]))
    assert (0, 1) in found
    assert not any(turn[-1] > 1 for turn in found)


def test_what_blocks_of_one_markup_became_is_part_of_the_description() -> None:
    """Three captions, one of them kept: the page agrees with itself again without it, and less with another."""
    draft = a_draft([0.99, 0.6, 0.02, 0.4], markup=[0, 1, 1, 1])
    unmixed = describe(draft, [(1,), (3,), (1, 3)])[:, 9]
    assert unmixed.tolist() == [-1, 0, 0]
    assert describe(draft, [(1,), (3,)])[:, 0].tolist() == [-1, 1]  # goes, comes in


def test_the_best_output_is_taken_only_if_it_is_better_than_the_one_there_is() -> None:
    draft = a_draft([0.99, 0.6, 0.02, 0.4], markup=[0, 1, 1, 1])
    assert a_chooser(c9=-1).best(draft) == (1,)
    assert a_chooser(c9=1).best(a_draft([0.99, 0.6])) == ()


def test_outlying_values_are_cut_before_they_are_weighed() -> None:
    chooser = a_chooser(c4=1)
    cut = Chooser(low=chooser.low, high=np.full_like(chooser.high, 50), plain=chooser.plain, signed=chooser.signed,
                  constants=chooser.constants)  # fmt: skip
    one = describe(a_draft([0.9, 0.4]), [(1,)])
    assert (float(chooser.score(one)[0]), float(cut.score(one)[0])) == (100, 50)
