"""Is one of two stories a copy of the other? The decision on a pair, with its evidence and its reason in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from aggregator.dedupe.alignment import align
from aggregator.dedupe.fingerprint import Fingerprint, fingerprint
from aggregator.dedupe.passages import Overlap, Shingled, identical, overlap, shingled, swaps

if TYPE_CHECKING:
    from aggregator.model import StoryLine

__all__ = ["WINDOW", "Comparison", "compare", "match", "why"]

WINDOW = timedelta(days=7)
"""Stories published further apart are never copies: the same words then are an anniversary or a template."""

# All thresholds below were chosen between labelled edits of forty articles and real stories of one event (docs/copies.md),
# and checked on edits made otherwise, of other articles and in other languages. Before changing one, run
# `benchmarks/copies/evaluate.py`.

# A brief has fewer words than this: it must stand whole in the other, with every figure and name.
_BRIEF = 60
# Fewer words cannot show that a text was copied unless all of it is equal.
_SHORTEST_EXCERPT = 20
_SHORTEST_EQUAL = 8
_SHORTEST_TITLE_WORDS = 5
_SHORTEST_TITLE = 25
_TITLE_WINDOW = timedelta(days=2)
_OWN_TITLE_WINDOW = timedelta(hours=12)
_BRIEF_SHARED = 0.9
_BRIEF_EQUAL_LENGTH = 0.8
_BRIEF_TITLE = 0.5
# This much of the shorter text stands in the longer: nothing else is asked.
_MOST = 0.78
_MUCH, _MUCH_WHOLE = 0.68, 0.62
# Less, but either text's opening stands in the other: half of it is new, or a page's chrome was scraped with it. Two
# reports that quote one statement share the statement, not how they begin.
_HALF, _HALF_WHOLE, _SAME_OPENING = 0.35, 0.3, 0.85
# Reworded: nearly every sentence keeps some of its runs of three words.
_SPUN, _SPUN_WORDS, _SPUN_TOUCHED, _SPUN_OPENING = 0.4, 0.7, 0.9, 0.6
# With titles that agree, less is enough.
_TITLE_AGREES, _TITLED_OPENING, _TITLED, _TITLED_WHOLE = 0.6, 0.2, 0.45, 0.35
# Reworded more heavily: nearly every sentence has a counterpart with the same figures and names.
_ALIGNED, _ALIGNED_WORDS, _ALIGNED_SHARE, _ALIGNED_CONFLICT = 0.15, 120, 0.75, 0.3
# What two reports share is what they quote, when their own words are shared by so much less. (Of 1,700 edits fewer than
# one in a hundred come below .5.)
_QUOTATION = 0.4
# Fewer of the shared words than this stand in whole sentences: the text was reworded.
_REWORDED_WHOLE = 0.55
# The copy is an excerpt when it is this much shorter.
_EXCERPT_LENGTH = 0.75
# A template filled in anew: most substitutions change a figure or a name, and there is one in every so many words.
_TEMPLATE_SHARE, _TEMPLATE_FEWEST, _TEMPLATE_WORDS = 0.6, 3, 60
# The same seen by sentences; a short text has few of them, and what it tells is in each.
_CONFLICT, _SHORT, _CONFLICT_SHORT, _TEMPLATE_SHORT = 0.55, 150, 0.15, 0.3
# A language that writes all nouns with a capital (German): capitals do not tell names there.
_NAMES_AT_MOST = 0.22
_TEXT_KINDS = ("near", "excerpt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two stories a and b share. `kind` is None when neither is a copy of the other.

    `partial` says that half of the text may be of another origin: such a pair must not glue two groups together.
    `score` is the share of the shorter text's words that stand in the longer; `share_a` and `share_b` are each text's
    share; `passages` are (start in a, start in b, length) in words, longest first; `reason` is a clause for a reader.
    """

    kind: str | None
    partial: bool
    score: float
    share_a: float
    share_b: float
    words_a: int
    words_b: int
    passages: tuple[tuple[int, int, int], ...]
    reason: str

    def mirrored(self) -> Comparison:
        """The same comparison with a and b exchanged."""
        return replace(
            self,
            share_a=self.share_b,
            share_b=self.share_a,
            words_a=self.words_b,
            words_b=self.words_a,
            passages=tuple((j, i, length) for i, j, length in self.passages),
        )


def match(a: Fingerprint, b: Fingerprint) -> Comparison | None:
    """The comparison if one of the two is a copy of the other, or None."""
    compared = _compare(a, b, least=_ALIGNED)
    return compared if compared.kind else None


