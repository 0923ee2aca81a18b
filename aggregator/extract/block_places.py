"""Where a block stands: in which containers, beside which others, how far from headline and text."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from aggregator.extract.blocks import Page
from aggregator.extract.columns import Columns, distance

__all__ = ["add_containers", "add_neighbours", "add_positions", "add_twins"]

_Floats = npt.NDArray[Any]  # the columns of blocks are single precision, sums over them double
_Ints = npt.NDArray[np.int64]


def add_containers(page: Page, columns: Columns) -> None:
    """How much of the page's prose and links the elements around each block hold."""
    at = np.array([block.element for block in page.blocks])
    up = np.array([element.parent for element in page.elements])
    chars, prose = columns["chars"], columns["prose"]
    weights = (prose, chars, chars * columns["link_share"], np.ones_like(chars))
    direct = [np.bincount(at, weights=values, minlength=len(up)) for values in weights]
    held = [_with_children(values, up.tolist()) for values in direct]
    total = max(1.0, float(prose.sum()))
    current = at
    for level in range(4):
        prose_in, chars_in, linked_in, blocks_in = (values[current] for values in held)
        columns[f"prose_share_{level}"] = prose_in / total
        columns[f"links_in_{level}"] = linked_in / np.maximum(1, chars_in)
        columns[f"blocks_in_{level}"] = blocks_in
        columns[f"mean_in_{level}"] = chars_in / np.maximum(1, blocks_in)
        current = np.maximum(up[current], 0)
    inner = up >= 0
    holds = direct[0] + np.bincount(up[inner], weights=direct[0][inner], minlength=len(up))
    _add_best(page, at, holds, columns)
    columns["page_best_share"] = np.full(len(at), holds.max() / total)
    _add_siblings(up[at], columns)


def _with_children(values: _Floats, parents: list[int]) -> _Floats:
    """The sum over each element and all in it; an element stands behind its parent."""
    summed = values.tolist()
    for i in range(len(summed) - 1, 0, -1):
        summed[parents[i]] += summed[i]
    return np.array(summed)


def _add_best(page: Page, at: _Ints, holds: _Floats, columns: Columns) -> None:
    """Which container holds the most prose directly, in its children that are blocks themselves, and how near to it."""
    best = int(np.argmax(holds))
    around = np.maximum([page.elements[i].parent for i in at.tolist()], 0)
    columns["best_share"] = np.maximum(holds[at], holds[around]) / max(1.0, float(holds[best]))
    inside: list[bool] = []
    for i, element in enumerate(page.elements):
        inside.append(i == best or (element.parent >= 0 and inside[element.parent]))
    columns["in_best"] = np.array(inside)[at]
    depths = np.array([element.depth for element in page.elements])
    columns["best_depth_gap"] = depths[at] - depths[best]


def _add_siblings(parents: _Ints, columns: Columns) -> None:
    order = np.arange(len(parents))
    start: dict[int, int] = {}
    end: dict[int, int] = {}
    for i, parent in enumerate(parents.tolist()):
        start.setdefault(parent, i)
        end[parent] = i
    columns["siblings_before"] = order - np.array([start[parent] for parent in parents.tolist()])
    columns["siblings_after"] = np.array([end[parent] for parent in parents.tolist()]) - order


def add_twins(page: Page, columns: Columns) -> None:
    """Blocks with the same markup: same element and class, without (twins) and with (kin) those of the parent."""
    elements = page.elements
    twins: dict[tuple[str, ...], int] = {}
    kin: dict[tuple[str, ...], int] = {}
    twin, akin = [], []
    for block in page.blocks:
        element = elements[block.element]
        around = elements[element.parent] if element.parent >= 0 else element
        twin.append(twins.setdefault((element.tag, element.label), len(twins)))
        akin.append(kin.setdefault((element.tag, element.label, around.tag, around.label), len(kin)))
    chars, prose = columns["chars"], columns["prose"]
    total = max(1.0, float(prose.sum()))
    count, length = _summed(twin), _summed(twin, chars)
    columns["twins"] = count
    columns["twin_prose_share"] = _summed(twin, prose) / total
    columns["twin_mean"] = length / count
    columns["twin_links"] = _summed(twin, chars * columns["link_share"]) / np.maximum(1, length)
    columns["kin"] = _summed(akin)
    columns["kin_prose_share"] = _summed(akin, prose) / total


def _summed(groups: list[int], values: _Floats | None = None) -> _Floats:
    """For each block, the sum of the values of its group (its size, without any)."""
    return np.bincount(groups, weights=values)[groups].astype(np.float64)


