"""Measure copy detection: recall by kind of edit, false pairs, real stories of one event, and cost.

    AGGREGATOR_DATA=FOLDER python benchmarks/copies/evaluate.py [--articles 200] [--out results.json]

Edits are made here (`edits.py`) from articles of the sets, so that the figures do not rest on the labelled edits that
thresholds were chosen on; the labelled ones are scored beside them. Each edit is put into the stream one by one with
its original and the whole background: what counts is whether the two share an original.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from edits import EDITS

from aggregator.dedupe import CopyGraph, decide, fingerprint
from aggregator.model import StoryLine

SETS = ("allsides", "allsides21", "ecbplus", "basil")


def folder() -> Path:
    return Path(os.environ.get("AGGREGATOR_DATA", Path(__file__).parents[3] / "shared")) / "data" / "events"


def rows(name: str) -> list[dict]:
    with (folder() / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def as_line(row: dict) -> StoryLine:
    return StoryLine(
        id=row["id"],
        published_at=datetime.fromisoformat(row["published"]),
        title=row["title"] or None,
        text=row["text"] or None,
        source=row["source"] or None,
        lang=row["lang"],
    )


def originals(found: dict) -> dict[str, str]:
    return {key: match.copy_of if match else key for key, match in found.items()}


def labelled_edits() -> dict:
    gold = rows("neardup")
    root = originals(dict(decide(as_line(row) for row in gold)))
    source = {row["cluster"]: row["id"] for row in gold if row["edit"] == "original"}
    asked, found = Counter(), Counter()
    for row in gold:
        asked[row["edit"]] += 1
        found[row["edit"]] += root[row["id"]] == root[source[row["cluster"]]]
    groups = defaultdict(Counter)
    for row in gold:
        groups[root[row["id"]]][row["cluster"]] += 1
    wrong = sum((sum(g.values()) ** 2 - sum(n * n for n in g.values())) // 2 for g in groups.values())
    return {"recall": {kind: found[kind] / asked[kind] for kind in asked}, "false_pairs": wrong}


def own_edits(name: str, articles: int, langs: tuple[str, ...] | None = None) -> dict:
    """Recall by kind, each edit alone with its original and the other originals."""
    pool = [row for row in rows(name) if len(row["text"] or "") > 600 and (langs is None or row["lang"] in langs)]
    rng = random.Random(7)
    chosen = rng.sample(pool, min(articles, len(pool)))
    lines = [as_line(row) for row in chosen]
    graph = CopyGraph()
    for line in lines:
        graph.add(fingerprint(line))
    graph.flush()
    recall, kinds, wrong = {}, defaultdict(Counter), 0
    for kind, edit in EDITS.items():
        hits = 0
        for place, line in enumerate(lines):
            donor = next(
                other
                for other in lines[place - 1 :: -1] + lines[::-1]
                if other.lang == line.lang and other.id != line.id
            )
            text = edit(line.text, donor.text, rng)
            copy = replace(
                line, id="edit", text=text, source="elsewhere", published_at=line.published_at + timedelta(hours=3)
            )
            graph.add(fingerprint(copy))
            graph.flush()
            match = graph.decision("edit")
            hers = graph.decision(line.id)
            together = (
                (match and match.copy_of == line.id)
                or (hers and hers.copy_of == "edit")
                or (match and hers and match.copy_of == hers.copy_of)
            )
            hits += bool(together)
            kinds[kind][(match or hers).kind if together else "-"] += 1
            wrong += bool(match and not together)
            graph.remove("edit")
        recall[kind] = round(hits / len(lines), 4)
    return {"articles": len(lines), "recall": recall, "kinds": {k: dict(v) for k, v in kinds.items()}, "wrong": wrong}


def same_event(name: str) -> dict:
    """How many pairs of real stories of one event, by different outlets, are called copies."""
    gold = {row["id"]: row for row in rows(name)}
    found = dict(decide(as_line(row) for row in gold.values()))
    root = originals(found)
    members = defaultdict(list)
    for key, row in gold.items():
        if row["cluster"]:
            members[row["cluster"]].append(key)
    pairs = called = 0
    for keys in members.values():
        for place, one in enumerate(keys):
            for other in keys[:place]:
                if not gold[one]["source"] or gold[one]["source"] != gold[other]["source"]:
                    pairs += 1
                    called += root[one] == root[other]
    across = sum(
        1
        for key, match in found.items()
        if match and gold[key]["cluster"] and gold[match.copy_of]["cluster"] not in (None, gold[key]["cluster"])
    )
    return {
        "stories": len(gold),
        "pairs": pairs,
        "called": called,
        "of_other_events": across,
        "copies": sum(map(bool, found.values())),
    }


def cost(days: int = 10) -> dict:
    """CPU a story when the first set is folded into a few days, in batches as they would come."""
    lines = [as_line(row) for row in rows("allsides")]
    first = min(line.published_at for line in lines)
    lines = sorted(
        (replace(line, published_at=first + (line.published_at - first) % timedelta(days=days)) for line in lines),
        key=lambda line: line.published_at,
    )
    begin = time.process_time()
    prints = [fingerprint(line) for line in lines]
    printed = time.process_time()
    graph = CopyGraph()
    for start in range(0, len(prints), 40):
        for story in prints[start : start + 40]:
            graph.add(story)
        graph.flush()
    done = time.process_time()
    return {
        "stories": len(lines),
        "stories_a_day": len(lines) // days,
        "fingerprint_ms": round(1e3 * (printed - begin) / len(lines), 3),
        "graph_ms": round(1e3 * (done - printed) / len(lines), 3),
        "bytes_a_story": sum(len(story.to_bytes()) for story in prints) // len(prints),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    results = {
        "labelled": labelled_edits(),
        "own_edits": {
            "allsides": own_edits("allsides", args.articles),
            "ecbplus": own_edits("ecbplus", args.articles),
            **{lang: own_edits("ntrex", args.articles, (lang,)) for lang in ("de", "es", "ru", "ar", "zh", "ja", "pl")},
        },
        "same_event": {name: same_event(name) for name in SETS},
        "cost": cost(),
    }
    text = json.dumps(results, indent=1, ensure_ascii=False)
    print(text)
    if args.out:
        args.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