def why(a: StoryLine, b: StoryLine) -> Comparison:
    """Compare two stories, copies or not: what `copies why A B` shows."""
    return compare(fingerprint(a), fingerprint(b))


def compare(a: Fingerprint, b: Fingerprint) -> Comparison:
    """Compare two stories. Symmetric but for the order of sides; about 0.4 ms for 500 words each."""
    return _compare(a, b, least=0.0)


def _compare(a: Fingerprint, b: Fingerprint, *, least: float) -> Comparison:
    if (len(b), b.id) < (len(a), a.id):
        return _compare(b, a, least=least).mirrored()
    found = identical(len(a)) if a.words == b.words else overlap(_shingled(a), _shingled(b), least=least)
    kind, reason = _decide(a, b, found)
    same = kind == "exact"
    return Comparison(
        kind=kind,
        partial=kind in _TEXT_KINDS and len(a) >= _BRIEF and not _is_whole(found),
        score=1.0 if same else round(found.words, 4),
        share_a=1.0 if same else found.words,
        share_b=1.0 if same else found.words_returned,
        words_a=len(a),
        words_b=len(b),
        passages=tuple(sorted(found.passages, key=lambda passage: (-passage[2], passage))),
        reason=reason,
    )


def _shingled(story: Fingerprint) -> Shingled:
    return shingled(story.words, story.flags)


def _decide(shorter: Fingerprint, longer: Fingerprint, found: Overlap) -> tuple[str | None, str]:
    """Kind and reason for a pair whose first is not longer than its second."""
    if abs(shorter.published_at - longer.published_at) > WINDOW:
        return None, "they were published more than seven days apart"
    if not len(shorter):
        return _decide_by_title(shorter, longer)
    if shorter.words == longer.words:
        return _decide_equal(shorter, longer)
    if len(shorter) < _SHORTEST_EXCERPT:
        return None, f"{len(shorter)} words are too few to tell a copy by"
    if len(shorter) < _BRIEF:
        return _decide_brief(shorter, longer, found)
    kind, reason = _decide_text(shorter, longer, found)
    if kind and (template := _template(shorter, longer, found)):
        return None, template
    return kind, reason


def _decide_by_title(shorter: Fingerprint, longer: Fingerprint) -> tuple[str | None, str]:
    apart = abs(shorter.published_at - longer.published_at)
    if not shorter.title_words or shorter.title_words != longer.title_words:
        return None, "one has no text, and their titles differ"
    if len(shorter.title_flags) < _SHORTEST_TITLE_WORDS and len(shorter.title or "") < _SHORTEST_TITLE:
        return None, "one has no text, and its title is too short to tell a copy by"
    own = shorter.source is not None and shorter.source == longer.source
    if apart > (_OWN_TITLE_WINDOW if own else _TITLE_WINDOW):
        return None, "one has no text, and equal titles this far apart are a habit"
    return ("excerpt" if len(longer) else "exact"), "the same title, and no other text"


def _decide_equal(shorter: Fingerprint, longer: Fingerprint) -> tuple[str | None, str]:
    if len(shorter) >= _SHORTEST_EXCERPT or (
        len(shorter) >= _SHORTEST_EQUAL and (shorter.title_words == longer.title_words or not shorter.title_words)
    ):
        return "exact", f"all of its {len(shorter)} words are the same"
    return None, f"{len(shorter)} equal words are too few to tell a copy by"


def _decide_brief(shorter: Fingerprint, longer: Fingerprint, found: Overlap) -> tuple[str | None, str]:
    similar = len(shorter) >= _EXCERPT_LENGTH * len(longer)
    if found.shared < (_BRIEF_EQUAL_LENGTH if similar else _BRIEF_SHARED):
        return None, f"only {_percent(found.words)} of its {len(shorter)} words stand in the other"
    _, telling = swaps(
        _shingled(shorter).words, _shingled(longer).words, found.passages, names=_names_tell(shorter, longer)
    )
    if telling:
        return None, "a figure or a name differs in otherwise equal words"
    if not _title_agrees(shorter, longer):
        return None, "the words are shared, but the titles speak of different things"
    return ("near" if similar else "excerpt"), _shared_reason(shorter, found)


def _title_agrees(shorter: Fingerprint, longer: Fingerprint) -> bool:
    """A brief's title carries much of what it says: at least half of its words must stand somewhere in the other."""
    if not shorter.title_words or not longer.title_words:
        return True
    known = np.concatenate((longer.headline.hashes, longer.text.hashes))
    return float(np.isin(shorter.headline.hashes, known).mean()) >= _BRIEF_TITLE


