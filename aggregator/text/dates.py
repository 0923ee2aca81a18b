# ruff: noqa: RUF001 - names of months stand in their own letters
"""Dates as feeds and pages write them: ISO 8601, RFC 822 and what people make of these."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

__all__ = ["parse_date"]

_MONTHS_A_YEAR = 12
_HOURS_A_HALF = 12
_MINUTES_AN_HOUR = 60
_MAX_OFFSET_H = 24
_LEAP_SECOND = "60"
_FIRST_OF_LAST_CENTURY = 90  # two-digit years from here are 19xx, as feedparser has it
_MAX_LENGTH = 100  # no date is longer; bounds the work on hostile text

_OFFSET = r"[+\-\u2212]\d{1,2}(?::\d{1,2}|\d{2})?"
_ZONE = rf"(?P<zone>Z|UTC|(?:GMT|UTC)?{_OFFSET}|[A-Za-z][A-Za-z/_]{{0,30}})?"
_CLOCK = (
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{1,2})(?:[:.](?P<second>\d{1,2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
)
_ISO = re.compile(
    rf"(?P<year>\d{{4}})(?:[-/.](?P<month>\d{{1,2}})(?:[-/.](?P<day>\d{{1,2}}))?)?(?:(?:\s*T\s*|\s+){_CLOCK})?\s*{_ZONE}",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})(?:T?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?(?P<half>)"
)
_NAME = r"[^\W\d_]+"
_RFC = re.compile(
    rf"(?:{_NAME}\.?\s*,?\s*)?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]*(?:de\s+)?(?P<name>{_NAME})\.?,?[\s-]*(?:de\s+)?"
    rf"(?P<year>\d{{4}}|\d{{2}})(?:\s*[,T-]?\s*(?:at\s+|um\s+)?{_CLOCK})?\s*{_ZONE}(?:\s*\(.*\))?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?:{_NAME}\.?\s*,?\s+)?(?P<name>{_NAME})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"
    rf"(?:\s*,?\s*(?:at\s+)?{_CLOCK})?\s*{_ZONE}",
    re.IGNORECASE,
)
_ASCTIME = re.compile(rf"{_NAME}\s+(?P<name>{_NAME})\s+(?P<day>\d{{1,2}})\s+{_CLOCK}\s*{_ZONE}\s*(?P<year>\d{{4}})")
_DAY_FIRST = re.compile(
    rf"(?P<day>\d{{1,2}})(?P<mark>[./])(?P<month>\d{{1,2}})(?P=mark)(?P<year>\d{{4}})(?:\s*,?\s*{_CLOCK})?\s*{_ZONE}"
)
_CJK = re.compile(
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]"
    r"\s*(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?(?P<half>)(?P<zone>)"
)
_RFC_COMMON = re.compile(
    r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-][01]\d[0-5]\d|[A-Z]{1,5})"
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")

# Hours east of UTC. RFC 822 names, and the others whose meaning is not in doubt among outlets.
_ZONES = {
    "": 0.0, "z": 0.0, "ut": 0.0, "utc": 0.0, "gmt": 0.0, "est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst":
    -7.0, "mdt": -6.0, "pst": -8.0, "pdt": -7.0, "et": -5.0, "ct": -6.0, "mt": -7.0, "pt": -8.0, "ast": -4.0, "adt":
    -3.0, "at": -4.0, "akst": -9.0, "akdt": -8.0, "hst": -10.0, "nst": -3.5, "ndt": -2.5, "wet": 0.0, "west": 1.0,
    "bst": 1.0, "cet": 1.0, "cest": 2.0, "met": 1.0, "mest": 2.0, "mez": 1.0, "mesz": 2.0, "eet": 2.0, "eest": 3.0,
    "msk": 3.0, "trt": 3.0, "sast": 2.0, "eat": 3.0, "wat": 1.0, "cat": 2.0, "pkt": 5.0, "ist": 5.5, "npt": 5.75,
    "wib": 7.0, "ict": 7.0, "hkt": 8.0, "sgt": 8.0, "myt": 8.0, "pht": 8.0, "jst": 9.0, "kst": 9.0, "awst": 8.0,
    "acst": 9.5, "acdt": 10.5, "aest": 10.0, "aedt": 11.0, "nzst": 12.0, "nzdt": 13.0, "brt": -3.0, "art": -3.0,
    "clt": -4.0,
}  # fmt: skip

# Month names by their first letters without accents, in languages whose outlets write dates in their own tongue.
_MONTHS_BY_NUMBER = (
    "jan gen ene ian янв січ sty led oca tam ιαν",
    "feb fev фев лют lut uno sub hel φεβ",
    "mar mrz maa mrt мар бер bre μαρ",
    "apr avr abr апр кві kwi dub nis huh απρ",
    "may mai maj mag mei маи мая тра kve tou μαι",
    "jun juin giu ιουν июн чер cze cer haz kes iun",
    "jul juil lug lip ιουλ июл лип cec tem hei iul",
    "aug aou ago авг сер sie srp agu elo αυγ",
    "sep set сен вер wrz zar eyl syy sze σεπ",
    "oct okt ott out окт жов paz rij eki lok οκτ",
    "nov ноя лис lis kas noi νοε",
    "dec dez dic дек гру gru pro ara jou δεκ",
)
_MONTHS = {name: number for number, names in enumerate(_MONTHS_BY_NUMBER, 1) for name in names.split()}

_FORMS = (_ISO, _RFC, _COMPACT, _ASCTIME, _MONTH_FIRST, _DAY_FIRST, _CJK)


def parse_date(s: str) -> datetime | None:
    """Return the moment that a date names, as aware UTC to the second, or None if it names none.

    Reads ISO 8601 and its near forms, RFC 822 and its near forms (day and month swapped, two-digit years, month names
    of some twenty languages), asctime, `13.05.2024 10:00`, Chinese, Japanese and Korean dates, seconds since 1970.
    Without a zone the date is taken as UTC, without a time as midnight. Impossible dates (30 February, 25:61) are None,
    and so is a numeric date whose day and month cannot be told apart. Never raises.
    """
    s = s.strip()
    if not s or len(s) > _MAX_LENGTH:
        return None
    if (moment := _common(s)) is not None:
        return moment
    for form in _FORMS:
        match = form.fullmatch(s)
        if match:
            moment = _moment(match.groupdict())
            if moment is not None:
                return moment
    if _EPOCH.fullmatch(s):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(s[:10]))
    return None


def _common(s: str) -> datetime | None:
    """Read the two forms that nine dates in ten have, quickly; None for any other."""
    try:
        if s[4:5] == "-" and s[10:11] == "T":
            moment = datetime.fromisoformat(s).replace(microsecond=0)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if match := _RFC_COMMON.fullmatch(s):
            day, month, year, hour, minute, second, zone = match.groups()
            moment = datetime(
                int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), int(second), tzinfo=UTC
            )
            return moment if zone == "GMT" else moment - timedelta(hours=_offset_h(zone) or 0.0)
    except (ValueError, OverflowError, KeyError):
        return None
    return None


def _moment(fields: dict[str, str | None]) -> datetime | None:
    year, month, day = _calendar(fields)
    offset_h = _offset_h(fields["zone"] or "")
    if month is None or offset_h is None:
        return None
    second = 59 if fields["second"] == _LEAP_SECOND else int(fields["second"] or 0)
    try:
        local = datetime(year, month, day, _hour(fields), int(fields["minute"] or 0), second, tzinfo=UTC)
        return local - timedelta(hours=offset_h)
    except (ValueError, OverflowError):
        return None


def _calendar(fields: dict[str, str | None]) -> tuple[int, int | None, int]:
    year, day = int(fields["year"] or 0), int(fields["day"] or 1)
    if len(fields["year"] or "") == len("yy"):
        year += 1900 if year >= _FIRST_OF_LAST_CENTURY else 2000
    if "name" in fields:
        return year, _month_number(fields["name"] or ""), day
    month = int(fields["month"] or 1)
    if fields.get("mark") == "/" and day <= _MONTHS_A_YEAR:  # 05/13/2024 is American, 05/06/2024 is anybody's
        return year, day if month > _MONTHS_A_YEAR else None, month
    return year, month, day


def _month_number(name: str) -> int | None:
    plain = "".join(c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c))
    return _MONTHS.get(plain[:4]) or _MONTHS.get(plain[:3])


def _hour(fields: dict[str, str | None]) -> int:
    hour = int(fields["hour"] or 0)
    half = (fields["half"] or "")[:1].lower()
    if not half or hour > _HOURS_A_HALF:
        return hour
    return hour % _HOURS_A_HALF + (_HOURS_A_HALF if half == "p" else 0)


def _offset_h(zone: str) -> float | None:
    """Hours east of UTC; a name we do not know counts as UTC, as in feedparser; None if it is no offset on Earth."""
    zone = zone.lower().replace("\u2212", "-").removeprefix("etc/")
    sign_at = max(zone.find("+"), zone.find("-"))
    if sign_at < 0:
        return _ZONES.get(zone, 0.0)
    digits = zone[sign_at + 1 :].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > len("hh") else (int(digits), 0)
    if hours > _MAX_OFFSET_H or minutes >= _MINUTES_AN_HOUR:
        return None
    return (hours + minutes / _MINUTES_AN_HOUR) * (-1 if zone[sign_at] == "-" else 1)
