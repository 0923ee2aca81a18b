"""The shared scorer (tools/score_pages.py in the data folder), per set and macro."""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from types import ModuleType

from dataset import data_folder


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_pages", data_folder() / "tools" / "score_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def figures(rows: list[dict], texts: dict[str, str]) -> dict[str, dict[str, float]]:
    """Per set and macro: F1, P, R, exact, bad."""
    tool = scorer()
    judged = defaultdict(list)
    for row in rows:
        truth = row.get("text")
        if truth and row["id"] in texts:
            judged[row["ds"]].append(tool.page_row(tool.shingles(truth), tool.toks(truth), texts[row["id"]]))
    sets = {name: tool.agg(found) for name, found in sorted(judged.items())}
    keys = ("F1", "P", "R", "exact", "bad")
    sets["macro"] = {key: sum(s[key] for s in sets.values()) / max(1, len(sets)) for key in keys}
    return sets


def per_set(rows: list[dict], texts: dict[str, str]) -> str:
    """One line: F1 (exact) per set."""
    return "  ".join(f"{name} {s['F1']:.4f} ({s['exact']:.2f})" for name, s in figures(rows, texts).items())
