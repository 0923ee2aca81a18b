"""Lines that recur on other pages of a site are its furniture: learnt per site, as pages come.

A line is known by a 64-bit hash of its letters and digits, case folded: the store keeps hash -> number of pages, never
the text. Near-identical pages (the same article under two addresses, a page fetched again) must not count twice, or an
article's own sentences would look like furniture: measured, ignoring this costs .006 F1.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

__all__ = [
    "PageLines",
    "SiteLines",
    "drop_recurring",
    "learn",
    "learn_all",
    "near_identical",
    "page_lines",
]

_NOT_WORD = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
# A line of at least this many letters is prose: its hash counts for telling near-identical pages apart.
_LONG = 80
# Such a line is furniture only if three other pages have it, and a fifth of all.
_LONG_OTHERS = 3
_LONG_SHARE = 5
_SAME_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLines:
    """The lines of one whole page: hashes of all lines, and of the long ones (prose) among them."""

    lines: frozenset[int] = frozenset()
    prose: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLines:
    """What the pages of one site have in common so far.

    `pages` is how many (different) pages were counted; `counts` maps a line's hash to the number of pages that have it;
    `least` is on how many others a line must stand (more than one where it is not certain that they are of one site).
    """

    pages: int = 0
    counts: Mapping[int, int] = field(default_factory=dict)
    least: int = 1

    def recurs(self, line: str, *, own: frozenset[int] = frozenset()) -> bool:
        """Does this line stand on other pages of the site? `own`: the hashes of this page, if it was learnt already."""
        key = _line_hash(line)
        others = self.counts.get(key, 0) - (key in own)
        if others < self.least:
            return False
        # Background that follow-up articles repeat, or a quote, stands on a few pages; furniture on many.
        return len(line) < _LONG or (others >= _LONG_OTHERS and others * _LONG_SHARE >= self.pages - bool(own))


def _line_hash(line: str) -> int:
    """A signed 64-bit number (SQLite's INTEGER) for a line: letters only, case folded.

    In short lines all numbers are one ("17 comments"); in prose they are what tells two market reports apart.
    """
    text = _NOT_WORD.sub(" ", line).strip().casefold()
    if len(line) < _LONG:
        text = _DIGITS.sub("0", text)
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


def page_lines(lines: Iterable[str]) -> PageLines:
    """What a page (all its lines, chrome too) has to teach."""
    kept = [line for line in lines if any(c.isalpha() for c in line)]
    return PageLines(
        lines=frozenset(_line_hash(line) for line in kept),
        prose=frozenset(_line_hash(line) for line in kept if len(line) >= _LONG),
    )


def near_identical(one: PageLines, other: PageLines) -> bool:
    """Do two pages tell the same article? More than half of the shorter one's prose stands on the other one."""
    least = min(len(one.prose), len(other.prose))
    return one.lines == other.lines or (least > 0 and len(one.prose & other.prose) > _SAME_SHARE * least)


def learn(known: SiteLines, page: PageLines) -> SiteLines:
    """The site's lines with one more page counted.

    The guard: a page most of whose prose is known already is near-identical to an earlier one and teaches nothing.
    """
    seen = sum(h in known.counts for h in page.prose)
    if known.pages and (seen > _SAME_SHARE * len(page.prose) or (not page.prose and page.lines <= known.counts.keys())):
        return known
    counts = dict(known.counts)
    for h in page.lines:
        counts[h] = counts.get(h, 0) + 1
    return SiteLines(pages=known.pages + 1, counts=counts, least=known.least)


def learn_all(pages: Sequence[PageLines], *, least: int = 1) -> SiteLines:
    """What pages of one site have in common, whatever their order: near-identical ones count as one."""
    pages = sorted(pages, key=lambda page: sorted(page.lines))  # so that chains of likeness end the same
    group = list(range(len(pages)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    holders: dict[int, int] = {}
    for i, page in enumerate(pages):
        met = {holders[h] for h in page.prose if h in holders} | {holders.get(_whole(page), i)}
        for j in met:
            if near_identical(pages[j], page):
                group[root(i)] = root(j)
        for h in (*page.prose, _whole(page)):
            holders.setdefault(h, i)
    unions: dict[int, set[int]] = {}
    for i, page in enumerate(pages):
        unions.setdefault(root(i), set()).update(page.lines)
    counts = Counter(h for lines in unions.values() for h in lines)
    return SiteLines(pages=len(unions), counts=dict(counts), least=least)


def _whole(page: PageLines) -> int:
    return hash(page.lines)


def drop_recurring(text: str, known: SiteLines) -> str:
    """An article's text without the lines that other pages of its site have too; `known` has counted the page itself."""
    own = page_lines(text.split("\n")).lines
    kept = [line for line in text.split("\n") if not line.strip() or not known.recurs(line, own=own)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
