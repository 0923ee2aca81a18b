"""Train the pair model: python benchmarks/events/train.py --data DIR [--cache FILE] [--out FILE]

DIR holds the labelled sets (allsides.jsonl, ...). Needs lightgbm, which is no dependency of the package: run it in an
environment of its own with the package's dependencies. Pairs come out of the same EventGraph that runs in production;
only pairs of two labelled stories are learnt from. Every stream has the same total weight, so that none is the norm.
"""

from __future__ import annotations

import argparse
import math
import pickle
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]
from streams import Stream, all_streams, fold_of, read  # noqa: E402

from aggregator.cluster import features  # noqa: E402
from aggregator.cluster.graph import Options  # noqa: E402
from aggregator.cluster.links import Links  # noqa: E402
from aggregator.cluster.model import UNIT  # noqa: E402
from aggregator.cluster.pairs import COLUMNS  # noqa: E402
from aggregator.text.words import stem, terms  # noqa: E402

MEASURED_ONLY = frozenset({"basil"})  # without a licence: nothing that ships is learnt from it
STREAM_WEIGHT, BIG_WEIGHT, SPARSE_WEIGHT = 20_000.0, 10_000.0, 60_000.0
TREES = {
    "objective": "binary", "num_leaves": 20, "learning_rate": 0.06, "min_data_in_leaf": 60, "feature_fraction": 0.5,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5, "max_bin": 63, "verbose": -1, "seed": 1, "num_threads": 1,
    "deterministic": True,
}  # fmt: skip
ROUNDS = 240
SOON = 24  # stories that come at a time where pairs are described as they stood at arrival
ARRIVALS = ("allsides", "allsides21", "ecbplus", "allsides-10d", "allsides-short-30d", "uci_headlines")
FREQUENT = 20  # a word in fewer documents is not shipped


def frequencies(streams: list[Stream], target: Path) -> None:
    """Document frequencies of single words, and how often (percent) each has a capital within a sentence."""
    counts: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    inner: Counter[str] = Counter()
    total = 0
    for stream in streams:
        for line in stream.lines:
            text = (line.text or "")[:2000]
            counts.update(set(terms(f"{line.title or ''}\n{text}", "en")))
            total += 1
            for word in re.findall(r"(?<=[a-z,] )[^\W\d_]+", text):
                if term := stem(word.lower(), "en"):
                    inner[term] += 1
                    capitals[term] += word[0].isupper()
    kept = sorted((term, count) for term, count in counts.items() if count >= FREQUENT)
    shares = {term: round(100 * capitals[term] / inner[term]) if inner[term] else 0 for term, _ in kept}
    body = "".join(f"{term}\t{count}\t{shares[term]}\n" for term, count in kept)
    target.write_text(f"#documents\t{total}\n{body}", encoding="utf-8")


class Silent:
    """A model that links nothing: pairs are wanted, not what is thought of them."""

    def strength(self, described: np.ndarray) -> np.ndarray:
        return np.zeros(len(described), dtype=np.int32)


def _stories(stream: Stream, known: dict) -> list:
    """Features of a stream's stories, computed once for each text."""
    found = []
    for line in stream.lines:
        key = (line.title, line.text, line.lang)
        known[key] = known.get(key) or features(line)
        found.append(replace(known[key], id=line.id, published_at=line.published_at))
    return found


def collect(stream: Stream, known: dict[tuple[str | None, ...], object]) -> dict[str, object]:
    """Pairs of a stream with their description and the gold event of each story."""
    links = Links(Silent(), Options().reach_days)
    links.update((), _stories(stream, known))
    ids, a, b, described = links.described()
    labels = np.array([stream.gold.get(name, "") for name in ids])
    return {"a": a, "b": b, "X": described.astype(np.float32), "ids": ids, "lab": labels}


def collect_arrivals(stream: Stream, known: dict[tuple[str | None, ...], object]) -> dict[str, object]:
    """As `collect`, each pair described as it stood soon after the later of the two came: what is decided then must hold too."""
    links = Links(Silent(), Options().reach_days)
    stories = sorted(_stories(stream, known), key=lambda story: (story.published_at, story.id))
    kept: list[tuple[np.ndarray, ...]] = []
    for first in range(0, len(stories), SOON):
        links.update((), stories[first : first + SOON])
        kept.append(links.described(first))
    a, b, described = (np.concatenate(part) for part in zip(*[found[1:] for found in kept], strict=True))
    labels = np.array([stream.gold.get(story.id, "") for story in stories])
    return {"a": a, "b": b, "X": described.astype(np.float32), "ids": [story.id for story in stories], "lab": labels}


