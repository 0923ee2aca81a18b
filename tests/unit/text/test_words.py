"""Words, stems and stop words in the languages a reader may subscribe to."""

import pytest

from aggregator.text.words import stem, stop_words, terms, terms_of, words


def test_words_are_lower_case_and_in_reading_order():
    assert words("The Fed's rate, raised!") == ["the", "fed's", "rate", "raised"]


def test_numbers_keep_their_separators():
    assert words("Up 3.5 percent to 1,000 at 12:30") == ["up", "3.5", "percent", "to", "1,000", "at", "12:30"]


def test_typographic_and_plain_apostrophes_give_the_same_word():
    assert words("didn’t") == words("didn't")


def test_chinese_is_cut_into_overlapping_pairs():
    assert words("北京地震") == ["北京", "京地", "地震"]


def test_a_katakana_word_stays_whole_and_particles_are_no_terms():
    assert "ロブスター" in words("ロブスターを食べた")
    assert terms("これはそれです", "ja") == []


def test_latin_names_inside_chinese_text_stay_words():
    assert "nasa" in words("美国NASA宣布")


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [
        ("en", "elections", "election"),
        ("de", "Wahlen", "Wahl"),
        ("es", "elecciones", "elección"),
        ("fr", "les banques", "banque"),
        ("it", "i ministri", "ministro"),
        ("pt", "presidentes", "presidente"),
        ("nl", "verkiezingen", "verkiezing"),
        ("pl", "banki", "banku"),
        ("ru", "выборов", "выборы"),
    ],
)
def test_inflected_forms_meet(lang, one, other):
    assert terms(one, lang) == terms(other, lang)


def test_elided_articles_are_cut_off():
    assert terms("l'économie", "fr") == terms("économie", "fr")


def test_arabic_spelling_variants_meet():
    assert terms("الأمم", "ar") == terms("الامم", "ar")


@pytest.mark.parametrize("lang", ["en", "de", "es", "fr", "it", "pt", "ru", "pl", "nl", "zh", "ja", "ar"])
def test_every_promised_language_has_stop_words(lang):
    assert len(stop_words(lang)) > 50


def test_stop_words_and_single_letters_are_no_terms():
    assert terms("the a of x on Monday", "en") == []
    assert stem("the", "en") == ""


def test_an_unknown_language_keeps_words_as_they_are():
    assert terms("Saluton mondo", "xx") == ["saluton", "mondo"]
    assert terms("Saluton mondo", None) == ["saluton", "mondo"]
    assert stop_words("../en") == frozenset()


def test_terms_of_keeps_places():
    tokens = words("the bank of England")
    assert terms_of(tokens, "en") == ["", "bank", "", "england"]
