"""Each text block of a page as a row of numbers: what the classifier looks at.

Four kinds: the block itself (length, links, punctuation), where it stands (position, the containers around it, blocks with
the same markup), what stands around it, and what the page says elsewhere about its article (title, description, JSON-LD).
Word evidence (class names, first words of short lines) comes from `data/words.json`: log-odds of single words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from aggregator.extract.blocks import Block, Page
from aggregator.extract.letters import plain
from aggregator.extract.phrases import KINDS, LABEL_KINDS, label_kinds, line_kind

__all__ = ["FEATURES", "Hints", "Words", "features", "label_words", "line_words"]

Matrix = npt.NDArray[np.float32]

_HAN = re.compile(
    r"[\u2e80-\u2fdf\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uac00-\ud7af]"
)
_WORD = re.compile(r"[^\W\d_]+")
_LABEL_WORD = re.compile(r"[a-z]{2,}")
_LABEL_CHARS = 300
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\d{1,2}[./]\d{1,2}[./]\d{2}|\bago\b|\bvor \d")
_ENDS = frozenset(".!?…。！？”\"»’'）)")
_SENTENCE_END = frozenset(".!?…。！？")
_SYMBOL = re.compile(r"[|©@›»/•→]")
_UPPER = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = b"0123456789"
_SHORT = 25  # words; longer lines are prose, whose first words say nothing
_PROSE = 80  # characters
_LONG_LINE = 400  # characters; longer is no headline, byline or label
_TEASER = 200  # letters; a shorter articleBody says nothing

_TAGS = tuple("p li h1 h2 h3 h4 div td blockquote figcaption pre span dd button label a".split())
_AROUND = tuple("nav footer header aside article main form figure ul table blockquote a section".split())
_AROUND_BITS = {name: 1 << i for i, name in enumerate(_AROUND)} | {"ol": 1 << _AROUND.index("ul")}
_TAG_NUMBERS = {name: i + 1 for i, name in enumerate(_TAGS)}
_LEVELS = {f"h{i}": i for i in range(1, 7)}
_NOTHING_AROUND = (0.0, 0.0, 0.0, 0, 0, False)

FEATURES: tuple[str, ...] = (
    # the block
    "chars", "words", "link_share", "bold_share", "links", "commas", "ends_sentence", "ends_mark", "ends_colon", "starts_upper",
    "starts_digit", "upper_share", "digit_share", "word_length", "symbols", "question", "date", "time", "breaks", "repeats", "shout",
    "tag", "heading", "hidden", "depth",
    *(f"in_{name}" for name in _AROUND),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the page says elsewhere about its article."""

    title: str | None = None
    description: str | None = None
    body: str | None = None
    authors: tuple[str, ...] = ()


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
    return _WORD.findall(text[:200].casefold())


def features(page: Page, hints: Hints, words: Words) -> Matrix:
    """One row per block, one column per name in `FEATURES`. Cost: about 25 µs per block."""
    blocks = page.blocks
    n = len(blocks)
    if not n:
        return np.zeros((0, len(FEATURES)), dtype=np.float32)
    columns = _own(blocks)
    _labels(page, words, columns)
    _first_words(blocks, words, columns)
    _containers(page, columns)
    _twins(page, columns)
    keys = _keys(blocks, hints)
    _positions(page, hints, keys, columns)
    _hinted(blocks, hints, keys, columns)
    _neighbours(page, columns)
    matrix = np.empty((n, len(FEATURES)), dtype=np.float32)
    for i, name in enumerate(FEATURES):
        matrix[:, i] = columns[name]
    return matrix


Columns = dict[str, npt.NDArray[np.float32]]


def _own(blocks: list[Block]) -> Columns:
    """What each block says on its own."""
    counts: dict[str, int] = {}
    for block in blocks:
        counts[block.text] = counts.get(block.text, 0) + 1
    table = np.array([_own_row(block, counts[block.text]) for block in blocks], dtype=np.float32)
    names = FEATURES[: FEATURES.index("tag")]
    columns = {name: table[:, i] for i, name in enumerate(names)}
    columns["han"] = table[:, -1]
    return columns


