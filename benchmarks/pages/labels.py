"""Which blocks of a page are its article? Blocks are aligned with the ground-truth text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict

TOKEN = re.compile(
    r"[⺀-⿟々-〇〡-〩〱-ヿㇰ-ㇿ㐀-䶿一-鿿豈-﫿\U00020000-\U0002fa1f฀-\u0effက-႟ក-\u17ff]"
    r"|[^\W⺀-⿟々-〇〡-〩〱-ヿㇰ-ㇿ㐀-䶿一-鿿豈-﫿฀-\u0effက-႟ក-\u17ff]+"
)


def tokens(text: str) -> list[str]:
    """Tokens of the scorer: runs of word characters; each Han, kana, Thai … character alone."""
    return TOKEN.findall(text or "")


def label_blocks(texts: list[str], truth: str) -> list[float]:
    """Per block the share of its tokens that belong to the truth, 0 for a second copy of a passage.

    Long blocks are anchored first (their 4-grams, in an order that never goes back); a short block counts only if it
    stands in the truth between the anchors around it.
    """
    true = tokens(truth)
    at: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i in range(len(true) - 3):
        at[tuple(true[i : i + 4])].append(i)
    blocks = [tokens(text) for text in texts]
    share = [0.0] * len(blocks)
    where: list[tuple[int, int] | None] = [None] * len(blocks)
    for i, block in enumerate(blocks):
        if len(block) < 6:
            continue
        grams = [tuple(block[j : j + 4]) for j in range(len(block) - 3)]
        hit = [g in at for g in grams]
        share[i] = sum(hit) / len(grams)
        if share[i] >= 0.4:
            starts = Counter(p - j for j, g in enumerate(grams) if g in at for p in at[g])
            start = starts.most_common(1)[0][0]
            where[i] = (max(0, start), min(len(true), start + len(block)))
    chain = _longest_chain([(i, w, share[i] * len(blocks[i])) for i, w in enumerate(where) if w])
    for i in range(len(blocks)):
        if len(blocks[i]) >= 6 and i not in chain:
            # Text out of order (captions, boxes) still counts unless the chain covers the same passage.
            w = where[i]
            if w is None or any(_overlap(w, where[j]) > 0.5 for j in chain):
                share[i] = share[i] if w is None and share[i] < 0.4 else 0.0
    anchors = sorted(chain)
    for i, block in enumerate(blocks):
        if not block or len(block) >= 6:
            continue
        k = bisect_left(anchors, i)
        low = where[anchors[k - 1]][1] - 1 if k else 0  # type: ignore[index]
        high = where[anchors[k]][0] + 1 if k < len(anchors) else len(true)  # type: ignore[index]
        share[i] = float(_stands_in(block, true[max(0, low) : high]))
    return share


def _overlap(one: tuple[int, int], other: tuple[int, int] | None) -> float:
    if other is None:
        return 0.0
    return max(0, min(one[1], other[1]) - max(one[0], other[0])) / max(1, one[1] - one[0])


def _stands_in(needle: list[str], hay: list[str]) -> bool:
    return any(hay[i : i + len(needle)] == needle for i in range(len(hay) - len(needle) + 1))


def _longest_chain(found: list[tuple[int, tuple[int, int], float]]) -> set[int]:
    """The heaviest set of blocks whose places in the truth never go back and do not overlap much."""
    best: list[tuple[float, int]] = []
    for n, (_, (start, end), weight) in enumerate(found):
        top, prior = weight, -1
        for m in range(n):
            if found[m][1][1] <= start + 2 and best[m][0] + weight > top and found[m][1][0] < end:
                top, prior = best[m][0] + weight, m
        best.append((top, prior))
    chain: set[int] = set()
    n = max(range(len(best)), key=lambda k: best[k][0], default=-1)
    while n >= 0:
        chain.add(found[n][0])
        n = best[n][1]
    return chain
