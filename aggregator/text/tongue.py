"""The languages of the interface: words from gettext catalogues, numbers and days as each language writes them.

English is the language of the source, so it needs no catalogue. The others are in `aggregator/locale`; the forms of days and
numbers there are the Unicode CLDR's, written down by `make messages`, so that nothing has to be loaded to say "17. Nov."
"""

from __future__ import annotations

import gettext
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

__all__ = ["ENGLISH", "LANGUAGES", "Tongue", "choose", "mark", "marks", "tongue_of"]

LANGUAGES: Mapping[str, str] = {  # each by its own name
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "pt": "Português",
    "ar": "العربية",
}
_FROM_RIGHT = frozenset({"ar"})
_LOCALE = files("aggregator") / "locale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """One language of the interface. Messages are formatted with `%(name)s`, so a percent sign is written `%%`."""

    lang: str = "en"
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations, compare=False, repr=False)

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Where lines begin, as HTML's `dir` says it."""
        return "rtl" if self.lang in _FROM_RIGHT else "ltr"

    def gettext(self, message: str, /, **values: Any) -> str:
        """A message in this language."""
        return self.catalogue.gettext(message) % values

    def ngettext(self, one: str, many: str, number: int, /, **values: Any) -> str:
        """A message in the form that this language has for so many; `%(num)s` is the number as it is written."""
        return self.catalogue.ngettext(one, many, number) % {"num": self.number(number), **values}

    def number(self, number: int) -> str:
        """A whole number with its thousands divided: 1,204."""
        return f"{number:,}".replace(",", self._forms["group"])

    def day(self, day: date, *, year: bool = False) -> str:
        """As in "Tue 17 Nov", with the year if that is wanted."""
        return self._dated("day_year" if year else "day", day)

    def month_day(self, day: date) -> str:
        """The day of the month: "17 Nov"."""
        return self._dated("date", day)

    def weekday(self, day: date) -> str:
        """The day of the week with its number: "Tue 17"."""
        return self._dated("weekday", day)

    def together(self, names: Iterable[str]) -> str:
        """Names in a row, divided by commas."""
        return self.gettext(", ").join(names)

    def _dated(self, form: str, day: date) -> str:
        forms = self._forms
        return str(forms[form]).format(
            weekday=forms["weekdays"][day.weekday()], day=day.day, month=forms["months"][day.month - 1], year=day.year
        )

    @property
    def _forms(self) -> dict[str, Any]:
        return _all_forms()[self.lang]


ENGLISH = Tongue()


def mark(message: str) -> str:
    """Marks a message for the catalogues where it stands in a table; it is said by `gettext` later."""
    return message


def marks(one: str, many: str) -> tuple[str, str]:
    """As `mark`, for a message with a number; it is said by `ngettext`."""
    return one, many


@lru_cache(maxsize=len(LANGUAGES))
def tongue_of(lang: str) -> Tongue:
    """The tongue of one of `LANGUAGES`."""
    if lang == ENGLISH.lang:
        return ENGLISH
    with (_LOCALE / lang / "LC_MESSAGES" / "aggregator.mo").open("rb") as compiled:
        return Tongue(lang=lang, catalogue=gettext.GNUTranslations(compiled))


def choose(wanted: Iterable[str]) -> str | None:
    """The first of these languages that we speak; they may be written as in de-AT or pt_BR.UTF-8."""
    for name in wanted:
        lang = name.replace("_", "-").partition("-")[0].partition(".")[0].lower()
        if lang in LANGUAGES:
            return lang
        if lang in ("c", "posix"):
            return ENGLISH.lang
    return None


@lru_cache(maxsize=1)
def _all_forms() -> dict[str, dict[str, Any]]:
    forms: dict[str, dict[str, Any]] = json.loads((_LOCALE / "forms.json").read_text(encoding="utf-8"))
    return forms
