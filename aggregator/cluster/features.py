"""What clustering keeps of a story: sparse weighted words of its title, lead and body, names and figures.

`features` is a pure function of one story line, so it runs on any executor; the result is about 3 kB, pickles, and goes to
bytes and back unchanged. Neither length, source, id nor url is looked at: a model that saw them would learn the data set.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from aggregator.cluster.calendar import weekdays_in
from aggregator.cluster.facts import facts_in
from aggregator.cluster.meaning import NOTHING, Encode, Meaning, meaning
from aggregator.cluster.names import figures_in, names_in, subjects_in, words_of
from aggregator.cluster.places import places_in
from aggregator.cluster.rarity import HASH_BITS, rarity
from aggregator.cluster.readable import Readable
from aggregator.model import StoryLine
from aggregator.text.dateline import dateline_end
from aggregator.text.language import detect, has_spaces
from aggregator.text.words import terms_of, words

__all__ = ["VERSION", "Features", "features"]

VERSION = 3  # of the bytes and of how a text is read; features of another version are computed anew from the text
TEXT_LIMIT = 2000  # characters looked at: feeds and pages alike have that much to say about which event it is
LEAD_LIMIT = 400
_SHOWN_LIMIT = 200  # characters kept readable of title and body, to compare slot by slot
_TITLE_LIMIT = 90  # a story without a title lends its first line

_Ids = npt.NDArray[np.uint32]
_Weights = npt.NDArray[np.float16]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MASK = (1 << HASH_BITS) - 1
_MOST_RARE = 16
_HEADER = struct.Struct("<BqHHHHHH")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """One story as the event graph sees it.

    `terms` are hashed words in ascending order with their rarity `idf` and unit-length weight vectors `comb` (whole text),
    `lead` and `title` over the same order (0: not in that part); `bigrams` and `names` are sparse vectors of their own.
    Weights hold no more than half precision, so bytes give them back exactly. `weekdays` has a bit for each weekday the
    lead names. `told` is what is `readable`, as bytes. `meaning` is empty unless the extra for other languages is in use.
    """

    id: str
    published_at: datetime
    lang: str | None
    terms: _Ids
    idf: _Weights
    comb: _Weights
    lead: _Weights
    title: _Weights
    bigrams: _Ids
    bigram_weights: _Weights
    names: _Ids
    name_weights: _Weights
    weekdays: int = 0
    told: bytes = b""
    meaning: Meaning = field(default_factory=lambda: NOTHING)

    @property
    def time_us(self) -> int:
        """Microseconds since 1970."""
        return (self.published_at - _EPOCH) // timedelta(microseconds=1)

    @property
    def digest(self) -> int:
        """A number that changes with anything that decides: words, weights, time."""
        crc = zlib.crc32(repr((self.time_us, self.lang)).encode(), zlib.crc32(self.told))
        for part in (self.terms, self.comb, self.lead, self.title, self.bigrams, self.names, self.meaning):
            crc = zlib.crc32(part.data, crc)
        return crc

    @property
    def readable(self) -> Readable:
        """What reasons name and look-alikes are told by."""
        return Readable.read(self.told)

    def to_bytes(self) -> bytes:
        """A compact, versioned encoding; `from_bytes` reads it back."""
        named = f"{self.id}\x00{self.lang or ''}\x00".encode("utf-8", "surrogatepass")
        encoded = named + self.told
        head = _HEADER.pack(
            VERSION, self.time_us, len(self.terms), len(self.bigrams), len(self.names), len(encoded) >> 16,
            len(encoded) & 0xFFFF, self.weekdays,
        )  # fmt: skip
        ids = (self.terms, self.bigrams, self.names)
        weights = (self.idf, self.comb, self.lead, self.title, self.bigram_weights, self.name_weights)
        parts = [a.astype("<u4").tobytes() for a in ids] + [a.astype("<f2").tobytes() for a in weights]
        return b"".join([head, encoded, *parts, self.meaning.tobytes()])

    @classmethod
    def from_bytes(cls, data: bytes) -> Features | None:
        """The features encoded by `to_bytes`; None for bytes of another version (compute them anew)."""
        if len(data) < _HEADER.size or data[0] != VERSION:
            return None
        _, time_us, n, m, e, high, low, weekdays = _HEADER.unpack_from(data)
        at = _HEADER.size + (high << 16) + low
        story, lang, told = data[_HEADER.size : at].split(b"\x00", 2)
        ids = np.frombuffer(data, "<u4", n + m + e, at).astype(np.uint32)  # copies: else all of `data` would stay
        at += ids.nbytes
        weights = np.frombuffer(data, "<f2", 4 * n + m + e, at).astype(np.float16)
        at += weights.nbytes
        idf, comb, lead, title = weights[: 4 * n].reshape(4, n)
        return cls(
            id=story.decode("utf-8", "surrogatepass"), lang=lang.decode("utf-8", "surrogatepass") or None,
            published_at=_EPOCH + timedelta(microseconds=time_us), terms=ids[:n], bigrams=ids[n : n + m],
            names=ids[n + m :], idf=idf, comb=comb, lead=lead, title=title, bigram_weights=weights[4 * n : 4 * n + m],
            name_weights=weights[4 * n + m :], weekdays=weekdays, told=told,
            meaning=np.frombuffer(data, np.int8, offset=at).copy(),
        )  # fmt: skip


def features(line: StoryLine, encode: Encode | None = None) -> Features:
    """Features of a story line: pure; about 1 ms for 2,000 characters, and ten times that with an encoder of meaning."""
    title, body = _parts(line)
    lang = detect(f"{title} {body[:LEAD_LIMIT]}", line.lang)
    cut = _word_end(body, LEAD_LIMIT)
    spoken = [words(part) for part in (title, body[:cut], body[cut:])]
    in_title, in_lead, in_rest = (terms_of(tokens, lang) for tokens in spoken)
    weighed = _Words.of(in_title, in_lead, in_rest, lang)
    surface = dict(zip(in_rest + in_lead + in_title, spoken[2] + spoken[1] + spoken[0], strict=True))
    names = names_in(f"{body}\n{title}" if body else title, lang)
    bigrams = _bigrams(in_title, in_lead, lang)
    in_names = words_of(names)
    name_weights = _name_weights(in_names, lang)
    title_places = places_in(in_title, title, lang)
    told = Readable(
        headline=title[:_SHOWN_LIMIT],
        opening=body[:_SHOWN_LIMIT],
        shown_names=tuple(names),
        figures=tuple(figures_in(f"{title}\n{body}")),
        rare=tuple(surface[term] for term in weighed.rare) if has_spaces(lang) else (),
        subjects=tuple(subjects_in(title, in_names, lang)),
        facts=tuple(facts_in(title, body[:LEAD_LIMIT])),
        title_places=tuple(sorted(title_places)),
        places=tuple(sorted(title_places | places_in(in_lead + in_rest, body, lang))),
    )
    return Features(
        id=line.id,
        published_at=line.published_at,
        lang=lang,
        terms=weighed.terms,
        idf=weighed.idf,
        comb=weighed.comb,
        lead=weighed.lead,
        title=weighed.title,
        bigrams=bigrams[0],
        bigram_weights=bigrams[1],
        names=name_weights[0],
        name_weights=name_weights[1],
        weekdays=weekdays_in(spoken[0] + spoken[1], title + body[:cut], lang),
        told=told.to_bytes(),
        meaning=NOTHING if encode is None else meaning(title, body[:LEAD_LIMIT], encode),
    )


def _parts(line: StoryLine) -> tuple[str, str]:
    title, body = ((part or "").replace("\x00", " ").strip() for part in (line.title, line.text))
    if title and body.startswith(title):
        body = body[len(title) :].lstrip()
    if not title:
        title = body.partition("\n")[0][:_TITLE_LIMIT]
    return title, body[dateline_end(body) :][:TEXT_LIMIT]  # all that an agency writes in a day begins alike


def _word_end(text: str, near: int) -> int:
    if len(text) <= near:
        return len(text)
    space = text.find(" ", near)
    return space if 0 <= space < near + 40 else near


@dataclass(frozen=True, slots=True)
class _Words:
    terms: _Ids
    idf: _Weights
    comb: _Weights
    lead: _Weights
    title: _Weights
    rare: tuple[str, ...]

    @classmethod
    def of(cls, in_title: list[str], in_lead: list[str], in_rest: list[str], lang: str | None) -> _Words:
        table = rarity(lang)
        title, lead, body = set(in_title), Counter(in_lead), Counter(in_lead + in_rest)
        said = [term for term in title | body.keys() if term]
        keys = np.array([table[term][0] for term in said], dtype=np.uint32)
        idf = np.array([table[term][1] for term in said], dtype=np.float64)
        count, early = (np.array([_often(times[term]) for term in said], dtype=np.float64) for times in (body, lead))
        named = np.array([term in title for term in said], dtype=np.bool_)
        comb = (count + (early > 0) + 2.0 * named) * idf
        front = (early + 1.5 * named) * idf
        columns = np.stack([idf, comb, front, idf * named])
        # Of two words with one hash the heavier one stands, whatever the order of the set.
        order = np.lexsort((*columns[::-1], keys))
        kept = order[np.append(keys[order][1:] != keys[order][:-1], np.ones(min(1, len(order)), dtype=np.bool_))]
        found = columns[:, kept]
        return cls(keys[kept], _half(found[0]), _unit(found[1]), _unit(found[2]), _unit(found[3]), _rarest(said, comb))


@lru_cache(maxsize=256)
def _often(times: int) -> float:
    """What a word counts that is said so many times."""
    return 1 + math.log(times) if times else 0.0


def _rarest(said: list[str], weights: npt.NDArray[np.float64]) -> tuple[str, ...]:
    """The terms that weigh most, of equals the first by name."""
    least = np.partition(weights, -_MOST_RARE)[-_MOST_RARE] if len(said) > _MOST_RARE else -1.0
    heavy = np.flatnonzero(weights >= least).tolist()
    return tuple(term for _, term in sorted((-weights[place], said[place]) for place in heavy)[:_MOST_RARE])


def _bigrams(in_title: list[str], in_lead: list[str], lang: str | None) -> tuple[_Ids, _Weights]:
    table = rarity(lang)
    weights: dict[int, float] = {}
    for run in (in_title, in_lead):
        for first, second in pairwise(filter(None, run)):
            (a, first_idf), (b, second_idf) = table[first], table[second]
            key = (a * 2654435761 + b * 40503 >> 5) & _MASK
            weights[key] = first_idf + second_idf
    return _sparse(weights)


def _name_weights(in_names: frozenset[str], lang: str | None) -> tuple[_Ids, _Weights]:
    table = rarity(lang)
    weights: dict[int, float] = {}
    for term in set(terms_of([*in_names], lang)) - {""}:
        key, idf = table[term]
        weights[key] = max(weights.get(key, 0.0), idf)
    return _sparse(weights)


def _sparse(weights: dict[int, float]) -> tuple[_Ids, _Weights]:
    order = sorted(weights)
    return np.array(order, dtype=np.uint32), _unit(np.array([weights[key] for key in order], dtype=np.float64))


def _unit(values: npt.NDArray[np.float64]) -> _Weights:
    norm = math.sqrt(math.fsum(values * values))
    return _half(values / norm if norm else values)


def _half(values: npt.NDArray[np.float64]) -> _Weights:
    return values.astype(np.float16)
