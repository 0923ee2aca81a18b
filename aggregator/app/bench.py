"""Accuracy in public: the filters' own code over labelled sets, scored."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from aggregator.app.clock import machine_time
from aggregator.app.lines import story_line
from aggregator.cluster.score import score
from aggregator.errors import AggregatorError
from aggregator.pipeline.filters import Decided, decide_stream

__all__ = ["bench"]


def bench(folder: Path) -> Iterator[dict[str, Any]]:
    """Score every labelled set of a folder: one row for each `*.jsonl` file whose lines have a "cluster".

    A set whose lines name an "edit" is scored for copies (recall and false pairs), others for events.

    Raises:
        AggregatorError: there is no labelled set in the folder.

    """
    found = False
    for path in sorted(folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        if not any(isinstance(row, dict) and row.get("cluster") for row in rows):
            continue
        found = True
        yield _scored(path.stem, rows)
    if not found:
        raise AggregatorError(
            f"{folder} holds no labelled set: *.jsonl files with lines of id, title, text and cluster."
        )


def _scored(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    now = machine_time()
    lines = [story_line(row, now=now) for row in rows if row.get("title") or row.get("text")]
    arrived: dict[str, str] = {}
    started = time.process_time()
    decided = decide_stream(lines)
    cpu_ms = (time.process_time() - started) * 1000 / max(len(lines), 1)
    decide_stream(lines, online=lambda a: arrived.update({a.id: a.event}))
    gold = {str(row["id"]): row["cluster"] for row in rows if row.get("cluster")}
    base = {"set": name, "stories": len(lines), "labelled": len(gold), "cpu_ms": round(cpu_ms, 2)}
    if any(row.get("edit") for row in rows):
        return base | _copies(rows, decided)
    final = score({i: a.event for i, a in decided.events.items()}, gold)
    online = score(arrived, gold)
    return base | {
        "precision": round(final.precision, 4),
        "recall": round(final.recall, 4),
        "f1": round(final.f1, 4),
        "pair_f1": round(final.pair_f1, 4),
        "online_f1": round(online.f1, 4),
    }


def _copies(rows: list[dict[str, Any]], decided: Decided) -> dict[str, Any]:
    """Recall of labelled edits, and pairs of different originals that were called copies."""
    matches = {str(row["id"]): decided.copies.get(str(row["id"])) for row in rows}
    groups = {story_id: match.copy_of if match else story_id for story_id, match in matches.items()}
    original = {row["cluster"]: str(row["id"]) for row in rows if row.get("edit") == "original"}
    edits = [row for row in rows if row.get("edit") and row["edit"] != "original"]
    hits = sum(groups[str(row["id"])] == groups[original[row["cluster"]]] for row in edits)
    false = _false_pairs(groups, {str(row["id"]): row.get("cluster") or row["id"] for row in rows})
    return {"copy_recall": round(hits / max(len(edits), 1), 4), "false_pairs": false}


def _false_pairs(groups: Mapping[str, str], gold: Mapping[str, str]) -> int:
    members: dict[str, Counter[str]] = {}
    for story_id, group in groups.items():
        members.setdefault(group, Counter())[gold[story_id]] += 1
    return sum(a * b for counts in members.values() for a, b in combinations(counts.values(), 2))
