"""Two versions of a sentence, word by word: what stayed, what went, what came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from aggregator.model import RevisionChange

__all__ = ["Change", "DiffPiece", "changes"]

_WORD = re.compile(r"\s*\S+")
_LONG = 400  # words, beyond which a sentence is shown as a whole


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A stretch of words: kind is same, del or ins."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One revision as the page shows it: its headline if that changed, and each sentence that did."""

    of: RevisionChange
    headline: tuple[DiffPiece, ...]
    sentences: tuple[tuple[DiffPiece, ...], ...]


def changes(revisions: tuple[RevisionChange, ...]) -> list[Change]:
    """What was changed in a story, the latest change first."""
    return [
        Change(
            of=one,
            headline=_diff(one.title_before, one.title_after) if one.title_before != one.title_after else (),
            sentences=tuple(_diff(s.before, s.after) for s in one.sentences if s.kind != "same"),
        )
        for one in reversed(revisions)
    ]


def _diff(before: str | None, after: str | None) -> tuple[DiffPiece, ...]:
    old, new = _WORD.findall(before or ""), _WORD.findall(after or "")
    if not old or not new or len(old) + len(new) > _LONG:
        sides = (("del", before), ("ins", after))
        return tuple(DiffPiece(kind, text) for kind, text in sides if text)
    pieces: list[DiffPiece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(DiffPiece("same", "".join(new[c:d])))
            continue
        pieces += _marked("del", "".join(old[a:b])) + _marked("ins", "".join(new[c:d]))
    return tuple(pieces)


def _marked(kind: str, text: str) -> list[DiffPiece]:
    """Words that went or came, without the space before them."""
    words = text.lstrip()
    if not words:
        return []
    return ([DiffPiece("same", " ")] if words != text else []) + [DiffPiece(kind, words)]
