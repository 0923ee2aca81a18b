"""How fast feeds are read beside feedparser, and that they say the same: whole-process CPU, all in one run.

    python benchmarks/bench_parse.py [--folder FOLDER] [--cases FOLDER]

Needs a folder of feed files; by default the shared data (see docs/data.md). Prints JSON: MB/s of feedparser as it comes, of
feedparser as we ask it, of our reading (bytes to `ParsedFeed`), of libxml2 and of expat (the limit), our ratio to feedparser, the
differences field by field, and the CPU that the slowest files cost. Exit 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from xml.parsers import expat

import feedparser
from lxml import etree

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from aggregator.errors import ParseError  # noqa: E402
from aggregator.parse import parse_feed, parse_line  # noqa: E402
from aggregator.parse.feed import read_document  # noqa: E402
from tests.support.agreement import differences, reference  # noqa: E402

SHARED = Path(os.environ.get("AGGREGATOR_DATA") or ROOT.parent / "shared") / "data" / "feeds"
MIN_RATIO = 10.0
MAX_P99_S = 0.5
RUNS = 3


def main() -> int:
    flags = argparse.ArgumentParser()
    flags.add_argument("--folder", type=Path, default=SHARED / "real")
    flags.add_argument("--cases", type=Path, default=SHARED / "cases")
    options = flags.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)
    bodies = {path.name: path.read_bytes() for path in sorted(options.folder.iterdir())}
    parse_feed(next(iter(bodies.values())))  # loads what is loaded once
    speed = speeds_mb_s(
        bodies,
        {
            "feedparser": lambda b: feedparser.parse(io.BytesIO(b)),
            "feedparser, as we ask it": lambda b: feedparser.parse(
                io.BytesIO(b), sanitize_html=False, resolve_relative_uris=False
            ),
            "ours": parse_feed,
            "libxml2": etree.fromstring,
            "expat": expat_parse,
        },
    )
    compared = compare(bodies)
    costs = {"real": costs_s(options.folder), "cases": costs_s(options.cases)}
    report = {
        "mb_s": {name: round(value, 2) for name, value in speed.items()},
        "ratio_to_feedparser": round(speed["ours"] / speed["feedparser"], 1),
        **compared,
        "cpu_s": {
            name: {"p99": c[int(len(c) * 0.99)], "worst": c[-1], "files": len(c)} for name, c in costs.items() if c
        },
    }
    is_good = (
        report["ratio_to_feedparser"] >= MIN_RATIO
        and not compared["differences"]
        and all(c["p99"] <= MAX_P99_S for c in report["cpu_s"].values())
    )
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return 0 if is_good else 1


def expat_parse(body: bytes) -> None:
    expat.ParserCreate().Parse(body, True)  # noqa: FBT003 - as expat has it


def speeds_mb_s(bodies: dict[str, bytes], readers: dict[str, Callable[[bytes], object]]) -> dict[str, float]:
    """MB/s of each reader: the best of some passes over all bodies, the readers in turn. One that refuses a body has read it."""
    best = dict.fromkeys(readers, float("inf"))
    for _ in range(RUNS):
        for name, read in readers.items():
            started = time.process_time()
            for body in bodies.values():
                with suppress(ParseError, etree.XMLSyntaxError, expat.ExpatError, LookupError, ValueError):
                    read(body)
            best[name] = min(best[name], time.process_time() - started)
    return {name: sum(map(len, bodies.values())) / 1e6 / cost_s for name, cost_s in best.items()}


def compare(bodies: dict[str, bytes]) -> dict[str, object]:
    """Differences to feedparser by file; JSON Feeds, which it passes over, are left out."""
    found: dict[str, list[str]] = {}
    entries = same = 0
    for name, body in bodies.items():
        theirs = reference(body)
        if body.lstrip()[:1] == b"{":
            continue
        document, _ = read_document(body)
        entries += len(theirs.entries)
        if lines := differences(document, theirs):
            found[name] = lines
        mine = parse_line(name, body)["entries"]
        same += sum(
            all(m[key] == t.get(key) for key in ("title", "link", "id"))
            for m, t in zip(mine, theirs.entries, strict=False)
        )
    return {"entries": entries, "same_title_link_id": round(same / max(entries, 1), 4), "differences": found}


def costs_s(folder: Path) -> list[float]:
    """CPU seconds of each file, sorted."""
    costs = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        body = path.read_bytes()
        started = time.process_time()
        parse_line(path.name, body)
        costs.append(round(time.process_time() - started, 4))
    return sorted(costs)


if __name__ == "__main__":
    sys.exit(main())
