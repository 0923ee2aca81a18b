"""Score the shipped brief against simple choices on the accounts, with intervals of the paired difference.

    python benchmarks/accounts/score.py            prints a table as in docs/quality.md
    python benchmarks/accounts/score.py --out DIR  also writes each method's accounts for tools/score_accounts.py

The shipped weights were fitted on these events: for figures on unseen events read train.py's cross-validation. Methods:
first words of the longest story; the lead of the most central story; a random choice (fixed seed); LexRank (Erkan & Radev
2004: power iteration on the graph of cosines above .1, damping .85).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from train import Account, load, overlap, rouge, tokens

from aggregator.digest.brief import compose_brief
from aggregator.digest.material import gather
from aggregator.digest.vectors import cosine
from aggregator.digest.weights import shipped


def longest_story(account: Account) -> str:
    return max(((s.text or "") for s in account.stories), key=len)


def central_lead(account: Account) -> str:
    material = account.material
    order = sorted(material.tellings, key=lambda t: -material.centrality[t.number])
    return " ".join(s.text for telling in order for s in telling.sentences)  # a short story is followed by the next


def at_random(account: Account) -> str:
    found = [s.text for s in account.material.candidates]
    random.Random(account.cluster).shuffle(found)
    return " ".join(found[:5])


def lexrank(account: Account) -> str:
    found = account.material.candidates
    if not found:
        return ""
    like = np.array([[cosine(a.vector, b.vector) > 0.1 for b in found] for a in found], float)
    like /= np.maximum(1, like.sum(1, keepdims=True))
    rank = np.full(len(found), 1 / len(found))
    for _ in range(50):
        rank = 0.15 / len(found) + 0.85 * like.T @ rank
    return " ".join(found[i].text for i in np.argsort(-rank)[:5])


def shipped_brief(account: Account) -> str:
    return compose_brief(account.material, shipped()).text


METHODS: dict[str, Callable[[Account], str]] = {
    "shipped brief (fitted here)": shipped_brief,
    "lead of the most central story": central_lead,
    "first words of the longest story": longest_story,
    "LexRank": lexrank,
    "random": at_random,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    accounts = load()
    picks = np.random.default_rng(0).integers(0, len(accounts), (1000, len(accounts)))
    ours = None
    for name, method in METHODS.items():
        texts = [method(a) for a in accounts]
        table = np.array([rouge(text, a.reference) for text, a in zip(texts, accounts, strict=True)])
        ours = table if ours is None else ours
        gaps = np.sort((ours - table)[:, 0][picks].mean(1))
        print("{:34} R1 {:.3f} R2 {:.3f} RL {:.3f}".format(name, *table.mean(0)), end="")
        print(f"   ours better by {(ours - table)[:, 0].mean():.3f} [{gaps[25]:.3f}, {gaps[974]:.3f}] R1")
        if args.out:
            lines = [json.dumps({"cluster": a.cluster, "text": t}) for a, t in zip(accounts, texts, strict=True)]
            (args.out / f"{name.split()[0]}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    heads = [tokens(compose_brief(a.material, shipped()).headline) for a in accounts]
    pairs = [(overlap(h, a.title, 1), overlap(h, a.title, 2)) for h, a in zip(heads, accounts, strict=True)]
    print("{:34} R1 {:.3f} R2 {:.3f}".format("headline", *np.mean(pairs, axis=0)))
    began = time.process_time()
    for account in accounts[:100]:
        compose_brief(gather(account.stories), shipped())
    print(f"{(time.process_time() - began) * 10:.1f} ms of CPU a brief")


if __name__ == "__main__":
    main()
