"""What changed between two versions of a title or a text: by sentences, without regard to spaces, case and typography.

A change is what a reader would call one. Labels, counters and other lines that are no sentences do not count, nor does a
sentence that only moved. A page that suddenly gives less than half of what it gave is a wall or a stub, not an edit.
"""

# ruff: noqa: RUF001 - marks of many scripts are the subject

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from html import unescape
from itertools import pairwise

from aggregator.model import Revision, RevisionChange, SentenceChange
from aggregator.text.figures import figures
from aggregator.text.sentences import split
from aggregator.text.words import words

__all__ = [
    "correction_note",
    "gives_less",
    "headline_changed",
    "page_words",
    "revision_changes",
    "sentence_changes",
    "text_changed",
]

# What a version can change, the most telling first.
_KINDS = ("headline", "figure", "correction note", "addition", "removal", "wording", "typo")

_LIKE = 0.5  # Dice of word pairs from which two sentences are one that was changed
_IN_ORDER = 0.15  # words in common and in order say less than pairs: stop words alone make a quarter
_LABEL_WORDS = 8  # a shorter line that does not end like a sentence is a label
_MOST_PAIRED = 80  # sentences on each side that are paired by likeness: the cost is their product
_STUB_WORDS = 80  # a text this long that shrinks to less than half was cut by a wall
_TYPO_TOKENS = 2
_TYPO_LIKE = 0.75  # of letters, between two spellings of a word; "now" and "not" have less
_TAG = re.compile(r"<[^<>]*>")
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+|[$€£¥₹%°]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"'”’»›)\]」』]*$")
_NOTE = re.compile(
    r"\b(?:corrections?|corrected|clarifications?|clarified|editor[’']?s note|an earlier version|previous version of this|"
    r"was amended|korrektur|berichtig\w*|korrigiert\w*|in einer früheren (?:version|fassung)|anmerkung der redaktion|"
    r"rectificati\w+|correcti(?:f|on)|une version précédente|corrección|fe de errores|rectificación|una versión anterior|"
    r"correção|corrigido|errata|uma versão anterior|correzione|rettifica|una versione precedente|rectificatie|correctie|"
    r"sprostowanie|rättelse|rettelse|oikaisu|исправлен\w*|уточнен\w*)\b|訂正|更正",
    re.IGNORECASE,
)
_STEMS = (
    "correct", "clarif", "editor", "earlier version", "previous version", "amended", "korr", "berichtig", "früheren",
    "anmerkung", "rectif", "une version", "corre", "fe de errores", "una versi", "errata", "uma vers", "rettific",
    "sprostow", "rätt", "rettels", "oikais", "исправл", "уточнен", "訂正", "更正",
)  # fmt: skip
_SAID = re.compile(r"\d|[.!。！]")  # a note has a date or a full stop
_NOTE_LEAST = 3
_NOTE_WORDS = 45  # a longer sentence with such a word reports on somebody else's correction


@dataclass(frozen=True)
class _Sentence:
    text: str
    lang: str | None

    @cached_property
    def key(self) -> tuple[str, ...]:
        return _key(self.text)

    @cached_property
    def pairs(self) -> Counter[tuple[str, str]]:
        tokens = words(self.text)
        return Counter(pairwise(tokens)) or Counter([(t, "") for t in tokens])

    @cached_property
    def numbers(self) -> Counter[float | str]:
        """Its figures by value; digits that are none (ages, dates, hours) as written."""
        found: Counter[float | str] = Counter()
        rest = list(self.text)
        for figure in figures(self.text, self.lang):
            found[figure.value] += 1
            rest[figure.start : figure.end] = " " * (figure.end - figure.start)
        found.update(_NUMBER.findall("".join(rest)))
        return found

    @property
    def is_note(self) -> bool:
        return _tells(self.text)


