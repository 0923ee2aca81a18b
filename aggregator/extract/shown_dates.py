"""Dates that a page shows its readers, in the order of their language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from aggregator.text.dates import parse_date

__all__ = [
    "DATE_LINE",
    "SHORT_LINE",
    "UPDATED_LABEL",
    "day_elsewhere",
    "days_shown",
    "first_day",
    "is_sound",
    "labelled_day",
]

_YEARS = range(1990, 2100)  # of articles on the web
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
SHORT_LINE = 120  # characters
DATE_LINE = 60  # a line that says hardly more than its date
_PROSE = 200
_PUBLISHED_LABEL = re.compile(
    r"publi|posted|veröffent|erstellt|geschrieben|eingestellt|posté|escrit|gepost|skrev|dodano|опублик|發布|发布|发表|發表|日期|時間|时间|投稿|등록|입력|datum|date\b|fecha|data:",
    re.IGNORECASE,
)
_PUBLISHED_ON = re.compile(
    r"\b(?:published|veröffentlicht|publié|publicado|pubblicato|opublikowano|gepubliceerd)\b", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19|20)\d\d")
UPDATED_LABEL = re.compile(
    r"updat|modif|aktualis|stand:|geändert|mis à jour|màj|actualiz|aggiorna|atualiz|bijgewerkt|oppdater|uppdater|opdater|zaktualiz|обновл|更新|수정",
    re.IGNORECASE,
)


def is_sound(day: date) -> bool:
    """Whether an article may be of that day."""
    return day.year in _YEARS


def first_day(text: str) -> date | None:
    """The first date in a text, if there is such a day."""
    match = _SHOWN.search(text)
    return _as_day(match, None) if match else None


def days_shown(lines: Sequence[str], lang: str | None) -> list[date]:
    """The dates of short lines near the headline, those that say "updated" last."""
    days: list[date] = []
    updated: list[date] = []
    for line in lines:
        if not _YEAR.search(line):
            continue
        opening = [match] if (match := _SHOWN.match(line)) else []  # a long line is prose, but may open with its date
        for match in _SHOWN.finditer(line) if len(line) <= _PROSE else opening:
            day = _as_day(match, lang)
            if day is not None and is_sound(day):
                (updated if UPDATED_LABEL.search(line[: match.start()][-30:]) else days).append(day)
    return days + updated


def labelled_day(lines: Sequence[str], lang: str | None) -> date | None:
    """The day that a short line near the headline says it was published on."""
    said = (line for line in lines if len(line) <= SHORT_LINE and _PUBLISHED_ON.search(line))
    return next((days[0] for line in said if (days := days_shown((line,), lang))), None)


def day_elsewhere(lines: Sequence[str], lang: str | None) -> date | None:
    """Where nothing near the headline says it: a date with a word for publishing, else the first of any short line."""
    first = None
    for line in lines:
        if len(line) <= SHORT_LINE and _YEAR.search(line) and "©" not in line:
            for day in days_shown((line,), lang):
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
