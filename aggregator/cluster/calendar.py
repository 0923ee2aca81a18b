"""Weekdays a text names: two accounts of one event name the same day, chapters of an affair mostly do not."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["weekdays_in"]

# Monday to Sunday; forms after a slash are the same day inflected or shortened.
_NAMES = {
    "en": "monday/mon tuesday/tue/tues wednesday/wed thursday/thu/thurs friday/fri saturday/sat sunday/sun",
    "de": "montag dienstag mittwoch donnerstag freitag samstag/sonnabend sonntag",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "pt": "segunda terça quarta quinta sexta sábado domingo",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "pl": "poniedziałek/poniedziałku wtorek/wtorku środa/środę/środy czwartek/czwartku piątek/piątku sobota/sobotę/soboty "
    "niedziela/niedzielę/niedzieli",
    "ru": "понедельник/понедельника вторник/вторника среда/среду/среды четверг/четверга пятница/пятницу/пятницы "
    "суббота/субботу/субботы воскресенье/воскресенья",
    "ar": "الاثنين/الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "sv": "måndag/måndagen tisdag/tisdagen onsdag/onsdagen torsdag/torsdagen fredag/fredagen lördag/lördagen söndag/söndagen",
    "da": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "no": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "fi": "maanantai/maanantaina tiistai/tiistaina keskiviikko/keskiviikkona torstai/torstaina perjantai/perjantaina "
    "lauantai/lauantaina sunnuntai/sunnuntaina",
}
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
    names = _NAMES.get(lang or "", "").split()
    return {form: 1 << k for k, forms in enumerate(names) for form in forms.split("/")}