def headline_changed(before: str | None, after: str | None, *, lang: str | None = None) -> tuple[str, ...]:
    """The kinds of change between two headlines, in the order of `_KINDS`; empty if it is trivial or one is missing."""
    if not before or not after or _key(before) == _key(after):
        return ()
    swapped = _is_figure(_Sentence(before, lang), _Sentence(after, lang))
    return ("headline", "figure") if swapped else ("headline",)


def text_changed(
    before: str | None, after: str | None, *, lang: str | None = None, pages: tuple[str, str] | None = None
) -> tuple[str, ...]:
    """The kinds of change between two texts, in the order of `_KINDS`; empty if it is trivial, or `gives_less`.

    `pages`: the `page_words` of the pages that the texts were taken from. A sentence that came although the older page had
    it, or went although the newer page has it, was changed by whoever took the text, not by the publisher.
    """
    if not before or not after or before == after or gives_less(before, after):
        return ()
    kinds: set[str] = set()
    for old, new in _changes(_sentences(before, lang), _sentences(after, lang)):
        if pages is None or not ((new is None or _stands(new, pages[0])) and (old is None or _stands(old, pages[1]))):
            kinds.update(_kinds((old, new)))
    return tuple(kind for kind in _KINDS if kind in kinds)


def page_words(html: str) -> str:
    """All words of a page, markup left out, for `text_changed`. Cost: 50 ms for a megabyte."""
    return f" {' '.join(_key(unescape(_TAG.sub(' ', html))))} "


def _stands(sentence: _Sentence, words_of_page: str) -> bool:
    return f" {' '.join(sentence.key)} " in words_of_page


def correction_note(lines: Sequence[str]) -> str | None:
    """The first line that says that something was corrected: no button, no report of somebody else's correction."""
    whole = "\n".join(lines).casefold()
    stems = [stem for stem in _STEMS if stem in whole]  # the expression is slow, and few pages have any of its words
    if not stems:
        return None
    likely = (line for line in lines if any(stem in line.casefold() for stem in stems))
    return next((line for line in likely if _tells(line) and _SAID.search(line)), None)


def gives_less(before: str | None, after: str | None) -> bool:
    """Whether the second text looks like the first behind a wall, or like another page in its place."""
    count = len((before or "").split())
    return count >= _STUB_WORDS and len((after or "").split()) < count / 2


def sentence_changes(before: str | None, after: str | None, *, lang: str | None = None) -> tuple[SentenceChange, ...]:
    """Every sentence of two versions in reading order, with what became of it."""
    return tuple(
        SentenceChange(kind=_verb(old, new), before=old.text if old else None, after=new.text if new else None)
        for old, new in _changes(_sentences(before or "", lang), _sentences(after or "", lang), with_same=True)
    )


def revision_changes(
    revisions: Sequence[Revision], *, title: str | None, text: str | None, lang: str | None = None
) -> tuple[RevisionChange, ...]:
    """What each version changed in the one before, oldest first; `title` and `text` are those that stand now."""
    after = [*((r.title, r.text) for r in revisions[1:]), (title, text)]
    return tuple(
        RevisionChange(
            story_id=r.story_id,
            number=r.number,
            at=r.replaced_at,
            what_changed=r.what_changed,
            title_before=r.title,
            title_after=new_title,
            sentences=sentence_changes(r.text, new_text, lang=lang),
        )
        for r, (new_title, new_text) in zip(revisions, after, strict=False)
    )


def _tells(text: str) -> bool:
    """Whether a line or sentence may be a note of a correction."""
    return bool(_NOTE.search(text)) and _NOTE_LEAST <= len(words(text)) <= _NOTE_WORDS


def _key(text: str) -> tuple[str, ...]:
    """What is left of a text without spaces, case, punctuation and forms of letters."""
    return tuple(_TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()))


def _sentences(text: str, lang: str | None) -> list[_Sentence]:
    """The sentences of a text; a line that is a label is none, unless it tells of a correction."""
    found: list[_Sentence] = []
    for line in text.split("\n"):
        for start, end in split(line, lang):
            sentence = _Sentence(line[start:end], lang)
            is_label = not _SENTENCE_END.search(line.rstrip()) and len(words(line)) < _LABEL_WORDS
            if sentence.key and (not is_label or sentence.is_note):
                found.append(sentence)
    return found


