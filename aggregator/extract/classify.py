"""Which blocks of a page are its article: our classifier, trafilatura where it is unsure, and the best of the outputs near theirs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

import numpy as np
import numpy.typing as npt

from aggregator.extract.blocks import Page, heading_level
from aggregator.extract.features import FEATURES, Hints, Words, features
from aggregator.extract.lines import Line, filter_lines
from aggregator.extract.opinion import ask, kept_by, second_opinion
from aggregator.extract.outputs import DOUBTFUL, Chooser, Draft, log_odds, markup
from aggregator.extract.titles import same_title
from aggregator.extract.trees import Trees
from aggregator.text.html import clean_text

__all__ = [
    "DOUBT",
    "Judged",
    "Model",
    "as_line",
    "choose",
    "doubt",
    "draft_of",
    "judge_blocks",
    "load_model",
    "may_ask",
    "next_article",
]

Floats = npt.NDArray[np.float32]

# Above this probability a block is text. Anything from .4 to .5 gives the same F1 within .001 (benchmarks/pages/train.py,
# cross-validated by site on the pages named in docs/data.md).
_KEEP = 0.47
# Pages with hardly any text above it: the best there is, down to this.
_KEEP_LEAST = 0.2
_LITTLE = 250  # characters
# So many other headlines with so much text below each: the page scrolls on to other articles.
_OTHERS = 2
_ARTICLE = 400  # characters
# trafilatura is asked where this share of the text is in doubt: on 23 % of pages. F1 of three sets of four gains .001
# (fundus .9645 against .9635, np4k .9472 and .9464, wcxb .9509 and .9496; asked on all .9656, .9476, .9516), that of the
# smallest loses (33 Chinese pages: .9491 against .9537).
DOUBT = 0.1
# Pages that trafilatura could be slow on are not shown to it (it has no deadline of its own).
_MAX_ASKED_CHARS = 1_500_000
_MAX_ASKED_NODES = 20_000
_MAX_ASKED_DEPTH = 150

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_CHARS = FEATURES.index("chars")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The lines taken for text, and (on demand) the others. `sure`: mean certainty by length; `opinion`: who judged."""

    lines: tuple[Line, ...]
    sure: float
    opinion: str
    others: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The numbers: words, the trees that look at the page alone, those that know trafilatura's opinion too, the chooser."""

    words: Words
    own: Trees
    asked: Trees
    chooser: Chooser


@cache
def load_model() -> Model:
    """The model in the package. Cost: 10 ms, once."""
    folder = files("aggregator.extract") / "data"
    arrays = np.load(BytesIO((folder / "blocks.npz").read_bytes()))
    words = json.loads((folder / "words.json").read_text("utf-8"))
    if tuple(words["features"]) != FEATURES:
        raise RuntimeError("The classifier was trained on other features: run benchmarks/pages/train.py --write.")
    return Model(
        words=Words(label=words["label"], first=words["first"], any=words["any"]),
        own=Trees.load(arrays, "own"),
        asked=Trees.load(arrays, "asked"),
        chooser=Chooser.load(arrays),
    )


def judge_blocks(page: Page, hints: Hints, *, html: str, explain: bool = False) -> Judged:
    """The blocks that are the article, in order. `html` is shown to trafilatura where the classifier is unsure."""
    if not page.blocks:
        return Judged(lines=(), sure=0.0, opinion="classifier")
    model = load_model()
    rows = features(page, hints, model.words)
    chances = model.own.probability(rows)
    opinion = "classifier"
    if doubt(rows[:, _CHARS], chances) > DOUBT and may_ask(page, html):
        kept = kept_by(ask(html), page)
        chances = model.asked.probability(np.hstack([rows, second_opinion(chances, kept)]))
        opinion = "classifier+trafilatura"
    chances[next_article(page, hints.title, rows[:, _CHARS], chances) :] = 0
    chosen = choose(rows[:, _CHARS], chances)
    chosen[list(model.chooser.best(draft_of(page, hints, rows, chances, chosen)))] ^= True
    lines = tuple(line for i in np.flatnonzero(chosen) if (line := as_line(page, int(i), float(chances[i]))).text)
    others = tuple(as_line(page, int(i), float(chances[i])) for i in np.flatnonzero(~chosen)) if explain else ()
    return Judged(lines=lines, sure=_certainty(rows[chosen, _CHARS], chances[chosen]), opinion=opinion, others=others)


