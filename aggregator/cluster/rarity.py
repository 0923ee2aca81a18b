"""How rare a word is: inverse document frequencies that ship with the package.

They are static on purpose. Frequencies counted in the stream would make every decision depend on what else has arrived;
measured, they gain less than .003 BCubed F1 (docs/events.md), and a static table makes events a pure function of the
stories near in time.
"""

from __future__ import annotations

import math
import zlib
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from aggregator.text.words import stem

__all__ = ["HASH_BITS", "Rarity", "is_counted", "rarity"]

HASH_BITS = 20  # room for a million words; a window of 8,000 stories holds about 100,000
_MASK = (1 << HASH_BITS) - 1
_CAPACITY = 100_000

# ln(documents / documents with the word) for a word the table lacks. With a table, it was seen in fewer than 20 of some
# ten thousand documents; without one, common and rare words average out in between.
_UNSEEN_WITH_TABLE = 7.0
_UNSEEN_WITHOUT = 5.5
_COMMON_WITHOUT = 2.5
_NUMBER = 5.0
_FLOOR = 0.02
_NAME_SHARE = 70  # percent of uses with a capital from which a word counts as a name


class Rarity(dict[str, tuple[int, float]]):
    """Term -> (hash of HASH_BITS bits, idf); looked up once and remembered. One per language."""

    def __init__(self, lang: str | None) -> None:
        super().__init__()
        self._idf, self._names, self._unseen = _table(lang)

    def __missing__(self, term: str) -> tuple[int, float]:
        if len(self) >= _CAPACITY:
            self.clear()
        found = (zlib.crc32(term.encode("utf-8", "replace")) & _MASK, self._rarity(term))
        self[term] = found
        return found

    @property
    def has_names(self) -> bool:
        """Whether a table of names ships for this language."""
        return bool(self._names)

    def is_name(self, term: str) -> bool | None:
        """Whether a term is mostly written with a capital within sentences; None where that is not known."""
        return term in self._names if term in self._idf else None

    def _rarity(self, term: str) -> float:
        known = self._idf.get(term)
        if known is not None:
            return known
        return _NUMBER if term[:1].isdigit() else self._unseen


@lru_cache(maxsize=64)
def rarity(lang: str | None) -> Rarity:
    """The table of a language (ISO 639-1), or sensible defaults where none ships."""
    return Rarity(lang)


def is_counted(lang: str | None) -> bool:
    """Whether the words of a language were counted, so that its rarities are more than defaults."""
    return (lang or "").isalpha() and _frequencies().joinpath(f"{lang}.tsv").is_file()


def _frequencies() -> Traversable:
    return resources.files("aggregator.cluster").joinpath("frequencies")


def _table(lang: str | None) -> tuple[dict[str, float], frozenset[str], float]:
    """Idf of known terms, those of them that are names, and the idf of the rest."""
    folder = _frequencies()
    if is_counted(lang):
        head, *lines = folder.joinpath(f"{lang}.tsv").read_text(encoding="utf-8").splitlines()
        total = int(head.split("\t")[1])
        rows = [line.split("\t") for line in lines]
        idf = {term: max(math.log(total / int(count)), _FLOOR) for term, count, _ in rows}
        return idf, frozenset(term for term, _, share in rows if int(share) >= _NAME_SHARE), _UNSEEN_WITH_TABLE
    common = folder.joinpath(f"{lang}.txt")
    if (lang or "").isalpha() and common.is_file():
        listed = common.read_text(encoding="utf-8").split()
        return {stem(word, lang): _COMMON_WITHOUT for word in listed}, frozenset(), _UNSEEN_WITHOUT
    return {}, frozenset(), _UNSEEN_WITHOUT
