"""Train the block classifier and write its numbers into the package.

    python benchmarks/pages/train.py            # cross-validates by site, prints figures, writes nothing
    python benchmarks/pages/train.py --write    # trains on all pages, writes aggregator/extract/data/

Needs lightgbm, which the package itself does not: install it in an environment of its own.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path

import lightgbm as lgb
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from dataset import Example, examples, fold
from labels import tokens
from words import learn_words

from aggregator.extract.context import context, second_opinion
from aggregator.extract.features import FEATURES, Words, features

OUT = Path(__file__).resolve().parents[2] / "aggregator" / "extract" / "data"
FOLDS = 5
FIRST = {"learning_rate": 0.09, "num_leaves": 24, "max_depth": 8, "min_data_in_leaf": 40, "rounds": 120}
SECOND = {"learning_rate": 0.07, "num_leaves": 16, "max_depth": 7, "min_data_in_leaf": 60, "rounds": 100}
SHARED = {
    "objective": "cross_entropy", "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5.0, "max_bin": 63,
    "seed": 7, "verbose": -1, "num_threads": 1, "deterministic": True,
}  # fmt: skip


def weights(example: Example) -> np.ndarray:
    """Long blocks count more (the metric counts tokens), but a short one still counts; large pages less than their size."""
    weight = np.minimum([len(tokens(block.text)) for block in example.page.blocks], 200) ** 0.7 + 0.7
    return weight / weight.sum() ** 0.5


def fit(pages: list[Example], rows: dict[str, np.ndarray], settings: dict) -> lgb.Booster:
    data = lgb.Dataset(
        np.vstack([rows[e.id] for e in pages]),
        label=np.concatenate([e.truth for e in pages]),
        weight=np.concatenate([weights(e) for e in pages]),
    )
    settings = dict(settings)
    return lgb.train(SHARED | settings, data, settings.pop("rounds"))


def across(pages: list[Example], rows: dict[str, np.ndarray], settings: dict) -> dict[str, np.ndarray]:
    """Each page judged by a model that saw no page of its site."""
    judged = {}
    for k in range(FOLDS):
        model = fit([e for e in pages if fold(e.row, FOLDS) != k], rows, settings)
        judged |= {e.id: predict(model, rows[e.id]) for e in pages if fold(e.row, FOLDS) == k}
    return judged


def predict(model: lgb.Booster, rows: np.ndarray) -> np.ndarray:
    return np.asarray(model.predict(rows), dtype=np.float32) if len(rows) else np.zeros(0, dtype=np.float32)


def looked_at(pages: list[Example]) -> dict[str, np.ndarray]:
    """Features of each page, with words learnt on other sites only."""
    rows = {}
    for k in range(FOLDS):
        words = learn_words([(e.page, e.truth) for e in pages if fold(e.row, FOLDS) != k], min_pages=16)
        rows |= {e.id: features(e.page, e.hints, words) for e in pages if fold(e.row, FOLDS) == k}
    return rows


def stacked(pages: list[Example], rows: dict[str, np.ndarray], first: dict[str, np.ndarray]) -> tuple[dict, dict]:
    """Rows for the second look, without and with trafilatura's opinion."""
    second = {e.id: np.hstack([rows[e.id], context(e.page, rows[e.id], first[e.id])]) for e in pages}
    asked = {e.id: np.hstack([second[e.id], second_opinion(first[e.id], e.kept)]) for e in pages}
    return second, asked


def export(model: lgb.Booster, prefix: str) -> dict[str, np.ndarray]:
    """The trees as flat arrays; children side by side, as `Trees` wants them."""
    feature, threshold, left, value, roots = [], [], [], [], []
    deepest = 0
    for tree in model.dump_model()["tree_info"]:
        roots.append(len(feature))
        queue = [(tree["tree_structure"], _grow(feature, threshold, left, value), 1)]
        while queue:
            node, at, depth = queue.pop(0)
            if "leaf_value" in node and "split_feature" not in node:
                left[at], value[at] = at, node["leaf_value"]
                continue
            deepest = max(deepest, depth)
            feature[at], threshold[at] = node["split_feature"], node["threshold"]
            one, other = _grow(feature, threshold, left, value), _grow(feature, threshold, left, value)
            left[at] = one
            queue += [(node["left_child"], one, depth + 1), (node["right_child"], other, depth + 1)]
    return {
        f"{prefix}_feature": np.array(feature, dtype=np.int16), f"{prefix}_threshold": np.array(threshold, dtype=np.float32),
        f"{prefix}_left": np.array(left, dtype=np.int32), f"{prefix}_value": np.array(value, dtype=np.float32),
        f"{prefix}_roots": np.array(roots, dtype=np.int32), f"{prefix}_depth": np.array(deepest),
    }  # fmt: skip


def _grow(feature: list, threshold: list, left: list, value: list) -> int:
    feature.append(0)
    threshold.append(np.inf)
    left.append(0)
    value.append(0.0)
    return len(feature) - 1


def write(words: Words, models: dict[str, lgb.Booster]) -> None:
    OUT.mkdir(exist_ok=True)
    arrays: dict[str, np.ndarray] = {}
    for prefix, model in models.items():
        arrays |= export(model, prefix)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    (OUT / "blocks.npz").write_bytes(buffer.getvalue())
    tables = {
        "features": list(FEATURES),
        "label": dict(words.label),
        "first": dict(words.first),
        "any": dict(words.any),
    }
    (OUT / "words.json").write_text(json.dumps(tables, ensure_ascii=False, indent=0) + "\n", "utf-8")
    for path in sorted(OUT.iterdir()):
        print(path.name, path.stat().st_size, "bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    pages = examples()
    rows = looked_at(pages)
    first = across(pages, rows, FIRST)
    second, asked = stacked(pages, rows, first)
    if not args.write:
        report("first look", pages, first)
        report("second look", pages, across(pages, second, SECOND))
        report("with trafilatura", pages, across(pages, asked, SECOND))
        return
    models = {
        "first": fit(pages, rows, FIRST),
        "second": fit(pages, second, SECOND),
        "asked": fit(pages, asked, SECOND),
    }
    write(learn_words([(e.page, e.truth) for e in pages]), models)


def report(name: str, pages: list[Example], judged: dict[str, np.ndarray]) -> None:
    """Text F1 per set of what a threshold of one half keeps (no line filter)."""
    from score import per_set

    texts = {
        e.id: "\n\n".join(b.text for b, p in zip(e.page.blocks, judged[e.id], strict=True) if p > 0.5) for e in pages
    }
    print(name, per_set([e.row for e in pages], texts), flush=True)


if __name__ == "__main__":
    main()