def choose(chars: Floats, chances: Floats) -> npt.NDArray[np.bool_]:
    """Which blocks are text. On a page with hardly any, the likeliest of the rest."""
    chosen = chances > _KEEP
    if float(chars[chosen].sum()) < _LITTLE:
        best = float(chances.max(initial=0.0, where=chars >= _LITTLE / 5))
        chosen = chances > max(_KEEP_LEAST, min(_KEEP, 0.7 * best))
    return np.asarray(chosen)


def draft_of(page: Page, hints: Hints, rows: Floats, chances: Floats, chosen: npt.NDArray[np.bool_]) -> Draft:
    """The page as judged block by block, without what the line filter drops."""
    odds = log_odds(chances) - log_odds(_KEEP)
    doubtful = np.abs(odds) < DOUBTFUL
    dropped = np.zeros_like(chosen)
    if doubtful.any():
        lines = {i: as_line(page, i, float(chances[i])) for i in np.flatnonzero(chosen | doubtful).tolist()}
        lines = {i: line for i, line in lines.items() if line.text}
        verdicts = filter_lines(list(lines.values()), title=hints.title, authors=hints.authors)
        dropped[[i for i, verdict in zip(lines, verdicts, strict=True) if verdict.reason]] = True
    return Draft(
        rows=rows, chances=chances, odds=odds, kept=chosen & ~dropped, doubtful=doubtful & ~dropped, markup=markup(page)
    )


def next_article(page: Page, title: str | None, chars: Floats, chances: Floats) -> int:
    """Where a page that scrolls on goes on with other articles (behind its last block if it does not).

    At the first of several headlines that are marked up like the page's own, each with text below it and in a frame of its
    own: the headings within one article have theirs in common.
    """
    end = len(page.blocks)
    heads = [i for i, block in enumerate(page.blocks) if page.elements[block.element].tag in {"h1", "h2"}]
    own = next((i for i in heads if title and same_title(page.blocks[i].text, title)), end)
    if own == end:
        return end
    markup, frame = _around(page, own)
    others = [i for i in heads if i > own and (found := _around(page, i))[0] == markup and found[1] != frame]
    text = np.where(chances > _KEEP, chars, 0)
    told = [
        at for at, after in zip(others, [*others[1:], end], strict=False) if float(text[at:after].sum()) >= _ARTICLE
    ]
    return told[0] if len(told) >= _OTHERS else end


def _around(page: Page, at: int) -> tuple[list[tuple[str, str]], int]:
    """Tag and classes of a block's element and of three around it, and the outermost of these."""
    markup: list[tuple[str, str]] = []
    element = frame = page.blocks[at].element
    while element >= 0 and len(markup) < 4:
        frame = element
        markup.append((page.elements[element].tag, page.elements[element].label))
        element = page.elements[element].parent
    return markup, frame


def doubt(chars: Floats, chances: Floats) -> float:
    """The share of the text that could as well be judged otherwise: 1 where there is hardly any text."""
    chars = np.minimum(chars, 2_000)
    kept = float(chars[chances > _KEEP].sum())
    if kept < _LITTLE:
        return 1.0
    return float((chars * np.minimum(chances, 1 - chances)).sum()) / kept


def may_ask(page: Page, html: str) -> bool:
    """Whether the page is small and flat enough for libraries that have no deadline (trafilatura, htmldate)."""
    return len(html) <= _MAX_ASKED_CHARS and page.nodes <= _MAX_ASKED_NODES and page.depth <= _MAX_ASKED_DEPTH


def _certainty(chars: Floats, chances: Floats) -> float:
    """Mean distance from doubt of what was kept, by length: 0 (a coin) to 1."""
    if not len(chars):
        return 0.0
    return float((np.abs(2 * chances - 1) * chars).sum() / max(1.0, float(chars.sum())))


def as_line(page: Page, at: int, chance: float) -> Line:
    """A block as the line filter sees it."""
    block = page.blocks[at]
    level = heading_level(page.elements[block.element].tag)
    text = block.text if block.text.isascii() else _shown(block.text)
    return Line(text=text, heading=level, link_share=block.link_chars / len(block.text), sure=chance)


@lru_cache(maxsize=2048)
def _shown(text: str) -> str:
    return clean_text(text).translate(_INVISIBLE).strip()