def _own_row(block: Block, repeats: int) -> tuple[float, ...]:
    text = block.text
    length = len(text)
    head = text[:200]
    if text.isascii():
        han, commas = 0, text.count(",")
        raw = head.encode("ascii")
        upper = len(head) - len(raw.translate(None, _UPPER))
        digits = len(head) - len(raw.translate(None, _DIGITS))
    else:
        han = len(_HAN.findall(text))
        commas = text.count(",") + text.count("，") + text.count("、")
        upper = sum(map(str.isupper, head))
        digits = sum(map(str.isdigit, head))
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


def _labels(page: Page, words: Words, columns: Columns) -> None:
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
        rows.append((*state, evidence, kind, _TAG_NUMBERS.get(tag, 0), _LEVELS.get(tag, 0), element.depth))
    table = np.array(rows, dtype=np.float64)[[block.element for block in page.blocks]]
    names = ("label_sum", "label_min", "label_max", "", "", "hidden", "label_own", "", "tag", "heading", "depth")
    for i, name in enumerate(names):
        if name:
            columns[name] = table[:, i].astype(np.float32)
    for at, prefix, kinds_of in ((3, "in", _AROUND), (4, "around", LABEL_KINDS), (7, "label", LABEL_KINDS)):
        bits = table[:, at].astype(np.int64)
        for i, name in enumerate(kinds_of):
            columns[f"{prefix}_{name}"] = ((bits >> i) & 1).astype(np.float32)


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


def _first_words(blocks: list[Block], words: Words, columns: Columns) -> None:
    """Evidence of the words of short lines, and what kind of furniture they begin like."""
    table = np.array(
        [
            _words_row(block.text, words) if count <= _SHORT else _NO_WORDS
            for block, count in zip(blocks, columns["words"].tolist(), strict=True)
        ],
        dtype=np.float32,
    )
    for i, name in enumerate(("word_first", "word_mean", "word_min", "word_max", "line_kind", "line_share")):
        columns[name] = table[:, i]
    for i, name in enumerate(KINDS):
        columns[f"line_{name}"] = (table[:, 4] == i + 1).astype(np.float32)


_NO_WORDS = (0.0,) * 6


def _words_row(text: str, words: Words) -> tuple[float, ...]:
    found = line_words(text)
    if not found:
        return (0.0, 0.0, 0.0, 0.0, *line_kind(text))
    known = words.any
    weights = [known.get(word, 0.0) for word in found]
    return (words.first.get(found[0], 0.0), sum(weights) / len(weights), min(weights), max(weights), *line_kind(text))


def _is_prose(columns: Columns) -> npt.NDArray[np.bool_]:
    return (columns["chars"] >= _PROSE) & (columns["link_share"] < 0.35)


