"""What is kept of a story to compare it with others: a few bytes a word, computed once, stored with the story."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from aggregator.dedupe.wires import agency_named, find_credit
from aggregator.text.shingles import WordSequence, pack, unpack, word_sequence

if TYPE_CHECKING:
    from aggregator.model import StoryLine

__all__ = ["Fingerprint", "fingerprint"]

_VERSION = 1
_HEADER = struct.Struct("<BIII")
# Longer texts are compared by their first words: a copy of a longer text is found by them as well.
_LONGEST = 4000
_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A story as the copy graph sees it.

    `words`, `flags` and `title_words`, `title_flags` are word sequences as bytes (little-endian uint32 and uint8, one a
    word); `credit` is the agency the text is signed with, `agency` the one that the outlet is.
    """

    id: str
    published_at: datetime
    source: str | None = None
    title: str | None = None
    credit: str | None = None
    agency: str | None = None
    words: bytes = b""
    flags: bytes = b""
    title_words: bytes = b""
    title_flags: bytes = b""

    def __len__(self) -> int:
        """Words of the text."""
        return len(self.flags)

    @property
    def text(self) -> WordSequence:
        """The words of the text."""
        return unpack(self.words, self.flags)

    @property
    def headline(self) -> WordSequence:
        """The words of the title."""
        return unpack(self.title_words, self.title_flags)

    @property
    def digest(self) -> int:
        """A number that changes with anything that decides."""
        said = repr((self.published_at, self.source, self.title, self.credit, self.agency))
        crc = zlib.crc32(said.encode("utf-8", "replace"))
        for part in (self.words, self.flags, self.title_words, self.title_flags):
            crc = zlib.crc32(part, crc)
        return crc

    def to_bytes(self) -> bytes:
        """Versioned bytes for the store: about five a word."""
        facts = [self.id, self.published_at.isoformat(), self.source, self.title, self.credit, self.agency]
        named = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        header = _HEADER.pack(_VERSION, len(named), len(self.flags), len(self.title_flags))
        return b"".join((header, named, self.words, self.flags, self.title_words, self.title_flags))

    @classmethod
    def from_bytes(cls, blob: bytes) -> Fingerprint:
        """Read back what `to_bytes` wrote. ValueError: another version, or cut off; compute it again from the text."""
        if len(blob) < _HEADER.size or blob[0] != _VERSION:
            raise ValueError("not a fingerprint of this version")
        _, named, words, title = _HEADER.unpack_from(blob)
        ends = list(accumulate((_HEADER.size, named, 4 * words, words, 4 * title, title)))
        if ends[-1] != len(blob):
            raise ValueError("the fingerprint is cut off")
        parts = [blob[start:end] for start, end in pairwise(ends)]
        key, published, source, headline, credit, agency = json.loads(parts[0].decode("utf-8", "surrogatepass"))
        return cls(
            id=key,
            published_at=datetime.fromisoformat(published),
            source=source,
            title=headline,
            credit=credit,
            agency=agency,
            words=parts[1],
            flags=parts[2],
            title_words=parts[3],
            title_flags=parts[4],
        )


def fingerprint(line: StoryLine) -> Fingerprint:
    """Compute a story's fingerprint. Pure; about half a millisecond for 500 words."""
    text, title = line.text or "", line.title or ""
    words, flags = pack(word_sequence(text, limit=_LONGEST))
    title_words, title_flags = pack(word_sequence(title, limit=_LONGEST_TITLE))
    return Fingerprint(
        id=line.id,
        published_at=line.published_at.astimezone(UTC),
        source=line.source,
        title=line.title,
        credit=agency_named(line.credit) or line.credit or find_credit(text),
        agency=agency_named(line.source),
        words=words,
        flags=flags,
        title_words=title_words,
        title_flags=title_flags,
    )