def training_rows(pairs: dict[str, dict], without_fold: int | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labelled pairs of all streams, their truth and weight; a fold of events left out for measuring."""
    described, truth, weight = [], [], []
    for name, found in pairs.items():
        if name in MEASURED_ONLY:
            continue
        labels = found["lab"]
        left, right = labels[found["a"]], labels[found["b"]]
        use = (left != "") & (right != "")
        if without_fold is not None:
            fold = {event: fold_of(event) for event in set(labels) if event}
            folds = np.array([fold.get(event, -1) for event in labels])
            use &= (folds[found["a"]] != without_fold) & (folds[found["b"]] != without_fold)
        described.append(found["X"][use])
        truth.append((left == right)[use])
        total = BIG_WEIGHT if "big" in name else SPARSE_WEIGHT if "sparse" in name else STREAM_WEIGHT
        weight.append(np.full(int(use.sum()), total / max(int(use.sum()), 1)))
    return np.concatenate(described), np.concatenate(truth), np.concatenate(weight)


def fit(described: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> dict[str, np.ndarray]:
    """Boosted trees as the plain arrays that `aggregator.cluster.model.build` reads."""
    import lightgbm

    data = lightgbm.Dataset(described, truth, weight=weight / weight.mean())
    dump = lightgbm.train(TREES, data, ROUNDS).dump_model()
    trees = [tree["tree_structure"] for tree in dump["tree_info"]]
    nodes = 31
    out = {
        "feature": np.full((len(trees), nodes), -1, dtype=np.int16),
        "threshold": np.zeros((len(trees), nodes), dtype=np.float32),
        "left": np.zeros((len(trees), nodes), dtype=np.int16),
        "right": np.zeros((len(trees), nodes), dtype=np.int16),
        "leaf": np.zeros((len(trees), 32), dtype=np.int64),
        "columns": np.array(len(COLUMNS)),
    }
    for number, root in enumerate(trees):
        _flatten(root, out, number)
    return out


def _flatten(node: dict, out: dict[str, np.ndarray], tree: int) -> int:
    """Write a node and all below it; returns its number, or a negative one for a leaf."""
    if "leaf_value" in node:
        number = node.get("leaf_index", 0)
        out["leaf"][tree, number] = round(node["leaf_value"] * UNIT)
        return -number - 1
    number = node["split_index"]
    threshold = np.float32(node["threshold"])
    if threshold > node["threshold"]:
        threshold = np.nextafter(threshold, np.float32(-math.inf))
    out["feature"][tree, number] = node["split_feature"]
    out["threshold"][tree, number] = threshold
    out["left"][tree, number] = _flatten(node["left_child"], out, tree)
    out["right"][tree, number] = _flatten(node["right_child"], out, tree)
    return number


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--cache", type=Path, help="keep the described pairs here (outside the repository)")
    parser.add_argument("--out", type=Path, default=Path("aggregator/cluster/trees.npz"))
    parser.add_argument(
        "--folds", action="store_true", help="also write OUT.0.npz .. OUT.2.npz, each without one fold of events"
    )
    parser.add_argument("--frequencies", type=Path, help="write document frequencies here first, and stop")
    args = parser.parse_args()
    if args.frequencies:
        wanted = {"allsides", "allsides21", "ecbplus"}
        frequencies([read(args.data / f"{name}.jsonl") for name in sorted(wanted)], args.frequencies)
        return
    if args.cache and args.cache.exists():
        pairs = pickle.loads(args.cache.read_bytes())
    else:
        known: dict = {}
        streams = all_streams(args.data)
        pairs = {stream.name: collect(stream, known) for stream in streams}
        pairs |= {f"{s.name} at arrival": collect_arrivals(s, known) for s in streams if s.name in ARRIVALS}
        if args.cache:
            args.cache.write_bytes(pickle.dumps(pairs))
    for fold in (0, 1, 2) if args.folds else ():
        np.savez_compressed(args.out.with_suffix(f".{fold}.npz"), **fit(*training_rows(pairs, fold)))
    np.savez_compressed(args.out, **fit(*training_rows(pairs)))


if __name__ == "__main__":
    main()
