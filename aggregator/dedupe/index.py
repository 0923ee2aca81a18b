"""The index of the stories of a few days: finds the pairs that are worth an exact comparison."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from aggregator.dedupe.compare import WINDOW
from aggregator.dedupe.house import HouseLines
from aggregator.dedupe.postings import Postings
from aggregator.text.shingles import START, shingles_of, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from aggregator.dedupe.fingerprint import Fingerprint

__all__ = ["StoryIndex"]

# One shingle in so many is indexed: those whose hash is a multiple of it, the same ones in every text, so that an excerpt
# keeps its share of them however long the original is. (MinHash signatures estimate the share of the union, which for
# an excerpt is small: 64 bands of 2 lose one in fourteen texts of which a fifth is shared.)
_SAMPLED = np.uint32(4)
# A candidate shares so much of the smaller sample; a pair that matches shares .15 of the smaller text or more.
_FEWEST_SHARED, _SHARE = 2, 0.1
_WINDOW_DAYS = WINDOW.total_seconds() / 86400
_CHUNK = 128
_SMALLEST_TABLE = 64


class _Row:
    """A story: as it came (`story`), and without its outlet's house lines (`own`, at the words `kept`)."""

    __slots__ = ("kept", "own", "sample", "story")

    def __init__(self, story: Fingerprint) -> None:
        self.story = self.own = story
        self.kept: NDArray[np.bool_] | None = None
        self.sample: NDArray[np.uint32] | None = None  # of `own`, once it was asked for

    def strip(self, kept: NDArray[np.bool_] | None) -> bool:
        """Leave out all words but those kept; whether that makes it another text."""
        if kept is None and self.kept is None:
            return False
        self.kept, self.sample = kept, None
        self.own = self.story if kept is None else _without(self.story, kept)
        return True