def _decide_text(shorter: Fingerprint, longer: Fingerprint, found: Overlap) -> tuple[str | None, str]:
    if found.shared < _BRIEF_SHARED and found.unquoted < _QUOTATION * found.words:
        return None, f"they quote the same words: of those around them only {_percent(found.unquoted)} are shared"
    if _is_spun(found) and found.whole < _REWORDED_WHOLE * found.words:
        return "reworded", _reworded_reason(shorter, found.touched, found.words)
    if _is_whole(found) or _is_part(shorter, longer, found):
        excerpt = len(shorter) < _EXCERPT_LENGTH * len(longer)
        return ("excerpt" if excerpt else "near"), _shared_reason(shorter, found)
    if found.shared >= _ALIGNED and len(shorter) >= _ALIGNED_WORDS:
        aligned = align(_shingled(shorter), _shingled(longer), found.sentences, names=_names_tell(shorter, longer))
        if aligned.share >= _ALIGNED_SHARE and aligned.conflict <= _ALIGNED_CONFLICT:
            return "reworded", _reworded_reason(shorter, aligned.share, found.words)
    return None, f"only {_percent(found.words)} of its {len(shorter)} words stand in the other"


def _is_whole(found: Overlap) -> bool:
    """Most of the shorter text is the longer's."""
    return found.shared >= _MOST or (found.shared >= _MUCH and found.whole >= _MUCH_WHOLE) or _is_spun(found)


def _is_spun(found: Overlap) -> bool:
    return (
        found.shared >= _SPUN
        and found.words >= _SPUN_WORDS
        and found.touched >= _SPUN_TOUCHED
        and found.opening >= _SPUN_OPENING
    )


def _is_part(shorter: Fingerprint, longer: Fingerprint, found: Overlap) -> bool:
    """A good part of the shorter text is the longer's, in whole sentences, and one begins as the other or is titled so."""
    opens = found.opening >= _SAME_OPENING
    if opens and found.shared >= _HALF and found.whole >= _HALF_WHOLE:
        return True
    if found.shared < _TITLED_OPENING or not _titles_agree(shorter, longer):
        return False
    return opens or (found.shared >= _TITLED and found.whole >= _TITLED_WHOLE)


def _titles_agree(one: Fingerprint, other: Fingerprint) -> bool:
    """Most words of each title stand in the other."""
    ours, theirs = one.headline.hashes, other.headline.hashes
    if min(len(ours), len(theirs)) < _SHORTEST_TITLE_WORDS:
        return False
    return min(float(np.isin(ours, theirs).mean()), float(np.isin(theirs, ours).mean())) >= _TITLE_AGREES


def _template(shorter: Fingerprint, longer: Fingerprint, found: Overlap) -> str | None:
    """Why two texts are one template filled in twice, if they are: alike sentences tell of other figures and names."""
    names = _names_tell(shorter, longer)
    differing, telling = swaps(_shingled(shorter).words, _shingled(longer).words, found.passages, names=names)
    fewest = max(_TEMPLATE_FEWEST, len(shorter) / _TEMPLATE_WORDS)
    if telling >= fewest and telling >= _TEMPLATE_SHARE * differing:
        return f"one template: figures or names differ in {telling} of {differing} places"
    if found.shared >= _MOST:
        return None
    if len(shorter) < _SHORT and (telling >= _TEMPLATE_SHORT * differing > 0 or not _title_agrees(shorter, longer)):
        return "one template: a short text with another figure, name or title"
    conflict = align(_shingled(shorter), _shingled(longer), found.sentences, names=names).conflict
    if conflict >= (_CONFLICT_SHORT if len(shorter) < _SHORT else _CONFLICT):
        return f"one template: figures or names differ in {_percent(conflict)} of the sentences that are alike"
    return None


def _names_tell(*stories: Fingerprint) -> bool:
    return all(_shingled(story).names <= _NAMES_AT_MOST for story in stories)


def _shared_reason(shorter: Fingerprint, found: Overlap) -> str:
    longest = max((length for _, _, length in found.passages), default=0)
    return (
        f"{_percent(found.words)} of its {len(shorter)} words stand in the same order in the other, "
        f"{longest} of them in one piece"
    )


def _reworded_reason(shorter: Fingerprint, sentences: float, words: float) -> str:
    return (
        f"{_percent(sentences)} of its sentences are the other's with words replaced: "
        f"{_percent(words)} of its {len(shorter)} words are the same"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
