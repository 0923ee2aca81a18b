"""The catalogues of the interface's languages: complete, alike in what they fill in, and as they were compiled."""

import gettext
import io
import re
import runpy
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.core import Locale
from babel.dates import format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from aggregator.config import Language
from aggregator.text.tongue import LANGUAGES, tongue_of

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "aggregator" / "locale"
OTHERS = [lang for lang in LANGUAGES if lang != "en"]
PLURALS = {"de": 2, "es": 2, "pt": 2, "ar": 6}
SLOT = re.compile(r"%\((\w+)\)s")


def catalogue(lang):
    return read_po(io.BytesIO((LOCALE / lang / "LC_MESSAGES" / "aggregator.po").read_bytes()), locale=lang)


def messages(lang):
    return [message for message in catalogue(lang) if message.id]


def texts(value):
    return (value,) if isinstance(value, str) else tuple(value)


@pytest.mark.parametrize("lang", OTHERS)
def test_every_message_of_the_sources_is_translated_and_nothing_else_is_there(lang):
    extracted = runpy.run_path(str(ROOT / "docs" / "messages.py"))["extracted"]()
    wanted = {texts(message.id) for message in extracted if message.id}
    assert {texts(message.id) for message in messages(lang)} == wanted
    assert not [message.id for message in messages(lang) if message.fuzzy or not all(texts(message.string))]


@pytest.mark.parametrize("lang", OTHERS)
def test_translations_fill_in_what_the_source_fills_in(lang):
    for message in messages(lang):
        source = set(SLOT.findall("".join(texts(message.id))))
        for text in texts(message.string):
            slots = set(SLOT.findall(text))
            assert slots <= source, message.id
            # One, two and none may be words of their own, in Arabic and in "Marked event read".
            assert slots == source or (message.pluralizable and len(texts(message.string)) > 1), message.id
            text % dict.fromkeys(source, "")  # no percent sign stands alone


@pytest.mark.parametrize("lang", OTHERS)
def test_counts_have_every_form_of_the_language_and_large_ones_name_the_number(lang):
    counted = [message for message in messages(lang) if message.pluralizable]
    assert counted
    for message in counted:
        assert len(message.string) == PLURALS[lang], message.id
        if "%(num)s" in message.id[1]:
            assert all("%(num)s" in text for text in (message.string[3:] or message.string[1:])), message.id


@pytest.mark.parametrize("lang", OTHERS)
def test_the_compiled_catalogue_says_what_the_written_one_says(lang):
    with (LOCALE / lang / "LC_MESSAGES" / "aggregator.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in messages(lang):
        if message.pluralizable:
            said = {compiled.ngettext(*message.id, number) for number in range(201)}
            assert said == set(message.string)
        else:
            assert compiled.gettext(message.id) == message.string


@pytest.mark.parametrize("lang", OTHERS)
def test_days_and_numbers_are_written_as_the_cldr_has_them(lang):
    tongue = tongue_of(lang)
    for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(0, 400, 9)):
        assert tongue.day(day) == format_skeleton("MMMEd", day, locale=lang)
        assert tongue.day(day, year=True) == format_skeleton("yMMMEd", day, locale=lang)
        assert tongue.month_day(day) == format_skeleton("MMMd", day, locale=lang)
        assert tongue.weekday(day) == format_skeleton("Ed", day, locale=lang)
    for number in (0, 7, 999, 1204, 1_234_567):
        assert tongue.number(number) == format_decimal(number, locale=lang)
    assert tongue.direction == ("rtl" if Locale.parse(lang).text_direction == "rtl" else "ltr")


def test_arabic_counts_as_arabic_does():
    said = [tongue_of("ar").ngettext("%(num)s outlet", "%(num)s outlets", n) for n in (1, 2, 3, 10, 11, 99, 100, 103)]
    assert said == [
        "مصدر واحد", "مصدران", "3 مصادر", "10 مصادر", "11 مصدرًا", "99 مصدرًا", "100 مصدر", "103 مصادر",
    ]  # fmt: skip


def test_the_settings_take_every_language_that_we_speak():
    assert set(Language.__args__) == set(LANGUAGES)
