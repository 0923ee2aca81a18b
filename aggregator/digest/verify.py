"""Every sentence of a digest is found again in the story that it came from, or said to be missing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aggregator.model import Digest, DigestEvent, Sentence

__all__ = ["Mismatch", "text_hash", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A sentence that is not where it is said to be.

    `kind` is gone (no such story), edited (the text is another now, but the sentence stands at its place), moved (it
    stands elsewhere in the text) or missing.
    """

    event_id: int
    sentence: Sentence
    kind: str


def text_hash(text: str) -> str:
    """A short fingerprint of a story's text: 16 hexadecimal digits of its SHA-256 in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def verify(digest: Digest, text_of: Callable[[str], str | None]) -> tuple[Mismatch, ...]:
    """What cannot be found again: `text_of(story_id)` gives the story's text as it is stored now, None if it is gone.

    An empty answer means that every sentence of the digest stands verbatim at its offset in a text with its hash.
    """
    found = []
    for event in (e for section in digest.sections for e in section.events):
        for sentence in _sentences_of(event):
            kind = _check(sentence, text_of(sentence.story_id))
            if kind:
                found.append(Mismatch(event_id=event.event_id, sentence=sentence, kind=kind))
    return tuple(found)


def _sentences_of(event: DigestEvent) -> Iterator[Sentence]:
    """Every sentence that an event shows, wherever it is shown."""
    yield from event.sentences
    for change in event.changes:
        yield from (s for s in (change.sentence, change.before_sentence) if s)
    for difference in event.differences:
        yield from (sentence for _, sentence in difference.sides)


def _check(sentence: Sentence, text: str | None) -> str:
    if text is None:
        return "gone"
    if all(text.startswith(piece, offset) for offset, piece in sentence.pieces):
        return "edited" if sentence.text_hash and text_hash(text) != sentence.text_hash else ""
    return "moved" if all(piece in text for _, piece in sentence.pieces) else "missing"