Pair = tuple[_Sentence | None, _Sentence | None]
_Places = dict[int, int]  # place in the older text -> place in the newer one


def _changes(before: Sequence[_Sentence], after: Sequence[_Sentence], *, with_same: bool = False) -> Iterable[Pair]:
    """(old, new) sentences in reading order: changed ones paired by likeness; those that stand on both sides only if wanted."""
    places = _unchanged(before, after)
    places |= _paired(before, after, places)
    rows: list[tuple[int | None, int | None]] = [(None, j) for j in range(len(after))]
    for i, j in places.items():
        rows[j] = (i, j)
    for i in range(len(before)):  # what was taken out stands behind what it stood behind
        if i not in places:
            rows.insert(next((n + 1 for n, row in enumerate(rows) if row[0] == i - 1), 0), (i, None))
    for old_at, new_at in rows:
        old, new = None if old_at is None else before[old_at], None if new_at is None else after[new_at]
        if with_same or _verb(old, new) != "same":
            yield old, new


def _unchanged(before: Sequence[_Sentence], after: Sequence[_Sentence]) -> _Places:
    """The longest common run of sentences."""
    matcher = SequenceMatcher(None, [s.key for s in before], [s.key for s in after], autojunk=False)
    return {m.a + n: m.b + n for m in matcher.get_matching_blocks() for n in range(m.size)}


def _paired(before: Sequence[_Sentence], after: Sequence[_Sentence], places: _Places) -> _Places:
    """Sentences taken out and put in that are one sentence, the likest first, the nearest of equals."""
    gone = [i for i in range(len(before)) if i not in places]
    come = sorted(set(range(len(after))).difference(places.values()))
    if max(len(gone), len(come)) > _MOST_PAIRED:
        return {}
    scored = sorted(((_likeness(before[i], after[j]), -abs(i - j), i, j) for i in gone for j in come), reverse=True)
    pairs: _Places = {}
    for score, _, i, j in scored:
        if score >= _LIKE and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _likeness(old: _Sentence, new: _Sentence) -> float:
    """Dice of word pairs, or the words in common and in order where pairs are few; 1 for the same words."""
    if old.key == new.key:
        return 1.0
    shared = sum((old.pairs & new.pairs).values())
    by_pairs = 2 * shared / max(1, sum(old.pairs.values()) + sum(new.pairs.values()))
    return max(by_pairs, SequenceMatcher(None, old.key, new.key, autojunk=False).ratio() - _IN_ORDER)


def _verb(old: _Sentence | None, new: _Sentence | None) -> str:
    if old is None:
        return "added"
    if new is None:
        return "removed"
    return "same" if old.key == new.key else "changed"


def _kinds(pair: Pair) -> set[str]:
    old, new = pair
    if new is None:
        return {"removal"} if old and not old.is_note else set()
    if old is None:
        return {"correction note"} if new.is_note else {"addition"}
    if new.is_note and not old.is_note:
        return {"correction note"}
    if _is_figure(old, new):
        return {"figure"}
    return {"typo"} if _is_typo(words(old.text), words(new.text)) else {"wording"}


def _is_figure(old: _Sentence, new: _Sentence) -> bool:
    """Whether a number gave way to another."""
    return bool(old.numbers - new.numbers) and bool(new.numbers - old.numbers)


def _is_typo(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether a word or two are spelt otherwise, and nothing else."""
    changed = [op for op in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if op[0] != "equal"]
    spelt = [("".join(old[i1:i2]), "".join(new[j1:j2]), max(i2 - i1, j2 - j1)) for _, i1, i2, j1, j2 in changed]
    return sum(size for *_, size in spelt) <= _TYPO_TOKENS and all(
        a and b and SequenceMatcher(None, a, b, autojunk=False).ratio() > _TYPO_LIKE for a, b, _ in spelt
    )
