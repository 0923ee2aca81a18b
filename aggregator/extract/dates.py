"""When it was published and last changed: as the page tells machines, then as it shows readers, then htmldate.

A moment keeps the zone that the page gives it. Many sites stamp in UTC what they published the evening before: where the
address or the byline shows the day before or after, the same moment is given in a zone where it falls on that day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import htmldate
from selectolax.lexbor import LexborHTMLParser

from aggregator.extract.head import Head
from aggregator.extract.iso import to_iso
from aggregator.extract.local_time import local_stamp
from aggregator.extract.shown_dates import DATE_LINE, SHORT_LINE, UPDATED_LABEL, day_elsewhere, days_shown, labelled_day

__all__ = ["Dates", "find_dates"]

_Found = tuple[str, str]  # a date and its source
_Offer = tuple[str, str | None]  # a source and what it says
_MACHINES = frozenset({"json-ld", "meta"})
_PUBLISHED = tuple(
    (
        "article:published_time og:published_time datepublished parsely-pub-date sailthru.date "
        "cxenseparse:recs:publishtime cxenseparse:publishtime dc.date.issued citation_online_date date pubdate "
        "publishdate publish-date publish_date publication_date article.published article_date_original "
        "originalpublicationdate dc.date dcterms.date dcterms.created dc.date.created release_date date.release "
        "displaydate og:article:published_time rnews:datepublished article:published citation_publication_date "
        "dc.created created doc_date og:pubdate last-published gentime published"
    ).split()
)  # fmt: skip
_UPDATED = tuple(
    (
        "article:modified_time og:updated_time datemodified last-modified dcterms.modified dc.date.modified lastmod "
        "updated_time"
    ).split()
)
_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([/_-]?)(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d)")
_DATED = (
    ".date, .post-date, .entry-date, .article-date, .publish-date, .published, .pubdate, .post__date, .article__date"
)
_LEAD = 160  # longer is text


@dataclass(frozen=True, slots=True)
class Dates:
    """What was found: ISO 8601 strings (with zone where the page has one, else the date alone) and their sources."""

    published: str | None = None
    published_from: str | None = None
    updated: str | None = None
    updated_from: str | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page shows its readers: its lines near the headline, the dates that its body marks, the day in its address."""

    lines: Sequence[str]
    marked: Sequence[str]
    in_url: date | None
    lang: str | None

    @property
    def above_prose(self) -> Sequence[str]:
        """The lines near the headline as far as the text: what stands below may be dated for itself."""
        end = next((i for i, line in enumerate(self.lines) if len(line) > _LEAD), len(self.lines))
        return self.lines[:end]


def find_dates(
    head: Head,
    *,
    parser: LexborHTMLParser | None = None,
    html: str = "",
    url: str | None = None,
    lines: Sequence[str] = (),
    elsewhere: Sequence[str] = (),
    lang: str | None = None,
) -> Dates:
    """Publication and last change of a page. `lines`: its blocks near the headline; `elsewhere`: all of them.

    `html`, if given, is shown to htmldate as last resort but one (not for its extensive search: that loads two hundred
    locales, 100 MB, in ten seconds).
    """
    shown = _Shown(lines, list(_marked(parser)) if parser is not None else [], _day_in_url(url), lang)
    published = _offered(head, shown, url) or _searched(parser, html, url, elsewhere=elsewhere, lang=lang)
    updated = _updated(head, published)
    return Dates(*(published or (None, None)), *(updated or (None, None)))


def _offered(head: Head, shown: _Shown, url: str | None) -> _Found | None:
    """The first of the places where a page says when it was published, corrected by what it shows."""
    days, in_url = days_shown(shown.lines, shown.lang), shown.in_url
    offers: tuple[_Offer, ...] = (
        *_told(head),
        ("url", _iso(in_url)),
        ("body", _iso(labelled_day(shown.lines, shown.lang))),
        *(("body", text) for text in shown.marked),
        ("body", _iso(days[0] if days else None)),
        *_told_elsewhere(head),
    )
    first = next(((stamp, source) for source, text in offers if (stamp := to_iso(text))), None)
    if first is None:
        return None
    stamp, source = first
    stamp = local_stamp(stamp, [in_url] if in_url else days_shown(shown.above_prose, shown.lang) or days, url)
    earlier = _earlier(stamp, shown) if source in _MACHINES else None
    return (earlier.isoformat(), "url" if earlier == in_url else "body") if earlier else (stamp, source)


