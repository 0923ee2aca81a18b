"""Of which days a sentence speaks: days of the week, dates, "this morning", as days of the calendar.

What a report itself dates after all that a reader was told is news; an undated sentence of a later report mostly tells again.
"""
# ruff: noqa: RUF001, SIM905 - an apostrophe as it is printed; word lists read best as lines of words

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from aggregator.text.weekdays import WEEKDAYS

__all__ = ["WEEKDAY", "last_day", "spoken_days"]

_READ = ("en", "de", "fr", "es", "it", "pt", "nl")  # languages in which a sentence's days are read
_CAPITALS = frozenset({"en", "de"})  # ... and those that write them with a capital
_WEEK: Mapping[str, Sequence[Sequence[str]]] = {
    lang: [[form.capitalize() if lang in _CAPITALS else form for form in forms] for forms in WEEKDAYS[lang]]
    for lang in _READ
}
WEEKDAY = re.compile(r"\b(?:" + "|".join(form for forms in _WEEK["en"] for form in forms) + r")\b")
# Parts of the day of publication. A bare "today" is not among them: commentary says it of any time.
_PARTS_OF_TODAY = re.compile(
    r"\b(?:tonight|this (?:morning|afternoon|evening)|overnight|last night|at (?:dawn|first light)"
    r"|earlier in the day|heute (?:morgen|früh|mittag|nachmittag|abend)|ce (?:matin|soir)|cet après-midi"
    r"|est[ae] (?:mañana|tarde|noche)|stamattina|questa (?:mattina|sera)|esta (?:manhã|tarde|noite)|vanochtend|vanavond)\b",
    re.IGNORECASE,
)
_YESTERDAY = {  # by language: "hier" is "here" in German
    lang: re.compile(rf"\b{word}\b", re.IGNORECASE)
    for lang, word in zip(_READ, "yesterday gestern hier ayer ieri ontem gisteren".split(), strict=True)
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    r"\b(?P<month>January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\.) (?P<day>\d{1,2})\b"
)
_AHEAD = re.compile(  # of what is to come, or may be: before the day that it is said of
    r"(?:\b(?:will|would|expect(?:s|ed)?|scheduled|next|plan(?:s|ned)?|set|until|by|before|ahead|may|could|should|coming|due|if"
    r"|upcoming|slated)\b|[’']ll\b)",
    re.IGNORECASE,
)


def spoken_days(text: str, published: date, lang: str | None) -> tuple[date, ...]:
    """The days of which a sentence tells, none after `published`: a day of the week is the last of its name, or that day."""
    found = [published - timedelta(days=(published.weekday() - day) % 7) for day in _past(text, lang)]
    found += [day for match in _DATE.finditer(text) if (day := _of_date(match, published)) and day <= published]
    if _PARTS_OF_TODAY.search(text):
        found.append(published)
    if _YESTERDAY[_known(lang)].search(text):
        found.append(published - timedelta(days=1))
    return tuple(found)


def last_day(texts: Sequence[str], published: date, lang: str | None) -> date:
    """The last day of which a story tells: that of its publication, or one of the next two that a sentence names as past.

    For pages are brought up to date, and keep the time at which they were published first.
    """
    past = {day for text in texts for day in _past(text, lang)}
    after = (published + timedelta(days=n) for n in (2, 1))
    return next((day for day in after if day.weekday() in past), published)


def _past(text: str, lang: str | None) -> list[int]:
    """The days of the week of which a text tells as past, 0 = Monday: nothing before them speaks of what is to come."""
    found = [(day, text.find(part)) for day, forms in enumerate(_WEEK[_known(lang)]) for part in forms]
    return [day for day, at in found if at >= 0 and not _AHEAD.search(text[:at])]


def _known(lang: str | None) -> str:
    """The language whose words for days are looked for: that of the text, else English."""
    code = (lang or "en")[:2].lower()
    return code if code in _WEEK else "en"


def _of_date(match: re.Match[str], published: date) -> date | None:
    try:
        return date(published.year, _MONTHS.index(match["month"][:3]) + 1, int(match["day"]))
    except ValueError:
        return None
