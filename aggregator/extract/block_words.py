"""Evidence of words: in the class names around a block, and in its own first line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from aggregator.extract.blocks import Block, Page, heading_level
from aggregator.extract.columns import Columns
from aggregator.extract.phrases import KINDS, LABEL_KINDS, label_kinds, line_kind

__all__ = ["AROUND", "Words", "add_label_evidence", "add_line_evidence", "label_words", "line_words"]

_WORD = re.compile(r"[^\W\d_]+")
_LABEL_WORD = re.compile(r"[a-z]{2,}")
_LABEL_CHARS = 300
_LINE_CHARS = 200
_SHORT = 25  # words; longer lines are prose, whose first words say nothing
_NO_WORDS = (0.0,) * 6

_TAGS = tuple("p li h1 h2 h3 h4 div td blockquote figcaption pre span dd button label a".split())
AROUND = tuple("nav footer header aside article main form figure ul table blockquote a section".split())
_AROUND_BITS = {name: 1 << i for i, name in enumerate(AROUND)} | {"ol": 1 << AROUND.index("ul")}
_TAG_NUMBERS = {name: i + 1 for i, name in enumerate(_TAGS)}
_NOTHING_AROUND = (0.0, 0.0, 0.0, 0, 0, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Log-odds that a block is article text: by a word in the class names around it, by its first word, by any word."""

    label: Mapping[str, float] = field(default_factory=dict)
    first: Mapping[str, float] = field(default_factory=dict)
    any: Mapping[str, float] = field(default_factory=dict)


def label_words(label: str) -> list[str]:
    """The words in class names and ids, folded: "post-body__text" -> post, body, text."""
    return _LABEL_WORD.findall(label[:_LABEL_CHARS])


def line_words(text: str) -> list[str]:
    """The words of a short line, folded; the first comes first."""
    return _WORD.findall(text[:_LINE_CHARS].casefold())


def add_label_evidence(page: Page, words: Words, columns: Columns) -> None:
    """Evidence of class names, inherited from the elements around; and which kinds of element are around."""
    said: dict[str, tuple[float, int]] = {"": (0.0, 0)}
    states: list[tuple[float, float, float, int, int, bool]] = []  # evidence (sum, least, most), tags, kinds, hidden
    rows: list[tuple[float, ...]] = []
    for element in page.elements:
        label, tag = element.label, element.tag
        if label not in said:
            named = label_words(label)
            said[label] = (_evidence(named, words.label), label_kinds(named))
        evidence, kind = said[label]
        total, least, most, around, kinds, hidden = states[element.parent] if element.parent >= 0 else _NOTHING_AROUND
        state = (
            total * 0.8 + evidence,
            min(least, evidence),
            max(most, evidence),
            around | _AROUND_BITS.get(tag, 0),
            kinds | kind,
            hidden or element.hidden,
        )
        states.append(state)
        rows.append((*state, evidence, kind, _TAG_NUMBERS.get(tag, 0), heading_level(tag), element.depth))
    table = np.array([rows[block.element] for block in page.blocks], dtype=np.float64)
    names = ("label_sum", "label_min", "label_max", "", "", "hidden", "label_own", "", "tag", "heading", "depth")
    for i, name in enumerate(names):
        if name:
            columns[name] = table[:, i].astype(np.float32)
    for at, prefix, kinds_of in ((3, "in", AROUND), (4, "around", LABEL_KINDS), (7, "label", LABEL_KINDS)):
        bits = table[:, at].astype(np.int64)
        for i, name in enumerate(kinds_of):
            columns[f"{prefix}_{name}"] = (bits >> i) & 1


def _evidence(named: list[str], known: Mapping[str, float]) -> float:
    """The two strongest words of a label, one for and one against, added."""
    low = high = 0.0
    for word in named:
        weight = known.get(word, 0.0)
        if weight < low:
            low = weight
        elif weight > high:
            high = weight
    return low + high


def add_line_evidence(blocks: list[Block], words: Words, columns: Columns) -> None:
    """Evidence of the words of short lines, and what kind of furniture they begin like."""
    counts = columns["words"].tolist()
    rows = [
        _words_row(block.text, words) if count <= _SHORT else _NO_WORDS
        for block, count in zip(blocks, counts, strict=True)
    ]
    table = np.array(rows, dtype=np.float32)
    for i, name in enumerate(("word_first", "word_mean", "word_min", "word_max", "line_kind", "line_share")):
        columns[name] = table[:, i]
    for i, name in enumerate(KINDS):
        columns[f"line_{name}"] = table[:, 4] == i + 1


def _words_row(text: str, words: Words) -> tuple[float, ...]:
    found = line_words(text)
    if not found:
        return (*_NO_WORDS[:4], *line_kind(text))
    weights = [words.any.get(word, 0.0) for word in found]
    first = words.first.get(found[0], 0.0)
    return (first, sum(weights) / len(weights), min(weights), max(weights), *line_kind(text))
