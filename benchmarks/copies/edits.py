"""Nine kinds of edit that a copied text goes through, made without any word list: what they do to a text is generic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_SENTENCE = re.compile(r"(?<=[.!?])(?=\s)|(?<=[。！？])|\n+")
_CHROME_HEAD = (
    "Share on social media. Print this page. Get our daily briefing by mail, free of charge, every weekday at seven."
)
_CHROME_TAIL = (
    "All rights reserved. No part of this page may be reproduced without written consent of the publisher. "
    "You may also like: ten stories that everybody reads. Become a member and support our newsroom. Contact the editors."
)
_HAN = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE.split(text) if part and part.strip()]


def _joined(parts: list[str]) -> str:
    return ("" if _HAN.search("".join(parts)[:200]) else " ").join(parts)


def boilerplate(text: str, _donor: str, _rng: random.Random) -> str:
    return f"{_CHROME_HEAD}\n{text}\n{_CHROME_TAIL}"


def typography(text: str, _donor: str, _rng: random.Random) -> str:
    table = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": " - ", "…": "...", "\n": "  "})
    return text.translate(table).replace(". ", ".\u00a0")


def newlede(text: str, donor: str, _rng: random.Random) -> str:
    own, other = sentences(text), sentences(donor)
    return _joined([*other[:2], *own[max(2, len(own) // 8) :]])


def cut(share: float) -> Callable[[str, str, random.Random], str]:
    return lambda text, _donor, _rng: text[: int(len(text) * share)]


def cut_with_chrome(text: str, donor: str, rng: random.Random) -> str:
    return boilerplate(text[: len(text) // 4], donor, rng)


def halfnew(text: str, donor: str, _rng: random.Random) -> str:
    own, other = sentences(text), sentences(donor)
    kept = own[::2]
    return _joined(kept) + "\n" + _joined(other[: max(1, len(kept))])


def spun(share: float, dropped: float, swapped: float) -> Callable[[str, str, random.Random], str]:
    """Replace a share of the small words, drop some short ones, exchange neighbouring sentences and turn clauses round."""

    def edit(text: str, donor: str, rng: random.Random) -> str:
        others = [word for word in re.findall(r"\b[^\W\d_]+\b", donor) if word.islower()] or ["other"]
        out = []
        for sentence in sentences(text):
            parts = list(sentence) if _HAN.search(sentence) else sentence.split(" ")
            kept = [
                _reworded(word, others, share, rng)
                for word in parts
                if not (_is_small(word) and rng.random() < dropped)
            ]
            line = ("" if _HAN.search(sentence) else " ").join(kept)
            head, comma, tail = line.partition(", ")
            out.append(f"{tail.rstrip('.')}, {head}." if comma and rng.random() < swapped else line)
        for place in range(0, len(out) - 1, 2):
            if rng.random() < swapped:
                out[place], out[place + 1] = out[place + 1], out[place]
        return _joined(out)

    return edit


def _is_small(word: str) -> bool:
    return len(word) <= 3 and not _HAN.match(word)


def _reworded(word: str, others: list[str], share: float, rng: random.Random) -> str:
    if _HAN.match(word):
        return chr(0x4E00 + rng.randrange(3000)) if rng.random() < share / 2 else word
    return rng.choice(others) if word.islower() and len(word) > 3 and rng.random() < share else word


EDITS: dict[str, Callable[[str, str, random.Random], str]] = {
    "boilerplate": boilerplate,
    "typography": typography,
    "newlede": newlede,
    "cut50": cut(0.5),
    "cut25": cut(0.25),
    "cut25chrome": cut_with_chrome,
    "halfnew": halfnew,
    "spunlight": spun(0.2, 0.0, 0.0),
    "spunheavy": spun(0.25, 0.3, 0.5),
    "spunextreme": spun(0.4, 0.4, 0.7),
}
