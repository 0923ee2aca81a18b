"""House lines: what an outlet prints under everything (newsletter boxes, credits, standing background) is not text."""

from __future__ import annotations

import zlib
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aggregator.dedupe.postings import Postings
from aggregator.text.shingles import WordSequence, sentence_starts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
        self._titles: dict[int, bytes] = {}
        self._house: set[int] = set()

    def add(self, stories: Sequence[tuple[int, Fingerprint]]) -> set[int]:
        """Count the sentences of new stories (row, story); the rows for which a house line has come up."""
        told = _told(stories)
        if not told:
            return set()
        self._titles |= _titles(told)
        keys, _, places = _lines([story for _, story in told])
        order = np.lexsort((keys, places))
        keys, places = keys[order], places[order]
        once = np.append(True, (keys[1:] != keys[:-1]) | (places[1:] != places[:-1]))
        self._postings.add(keys[once], np.array([row for row, _ in told], dtype=np.int32)[places[once]])
        return self._recount(np.unique(keys))

    def remove(self, stories: Iterable[tuple[int, Fingerprint]]) -> set[int]:
        """Take stories out of the count, by row; the other rows for which a house line has gone."""
        told = [(row, story) for row, story in stories if self._titles.pop(row, None) is not None and len(story)]
        return self._recount(np.unique(_lines([story for _, story in told])[0])) if self._house and told else set()

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is counted, as plain arrays; `load` takes it back."""
        return self._postings.arrays() | {"standing": np.array(sorted(self._house), dtype=np.uint64)}

    def load(self, arrays: Mapping[str, NDArray[Any]], stories: Sequence[tuple[int, Fingerprint]]) -> set[int]:
        """Take over what `arrays` counted of those stories (row, story); the rows for which a house line has gone."""
        self._postings.load(arrays)
        self._titles = _titles(_told(stories))
        self._house = {*arrays["standing"].tolist()}
        return self._recount(arrays["standing"])

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

    def holders(self) -> set[int]:
        """The rows of stories that have a house line."""
        _, rows = self._postings.lookup(np.array(sorted(self._house), dtype=np.uint64))
        return {row for row in rows.tolist() if row in self._titles}

    def kept(self, stories: Sequence[Fingerprint]) -> list[NDArray[np.bool_] | None]:
        """Which words of each story are its own; None for all of them. The stories have an outlet and words."""
        if not self._house or not stories:
            return [None] * len(stories)
        keys, lengths, _ = _lines(stories)
        own = np.repeat(~np.isin(keys, np.array([*self._house], dtype=np.uint64)), lengths)
        ends = accumulate((len(story) for story in stories), initial=0)
        texts = [own[first:last] for first, last in pairwise(ends)]
        return [None if _is_whole(words) else words.copy() for words in texts]

    def keep(self, alive: NDArray[np.bool_], renumbered: NDArray[np.int32]) -> None:
        """Drop rows and renumber the others."""
        self._postings.keep(alive, renumbered)
        self._titles = {int(renumbered[row]): title for row, title in self._titles.items()}


def _told(stories: Iterable[tuple[int, Fingerprint]]) -> list[tuple[int, Fingerprint]]:
    """Those that have an outlet and words."""
    return [(row, story) for row, story in stories if story.source and len(story)]


def _titles(stories: Iterable[tuple[int, Fingerprint]]) -> dict[int, bytes]:
    """What tells two titles apart, by row."""
    return {row: story.title_words or story.words for row, story in stories}


def _is_whole(kept: NDArray[np.bool_]) -> bool:
    """Whether a text stays as it is: it has no house line, or would lose too much."""
    return bool(kept.all()) or (len(kept) >= _STUB and float(kept.mean()) < 1 - _MOST_STRIPPED)


def _lines(stories: Sequence[Fingerprint]) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Key (outlet and words) and length of each sentence of stories with an outlet and words, and the place of its story.

    Short sentences get keys that are never counted twice.
    """
    flags = np.frombuffer(b"".join(story.flags for story in stories), dtype=np.uint8)
    words = WordSequence(hashes=np.frombuffer(b"".join(story.words for story in stories), dtype="<u4"), flags=flags)
    starts = sentence_starts(words)
    lengths = np.diff(np.append(starts, len(words)))
    within = (np.arange(len(words)) - np.repeat(starts, lengths)).astype(np.uint64)
    mixed = (words.hashes.astype(np.uint64) + (within << np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    keys = np.add.reduceat(mixed, starts)
    places = np.searchsorted(np.cumsum([len(story) for story in stories]), starts, side="right")
    outlets = [zlib.crc32((story.source or "").encode("utf-8", "surrogatepass")) << 32 for story in stories]
    keys ^= np.array(outlets, dtype=np.uint64)[places]
    short = lengths < _SHORTEST
    unique = [zlib.crc32(story.words) << 32 | zlib.crc32(story.flags) for story in stories]
    keys[short] = np.array(unique, dtype=np.uint64)[places[short]] + np.flatnonzero(short).astype(np.uint64)
    return keys, lengths, places
