"""What simple methods reach on the same streams: python benchmarks/events/baselines.py --data DIR [STREAM ...]

Needs scikit-learn, in an environment of its own with the package's dependencies. TF-IDF with the nearest earlier story within
four days, TF-IDF with HDBSCAN within windows of four days, and all stories alone. Each has the best of several settings chosen
on these very sets: an upper bound for them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]
from streams import NATURAL, Stream, dense, read  # noqa: E402

from aggregator.cluster.score import score  # noqa: E402

DAYS = 4.0
NEAREST = (0.25, 0.35, 0.45, 0.55)
LEAVES = ("leaf", "eom")


def weighted(stream: Stream):
    """Titles twice and the first 2,000 characters as TF-IDF rows of unit length, and the days of publication."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    lines = sorted(stream.lines, key=lambda line: (line.published_at, line.id))
    texts = [f"{line.title or ''} {line.title or ''} {(line.text or '')[:2000]}" for line in lines]
    rows = TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=1).fit_transform(texts)
    days = np.array([line.published_at.timestamp() for line in lines]) / 86400
    return [line.id for line in lines], rows, days


def nearest(ids: list[str], rows, days: np.ndarray, least: float) -> dict[str, int]:
    """Each story joins the event of the nearest story of the four days before, if that is near enough."""
    event = list(range(len(ids)))
    first = 0
    for k in range(len(ids)):
        while days[k] - days[first] > DAYS:
            first += 1
        if k > first:
            likeness = (rows[first:k] @ rows[k].T).toarray().ravel()
            best = int(likeness.argmax())
            if likeness[best] >= least:
                event[k] = event[first + best]
    return dict(zip(ids, event, strict=True))


def hdbscan(ids: list[str], rows, days: np.ndarray, selection: str) -> dict[str, tuple[int, int]]:
    """HDBSCAN over 100 latent dimensions, in windows of four days; noise is alone."""
    from sklearn.cluster import HDBSCAN
    from sklearn.decomposition import TruncatedSVD

    latent = TruncatedSVD(min(100, rows.shape[1] - 1), random_state=0).fit_transform(rows)
    latent /= np.maximum(np.linalg.norm(latent, axis=1, keepdims=True), 1e-9)
    window = ((days - days[0]) // DAYS).astype(int)
    found = {}
    for w in np.unique(window):
        inside = np.flatnonzero(window == w)
        labels = np.full(len(inside), -1)
        if len(inside) > 5:
            labels = HDBSCAN(min_cluster_size=2, cluster_selection_method=selection, copy=True).fit_predict(
                latent[inside]
            )
        for k, label in zip(inside, labels, strict=True):
            found[ids[k]] = (int(w), int(label)) if label >= 0 else (-1, int(k))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("streams", nargs="*")
    args = parser.parse_args()
    found = {name: read(args.data / f"{name}.jsonl") for name in (*NATURAL, "uci_headlines")}
    found["dense20"], found["dense10"] = dense(found["allsides"], 20), dense(found["allsides"], 10)
    for name, stream in found.items():
        if args.streams and name not in args.streams:
            continue
        rows = weighted(stream)
        near = max((score(nearest(*rows, least), stream.gold) for least in NEAREST), key=lambda s: s.f1)
        density = max((score(hdbscan(*rows, kind), stream.gold) for kind in LEAVES), key=lambda s: s.f1)
        alone = score({}, stream.gold)
        print(
            f"{name:14} nearest {near.f1:.3f} (pairs {near.pair_f1:.3f})  HDBSCAN {density.f1:.3f}"
            f" (pairs {density.pair_f1:.3f})  alone {alone.f1:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
