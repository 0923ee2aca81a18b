"""Each text block of a page as a row of numbers: what the classifier looks at.

Four kinds: the block itself (length, links, punctuation), where it stands (position, the containers around it, blocks with
the same markup), what stands around it, and what the page says elsewhere about its article (title, description, JSON-LD).
Word evidence (class names, first words of short lines) comes from `data/words.json`: log-odds of single words.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import numpy.typing as npt

from aggregator.extract.block_hints import Hints, add_hints, block_letters
from aggregator.extract.block_places import add_containers, add_neighbours, add_positions, add_twins
from aggregator.extract.block_words import AROUND, Words, add_label_evidence, add_line_evidence, label_words, line_words
from aggregator.extract.blocks import Block, Page
from aggregator.extract.columns import Columns
from aggregator.extract.letters import plain
from aggregator.extract.phrases import KINDS, LABEL_KINDS

__all__ = ["FEATURES", "Hints", "Words", "features", "label_words", "line_words"]

Matrix = npt.NDArray[np.float32]

_HAN = re.compile(
    r"[\u2e80-\u2fdf\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uac00-\ud7af]"
)
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\d{1,2}[./]\d{1,2}[./]\d{2}|\bago\b|\bvor \d")
_ENDS = frozenset(".!?…。！？”\"»’'）)")
_SENTENCE_END = frozenset(".!?…。！？")
_SYMBOL = re.compile(r"[|©@›»/•→]")
_UPPER = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = b"0123456789"
_PROSE = 80  # characters

FEATURES: tuple[str, ...] = (
    # the block
    "chars", "words", "link_share", "bold_share", "links", "commas", "ends_sentence", "ends_mark", "ends_colon", "starts_upper",
    "starts_digit", "upper_share", "digit_share", "word_length", "symbols", "question", "date", "time", "breaks", "repeats", "shout",
    "tag", "heading", "hidden", "depth",
    *(f"in_{name}" for name in AROUND),
    # evidence of words
    "label_sum", "label_min", "label_max", "label_own", "word_first", "word_mean", "word_min", "word_max",
    "line_kind", "line_share", *(f"line_{kind}" for kind in KINDS), "heading_kind", "since_heading_kind", "previous_kind",
    *(f"label_{kind}" for kind in LABEL_KINDS), *(f"around_{kind}" for kind in LABEL_KINDS),
    # where it stands
    "index", "index_from_end", "share_before", "prose_before", "prose_after", "prose_rank", "prose_rank_from_end", "since_title", "chars_since_title", "since_h1", "h1_before", "article_number", "articles",
    "since_prose", "until_prose", "since_heading", "heading_evidence", "heading_links",
    # containers: parent, its parent, and two more
    *(f"{what}_{level}" for level in (0, 1, 2, 3) for what in ("prose_share", "links_in", "blocks_in", "mean_in")),
    "best_share", "in_best", "best_depth_gap", "siblings_before", "siblings_after",
    # blocks with the same markup
    "twins", "twin_prose_share", "twin_mean", "twin_links", "kin", "kin_prose_share",
    # neighbours
    *(f"{what}{at:+d}" for at in (-2, -1, 1, 2) for what in ("chars", "links", "same_parent", "heading", "sentence", "label")),
    "window_prose", "window_links", "wide_prose",
    # what the page says elsewhere
    "title_overlap", "is_title", "after_is_title", "in_description", "has_body", "in_body", "body_gap_before", "body_gap_after", "author", "starts_author", "lead_like", "body_ratio",
    # the page
    "page_blocks", "page_prose", "page_links", "page_han", "page_best_share", "page_mean_prose",
)  # fmt: skip


def features(page: Page, hints: Hints, words: Words) -> Matrix:
    """One row per block, one column per name in `FEATURES`. Cost: about 25 µs per block."""
    blocks = page.blocks
    matrix = np.empty((len(blocks), len(FEATURES)), dtype=np.float32)
    if not blocks:
        return matrix
    columns = _own(blocks)
    add_label_evidence(page, words, columns)
    add_line_evidence(blocks, words, columns)
    add_containers(page, columns)
    add_twins(page, columns)
    letters = block_letters(blocks, hints)
    title = plain(hints.title or "")
    add_positions(page, [bool(title) and key == title for key in letters], columns)
    add_hints(blocks, hints, letters, columns)
    add_neighbours(page, columns)
    for i, name in enumerate(FEATURES):
        matrix[:, i] = columns[name]
    return matrix


def _own(blocks: list[Block]) -> Columns:
    """What each block says on its own; `prose` is its length if it is a paragraph of text, else 0."""
    counts = Counter(block.text for block in blocks)
    table = np.array([_own_row(block, counts[block.text]) for block in blocks], dtype=np.float32)
    names = FEATURES[: FEATURES.index("tag")]
    columns: Columns = {name: table[:, i] for i, name in enumerate(names)}
    columns["han"] = table[:, -1]
    is_prose = (columns["chars"] >= _PROSE) & (columns["link_share"] < 0.35)
    columns["prose"] = np.where(is_prose, columns["chars"], np.float32(0))
    return columns


def _counts(text: str, head: str) -> tuple[int, int, int, int]:
    """Dense characters and commas of a text; capitals and digits of its head."""
    if text.isascii():
        raw = head.encode("ascii")
        return (
            0,
            text.count(","),
            len(raw) - len(raw.translate(None, _UPPER)),
            len(raw) - len(raw.translate(None, _DIGITS)),
        )
    commas = text.count(",") + text.count("，") + text.count("、")
    return len(_HAN.findall(text)), commas, sum(map(str.isupper, head)), sum(map(str.isdigit, head))


def _own_row(block: Block, repeats: int) -> tuple[float, ...]:
    text = block.text
    length = len(text)
    head = text[:200]
    han, commas, upper, digits = _counts(text, head)
    gaps = text.count(" ") + text.count("\n") + 1 + han // 2
    last, first = text[-1], text[0]
    ends = last in _ENDS
    return (
        length + 1.5 * han,
        gaps,
        block.link_chars / length,
        block.bold_chars / length,
        block.links,
        commas,
        last in _SENTENCE_END or (ends and length > 1 and text[-2] in _SENTENCE_END),
        ends,
        last in ":：",
        first.isupper(),
        first.isdigit(),
        upper / len(head),
        digits / len(head),
        length / gaps,
        len(_SYMBOL.findall(head)) / gaps,
        "?" in text,
        bool(_DATE.search(head)) if digits or "ago" in head else False,
        block.has_time,
        block.breaks,
        repeats,
        upper > 3 and text.isupper(),
        han,
    )