def _searched(
    parser: LexborHTMLParser | None, html: str, url: str | None, *, elsewhere: Sequence[str], lang: str | None
) -> _Found | None:
    """Where no place says it: a class that names a date, htmldate, any short line."""
    if parser is not None and (day := _dated(parser, lang)):
        return day.isoformat(), "body"
    if html and (guess := _guessed(html, url)):
        return guess, "htmldate"
    day = day_elsewhere(elsewhere, lang)
    return (day.isoformat(), "body") if day else None


def _updated(head: Head, published: _Found | None) -> _Found | None:
    """The last change that machines are told of; before its publication nothing is changed."""
    for source, text in (("json-ld", _text(head.article.get("dateModified"))), ("meta", head.first(*_UPDATED))):
        stamp = to_iso(text)
        if stamp and (not published or stamp[:10] >= published[0][:10]):
            return stamp, source
    return None


def _told(head: Head) -> Iterator[_Offer]:
    yield "json-ld", _text(head.article.get("datePublished"))
    for name in _PUBLISHED:
        yield "meta", head.first(name)


def _told_elsewhere(head: Head) -> Iterator[_Offer]:
    for node in head.nodes:
        yield "json-ld", _text(node.get("datePublished"))
    yield "json-ld", _text(head.article.get("dateCreated"))


def _marked(parser: LexborHTMLParser) -> Iterator[str]:
    """Dates that the body marks as the publication's, or its only one."""
    for node in parser.css(
        '[itemprop~="datePublished"], time[pubdate], time.published, time.entry-date, .dt-published'
    )[:2]:
        attributes = node.attributes
        yield attributes.get("datetime") or attributes.get("content") or node.text().strip()
    times = {n.attributes.get("datetime") or "" for n in parser.css("time[datetime]")[:12]}
    if len(times) == 1:
        yield times.pop()


def _dated(parser: LexborHTMLParser, lang: str | None) -> date | None:
    """The date of the first element whose class says that it is one, if it is of the only day that such elements show."""
    texts = (node.text(separator=" ").strip() for node in parser.css(_DATED)[:6])
    days = [day for text in texts if len(text) <= SHORT_LINE for day in days_shown((text,), lang)[:1]]
    return days[0] if days and len(set(days)) == 1 else None


def _text(value: object) -> str | None:
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, str) else None


def _guessed(html: str, url: str | None) -> str | None:
    try:
        return htmldate.find_date(html, extensive_search=False, original_date=True, url=url)
    except ValueError:  # it moves text about, and lxml takes control characters in but not back
        return None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day_in_url(url: str | None) -> date | None:
    for match in _URL_DAY.finditer(url or ""):
        if match[2] == "" and not (len(match[3]) == len(match[4]) == 2):
            continue
        try:
            return date(int(match[1]), int(match[3]), int(match[4]))
        except ValueError:
            continue
    return None


def _earlier(told: str, shown: _Shown) -> date | None:
    """The day before the one told to machines that the page shows its readers as that of publication, and no other.

    Many templates tell machines the day of the last change, or of the last build of the site. Nothing shows a day before it
    was published, so the earlier one is right, unless the page shows the told one too.
    """
    day = date.fromisoformat(told[:10])
    short = [line for line in shown.above_prose if len(line) <= SHORT_LINE]
    marked = [date.fromisoformat(stamp[:10]) for text in shown.marked[:1] if (stamp := to_iso(text))]
    if day in marked or day in days_shown([line for line in short if not UPDATED_LABEL.match(line)], shown.lang):
        return None
    plain = [line for line in short if len(line) <= DATE_LINE and not UPDATED_LABEL.search(line)]
    days = set(days_shown(plain, shown.lang))
    only = days.pop() if len(days) == 1 else None
    offers = (labelled_day(short, shown.lang), shown.in_url, only, *marked)
    return next((offer for offer in offers if offer and offer < day), None)