class StoryIndex:
    """Stories by id, with what finds their likes. Rows are numbered inside; ids are what callers see."""

    def __init__(self) -> None:
        self._rows: list[_Row | None] = []
        self._row_of: dict[str, int] = {}
        self._postings = Postings()
        self._house = HouseLines()
        self._same: dict[tuple[str, bytes], set[str]] = {}
        self._days = np.zeros(_SMALLEST_TABLE)
        self._sizes = np.zeros(_SMALLEST_TABLE, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, key: object) -> bool:
        return key in self._row_of

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What took time to find out of each story, as plain arrays; `load` takes it back."""
        rows = self._rows
        parts = (("postings", self._postings.arrays()), ("house", self._house.arrays()))
        return {
            "names": np.array([row.story.id if row is not None else "" for row in rows], dtype=np.str_),
            "digests": np.array([row.story.digest if row is not None else 0 for row in rows], dtype=np.int64),
            "sizes": self._sizes[: len(rows)],
            **{f"{part}.{name}": values for part, arrays in parts for name, values in arrays.items()},
        }

    def load(self, arrays: Mapping[str, NDArray[Any]], stories: Mapping[str, Fingerprint]) -> set[str]:
        """Take over from `arrays` those `stories` that are as they were; the ids of whom a house line has gone."""
        said = zip(arrays["names"].tolist(), arrays["digests"].tolist(), strict=True)
        now = [story if (story := stories.get(name)) is not None and story.digest == of else None for name, of in said]
        held = [(row, story) for row, story in enumerate(now) if story is not None]
        self._rows = [_Row(story) if story is not None else None for story in now]
        self._row_of = {story.id: row for row, story in held}
        self._grow()
        rows = [row for row, _ in held]
        self._days[rows] = [_days(story) for _, story in held]
        self._sizes[: len(now)] = arrays["sizes"]
        self._postings.load(_part(arrays, "postings"))
        stale = sorted(self._house.load(_part(arrays, "house"), held))
        self._strip(rows, fresh=True)
        self._sizes[stale] = list(map(len, self._sampled(stale)))
        again = {self._live(row).story.id for row in stale}
        self._compact()
        return again

    def own(self, key: str) -> Fingerprint:
        """The story without its outlet's house lines: what is compared."""
        return self._held(key).own

    def place(self, key: str, word: int) -> int:
        """Where word `word` of the story's own text stands in its full text."""
        kept = self._held(key).kept
        return word if kept is None else int(np.flatnonzero(kept)[word])

    def before(self, moment: datetime) -> list[str]:
        """The stories published before a moment."""
        return [row.story.id for row in self._rows if row is not None and row.story.published_at < moment]

    def add(self, stories: Sequence[Fingerprint]) -> set[str]:
        """Add stories whose ids are not held; the ids to compare: these, and those whose house lines changed."""
        if not stories:
            return set()
        first = len(self._rows)
        for story in stories:
            self._row_of[story.id] = len(self._rows)
            self._rows.append(_Row(story))
        self._grow()
        new = list(range(first, len(self._rows)))
        self._days[new] = [_days(story) for story in stories]
        self._post(new)
        stale = self._house.add(list(zip(new, stories, strict=True)))
        self._strip(row for row in stale if row < first)
        self._strip(new, fresh=True)
        return {story.id for story in stories} | {self._live(row).story.id for row in stale}

    def remove(self, keys: Iterable[str]) -> set[str]:
        """Forget stories that are held; the ids to compare again because house lines have gone with them."""
        gone = []
        for key in keys:
            row = self._row_of.pop(key)
            held = self._live(row)
            self._unkey(held)
            self._rows[row] = None
            gone.append((row, held.story))
        stale = self._house.remove(gone)
        self._strip(stale)
        again = {self._live(other).story.id for other in stale}
        self._compact()
        return again

    def candidates(self, keys: Iterable[str]) -> set[tuple[str, str]]:
        """Pairs (smaller id first) of one of `keys` with another story that an exact comparison should decide."""
        rows = sorted(self._row_of[key] for key in keys)
        pairs = {pair for row in rows for pair in self._equal(self._live(row))}
        for start in range(0, len(rows), _CHUNK):
            pairs.update(self._sharing(rows[start : start + _CHUNK]))
        return pairs

    def _equal(self, held: _Row) -> Iterator[tuple[str, str]]:
        """Stories with the same text, or, where one of two has none, with the same title."""
        own = held.own
        others = set(self._same.get(("text", own.words), ()))
        titled = self._same.get(("title", own.title_words), ())
        others.update(other for other in titled if not len(own) or not len(self.own(other)))
        for other in others - {own.id}:
            yield min(own.id, other), max(own.id, other)

    def _sharing(self, rows: list[int]) -> Iterator[tuple[str, str]]:
        """Stories near in time that share enough of the smaller sample."""
        samples = self._sampled(rows)
        places, owners = self._postings.lookup(np.concatenate(samples))
        asking = np.repeat(np.array(rows, dtype=np.int64), [len(sample) for sample in samples])[places]
        joint, shared = np.unique((asking << 32) | owners, return_counts=True)
        one, other = joint >> 32, joint & 0xFFFFFFFF
        smaller = np.minimum(self._sizes[one], self._sizes[other])
        near = np.abs(self._days[one] - self._days[other]) <= _WINDOW_DAYS
        enough = (shared >= np.maximum(_FEWEST_SHARED, _SHARE * smaller)) & near & (one != other)
        for here, there in zip(one[enough].tolist(), other[enough].tolist(), strict=True):
            a, b = self._rows[here], self._rows[there]
            if a is not None and b is not None and self._share_enough(here, there):
                yield min(a.story.id, b.story.id), max(a.story.id, b.story.id)

    def _post(self, rows: list[int]) -> None:
        """Index the whole text: what counts as a house line may change, the index need not."""
        samples = self._sampled(rows)
        self._sizes[rows] = sizes = list(map(len, samples))
        self._postings.add(np.concatenate(samples), np.repeat(np.array(rows, dtype=np.int32), sizes))

    def _sampled(self, rows: Sequence[int]) -> list[NDArray[np.uint32]]:
        """The sample of each story's own shingles, ascending."""
        held = [self._live(row) for row in rows]
        fresh = [story for story in held if story.sample is None]
        for story, sample in zip(fresh, _samples([story.own for story in fresh]) if fresh else (), strict=True):
            story.sample = sample
        return [story.sample for story in held if story.sample is not None]

    def _share_enough(self, one: int, other: int) -> bool:
        """The same test for both orders of arrival, where house lines made the samples smaller than what is indexed."""
        if self._live(one).kept is None and self._live(other).kept is None:
            return True
        mine, theirs = self._sampled([one, other])
        shared = len(np.intersect1d(mine, theirs, assume_unique=True))
        return shared >= max(_FEWEST_SHARED, _SHARE * min(len(mine), len(theirs)))

    def _strip(self, rows: Iterable[int], *, fresh: bool = False) -> None:
        rows = list(rows)
        holders = self._house.holders()
        lined = [row for row in rows if row in holders]
        kept = dict(zip(lined, self._house.kept([self._live(row).story for row in lined]), strict=True))
        others: list[int] = []
        for row in rows:
            held = self._live(row)
            if not fresh:
                self._unkey(held)
            if held.strip(kept.get(row)):
                others.append(row)
            for key in _same_keys(held.own):
                self._same.setdefault(key, set()).add(held.story.id)
        self._sizes[others] = list(map(len, self._sampled(others)))

    def _unkey(self, held: _Row) -> None:
        for key in _same_keys(held.own):
            self._same[key].discard(held.story.id)
            if not self._same[key]:
                del self._same[key]

    def _held(self, key: str) -> _Row:
        return self._live(self._row_of[key])

    def _live(self, row: int) -> _Row:
        held = self._rows[row]
        assert held is not None
        return held

    def _grow(self) -> None:
        if len(self._rows) > len(self._days):
            more = 2 * len(self._rows) - len(self._days)
            self._days = np.concatenate((self._days, np.zeros(more)))
            self._sizes = np.concatenate((self._sizes, np.zeros(more, dtype=np.int64)))

    def _compact(self) -> None:
        """Renumber the rows when most are gone, so that memory follows the stories held."""
        if len(self._rows) < _SMALLEST_TABLE or 2 * len(self._row_of) > len(self._rows):
            return
        alive = np.array([row is not None for row in self._rows])
        renumbered = (np.cumsum(alive) - 1).astype(np.int32)
        self._postings.keep(alive, renumbered)
        self._house.keep(alive, renumbered)
        self._days = self._days[: len(alive)][alive]
        self._sizes = self._sizes[: len(alive)][alive]
        self._rows = [row for row in self._rows if row is not None]
        self._row_of = {key: int(renumbered[row]) for key, row in self._row_of.items()}
        self._grow()


