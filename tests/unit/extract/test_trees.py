"""Boosted trees as plain numbers."""

from __future__ import annotations

import numpy as np

from aggregator.extract.trees import Trees


def a_tree(ensembles: int = 1) -> Trees:
    """Per ensemble one tree: +2 where the first column is over one half, else -6."""
    feature = [0, 0, 0] * ensembles
    threshold = [0.5, np.inf, np.inf] * ensembles
    left = [n + 3 * k for k in range(ensembles) for n in (1, 1, 2)]
    value = [0.0, -6.0, 2.0] * ensembles
    return Trees.load(
        {
            "t_feature": feature,
            "t_threshold": threshold,
            "t_left": left,
            "t_value": value,
            "t_roots": [3 * k for k in range(ensembles)],
            "t_depth": 1,
            "t_ensembles": ensembles,
        },
        "t",
    )


def test_a_row_goes_right_where_it_is_greater():
    chances = a_tree().probability(np.array([[0.4], [0.6]], dtype=np.float32))
    assert np.allclose(chances, [1 / (1 + np.exp(6)), 1 / (1 + np.exp(-2))])


def test_ensembles_are_averaged():
    rows = np.array([[0.4], [0.6]], dtype=np.float32)
    assert np.allclose(a_tree(3).probability(rows), a_tree(1).probability(rows))


def test_a_page_without_blocks_has_no_chances():
    assert len(a_tree().probability(np.zeros((0, 1), dtype=np.float32))) == 0
