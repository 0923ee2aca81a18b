"""What a page says elsewhere about its article, held against each of its blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.extract.block_words import line_words
from aggregator.extract.blocks import Block
from aggregator.extract.columns import LONG_LINE, Columns, distance
from aggregator.extract.letters import plain

__all__ = ["Hints", "add_hints", "block_letters"]

_TEASER = 200  # letters; a shorter articleBody says nothing
_BODY_CHARS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the page says elsewhere about its article."""

    title: str | None = None
    description: str | None = None
    body: str | None = None
    authors: tuple[str, ...] = ()


def block_letters(blocks: list[Block], hints: Hints) -> list[str]:
    """The letters of each block that is held against something; of long ones only where there is something to hold."""
    all_of_them = bool(hints.body or hints.description)
    return [plain(b.text) if all_of_them or len(b.text) < LONG_LINE else "" for b in blocks]


def add_hints(blocks: list[Block], hints: Hints, letters: list[str], columns: Columns) -> None:
    """What the title, the description, JSON-LD's body and the byline say of each block. `letters`: see `block_letters`."""
    body = plain((hints.body or "")[:_BODY_CHARS])
    _add_title(blocks, hints.title or "", letters, columns)
    _add_authors(blocks, hints.authors, letters, columns)
    description = plain(hints.description or "")
    columns["in_description"] = np.array(
        [bool(description) and len(key) > 12 and key[:60] in description for key in letters], dtype=np.float32
    )
    _add_body(body, letters, columns)
    _add_lead_like(columns)


def _add_title(blocks: list[Block], title: str, letters: list[str], columns: Columns) -> None:
    words, key_of_title = set(line_words(title)), plain(title)
    most = min(LONG_LINE, 2 * len(key_of_title) + 60) if words else 0  # characters of a line that may be like the title
    columns["title_overlap"] = np.array(
        [_overlap(set(line_words(b.text)), words) if len(b.text) < most else 0.0 for b in blocks], dtype=np.float32
    )
    is_title = [
        bool(key) and key == key_of_title and len(b.text) < LONG_LINE for b, key in zip(blocks, letters, strict=True)
    ]
    columns["is_title"] = np.array(is_title)
    columns["after_is_title"] = np.cumsum(is_title) > 0


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _add_authors(blocks: list[Block], authors: tuple[str, ...], letters: list[str], columns: Columns) -> None:
    names = [key for name in authors if (key := plain(name))]
    openings = tuple(name for name in authors if len(name) > 3)
    columns["author"] = np.array(
        [len(b.text) < 120 and any(name in key for name in names) for b, key in zip(blocks, letters, strict=True)]
    )
    columns["starts_author"] = np.array([b.text.startswith(openings) for b in blocks])


def _add_body(body: str, letters: list[str], columns: Columns) -> None:
    n, is_told = len(letters), len(body) > _TEASER
    held = [((key[:50] in body) + (key[-50:] in body)) / 2 if is_told and len(key) > 3 else 0.0 for key in letters]
    columns["in_body"] = np.array(held)
    columns["has_body"] = np.full(n, is_told)
    solid = (columns["in_body"] == 1) & (columns["chars"] >= 30)
    columns["body_gap_before"] = distance(solid) if is_told else np.full(n, -1)
    columns["body_gap_after"] = distance(solid[::-1])[::-1] if is_told else np.full(n, -1)
    columns["body_ratio"] = np.full(n, min(4.0, len(body) / max(1.0, float(columns["prose"].sum()))))


def _add_lead_like(columns: Columns) -> None:
    """A standfirst: a line or two under the headline, more so if marked as one or equal to the page's description."""
    since, chars = columns["since_title"], columns["chars"]
    near = (since > 0) & (since <= 8) & (chars >= 30) & (chars <= 450) & (columns["link_share"] < 0.3)
    named = np.maximum(columns["label_lead"], np.maximum(columns["in_description"], columns["heading"] == 2))
    columns["lead_like"] = near * (1 + named + columns["in_description"])
