"""Lines that are no part of the article, dropped from the text of any extractor, each with its reason.

Works on lines alone, so that it serves pages, texts kept by another scraper, JSON-LD and feeds alike. On pages the block
classifier has judged before; what is left for this filter is what a rule knows better: the repeated headline, bylines,
"read more", shares, newsletters, advertisements, headings of lists, dangling labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aggregator.extract.letters import DENSE, Seen
from aggregator.extract.phrases import KINDS, line_kind
from aggregator.extract.titles import same_title, title_key

__all__ = ["Line", "Verdict", "filter_lines"]

_LONG_CHARS = 120  # a first long paragraph ends the zone of headline, byline, date and labels
_SHORT_WORDS = 25
_LABEL_WORDS = 3
_END_ZONE = 4  # lines
_SENTENCE_END = tuple(".!?…。！？”\"»’'）)]")
_WORD = re.compile(r"\w+")
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b.{0,12}$|^\W*\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b\d{1,2}[:.h]\d\d\b|(?:19|20)\d\d\s?[年년-]\s?\d{1,2}|\b\d+\s*(?:min|minutes?|minuten|hours?|days?|hrs?)\b.{0,12}$|\bago\b",
    re.IGNORECASE,
)
_SHARE_BAR = re.compile(
    r"(?:\W*\b(?:share|tweet|email|e-mail|print|facebook|twitter|whatsapp|linkedin|pinterest|reddit|x|copy|link|comments?|save|post|messenger|telegram|bluesky|threads|\d+)\b\W*){2,}",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]{2}")
_COOKIES = re.compile(r"cookie|consent|datenschutz|privacy|confidentialité|privacidad", re.IGNORECASE)
_ALWAYS = frozenset({"ad", "share", "top", "newsletter", "list", "rights", "more"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a text. `heading`: 1-6 or 0; `link_share`: how much of it stands in links; `sure`: 0-1 from the classifier."""

    text: str
    heading: int = 0
    link_share: float = 0.0
    sure: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A line and, if it is not the article, why."""

    line: Line
    reason: str | None = None


def filter_lines(
    lines: Sequence[Line], *, title: str | None = None, authors: Sequence[str] = (), labels: Iterable[str | None] = (),
    headlines: frozenset[str] = frozenset(),
) -> list[Verdict]:  # fmt: skip
    """Judge every line.

    `labels`: names that stand alone above or below articles (site, section). `headlines`: keys of more titles of this page.
    """
    opening = next((i for i, line in enumerate(lines) if _weight(line.text) >= _LONG_CHARS), len(lines))
    ending = max((i for i, line in enumerate(lines) if _weight(line.text) >= _LONG_CHARS), default=-1)
    names = [name for name in labels if name]
    reasons: list[str | None] = []
    seen = Seen()
    in_list = False
    for i, line in enumerate(lines):
        reason = _repeats(line, title, at_top=i <= opening, names=names, headlines=headlines)
        edge = i < opening or (i > ending and i >= len(lines) - _END_ZONE)
        reason = reason or _furniture(line, edge=edge, after_text=i > ending)
        if reason is None and edge:
            reason = _credits(line, authors, at_top=i < opening)
        if reason is None and seen.again(line.text):
            reason = "stands here twice"
        if reason == "heads a list of other things" and i > ending:
            in_list = True
        elif in_list and reason is None:
            if _weight(line.text) >= _LONG_CHARS:
                in_list = False
            else:
                reason = "in a list of other things"
        reasons.append(reason)
    _link_runs(lines, reasons)
    _about_it(lines, reasons, authors)
    _dangling(lines, reasons, title_known=bool(title), opening=opening)
    return [Verdict(line=line, reason=reason) for line, reason in zip(lines, reasons, strict=True)]


def _repeats(
    line: Line, title: str | None, *, at_top: bool, names: Sequence[str], headlines: frozenset[str]
) -> str | None:
    if title and at_top and (same_title(line.text, title) or _nearly(line.text, title)):
        return "repeats the headline"
    if at_top and title_key(line.text) in headlines:
        return "repeats the headline"
    if title and line.heading == 1 and same_title(line.text, title):
        return "repeats the headline"
    if len(line.text) < 60 and any(same_title(line.text, name) for name in names):
        return "names the site or section"
    return None


def _nearly(text: str, title: str) -> bool:
    """The headline with a word or two more or fewer."""
    if len(text) > 1.5 * len(title) + 10 or text.endswith((".", "。")) != title.endswith((".", "。")):
        return False
    a, b = set(_WORD.findall(text.casefold())), set(_WORD.findall(title.casefold()))
    return len(b) >= 4 and len(a & b) >= 0.8 * max(len(a), len(b))


def _furniture(line: Line, *, edge: bool, after_text: bool) -> str | None:
    """What the line begins like, if that is enough to drop it."""
    text = line.text
    words = _words(text)
    if words > _SHORT_WORDS:
        return _long_furniture(line, words)
    if words <= 12 and _SHARE_BAR.fullmatch(text) and _LETTERS.search(text):
        return "share buttons"
    number, share = line_kind(text)
    if not number:
        return None
    kind = KINDS[number - 1]
    sentence = text.rstrip().endswith(_SENTENCE_END) and words >= 5
    if kind in _ALWAYS and (share >= 0.75 or (share >= 0.45 and not sentence)):
        return _WHY[kind]
    if kind == "more" and (":" in text[:40] or share >= 0.3) and (not sentence or ":" in text[:40]):
        return _WHY[kind]
    if kind == "newsletter" and words <= 16 and (not sentence or share >= 0.25):
        return _WHY[kind]
    if kind == "consent" and _COOKIES.search(text) and share >= 0.15 and not (share < 0.3 and sentence is False):
        return _WHY[kind]
    if kind == "rights" and (not sentence or after_text or share >= 0.2 or text.startswith(("©", "(c)"))):
        return _WHY[kind]
    if kind == "photo" and not sentence and (":" in text[:25] or "/" in text or words <= 4):
        return _WHY[kind]
    if kind == "list" and edge and not sentence and share >= 0.3:
        return _WHY[kind]
    return None


def _long_furniture(line: Line, words: int) -> str | None:
    """A consent notice, or "Read more:" with a headline of thirty words behind it."""
    number, share = line_kind(line.text)
    if words <= _MOST_NOTICE and number == _CONSENT and _COOKIES.search(line.text):
        return _WHY["consent"]
    if words <= _MOST_HEADLINE and number == _MORE:
        phrase = round(share * len(line.text))
        is_pointer = line.link_share >= 0.5 or " " in line.text[:phrase]
        return _WHY["more"] if is_pointer and ":" in line.text[phrase - 1 : phrase + 3] else None
    return None


_MOST_NOTICE = 60  # words
_MOST_HEADLINE = 45
_MORE = KINDS.index("more") + 1
_CONSENT = KINDS.index("consent") + 1
_WHY = {
    "more": "points to another article",
    "newsletter": "offers a newsletter or a subscription",
    "share": "share buttons",
    "ad": "marks an advertisement",
    "consent": "asks for consent",
    "list": "heads a list of other things",
    "top": "a button of the page",
    "rights": "claims copyright",
    "photo": "credits a picture",
    "contents": "heads a table of contents",
    "meta": "byline or date",
}


def _credits(line: Line, authors: Sequence[str], *, at_top: bool) -> str | None:
    """Bylines and dates above or below the text."""
    text = line.text
    words = _words(text)
    if words > 20 or (text.endswith((".", "。", "!", "?", ".”", '."', ".»")) and words > 8):
        return None
    folded = text.casefold()
    if any(name.casefold() in folded for name in authors) and words <= 15:
        return "byline or date"
    number, share = line_kind(text)
    if number and KINDS[number - 1] == "meta" and (at_top or share >= 0.2 or _DATE.search(text)) and words <= 14:
        return "byline or date"
    if words <= 10 and _DATE.search(text) and not line.heading and (at_top or words <= 6):
        return "byline or date"
    return None


def _link_runs(lines: Sequence[Line], reasons: list[str | None]) -> None:
    """Three and more lines in a row that are nothing but links are a list of other articles."""
    run: list[int] = []
    for i in range(len(lines) + 1):
        if i < len(lines) and lines[i].link_share > 0.9 and _words(lines[i].text) >= 3 and lines[i].sure < 0.75:
            run.append(i)
            continue
        if len(run) >= 3:
            for k in run:
                reasons[k] = reasons[k] or "in a list of links"
        run = []


def _about_it(lines: Sequence[Line], reasons: list[str | None], authors: Sequence[str]) -> None:
    """The last lines of a text that are about it: who wrote it, where it appeared first, what its outlet earns by it."""
    kept = [i for i, reason in enumerate(reasons) if reason is None]
    for i in kept[_BODY_LINES:][-_CLOSING_LINES:]:
        text = lines[i].text.lstrip("*_—–- ")
        words = _words(text)
        if words <= _MOST_CLOSING and _FIRST_ELSEWHERE.match(text):
            reasons[i] = "says where it appeared first"
        elif words <= _MOST_CLOSING and _EARNS.match(text):
            reasons[i] = "says what the outlet earns by it"
        elif (
            words <= _MOST_CLOSING
            and any(len(name) >= _NAME_CHARS and text.startswith(name) for name in authors)
            and _IS.search(text[:_OPENING_CHARS])
            and not _QUOTE.search(text)
        ):
            reasons[i] = "tells of its author"


_BODY_LINES = 3  # a shorter text has no room for such a line
_CLOSING_LINES = 3
_MOST_CLOSING = 90  # words
_NAME_CHARS = 4
_OPENING_CHARS = 200
_QUOTE = re.compile('[“”"„«»]')
_IS = re.compile(
    r"\b(?:is|are|was|writes|covers|covered|works|worked|has been|has written|joined|ist|war|arbeitet|schreibt|est|écrit|es|escribe|è|scrive)\b"
)
_FIRST_ELSEWHERE = re.compile(
    r"\W{0,3}(?:the post .{3,200} (?:appeared first|first appeared) on|(?:this (?:story|article|post|piece|essay|report|column) (?:was |has been )?)?"
    r"(?:originally|first) (?:published|appeared|posted|ran)\b|cross-?posted from|erstveröffentlichung\b|zuerst erschienen\b)",
    re.IGNORECASE,
)
_EARNS = re.compile(
    r"\W{0,3}(?:(?:affiliate |advertiser )?(?:disclosure|disclaimer)s?\b|transparenzhinweis\b).{0,400}?\b(?:affiliate|commission|compensat|sponsor|partner|provision)",
    re.IGNORECASE | re.DOTALL,
)


def _dangling(lines: Sequence[Line], reasons: list[str | None], *, title_known: bool, opening: int) -> None:
    """Labels that stand alone above the text, headings with nothing under them at its end."""
    for i in range(len(lines) - 1, -1, -1):
        if reasons[i] is not None:
            continue
        line = lines[i]
        label = _words(line.text) <= _LABEL_WORDS and not line.text.endswith(_SENTENCE_END) and line.sure < 0.6
        if line.heading or (label and i and _weight(lines[i - 1].text) >= _LONG_CHARS):
            reasons[i] = "a heading with nothing under it"
            continue
        break
    if not title_known:
        return
    for i in range(min(opening, len(lines))):
        if (
            reasons[i] is None
            and _words(lines[i].text) <= _LABEL_WORDS
            and not lines[i].text.endswith(_SENTENCE_END)
            and lines[i].sure < 0.8
        ):
            reasons[i] = "a label above the text"


@lru_cache(maxsize=2048)
def _words(text: str) -> int:
    """Words; two characters count as one where there are no spaces."""
    dense = _dense(text)
    return len(_WORD.findall(DENSE.sub(" ", text) if dense else text)) + (dense + 1) // 2


def _weight(text: str) -> float:
    """Length in letters; a character of Chinese or Japanese says as much as three."""
    return len(text) + 2 * _dense(text)


def _dense(text: str) -> int:
    return 0 if text.isascii() else len(DENSE.findall(text))