def add_positions(page: Page, titles: list[bool], columns: Columns) -> None:
    """How far into the page a block stands, and how far from its headline, headings and prose. `titles`: equal to its title."""
    chars, prose = columns["chars"], columns["prose"]
    order = np.arange(len(chars), dtype=np.float32)
    total, total_prose = max(1.0, float(chars.sum())), max(1.0, float(prose.sum()))
    before = np.concatenate(([0.0], np.cumsum(chars)[:-1]))
    columns["index"], columns["index_from_end"] = order, len(chars) - order
    columns["share_before"] = before / total
    gone = np.cumsum(prose)
    columns["prose_before"] = (gone - prose) / total_prose
    columns["prose_after"] = (total_prose - gone) / total_prose
    is_prose = prose > 0
    rank = np.cumsum(is_prose)
    columns["prose_rank"], columns["prose_rank_from_end"] = rank - is_prose, rank[-1] - rank
    columns["since_prose"], columns["until_prose"] = distance(is_prose), distance(is_prose[::-1])[::-1]
    title, first = _headline(titles, columns["heading"])
    columns["since_title"] = np.clip(order - title, -200, 400)
    columns["chars_since_title"] = before - before[title]
    columns["since_h1"] = np.clip(order - first, -200, 400)
    _add_headings(columns)
    _add_articles(page, columns)
    linked, han = float((chars * columns["link_share"]).sum()), float(columns["han"].sum())
    for name, value in (
        ("page_blocks", len(chars)), ("page_prose", total_prose), ("page_links", linked / total), ("page_han", han / total),
        ("page_mean_prose", total_prose / max(1, int(is_prose.sum()))),
    ):  # fmt: skip
        columns[name] = np.full(len(chars), value)


def _headline(titles: list[bool], heading: _Floats) -> tuple[int, int]:
    """The block that is the headline (a heading equal to the title, else what else equals it), and the first h1; 0 for none."""
    same = np.flatnonzero(titles)
    first = np.flatnonzero(heading == 1)
    found = next(
        (indices for indices in (same[heading[same] > 0], same, first) if len(indices)), np.zeros(1, dtype=int)
    )
    return int(found[0]), int(first[0]) if len(first) else 0


def _add_headings(columns: Columns) -> None:
    """What the last heading before a block is like, and the last line that is furniture."""
    order = np.arange(len(columns["heading"]))
    is_heading = columns["heading"] > 0
    columns["since_heading"] = distance(is_heading)
    columns["h1_before"] = np.cumsum(columns["heading"] == 1)
    last = np.maximum.accumulate(np.where(is_heading, order, -1))
    for name, of in (("heading_evidence", "word_min"), ("heading_kind", "line_kind"), ("heading_links", "link_share")):
        columns[name] = np.where(last >= 0, columns[of][last], 0)
    furniture = (columns["line_kind"] > 0) & (columns["line_share"] > 0.4) & (columns["words"] <= 8)
    columns["since_heading_kind"] = distance(furniture)
    columns["previous_kind"] = np.where(furniture, columns["line_kind"], 0)[np.maximum(order - 1, 0)]


def _add_articles(page: Page, columns: Columns) -> None:
    """Pages that go on with the next article: in which `<article>` with prose of its own a block stands."""
    elements = page.elements
    article: list[int] = []
    for i, element in enumerate(elements):
        article.append(i if element.tag == "article" else (article[element.parent] if element.parent >= 0 else -1))
    own = [article[b.element] for b in page.blocks]
    held: dict[int, float] = {}
    for at, chars in zip(own, columns["prose"].tolist(), strict=True):
        held[at] = held.get(at, 0.0) + chars
    numbers = {at: n for n, at in enumerate(sorted(at for at, chars in held.items() if at >= 0 and chars > 600))}
    columns["article_number"] = np.array([numbers.get(at, -1) for at in own])
    columns["articles"] = np.full(len(own), len(numbers))


def add_neighbours(page: Page, columns: Columns) -> None:
    """What stands one or two blocks before and after, and how much prose and links there are around."""
    parents = np.array([page.elements[b.element].parent for b in page.blocks], dtype=np.float32)
    sources = {
        "chars": columns["chars"], "links": columns["link_share"], "heading": columns["heading"], "sentence": columns["ends_sentence"],
        "label": columns["label_sum"],
    }  # fmt: skip
    for at in (-2, -1, 1, 2):
        for name, values in sources.items():
            columns[f"{name}{at:+d}"] = _shift(values, at, -1.0)
        columns[f"same_parent{at:+d}"] = _shift(parents, at, -9.0) == parents
    prose, _ = _around(columns["prose"], 4)
    linked, blocks = _around(columns["link_share"], 4)
    columns["window_prose"], columns["window_links"] = prose, linked / blocks
    wide, _ = _around(columns["prose"], 12)
    columns["wide_prose"] = wide / max(1.0, float(columns["prose"].cumsum()[-1]))


def _around(values: _Floats, reach: int) -> tuple[_Floats, _Ints]:
    """The sum over each block and those within reach before and after, and how many they are."""
    n, order = len(values), np.arange(len(values))
    low, high = np.maximum(0, order - reach), np.minimum(n, order + reach + 1)
    sums = np.concatenate(([0.0], np.cumsum(values)))
    return sums[high] - sums[low], high - low


def _shift(values: _Floats, at: int, fill: float) -> _Floats:
    shifted = np.full(len(values), fill, dtype=np.float32)
    if at < 0:
        shifted[-at:] = values[:at]
    elif at < len(values):
        shifted[:-at] = values[at:]
    return shifted
