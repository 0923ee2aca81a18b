"""Article pages: text and facts beside other extractors, in one run.

    python benchmarks/pages/bench_pages.py              # half of the sites trains, the other half is reported, both ways
    python benchmarks/pages/bench_pages.py --shipped    # the numbers in the package (they have seen these pages)
    python benchmarks/pages/bench_pages.py --sample 4   # every fourth page
    python benchmarks/pages/bench_pages.py --out pages.json

Text: F1 of 4-gram shingles, share of exact pages, of pages under 0.80 (tools/score_pages.py of the data folder). Title:
equal after NFKC, case folding and white space; authors: equal sets; date: same calendar day; each over the pages whose
row has the field. CPU per page in milliseconds, median and 95th percentile, of text and facts together for us, of the text
alone for the others. The first way needs lightgbm; readability-lxml and resiliparse are measured where they are installed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import re
import resource
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import trafilatura
from dataset import body, fold, rows
from score import figures

from aggregator.errors import AggregatorError
from aggregator.extract import classify, extract_page
from aggregator.extract.decode import decode_page
from aggregator.extract.titles import same_title
from aggregator.model import Article

MODES = {
    "trafilatura precision": {"favor_precision": True},
    "trafilatura default": {},
    "trafilatura fast": {"fast": True},
}
NAMES = re.compile(r",| and | & |;|\||/| und ")


def libraries() -> dict[str, Callable[[bytes], str]]:
    """The extractors to compare with, each from the bytes of a page to text; charsets are found their own way, else ours."""
    found: dict[str, Callable[[bytes], str]] = {
        name: lambda page, options=options: trafilatura.extract(page, include_comments=False, **options) or ""
        for name, options in MODES.items()
    }
    try:
        from lxml import html as lxml_html
        from readability import Document

        found["readability-lxml"] = lambda page: "\n".join(
            lxml_html.fromstring(Document(decode_page(page, None)).summary()).itertext()
        )
    except ImportError:
        print("readability-lxml is not installed: left out", file=sys.stderr)
    try:
        from resiliparse.extract.html2text import extract_plain_text

        found["resiliparse"] = lambda page: extract_plain_text(
            decode_page(page, None), main_content=True, alt_texts=False
        )
    except ImportError:
        print("resiliparse is not installed: left out", file=sys.stderr)
    return found


class Clock:
    """CPU times of one extractor, in milliseconds."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def run(self, work: Callable[[], Any], otherwise: Any) -> Any:
        start = time.process_time()
        try:
            return work()
        except (AggregatorError, ValueError, TypeError, AttributeError, IndexError):
            return otherwise
        finally:
            self.times.append(1000 * (time.process_time() - start))

    def told(self) -> dict[str, float]:
        times = sorted(self.times)
        return {"ms_median": round(times[len(times) // 2], 1), "ms_p95": round(times[int(0.95 * len(times))], 1)}


def ours(pages: list[dict], *, shipped: bool) -> tuple[dict[str, Article], Clock]:
    """Our article of each page, by a model that has not seen its site (unless the shipped one is asked for)."""
    found: dict[str, Article] = {}
    clock = Clock()
    shipped_model = classify.load_model
    for half in (0, 1):
        if not shipped:
            from train import model_without

            model = model_without(half)
            classify.load_model = lambda model=model: model
        chosen = [row for row in pages if fold(row, 2) == half]
        for row in chosen[:5]:  # warm up
            Clock().run(lambda row=row: extract_page(body(row), url=row.get("url")), None)
        for row in chosen:
            packed = body(row)
            article = clock.run(lambda packed=packed, row=row: extract_page(packed, url=row.get("url")), Article())
            found[row["id"]] = article
    classify.load_model = shipped_model
    return found, clock


def norm(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFKC", text or "").casefold().split())


def names(value: object) -> set[str]:
    parts = value if isinstance(value, list) else NAMES.split(str(value or ""))
    return {norm(part) for part in parts if str(part).strip()}


def split_names(values: object) -> set[str]:
    return {part for value in values for part in names(value)}


def facts(pages: list[dict], told: dict[str, tuple]) -> dict[str, float]:
    """Share right of title, authors and date; `told`: page id -> (title, authors, date)."""
    right, all_of = defaultdict(int), defaultdict(int)
    for row in pages:
        title, authors, date = told.get(row["id"], (None, (), None))
        author = row.get("author")
        checks = {
            "title": norm(title) == norm(row.get("title")),
            "author": names(author) in ({norm(a) for a in authors}, split_names(authors)),
            "date": (date or "")[:10] == row.get("date"),
        }
        for key, good in checks.items():
            if row.get(key):
                all_of[key] += 1
                right[key] += good
    return {key: round(right[key] / all_of[key], 3) for key in ("title", "author", "date") if all_of[key]}


def trafilatura_facts(pages: list[dict]) -> dict[str, tuple]:
    told = {}
    for row in pages:
        found = trafilatura.extract_metadata(gzip.decompress(body(row)), default_url=row.get("url"))
        if found:
            told[row["id"]] = (found.title, [a for a in (found.author or "").split("; ") if a], found.date)
    return told


def repeats_headline(pages: list[dict], texts: dict[str, str]) -> float:
    """Share of pages whose text begins with their own headline."""
    judged = [row for row in pages if row.get("title") and texts.get(row["id"])]
    heads = ([line for line in texts[row["id"]].split("\n") if line.strip()][:3] for row in judged)
    return sum(
        any(same_title(line, row["title"]) for line in head) for row, head in zip(judged, heads, strict=True)
    ) / max(1, len(judged))


def peak_memory_mb(pages: list[dict]) -> float:
    """Peak memory of a fresh process that extracts these pages and does nothing else."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_extract_all, ([{key: row.get(key) for key in ("file", "url")} for row in pages],))


def _extract_all(pages: list[dict]) -> float:
    for row in pages:
        Clock().run(lambda row=row: extract_page(body(row), url=row.get("url")), None)
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would count what the parent held when it started this process
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text("ascii"))[1]) / 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shipped", action="store_true")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth page only")
    parser.add_argument(
        "--only", metavar="NAME", help="beside us this extractor only: trafilatura, readability, resiliparse"
    )
    parser.add_argument("--out", help="write all figures as JSON here")
    args = parser.parse_args()
    pages = rows()[:: args.sample]
    report: dict[str, dict] = {}
    articles, clock = ours(pages, shipped=args.shipped)
    texts = {key: article.text or "" for key, article in articles.items()}
    report["ours"] = row_of(pages, texts, clock)
    told = {key: (a.title, a.authors, a.published) for key, a in articles.items()}
    report["ours"]["facts"] = facts(pages, told)
    show("ours", report["ours"])
    for name, work in libraries().items():
        if args.only and args.only not in name:
            continue
        clock = Clock()
        texts = {}
        for row in pages:
            page = gzip.decompress(body(row))
            texts[row["id"]] = clock.run(lambda page=page, work=work: work(page), "")
        report[name] = row_of(pages, texts, clock)
        show(name, report[name])
    print("facts, ours       ", report["ours"]["facts"])
    print("facts, trafilatura", facts(pages, trafilatura_facts(pages)))
    report["ours"]["peak_mb"] = round(peak_memory_mb(pages[::4]), 1)
    print("peak memory", report["ours"]["peak_mb"], "MB")
    if args.out:
        Path(args.out).write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def row_of(pages: list[dict], texts: dict[str, str], clock: Clock) -> dict:
    return {
        "text": figures(pages, texts),
        "headline_repeated": round(repeats_headline(pages, texts), 3),
        **clock.told(),
    }


def show(name: str, found: dict) -> None:
    sets = "  ".join(f"{key} {s['F1']:.4f}" for key, s in found["text"].items())
    macro = found["text"]["macro"]
    print(
        f"{name:22} {sets}  exact {macro['exact']:.3f}  bad {macro['bad']:.3f}  headline {found['headline_repeated']:.3f}"
        f"  ms {found['ms_median']} / {found['ms_p95']}",
        flush=True,
    )


if __name__ == "__main__":
    main()