def _containers(page: Page, columns: Columns) -> None:
    """How much of the page's prose and links the elements around each block hold."""
    elements = page.elements
    size = len(elements)
    parents = [e.parent for e in elements]
    at = np.array([block.element for block in page.blocks])
    chars = columns["chars"]
    prose = np.where(_is_prose(columns), chars, 0.0)
    columns["_prose"] = prose.astype(np.float32)
    sums = np.zeros((4, size))
    for row, values in enumerate((prose, chars, chars * columns["link_share"], np.ones_like(chars))):
        sums[row] = np.bincount(at, weights=values, minlength=size)
    direct = sums[0].copy()
    # What a container holds directly: the prose of its children that are blocks themselves.
    holds = np.zeros(size)
    lists: list[list[float]] = sums.tolist()
    for summed in lists:
        for i in range(size - 1, 0, -1):
            summed[parents[i]] += summed[i]
    full = np.array(lists)
    up = np.array(parents)
    np.add.at(holds, up[up >= 0], direct[up >= 0])
    holds += direct
    total = max(1.0, float(prose.sum()))
    current = at
    for level in range(4):
        columns[f"prose_share_{level}"] = (full[0][current] / total).astype(np.float32)
        columns[f"links_in_{level}"] = (full[2][current] / np.maximum(1, full[1][current])).astype(np.float32)
        columns[f"blocks_in_{level}"] = full[3][current].astype(np.float32)
        columns[f"mean_in_{level}"] = (full[1][current] / np.maximum(1, full[3][current])).astype(np.float32)
        current = np.maximum(up[current], 0)
    best = int(np.argmax(holds)) if size else 0
    columns["best_share"] = (np.maximum(holds[at], holds[np.maximum(up[at], 0)]) / max(1.0, float(holds[best]))).astype(
        np.float32
    )
    inside = np.zeros(size, dtype=bool)
    inside_list = inside.tolist()
    for i in range(size):
        inside_list[i] = i == best or (parents[i] >= 0 and inside_list[parents[i]])
    columns["in_best"] = np.array(inside_list)[at].astype(np.float32)
    depths = np.array([e.depth for e in elements], dtype=np.float32)
    columns["best_depth_gap"] = depths[at] - (depths[best] if size else 0)
    columns["page_best_share"] = np.full(len(at), holds[best] / total, dtype=np.float32)
    order = np.arange(len(at))
    start: dict[int, int] = {}
    end: dict[int, int] = {}
    ups = up[at].tolist()
    for i, parent in enumerate(ups):
        start.setdefault(parent, i)
        end[parent] = i
    columns["siblings_before"] = (order - np.array([start[p] for p in ups])).astype(np.float32)
    columns["siblings_after"] = (np.array([end[p] for p in ups]) - order).astype(np.float32)


def _twins(page: Page, columns: Columns) -> None:
    """Blocks with the same markup: same element and class, with (kin) and without (twins) those of the parent."""
    elements = page.elements
    chars, prose = columns["chars"], columns["_prose"]
    total = max(1.0, float(prose.sum()))
    ids: dict[tuple[str, ...], int] = {}
    twin, kin = [], []
    for block in page.blocks:
        element = elements[block.element]
        around = elements[element.parent] if element.parent >= 0 else element
        twin.append(ids.setdefault((element.tag, element.label), len(ids)))
        kin.append(ids.setdefault((element.tag, element.label, around.tag, around.label), len(ids)))
    size = len(ids)
    groups = np.array(twin)
    count = np.bincount(groups, minlength=size)
    columns["twins"] = count[groups].astype(np.float32)
    columns["twin_prose_share"] = (np.bincount(groups, weights=prose, minlength=size)[groups] / total).astype(
        np.float32
    )
    columns["twin_mean"] = (np.bincount(groups, weights=chars, minlength=size)[groups] / count[groups]).astype(
        np.float32
    )
    linked = np.bincount(groups, weights=chars * columns["link_share"], minlength=size)[groups]
    columns["twin_links"] = (linked / np.maximum(1, np.bincount(groups, weights=chars, minlength=size)[groups])).astype(
        np.float32
    )
    groups = np.array(kin)
    columns["kin"] = np.bincount(groups, minlength=size)[groups].astype(np.float32)
    columns["kin_prose_share"] = (np.bincount(groups, weights=prose, minlength=size)[groups] / total).astype(np.float32)


