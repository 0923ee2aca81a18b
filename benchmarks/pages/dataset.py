"""The pages with ground truth, read as the extractor reads them. Found by AGGREGATOR_DATA or ../shared beside the repository."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from labels import label_blocks
from selectolax.lexbor import LexborHTMLParser

from aggregator.extract.blocks import Page, read_blocks
from aggregator.extract.decode import decode_page, open_body
from aggregator.extract.facts import find_facts
from aggregator.extract.features import Hints
from aggregator.extract.head import read_head
from aggregator.extract.opinion import ask, kept_by
from aggregator.extract.page import page_hints
from aggregator.text.html import clean_text

SECOND_LEVEL = frozenset("co com org net gov ac edu".split())


def data_folder() -> Path:
    """The folder with `data/` and `tools/`."""
    root = os.environ.get("AGGREGATOR_DATA")
    folder = Path(root) if root else Path(__file__).resolve().parents[3] / "shared"
    if not (folder / "data" / "pages" / "pages.jsonl.gz").exists():
        raise SystemExit(f"No pages with ground truth in {folder}: set AGGREGATOR_DATA.")
    return folder


def rows() -> list[dict]:
    with gzip.open(data_folder() / "data" / "pages" / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def body(row: dict) -> bytes:
    return (data_folder() / "data" / "pages" / "html" / row["file"]).read_bytes()


def site(row: dict) -> str:
    """The site as the unit of splitting: the registered name, near enough; the page itself where there is no address."""
    parts = (urlsplit(row.get("url") or "").hostname or "").removeprefix("www.").split(".")
    if len(parts) > 2 and parts[-2] in SECOND_LEVEL and len(parts[-1]) == 2:
        return ".".join(parts[-3:])
    return ".".join(parts[-2:]) if len(parts) >= 2 else row["id"]


def fold(row: dict, folds: int, salt: str = "") -> int:
    """All pages of a site fall into one fold."""
    return zlib.crc32((salt + site(row)).encode()) % folds


@dataclass(slots=True)
class Example:
    """A page, what it tells elsewhere, the share of each block that is article, and what trafilatura kept of it."""

    row: dict
    page: Page
    hints: Hints
    truth: list[float]
    kept: np.ndarray

    @property
    def id(self) -> str:
        return self.row["id"]


def examples(chosen: list[dict] | None = None) -> list[Example]:
    """Pages whose text is known. Takes a minute."""
    found = []
    for row in chosen or [r for r in rows() if r.get("text")]:
        html = clean_text(decode_page(open_body(body(row))))
        parser = LexborHTMLParser(html)
        head = read_head(html)
        page = read_blocks(parser)
        hints = page_hints(head, find_facts(head, parser, page, html="", url=row.get("url")))
        truth = label_blocks([block.text for block in page.blocks], row.get("text") or "")
        found.append(Example(row, page, hints, truth, kept_by(ask(html), page)))
    return found
