"""Telling languages apart by what is written, not by what the feed claims."""

import pytest

from aggregator.text.language import detect, has_spaces

SENTENCES = {
    "en": "The government said on Tuesday that it would not raise taxes before the next election.",
    "de": "Die Regierung teilte am Dienstag mit, dass sie die Steuern vor der nächsten Wahl nicht erhöhen werde.",
    "es": "El gobierno dijo el martes que no subirá los impuestos antes de las próximas elecciones.",
    "fr": "Le gouvernement a déclaré mardi qu'il n'augmenterait pas les impôts avant les prochaines élections.",
    "it": "Il governo ha detto martedì che non aumenterà le tasse prima delle prossime elezioni.",
    "pt": "O governo disse na terça-feira que não vai aumentar os impostos antes das próximas eleições.",
    "nl": "De regering zei dinsdag dat ze de belastingen niet zal verhogen voor de volgende verkiezingen.",
    "pl": "Rząd poinformował we wtorek, że nie podniesie podatków przed następnymi wyborami.",
    "ru": "Правительство сообщило во вторник, что не будет повышать налоги до следующих выборов.",
    "uk": "Уряд повідомив у вівторок, що не підвищуватиме податки до наступних виборів.",
    "ar": "قالت الحكومة يوم الثلاثاء إنها لن ترفع الضرائب قبل الانتخابات المقبلة.",
    "zh": "政府周二表示,在下次选举之前不会加税。",
    "ja": "政府は火曜日、次の選挙まで増税しないと発表した。",
    "ko": "정부는 화요일 다음 선거 전까지 세금을 올리지 않겠다고 밝혔다.",
    "el": "Η κυβέρνηση δήλωσε την Τρίτη ότι δεν θα αυξήσει τους φόρους.",
}


@pytest.mark.parametrize("lang", SENTENCES)
def test_a_sentence_is_recognised(lang):
    assert detect(SENTENCES[lang]) == lang


@pytest.mark.parametrize("lang", ["en", "de", "es", "fr", "it", "ru", "zh"])
def test_a_wrong_claim_of_the_feed_is_overruled(lang):
    claim = "pl" if lang != "pl" else "en"
    assert detect(SENTENCES[lang], claim) == lang


def test_a_text_without_words_keeps_what_the_feed_says():
    assert detect("2:1 (1:0)", "de-AT") == "de"
    assert detect("", "EN") == "en"
    assert detect("12345") is None


def test_a_short_title_follows_the_feed():
    assert detect("Trump in Berlin", "de") == "de"


def test_a_language_without_a_list_is_kept_unless_the_text_is_plainly_another():
    assert detect("Eesti pank tõstis intressimäära", "et") == "et"
    assert detect(SENTENCES["en"] * 3, "et") == "en"


def test_which_languages_write_spaces():
    assert has_spaces("en")
    assert has_spaces(None)
    assert not has_spaces("zh")
    assert not has_spaces("ja")
