"""Measure events: python benchmarks/events/evaluate.py --data DIR [--folds TREES.npz] [--online] [--shuffle HOURS] [STREAM ...]

Drives `features` and `EventGraph` in order of arrival, one flush a batch. With --folds the models of `train.py --folds` are
used, each for the events it never saw: those figures are out of fold. Without, the shipped model is measured, which has
learnt from these sets.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]
from streams import NATURAL, Stream, dense, fold_of, inflated, read, shortened, sparse  # noqa: E402

from aggregator.cluster import Arrivals, EventGraph, features  # noqa: E402
from aggregator.cluster.model import build, pair_model  # noqa: E402


def streams(data: Path) -> dict[str, Stream]:
    found = {name: read(data / f"{name}.jsonl") for name in (*NATURAL, "uci_headlines")}
    base = found["allsides"]
    found["dense20"], found["dense10"] = dense(base, 20), dense(base, 10)
    found["big"] = inflated(base, events=1, sizes=(100, 100), others=1000, seed=11)
    found["sparse"] = sparse(base, "sparse", 99)  # windows that no model was trained on
    found["sparse-short"] = shortened(sparse(base, "", 98), "sparse-short", 97)
    return found


class Tally:
    """BCubed and pair scores, story by story, so that folds can be put together."""

    def __init__(self) -> None:
        self.precision: list[float] = []
        self.recall: list[float] = []
        self.both = self.gold_pairs = self.found_pairs = 0

    def add(self, gold: dict[str, str], found: dict[str, str], wanted: set[str]) -> None:
        cells = Counter((gold[i], found[i]) for i in gold)
        by_gold, by_found = Counter(gold.values()), Counter(found[i] for i in gold)
        for i in wanted:
            both = cells[gold[i], found[i]]
            self.precision.append(both / by_found[found[i]])
            self.recall.append(both / by_gold[gold[i]])
            self.both += both - 1
            self.gold_pairs += by_gold[gold[i]] - 1
            self.found_pairs += by_found[found[i]] - 1

    def __str__(self) -> str:
        p, r = float(np.mean(self.precision)), float(np.mean(self.recall))
        pairs = 2 * self.both / max(self.gold_pairs + self.found_pairs, 1)
        return f"P {p:.3f} R {r:.3f} F1 {2 * p * r / (p + r):.3f} pair F1 {pairs:.3f}"

    @property
    def f1(self) -> float:
        p, r = float(np.mean(self.precision)), float(np.mean(self.recall))
        return 2 * p * r / (p + r)


def run(lines, model, batch: int | None, known: dict) -> tuple[dict[str, str], dict[str, str], float, float]:
    """Final events, events at arrival, milliseconds a story for features and for the graph."""
    started = time.process_time()
    made = []
    for line in lines:
        key = (line.title, line.text, line.lang)
        known[key] = known.get(key) or features(line)
        made.append(replace(known[key], id=line.id, published_at=line.published_at))
    prepared = time.process_time()
    graph, arrivals = EventGraph(model=model), Arrivals()
    at_arrival: dict[str, str] = {}
    for n, story in enumerate(made, 1):
        graph.add(story)
        if batch and n % batch == 0:
            graph.flush()
            if batch == 1:
                members = graph.members(graph.event_of(story.id))
                at_arrival[story.id] = arrivals.tell(story.id, members, graph.event_of)
    graph.flush()
    done = time.process_time()
    final = {story: members[0] for members in graph.events() for story in members}
    return final, at_arrival, (prepared - started) / len(made) * 1e3, (done - prepared) / len(made) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=Path, help="TREES.npz beside TREES.0.npz .. TREES.2.npz")
    parser.add_argument("--online", action="store_true", help="decide at each arrival; score that too")
    parser.add_argument("--batch", type=int, help="stories between decisions; default all at once")
    parser.add_argument("--shuffle", type=float, default=0, help="shuffle arrival within so many hours")
    parser.add_argument("streams", nargs="*")
    args = parser.parse_args()
    models = {None: pair_model()}
    if args.folds:
        models = {fold: build(dict(np.load(args.folds.with_suffix(f".{fold}.npz")))) for fold in range(3)}
    macro: list[float] = []
    known: dict = {}
    for name, stream in streams(args.data).items():
        if args.streams and name not in args.streams:
            continue
        rng = random.Random(0)
        late = {line.id: line.published_at + timedelta(hours=rng.uniform(0, args.shuffle)) for line in stream.lines}
        lines = sorted(stream.lines, key=lambda line: (late[line.id], line.id))
        tally, online = Tally(), Tally()
        for fold, model in models.items():
            final, arrived, prepare_ms, graph_ms = run(lines, model, 1 if args.online else args.batch, known)
            wanted = {i for i, event in stream.gold.items() if fold is None or fold_of(event) == fold}
            tally.add(stream.gold, final, wanted)
            if args.online:
                online.add(stream.gold, arrived, wanted)
        if name in NATURAL:
            macro.append(tally.f1)
        print(
            f"{name:14} {len(lines):6} stories  {tally}  features {prepare_ms:.2f} ms, graph {graph_ms:.2f} ms",
            flush=True,
        )
        if args.online:
            print(f"{'':14} at arrival:     {online}", flush=True)
    if len(macro) == len(NATURAL):
        print(f"macro F1 {np.mean(macro):.4f}")


if __name__ == "__main__":
    main()