def _positions(page: Page, hints: Hints, keys: list[str], columns: Columns) -> None:
    blocks = page.blocks
    n = len(blocks)
    order = np.arange(n, dtype=np.float32)
    chars, prose = columns["chars"], columns["_prose"]
    total, total_prose = max(1.0, float(chars.sum())), max(1.0, float(prose.sum()))
    before = np.concatenate(([0.0], np.cumsum(chars)[:-1]))
    columns["index"], columns["index_from_end"] = order, n - order
    columns["share_before"] = (before / total).astype(np.float32)
    gone = np.cumsum(prose)
    columns["prose_before"] = ((gone - prose) / total_prose).astype(np.float32)
    rank = np.cumsum(prose > 0)
    columns["prose_rank"] = (rank - (prose > 0)).astype(np.float32)
    columns["prose_rank_from_end"] = (rank[-1] - rank).astype(np.float32)
    columns["prose_after"] = ((total_prose - gone) / total_prose).astype(np.float32)
    title = plain(hints.title or "")
    titles = [i for i, key in enumerate(keys) if title and key == title]
    headings = [i for i in titles if columns["heading"][i]] or titles
    heads = [i for i in range(n) if columns["heading"][i] == 1]
    at = headings[0] if headings else (heads[0] if heads else 0)
    columns["since_title"] = np.clip(order - at, -200, 400)
    columns["chars_since_title"] = (before - before[at]).astype(np.float32)
    columns["since_h1"] = np.clip(order - (heads[0] if heads else 0), -200, 400)
    is_prose = prose > 0
    columns["since_prose"] = _distance(is_prose)
    columns["until_prose"] = _distance(is_prose[::-1])[::-1]
    is_heading = columns["heading"] > 0
    columns["since_heading"] = _distance(is_heading)
    columns["h1_before"] = np.cumsum(columns["heading"] == 1).astype(np.float32)
    _articles(page, columns)
    last = np.maximum.accumulate(np.where(is_heading, np.arange(n), -1))
    seen = last >= 0
    columns["heading_evidence"] = np.where(seen, columns["word_min"][np.maximum(last, 0)], 0)
    columns["heading_kind"] = np.where(seen, columns["line_kind"][np.maximum(last, 0)], 0)
    furniture = (columns["line_kind"] > 0) & (columns["line_share"] > 0.4) & (columns["words"] <= 8)
    columns["since_heading_kind"] = _distance(furniture)
    columns["previous_kind"] = np.where(furniture, columns["line_kind"], 0)[np.maximum(np.arange(n) - 1, 0)]
    columns["heading_links"] = np.where(seen, columns["link_share"][np.maximum(last, 0)], 0)
    for name, value in (
        ("page_blocks", n), ("page_prose", total_prose), ("page_links", float((chars * columns["link_share"]).sum()) / total),
        ("page_han", float(columns["han"].sum()) / total), ("page_mean_prose", total_prose / max(1, int(is_prose.sum()))),
    ):  # fmt: skip
        columns[name] = np.full(n, value, dtype=np.float32)


def _articles(page: Page, columns: Columns) -> None:
    """Pages that go on with the next article: in which `<article>` with prose of its own a block stands."""
    elements = page.elements
    article: list[int] = []
    for i, element in enumerate(elements):
        article.append(i if element.tag == "article" else (article[element.parent] if element.parent >= 0 else -1))
    own = np.array([article[b.element] for b in page.blocks])
    held: dict[int, float] = {}
    for at, chars in zip(own.tolist(), columns["_prose"].tolist(), strict=True):
        held[at] = held.get(at, 0.0) + chars
    numbers = {at: n for n, at in enumerate(sorted(at for at, chars in held.items() if at >= 0 and chars > 600))}
    columns["article_number"] = np.array([numbers.get(at, -1) for at in own.tolist()], dtype=np.float32)
    columns["articles"] = np.full(len(own), len(numbers), dtype=np.float32)


