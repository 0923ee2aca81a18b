"""When it was published and last changed: as the page tells machines, then as it shows readers, then htmldate.

A moment keeps the zone that the page gives it. Many sites stamp in UTC what they published the evening before: where the
address or the byline shows the day before or after, the same moment is given in a zone where it falls on that day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import htmldate
from selectolax.lexbor import LexborHTMLParser

from aggregator.extract.head import Head
from aggregator.text.dates import parse_date
from aggregator.text.urls import host_of

__all__ = ["Dates", "find_dates", "to_iso"]

_EARLIEST_YEAR = 1990
_MACHINES = frozenset({"json-ld", "meta"})
_DAY = timedelta(days=1)
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
# The zone of a country's outlets, by the end of their address (where there are several, that of the largest cities).
_ZONES = {
    "au": "Australia/Sydney",
    "nz": "Pacific/Auckland",
    "jp": "Asia/Tokyo",
    "kr": "Asia/Seoul",
    "cn": "Asia/Shanghai",
    "hk": "Asia/Hong_Kong",
    "tw": "Asia/Taipei",
    "sg": "Asia/Singapore",
    "my": "Asia/Kuala_Lumpur",
    "ph": "Asia/Manila",
    "id": "Asia/Jakarta",
    "th": "Asia/Bangkok",
    "vn": "Asia/Ho_Chi_Minh",
    "pk": "Asia/Karachi",
    "in": "Asia/Kolkata",
    "bd": "Asia/Dhaka",
    "lk": "Asia/Colombo",
    "np": "Asia/Kathmandu",
    "ae": "Asia/Dubai",
    "il": "Asia/Jerusalem",
    "tr": "Europe/Istanbul",
    "ru": "Europe/Moscow",
    "ua": "Europe/Kyiv",
    "ro": "Europe/Bucharest",
    "bg": "Europe/Sofia",
    "gr": "Europe/Athens",
    "fi": "Europe/Helsinki",
    "ee": "Europe/Tallinn",
    "lv": "Europe/Riga",
    "lt": "Europe/Vilnius",
    "pl": "Europe/Warsaw",
    "cz": "Europe/Prague",
    "sk": "Europe/Bratislava",
    "hu": "Europe/Budapest",
    "at": "Europe/Vienna",
    "de": "Europe/Berlin",
    "ch": "Europe/Zurich",
    "fr": "Europe/Paris",
    "be": "Europe/Brussels",
    "nl": "Europe/Amsterdam",
    "lu": "Europe/Luxembourg",
    "it": "Europe/Rome",
    "es": "Europe/Madrid",
    "pt": "Europe/Lisbon",
    "uk": "Europe/London",
    "ie": "Europe/Dublin",
    "dk": "Europe/Copenhagen",
    "no": "Europe/Oslo",
    "se": "Europe/Stockholm",
    "hr": "Europe/Zagreb",
    "rs": "Europe/Belgrade",
    "si": "Europe/Ljubljana",
    "ba": "Europe/Sarajevo",
    "za": "Africa/Johannesburg",
    "ke": "Africa/Nairobi",
    "ng": "Africa/Lagos",
    "eg": "Africa/Cairo",
    "ar": "America/Argentina/Buenos_Aires",
    "br": "America/Sao_Paulo",
    "uy": "America/Montevideo",
    "cl": "America/Santiago",
    "pe": "America/Lima",
    "mx": "America/Mexico_City",
    "ca": "America/Toronto",
    "us": "America/New_York",
}
_ISO = re.compile(
    r"\s*(\d{4})-?(\d{2})-?(\d{2})(?:[T\s]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}(?!\d))?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})\s*$")
_AMERICAN = re.compile(r"(?:\w{3},?\s+)?(\d{1,2})/(\d{1,2})/(\d{4})\b")
_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([/_-]?)(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d)")
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mae|mai|okt|dez|janv|févr|fév|mars|avr|juin|juil|août|déc|ene|abr|ago|dic|"
    r"gen|mag|giu|lug|set|ott|fev|out|maa|mei|maj|kwi|cze|lip|sie|wrz|paź|lis|gru|sty|lut|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек|"
    r"січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara)[^\W\d_]{0,9}\.?"
)
_SHOWN = re.compile(
    rf"(?<![\d/.-])(?:(?P<iso>(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01]))(?!\d)"
    rf"|(?P<han>(?:19|20)\d\d\s?[年년]\s?\d{{1,2}}\s?[月월]\s?\d{{1,2}})"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º)?[\s-](?:de\s|of\s)?(?P<name>{_MONTH}),?[\s-](?:de\s|del\s)?(?P<year>(?:19|20)\d\d)"
    rf"|(?P<name2>{_MONTH})\s(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?:at\s)?(?P<year2>(?:19|20)\d\d)"
    r"|(?P<d>\d{1,2})(?P<mark>[./-])(?P<m>\d{1,2})(?P=mark)(?P<y>(?:19|20)\d\d)(?!\d))",
    re.IGNORECASE,
)
_DATED = (
    ".date, .post-date, .entry-date, .article-date, .publish-date, .published, .pubdate, .post__date, .article__date"
)
_SHORT_LINE = 120  # characters
_DATE_LINE = 60  # a line that says hardly more than its date
_LEAD = 160  # longer is text
_PROSE = 200
_PUBLISHED_LABEL = re.compile(
    r"publi|posted|veröffent|erstellt|geschrieben|eingestellt|posté|escrit|gepost|skrev|dodano|опублик|發布|发布|发表|發表|日期|時間|时间|投稿|등록|입력|datum|date\b|fecha|data:",
    re.IGNORECASE,
)
_PUBLISHED_ON = re.compile(
    r"\b(?:published|veröffentlicht|publié|publicado|pubblicato|opublikowano|gepubliceerd)\b", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_UPDATED_LABEL = re.compile(
    r"updat|modif|aktualis|stand:|geändert|mis à jour|màj|actualiz|aggiorna|atualiz|bijgewerkt|oppdater|uppdater|opdater|zaktualiz|обновл|更新|수정",
    re.IGNORECASE,
)


class Dates:
    """What was found: ISO 8601 strings (with zone where the page has one, else the date alone) and their sources."""

    __slots__ = ("published", "published_from", "updated", "updated_from")

    def __init__(self) -> None:
        self.published: str | None = None
        self.published_from: str | None = None
        self.updated: str | None = None
        self.updated_from: str | None = None


def _guessed(html: str, url: str | None) -> str | None:
    try:
        return htmldate.find_date(html, extensive_search=False, original_date=True, url=url)
    except ValueError:  # it moves text about, and lxml takes control characters in but not back
        return None


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
    found = Dates()
    in_url, shown = _day_in_url(url), _days_shown(lines, lang)
    marked = [("body", text) for text in _marked(parser)] if parser is not None else []
    above = _above_prose(lines)
    days = [in_url] if in_url else _days_shown(above, lang) or shown
    offers = (
        *_told(head),
        ("url", in_url.isoformat() if in_url else None),
        ("body", _labelled(lines, lang)),
        *marked,
        ("body", shown[0].isoformat() if shown else None),
        *_told_elsewhere(head),
    )
    for source, text in offers:
        stamp = to_iso(text)
        if stamp:
            found.published, found.published_from = _own_day(stamp, days, url), source
            break
    if found.published and found.published_from in _MACHINES:
        earlier = _earlier(found.published, above, lang, in_url=in_url, marked=[text for _, text in marked[:1]])
        if earlier:
            found.published, found.published_from = earlier.isoformat(), "url" if earlier == in_url else "body"
    if found.published is None and parser is not None and (day := _dated(parser, lang)):
        found.published, found.published_from = day.isoformat(), "body"
    if found.published is None and html:
        guess = _guessed(html, url)
        if guess:
            found.published, found.published_from = guess, "htmldate"
    if found.published is None and (day := _day_elsewhere(elsewhere, lang)):
        found.published, found.published_from = day.isoformat(), "body"
    for source, text in (("json-ld", _text(head.article.get("dateModified"))), ("meta", head.first(*_UPDATED))):
        stamp = to_iso(text)
        if stamp and (not found.published or stamp[:10] >= found.published[:10]):
            found.updated, found.updated_from = stamp, source
            break
    return found


def _told(head: Head) -> Iterator[tuple[str, str | None]]:
    yield "json-ld", _text(head.article.get("datePublished"))
    for name in _PUBLISHED:
        yield "meta", head.first(name)


def _told_elsewhere(head: Head) -> Iterator[tuple[str, str | None]]:
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
    days = [day for text in texts if len(text) <= _SHORT_LINE for day in _days_shown((text,), lang)[:1]]
    return days[0] if days and len(set(days)) == 1 else None


def _text(value: object) -> str | None:
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, str) else None


def to_iso(text: str | None) -> str | None:
    """A date in any of the forms pages use, as ISO 8601: the moment with its zone, or the day alone; None if impossible.

    A time without a zone says nothing on its own: only its day is kept.
    """
    if not text or len(text) > 100:
        return None
    text = text.strip()
    match = _ISO.match(text)
    try:
        if match:
            return _from_iso(match)
        american = _AMERICAN.search(text)
        if american:
            first, second, year = (int(g) for g in american.groups())
            month, day = (first, second) if first <= 12 else (second, first)
            return _sound(date(year, month, day))
    except ValueError:
        return None
    moment = parse_date(text)
    if moment is None:
        day_found = _SHOWN.search(text)
        found = _as_day(day_found, None) if day_found else None
        return _sound(found) if found else None
    zone = _OFFSET.search(text)
    if zone:
        offset = timedelta(hours=int(zone[2]), minutes=int(zone[3])) * (-1 if zone[1] == "-" else 1)
        return _stamp(moment.astimezone(timezone(offset)))
    named = re.search(r"\b([A-Z]{3,4})\b(?:\s+\d{4})?\s*$", text)
    if ":" not in text:
        return _sound(moment.date())
    if named and named[1] not in ("GMT", "UTC"):  # "15:28:56 CET": the day as written there
        as_if_utc = parse_date(re.sub(rf"\b{named[1]}\b", "UTC", text))
        if as_if_utc:
            return (
                _stamp(as_if_utc.replace(tzinfo=timezone(as_if_utc - moment)))
                if abs(as_if_utc - moment) < timedelta(hours=15)
                else _stamp(moment)
            )
    return _stamp(moment) if named or text.endswith("Z") else _sound(moment.date())


def _from_iso(match: re.Match[str]) -> str | None:
    year, month, day, hour, minute, second, zone = match.groups()
    if hour is None or zone is None:
        return _sound(date(int(year), int(month), int(day)))
    offset = timedelta()
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if zone[0] == "-" else 1)
    return _stamp(
        datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second or 0),
            tzinfo=timezone(offset) if offset else UTC,
        )
    )


def _stamp(moment: datetime) -> str | None:
    return moment.isoformat() if _EARLIEST_YEAR <= moment.year < 2100 else None


def _sound(day: date) -> str | None:
    return day.isoformat() if _EARLIEST_YEAR <= day.year < 2100 else None


def _own_day(stamp: str, days: Sequence[date], url: str | None) -> str:
    """A moment stamped in UTC, told in a zone where it falls on the day that the page shows (if that is a day off).

    A page that shows no day: in the time of its country, if its address names one. Midnight to the second is a day, no moment.
    """
    moment = datetime.fromisoformat(stamp) if stamp.endswith("+00:00") else None
    if moment is None or moment.date() in days:
        return stamp
    if moment.date() - _DAY in days and moment.hour < 8:
        return moment.astimezone(timezone(timedelta(hours=-max(moment.hour + 1, 5)))).isoformat()
    if moment.date() + _DAY in days and moment.hour >= 11:
        return moment.astimezone(timezone(timedelta(hours=24 - moment.hour))).isoformat()
    home = _home_zone(url)
    if home is None or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return stamp
    local = moment.astimezone(home)
    return local.isoformat() if local.date() != moment.date() else stamp


def _home_zone(url: str | None) -> ZoneInfo | None:
    country = (host_of(url) or "").rpartition(".")[2] if url else ""
    name = _ZONES.get(country)
    return _zone(name) if name else None


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _day_in_url(url: str | None) -> date | None:
    for match in _URL_DAY.finditer(url or ""):
        if match[2] == "" and not (len(match[3]) == len(match[4]) == 2):
            continue
        try:
            return date(int(match[1]), int(match[3]), int(match[4]))
        except ValueError:
            continue
    return None


def _above_prose(lines: Sequence[str]) -> Sequence[str]:
    """The lines near the headline as far as the text: what stands below may be dated for itself."""
    end = next((i for i, line in enumerate(lines) if len(line) > _LEAD), len(lines))
    return lines[:end]


def _earlier(
    told: str, lines: Sequence[str], lang: str | None, *, in_url: date | None, marked: Sequence[str]
) -> date | None:
    """The day before the one told to machines that the page shows its readers as that of publication, and no other.

    Many templates tell machines the day of the last change, or of the last build of the site. Nothing shows a day before it
    was published, so the earlier one is right, unless the page shows the told one too.
    """
    day = date.fromisoformat(told[:10])
    short = [line for line in lines if len(line) <= _SHORT_LINE]
    stamps = [date.fromisoformat(stamp[:10]) for text in marked if (stamp := to_iso(text))]
    if day in stamps or day in _days_shown([line for line in short if not _UPDATED_LABEL.match(line)], lang):
        return None
    labelled = _labelled(short, lang)
    plain = [line for line in short if len(line) <= _DATE_LINE and not _UPDATED_LABEL.search(line)]
    shown = set(_days_shown(plain, lang))
    offers = (
        date.fromisoformat(labelled) if labelled else None,
        in_url,
        next(iter(shown)) if len(shown) == 1 else None,
        *stamps,
    )
    return next((offer for offer in offers if offer and offer < day), None)


def _days_shown(lines: Sequence[str], lang: str | None) -> list[date]:
    """The dates of short lines near the headline, those that say "updated" last."""
    days: list[date] = []
    updated: list[date] = []
    for line in lines:
        if not _YEAR.search(line):
            continue
        opening = [match] if (match := _SHOWN.match(line)) else []  # a long line is prose, but may open with its date
        for match in _SHOWN.finditer(line) if len(line) <= _PROSE else opening:
            day = _as_day(match, lang)
            if day is not None and _EARLIEST_YEAR <= day.year < 2100:
                (updated if _UPDATED_LABEL.search(line[: match.start()][-30:]) else days).append(day)
    return days + updated


def _labelled(lines: Sequence[str], lang: str | None) -> str | None:
    """The day that a short line near the headline says it was published on."""
    said = (line for line in lines if len(line) <= _SHORT_LINE and _PUBLISHED_ON.search(line))
    return next((days[0].isoformat() for line in said if (days := _days_shown((line,), lang))), None)


def _day_elsewhere(lines: Sequence[str], lang: str | None) -> date | None:
    """Where nothing near the headline says it: a date with a word for publishing, else the first of any short line."""
    first = None
    for line in lines:
        if len(line) <= _SHORT_LINE and _YEAR.search(line) and "©" not in line:
            for day in _days_shown((line,), lang):
                if _PUBLISHED_LABEL.search(line):
                    return day
                first = first or day
    return first


def _as_day(match: re.Match[str], lang: str | None) -> date | None:
    groups = match.groupdict()
    try:
        if groups["iso"] or groups["han"]:
            year, month, day = (int(n) for n in re.findall(r"\d+", groups["iso"] or groups["han"] or ""))
            return date(year, month, day)
        if groups["mark"]:
            first, second = int(groups["d"] or 0), int(groups["m"] or 0)
            american = groups["mark"] == "/" and (second > 12 or ((lang or "en")[:2] == "en" and first <= 12))
            return date(int(groups["y"] or 0), *((first, second) if american else (second, first)))
    except ValueError:
        return None
    moment = parse_date(
        f"{groups['day'] or groups['day2']} {groups['name'] or groups['name2']} {groups['year'] or groups['year2']}"
    )
    return moment.date() if moment else None
