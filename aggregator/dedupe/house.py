"""House lines: what an outlet prints under everything (newsletter boxes, credits, standing background) is not text."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from aggregator.dedupe.postings import Postings
from aggregator.text.shingles import sentence_starts, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aggregator.dedupe.fingerprint import Fingerprint

__all__ = ["HouseLines"]

# A sentence under this many different titles of one outlet within the stories held is a house line.
_TITLES = 4
_SHORTEST = 4
# A longer text that would lose more than this is no stub under standing lines: it was published again and again.
_MOST_STRIPPED, _STUB = 0.6, 150


class HouseLines:
    """Counts every sentence of every outlet; a function of the set of stories held."""

    __slots__ = ("_house", "_postings", "_titles")

    def __init__(self) -> None:
        self._postings = Postings()
        self._titles: dict[int, int] = {}
        self._house: set[int] = set()

    def add(self, stories: Sequence[tuple[int, Fingerprint]]) -> set[int]:
        """Count the sentences of new stories (row, story); the rows for which a house line has come up."""
        lines = {row: np.unique(_lines(story)[0]) for row, story in stories if story.source}
        if not lines:
            return set()
        for row, story in stories:
            self._titles[row] = story.title_key or story.text_key
        counted = np.concatenate(list(lines.values()))
        owners = np.repeat(np.array(list(lines), dtype=np.int32), [len(keys) for keys in lines.values()])
        self._postings.add(counted, owners)
        return self._recount(np.unique(counted))

    def remove(self, row: int, story: Fingerprint) -> set[int]:
        """Take a story out of the count; the rows for which a house line has gone."""
        if row not in self._titles:
            return set()
        del self._titles[row]
        return self._recount(np.unique(_lines(story)[0])) if self._house else set()

    def _recount(self, keys: NDArray[np.uint64]) -> set[int]:
        """The rows that hold one of `keys` whose standing has changed."""
        places, rows = self._postings.lookup(keys)
        often = np.flatnonzero(np.bincount(places, minlength=len(keys)) >= _TITLES)
        stale: set[int] = set()
        for place in often.tolist():
            key = int(keys[place])
            holders = [row for row in rows[places == place].tolist() if row in self._titles]
            standing = len({self._titles[row] for row in holders}) >= _TITLES
            if standing != (key in self._house):
                (self._house.add if standing else self._house.discard)(key)
                stale.update(holders)
        return stale

    def kept(self, story: Fingerprint) -> NDArray[np.bool_] | None:
        """Which words of a story are its own; None for all of them."""
        if not self._house or not story.source:
            return None
        keys, lengths = _lines(story)
        standing = np.array([key in self._house for key in keys.tolist()], dtype=np.bool_)
        if not standing.any():
            return None
        kept = np.repeat(~standing, lengths)
        if len(story) >= _STUB and float(kept.mean()) < 1 - _MOST_STRIPPED:
            return None
        return kept

    def keep(self, alive: NDArray[np.bool_], renumbered: NDArray[np.int32]) -> None:
        """Drop rows and renumber the others."""
        self._postings.keep(alive, renumbered)
        self._titles = {int(renumbered[row]): title for row, title in self._titles.items()}


def _lines(story: Fingerprint) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Key (outlet and words) and length of each sentence; short ones get keys that are never counted twice."""
    if not len(story) or not story.source:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    return _keyed(story.words, story.flags, story.source)


# Asked for twice in a row: to count a story's lines, and to strip it of those that are standing.
@lru_cache(maxsize=128)
def _keyed(hashes: bytes, flags: bytes, source: str) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    words = unpack(hashes, flags)
    starts = sentence_starts(words)
    lengths = np.diff(np.append(starts, len(words)))
    within = (np.arange(len(words)) - np.repeat(starts, lengths)).astype(np.uint64)
    mixed = (words.hashes.astype(np.uint64) + (within << np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    keys = np.add.reduceat(mixed, starts)
    keys ^= np.uint64(zlib.crc32(source.encode("utf-8", "surrogatepass")) << 32)
    short = lengths < _SHORTEST
    unique = np.uint64(zlib.crc32(hashes) << 32 | zlib.crc32(flags))
    keys[short] = unique + np.arange(int(short.sum()), dtype=np.uint64)
    return keys, lengths