def _samples(stories: Sequence[Fingerprint]) -> list[NDArray[np.uint32]]:
    """The sample of each story's shingles, ascending."""
    words = unpack(b"".join(story.words for story in stories), b"".join(story.flags for story in stories))
    values, owners = shingles_of(words, [len(story) for story in stories])
    sampled = values % _SAMPLED == 0
    joint = np.sort((owners[sampled].astype(np.uint64) << np.uint64(32)) | values[sampled])
    joint = joint[np.append(np.ones(min(1, len(joint)), dtype=np.bool_), joint[1:] != joint[:-1])]
    cuts = np.searchsorted(joint, np.arange(len(stories) + 1, dtype=np.uint64) << np.uint64(32)).tolist()
    samples = joint.astype(np.uint32)
    return [samples[first:last] for first, last in pairwise(cuts)]


def _part(arrays: Mapping[str, NDArray[Any]], of: str) -> dict[str, NDArray[Any]]:
    return {name.partition(".")[2]: values for name, values in arrays.items() if name.startswith(f"{of}.")}


def _days(story: Fingerprint) -> float:
    """Days since 1970."""
    return story.published_at.timestamp() / 86400


def _same_keys(story: Fingerprint) -> list[tuple[str, bytes]]:
    keys = (("text", story.words), ("title", story.title_words))
    return [(what, words) for what, words in keys if words]


def _without(story: Fingerprint, kept: NDArray[np.bool_]) -> Fingerprint:
    words = story.text
    flags = words.flags[kept].copy()
    if len(flags):
        flags[0] |= START
    return replace(story, words=words.hashes[kept].astype("<u4").tobytes(), flags=flags.tobytes())