def _distance(marks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Blocks since the last mark before this one (99 if none)."""
    n = len(marks)
    last = np.maximum.accumulate(np.where(marks, np.arange(n), -100))
    shifted = np.concatenate(([-100], last[:-1]))
    return np.minimum(99, np.arange(n) - shifted).astype(np.float32)


def _hinted(blocks: list[Block], hints: Hints, keys: list[str], columns: Columns) -> None:
    """What the title, the description, JSON-LD's body and the byline say of each block. `keys`: see `_keys`."""
    n = len(blocks)
    title_words = set(line_words(hints.title or ""))
    title, description, body = (
        plain(hints.title or ""),
        plain(hints.description or ""),
        plain((hints.body or "")[:60_000]),
    )
    names = [key for name in hints.authors if (key := plain(name))]
    openings = tuple(name for name in hints.authors if len(name) > 3)
    has_body = len(body) > _TEASER
    table = np.zeros((n, 6), dtype=np.float32)
    for i, (block, key) in enumerate(zip(blocks, keys, strict=True)):
        text = block.text
        row = table[i]
        if len(text) < _LONG_LINE:
            if title_words and len(text) < 2 * len(title) + 60:
                found = set(line_words(text))
                row[0] = len(found & title_words) / max(1, len(found | title_words))
            row[1] = bool(key) and key == title
            row[4] = len(text) < 120 and any(name in key for name in names)
        if description and len(key) > 12:
            row[2] = key[:60] in description
        if has_body and len(key) > 3:
            row[3] = ((key[:50] in body) + (key[-50:] in body)) / 2
        row[5] = bool(openings) and text.startswith(openings)
    for i, name in enumerate(("title_overlap", "is_title", "in_description", "in_body", "author", "starts_author")):
        columns[name] = table[:, i]
    columns["after_is_title"] = (np.cumsum(table[:, 1]) > 0).astype(np.float32)
    columns["has_body"] = np.full(n, has_body, dtype=np.float32)
    solid = (table[:, 3] == 1) & (columns["chars"] >= 30)
    columns["body_gap_before"] = _distance(solid) if has_body else np.full(n, -1, dtype=np.float32)
    columns["body_gap_after"] = _distance(solid[::-1])[::-1] if has_body else np.full(n, -1, dtype=np.float32)
    columns["body_ratio"] = np.full(n, min(4.0, len(body) / max(1.0, float(columns["_prose"].sum()))), dtype=np.float32)
    _lead_like(columns)


def _lead_like(columns: Columns) -> None:
    """A standfirst: a line or two under the headline, more so if marked as one or equal to the page's description."""
    near = (
        (columns["since_title"] > 0)
        & (columns["since_title"] <= 8)
        & (columns["chars"] >= 30)
        & (columns["chars"] <= 450)
    )
    named = np.maximum(columns["label_lead"], np.maximum(columns["in_description"], columns["heading"] == 2))
    columns["lead_like"] = (near & (columns["link_share"] < 0.3)) * (1 + named + columns["in_description"])


def _keys(blocks: list[Block], hints: Hints) -> list[str]:
    """The letters of each block that is held against something; of long ones only where there is something to hold."""
    all_of_them = bool(hints.body or hints.description)
    return [plain(b.text) if all_of_them or len(b.text) < _LONG_LINE else "" for b in blocks]


def _neighbours(page: Page, columns: Columns) -> None:
    n = len(page.blocks)
    parents = np.array([page.elements[b.element].parent for b in page.blocks], dtype=np.float32)
    sources = {
        "chars": columns["chars"], "links": columns["link_share"], "heading": columns["heading"], "sentence": columns["ends_sentence"],
        "label": columns["label_sum"],
    }  # fmt: skip
    for at in (-2, -1, 1, 2):
        for name, values in sources.items():
            columns[f"{name}{at:+d}"] = _shift(values, at, -1.0)
        columns[f"same_parent{at:+d}"] = (_shift(parents, at, -9.0) == parents).astype(np.float32)
    sums = np.concatenate(([0.0], np.cumsum(columns["_prose"])))
    linked = np.concatenate(([0.0], np.cumsum(columns["link_share"])))
    order = np.arange(n)
    low, high = np.maximum(0, order - 4), np.minimum(n, order + 5)
    columns["window_prose"] = (sums[high] - sums[low]).astype(np.float32)
    columns["window_links"] = ((linked[high] - linked[low]) / (high - low)).astype(np.float32)
    low, high = np.maximum(0, order - 12), np.minimum(n, order + 13)
    columns["wide_prose"] = ((sums[high] - sums[low]) / max(1.0, float(sums[-1]))).astype(np.float32)


def _shift(values: npt.NDArray[np.float32], at: int, fill: float) -> npt.NDArray[np.float32]:
    shifted = np.full(len(values), fill, dtype=np.float32)
    if at < 0:
        shifted[-at:] = values[:at]
    elif at < len(values):
        shifted[:-at] = values[at:]
    return shifted
