"""Weekdays a text names: two accounts of one event name the same day, chapters of an affair mostly do not."""

from __future__ import annotations

from functools import lru_cache

from aggregator.text.weekdays import WEEKDAYS

__all__ = ["weekdays_in"]

# What is written for short: as words of a text these say no more than the names do.
_SHORT = {"en": "mon tue/tues wed thu/thurs fri sat sun"}
_CJK = {"zh": "一二三四五六日", "ja": "月火水木金土日"}


def weekdays_in(tokens: list[str], text: str, lang: str | None) -> int:
    """A bit for each weekday named: Monday is 1, Sunday 64; 0 for none or a language without a list.

    `tokens` are the `words` of `text`; Chinese and Japanese are read from the text itself.
    """
    if lang in _CJK:
        marks = ("周{}", "星期{}", "週{}") if lang == "zh" else ("{}曜",)
        return sum(1 << k for k, day in enumerate(_CJK[lang]) if any(mark.format(day) in text for mark in marks))
    known = _days(lang)
    found = 0
    for word in known.keys() & set(tokens):
        found |= known[word]
    return found


@lru_cache(maxsize=32)
def _days(lang: str | None) -> dict[str, int]:
    """The bit of each word that names a day; of "segunda-feira" the first word alone."""
    short = [forms.split("/") for forms in _SHORT.get(lang or "", "").split()]
    named = (*enumerate(WEEKDAYS.get(lang or "", ())), *enumerate(short))
    return {form.partition("-")[0]: 1 << day for day, forms in named for form in forms}
