"""Normalised word sequences and hashed shingles: what two texts are compared by.

A text becomes a sequence of word hashes with a few flags a word (starts a sentence, is a figure, a name, quoted). Typography
is normalised away: compatibility forms (NFKC), case, quotes, dashes, accents' encoding, invisible characters and white
space do not change the sequence. Scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) count
by characters. A shingle is the hash of the next three words, or of as many characters as carry about as much.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "FIGURE",
    "NAME",
    "QUOTED",
    "START",
    "WordSequence",
    "covered",
    "pack",
    "sentence_starts",
    "shingles",
    "shingles_of",
    "spell",
    "unpack",
    "widths",
    "word_sequence",
]

START = 1
"""Flag of a word that begins a sentence."""
FIGURE = 2
"""Flag of a word that holds a digit."""
NAME = 4
"""Flag of a word written with a capital inside a sentence (scripts with case only)."""
QUOTED = 32
"""Flag of a word between quotation marks (scripts with spaces only)."""
_HAN = 8
_SOUTH_EAST = 16

_WORDS_WIDE = 3
_HAN_WIDE = 5
_SOUTH_EAST_WIDE = 9

_HAN_RANGE = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SOUTH_EAST_RANGE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_INDIC_RANGE = "\u0900-\u0dff"
# Marks that readers of the text do not count as letters: soft hyphens, joiners, direction marks, vowel points, accents
# left alone by NFKC.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u0640\u064b-\u065f\u0670\u0591-\u05bd\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
_WORD = re.compile(
    rf"[{_HAN_RANGE}{_SOUTH_EAST_RANGE}]"
    r"|\d+(?:[.,:]\d+)*(?![^\W_])"
    rf"|(?:[^\W_{_HAN_RANGE}{_SOUTH_EAST_RANGE}]|[{_INDIC_RANGE}\u0300-\u036f])+"
)
_UNSPACED = re.compile(f"[{_HAN_RANGE}{_SOUTH_EAST_RANGE}]")
_IS_HAN = re.compile(f"[{_HAN_RANGE}]")
_HAS_DIGIT = re.compile(r"\d")
# A sentence ends with a mark at the end of a written word (quotes and brackets may follow), or at a full-width mark.
_CLOSED = re.compile("[.!?\u2026\u3002\uff61\u0589\u061f\u06d4\u0964][\"'\u2019\u201d\u00bb)\\]\u300d\u300f]*$")
_FULL_WIDTH_END = re.compile("[\u3002\uff61!?\u2026]+[\u300d\u300f\u201d\u2019\"')]*")
_OPENS = re.compile('[(\\[]*["\u201c\u201e\u00ab]\\S')
_SHUTS = re.compile('["\u201c\u201d\u00bb][.,;:!?)\\]]*$')
# A quotation mark that is never shut, at the start of each paragraph of a long quotation, reaches so many words.
_LONGEST_QUOTE = 60
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SHORTEST_SENTENCE = 4
# Longer ones are mostly text without spaces: not worth remembering.
_LONGEST_CACHED = 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordSequence:
    """The words of a text: `hashes` (uint32, one a word) and `flags` (uint8: START, FIGURE, NAME and script bits)."""

    hashes: NDArray[np.uint32]
    flags: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.hashes)


def word_sequence(text: str, *, limit: int | None = None) -> WordSequence:
    """Split `text` into normalised words; at most `limit` of them. Cost: about 0.3 ms for 500 words."""
    hashes: list[int] = []
    flags: list[int] = []
    start = quoted = 0
    for line in _normalise(text).splitlines():
        ended, quoted = True, 0
        for written in line.split():
            values, marks, turn = _WRITTEN[written]
            if turn or ended or quoted > 0:  # else it is a word inside a sentence, as nearly all are
                closed, opens, shuts = turn or _NO_TURN
                quoted = _LONGEST_QUOTE if opens else quoted
                # A stub such as "Mr." or "U.S." is no sentence: it goes with what follows.
                if values and (not hashes or (ended and len(hashes) - start >= _SHORTEST_SENTENCE)):
                    start = len(hashes)
                    marks = ((marks[0] & ~NAME) | START, *marks[1:])
                if quoted > 0:
                    marks = tuple(mark | QUOTED for mark in marks)
                quoted = 0 if shuts else quoted - len(values)
                ended = closed or (ended and not values)
            hashes += values
            flags += marks
        if limit is not None and len(hashes) >= limit:
            break
    return WordSequence(hashes=np.array(hashes[:limit], dtype=np.uint32), flags=np.array(flags[:limit], dtype=np.uint8))


def pack(words: WordSequence) -> tuple[bytes, bytes]:
    """The hashes (little-endian uint32) and flags as bytes."""
    return words.hashes.astype("<u4").tobytes(), words.flags.tobytes()


def unpack(hashes: bytes, flags: bytes) -> WordSequence:
    """Read back what `pack` gave; nothing is copied on little-endian machines."""
    return WordSequence(
        hashes=np.frombuffer(hashes, dtype="<u4").astype(np.uint32, copy=False),
        flags=np.frombuffer(flags, dtype=np.uint8),
    )


def _normalise(text: str) -> str:
    """Text with compatibility forms composed and invisible characters gone; case and punctuation stay."""
    if text.isascii():
        return text
    # Twice: an invisible character can keep two others from being composed, and composing can bring some forth.
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)))


_Turn = tuple[bool, bool, bool]
_Split = tuple[tuple[int, ...], tuple[int, ...], _Turn | None]
_NO_TURN: _Turn = (False, False, False)


def _split_written(written: str) -> _Split:
    """Hashes and flags of the words in what stands between two spaces.

    And whether it ends a sentence, opens a quotation, and shuts one; None if it does none of these.
    """
    marked: list[tuple[int, int]] = []
    for number, piece in enumerate(_FULL_WIDTH_END.split(written)):
        words = [_word(word) for word in _WORD.findall(piece)]
        if number and words:
            words[0] = (words[0][0], words[0][1] | START)
        marked += words
    turn = bool(_CLOSED.search(written)), bool(_OPENS.match(written)), bool(_SHUTS.search(written))
    return (
        tuple(value for value, _ in marked),
        tuple(flag for _, flag in marked),
        turn if any(turn) else None,
    )


class _Written(dict[str, _Split]):
    """What stands between two spaces -> what `_split_written` says of it, remembered: the same are written again and again."""

    _CAPACITY = 1 << 15  # emptied when full, which changes cost and never results

    def __missing__(self, written: str) -> _Split:
        found = _split_written(written)
        if len(written) <= _LONGEST_CACHED:
            if len(self) >= self._CAPACITY:
                self.clear()
            self[written] = found
        return found


_WRITTEN = _Written()


def _word(word: str) -> tuple[int, int]:
    """Hash and flags of one word. A figure keeps its marks (5.1 is not 51); thousands are joined (1,000 is 1000)."""
    flag = 0
    if _HAS_DIGIT.search(word):
        flag |= FIGURE
        word = _THOUSANDS.sub("", word)
    elif _UNSPACED.match(word):
        flag |= _HAN if _IS_HAN.match(word) else _SOUTH_EAST
    elif word[0] != word[0].lower():
        flag |= NAME
    return zlib.crc32(word.casefold().encode("utf-8", "surrogatepass")), flag


def shingles(words: WordSequence) -> NDArray[np.uint32]:
    """Hash of the shingle that starts at each word (uint32); the last words, which start none, are left out.

    A text shorter than one shingle has none. Two different shingles collide once in four thousand million.
    """
    wide = widths(words)
    count = len(wide)
    if count == 0:
        return np.empty(0, dtype=np.uint32)
    mixed = words.hashes.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    widest = int(wide.max())
    mixed = np.concatenate((mixed, np.zeros(widest, dtype=np.uint64)))
    total = np.zeros(count, dtype=np.uint64)
    for step in range(widest):
        longer = (total ^ mixed[step : step + count]) * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(step + 1)
        total = longer if step < _WORDS_WIDE else np.where(wide > step, longer, total)
    total ^= total >> np.uint64(31)
    total *= np.uint64(0x94D049BB133111EB)
    return (total >> np.uint64(32)).astype(np.uint32)


def shingles_of(words: WordSequence, sizes: Sequence[int]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """`shingles` of several texts, joined, of so many words each, and for each shingle the place of its text.

    Cheaper than one by one, in no promised order.
    """
    owners, ends = np.repeat(np.arange(len(sizes)), sizes), np.cumsum(sizes, dtype=np.int64)
    unspaced = np.unique(owners[(words.flags & (_HAN | _SOUTH_EAST)) != 0])
    found = shingles(WordSequence(hashes=words.hashes, flags=np.zeros(len(words), dtype=np.uint8)))
    whole = (ends[owners] - np.arange(len(words)) >= _WORDS_WIDE)[: len(found)]
    if len(unspaced):
        whole &= ~np.isin(owners[: len(found)], unspaced)
    texts = [slice(ends[place] - sizes[place], ends[place]) for place in unspaced.tolist()]
    others = [shingles(WordSequence(hashes=words.hashes[text], flags=words.flags[text])) for text in texts]
    return (
        np.concatenate([found[whole], *others]),
        np.concatenate([owners[: len(found)][whole], np.repeat(unspaced, list(map(len, others)))]),
    )


def widths(words: WordSequence) -> NDArray[np.int64]:
    """Number of words in the shingle that starts at each word, for the words that have room for one."""
    if not np.any(words.flags & (_HAN | _SOUTH_EAST)):
        return np.full(max(len(words) - _WORDS_WIDE + 1, 0), _WORDS_WIDE, dtype=np.int64)
    wide = np.full(len(words), _WORDS_WIDE, dtype=np.int64)
    wide[(words.flags & _HAN) != 0] = _HAN_WIDE
    wide[(words.flags & _SOUTH_EAST) != 0] = _SOUTH_EAST_WIDE
    left = np.arange(len(words), 0, -1)
    room = wide <= left
    return np.minimum(wide, left)[: int(np.flatnonzero(room)[-1]) + 1 if room.any() else 0]


def covered(words: WordSequence, hits: NDArray[np.bool_], wide: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which words lie under a shingle that `hits` marks (one mark a shingle; `wide` as `widths` gives it)."""
    under = np.zeros(len(words), dtype=np.bool_)
    if not len(hits):
        return under
    under[: len(hits)] = hits
    for step in range(1, int(wide.max())):
        reach = max(min(len(hits), len(words) - step), 0)
        under[step : step + reach] |= (hits & (wide > step))[:reach]
    return under


def sentence_starts(words: WordSequence) -> NDArray[np.int64]:
    """Positions of the words that begin a sentence, ascending; the first is 0 unless there are no words."""
    return np.flatnonzero(words.flags & START)


def spell(text: str, start: int, length: int) -> str:
    """The passage of `text` (normalised) that holds `length` words of its word sequence from word `start` on."""
    plain = _normalise(text)
    spans = [found.span() for found in _WORD.finditer(plain)]
    passage = spans[max(start, 0) : max(start, 0) + max(length, 0)]
    return plain[passage[0][0] : passage[-1][1]] if passage else ""
