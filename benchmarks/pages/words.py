"""Learn how much single words say: in class names around a block, and in short lines.

Only words seen on at least `MIN_PAGES` pages are kept, each as one number (log-odds against the average block).
"""

from __future__ import annotations

import math
from collections import defaultdict

from aggregator.extract.features import Words, label_words, line_words

MIN_PAGES = 20
SHRINK = 4.0


def learn_words(pages: list[tuple[object, list[float]]], min_pages: int = MIN_PAGES) -> Words:
    """`pages`: (Page, share of each block that is article)."""
    label: dict[str, list[float]] = defaultdict(list)
    first: dict[str, list[float]] = defaultdict(list)
    every: dict[str, list[float]] = defaultdict(list)
    for page, truth in pages:
        in_label: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        in_first: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        in_line: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for block, share in zip(page.blocks, truth, strict=True):
            weight = min(len(block.text), 400) ** 0.5
            at, seen = block.element, set()
            while at >= 0:
                seen.update(label_words(page.elements[at].label))
                at = page.elements[at].parent
            for word in seen:
                in_label[word][share > 0.5] += weight
            words = line_words(block.text)
            if words and len(block.text.split()) <= 25:
                in_first[words[0]][share > 0.5] += 1
                for word in set(words):
                    in_line[word][share > 0.5] += 1
        for table, found in ((label, in_label), (first, in_first), (every, in_line)):
            for word, (out, into) in found.items():
                table[word].append(into / (into + out))
    return Words(label=_odds(label, min_pages), first=_odds(first, min_pages), any=_odds(every, min_pages))


def _odds(table: dict[str, list[float]], min_pages: int) -> dict[str, float]:
    everything = [share for shares in table.values() for share in shares]
    prior = sum(everything) / max(1, len(everything))
    odds = {}
    for word, shares in table.items():
        if len(shares) >= min_pages and len(word) > 1:
            into, out = sum(shares) + SHRINK * prior, len(shares) - sum(shares) + SHRINK * (1 - prior)
            odds[word] = round(math.log(into / out) - math.log(prior / (1 - prior)), 2)
    return dict(sorted(odds.items()))
