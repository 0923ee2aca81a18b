"""What keeps look-alikes apart, and what does not."""

import pytest

from aggregator.cluster.contradiction import contradiction
from aggregator.cluster.facts import facts_in
from aggregator.cluster.features import features
from tests.unit.cluster.builders import FIRE, FIRE_TOO, a_line


def said(one, other, lang="en"):
    a, b = (features(a_line(name, told, lang=lang)) for name, told in (("a", one), ("b", other)))
    assert contradiction(a, b) == contradiction(b, a)
    return contradiction(a, b)


@pytest.mark.parametrize(
    ("lang", "one", "other", "what"),
    [
        ("en", "Nordbank profit doubles in second quarter", "Nordbank profit doubles in Q3", "quarter"),
        (
            "de",
            "Nordbank: Gewinn im zweiten Quartal verdoppelt",
            "Nordbank: Gewinn im dritten Quartal verdoppelt",
            "quarter",
        ),
        (
            "fr",
            "Nordbank double son profit au deuxième trimestre",
            "Nordbank double son profit au 3e trimestre",
            "quarter",
        ),
        ("zh", "北方银行第二季度利润翻倍", "北方银行第三季度利润翻倍", "quarter"),
        ("en", "Quake of magnitude 5.1 off the coast", "Quake of magnitude 6.0 off the coast", "magnitude"),
        ("es", "Sismo de magnitud 5,1 frente a la costa", "Sismo de magnitud 6,0 frente a la costa", "magnitude"),
        ("en", "Rovers beat Albion 2-1", "Rovers beat Albion 3-0", "score"),
        ("en", "Central bank cuts interest rates", "Central bank holds interest rates", "rate"),
        ("ja", "中銀が利上げを決定", "中銀が利下げを決定", "rate"),
    ],
)
def test_another_fact_of_the_same_kind_contradicts(lang, one, other, what):
    sentence = said((one, None), (other, None), lang)
    assert sentence is not None
    assert sentence.startswith(f"Another {what}")


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [
        ("en", "Rovers beat Albion in cup final at Brentwick", "Rovers beat Thornley in cup final at Brentwick"),
        ("es", "Terremoto sacude el norte de Chile", "Terremoto sacude el norte de Perú"),
        ("ru", "В Казани задержан бывший министр", "В Самаре задержан бывший министр"),
        ("zh", "智利北部发生强烈地震", "秘鲁北部发生强烈地震"),
    ],
)
def test_another_name_in_the_same_place_contradicts(lang, one, other):
    assert said((one, None), (other, None), lang) is not None


def test_another_day_in_the_same_place_contradicts():
    one, other = ("Rail staff to walk out on Monday", None), ("Rail staff to walk out on Thursday", None)
    assert (said(one, other) or "").startswith("Another day")


def test_another_share_of_another_thing_contradicts():
    one = "Bike helmets cut injuries of riders by 40%, study finds", None
    other = "Bike helmets cut injuries of couriers by 35%, study finds", None
    assert (said(one, other) or "").startswith("Another figure of something else")
    one, other = "Preise für Butter steigen um 8 % im Mai", "Preise für Gemüse steigen um 3 % im Mai"
    assert said((one, None), (other, None), "de") is not None


def test_another_share_or_another_word_alone_does_not_contradict():
    first = "Turnout in mayoral vote rises to 40% by noon", None
    assert said(first, ("Turnout in mayoral vote rises to 44% by noon", None)) is None
    assert said(first, ("Turnout in mayoral vote climbs to 40% by noon", None)) is None
    told = "Turnout in mayoral ballot rises to 44% by noon", "More people came than at the last vote, officials said."
    assert said(first, told) is None


def test_reports_of_one_event_do_not_contradict():
    assert said(FIRE, FIRE_TOO) is None


def test_observatories_may_differ_by_a_little():
    assert said(("Quake of magnitude 5.1 hits Lodz", None), ("Magnitude 5.0 quake hits Lodz", None)) is None


def test_an_inflected_name_and_an_abbreviation_are_no_other_name():
    assert said(("Venezuela to hold early elections, says opposition leader", None),
                ("Venezuelan opposition leader wants to hold early elections", None)) is None  # fmt: skip
    assert said(("ECB leaves its main policy instruments untouched", None),
                ("European Central Bank leaves its policy instruments untouched", None)) is None  # fmt: skip


def test_a_name_that_the_other_story_mentions_in_its_text_is_no_contradiction():
    one = ("Warehouse fire in Lodz injures twelve", None)
    other = ("Warehouse fire in Poland injures twelve", "The fire broke out in Lodz in the night.")
    assert said(one, other) is None


def test_facts_are_read_in_many_languages():
    assert facts_in("Profit up in first quarter", "") == ["quarter 1"]
    assert facts_in("Выручка выросла во втором квартале", "") == ["quarter 2"]
    assert facts_in("Trzęsienie ziemi o sile 5,4 na Bałkanach", "") == []
    assert facts_in("Séisme de magnitude 5,4", "") == ["magnitude 5.4"]
    assert facts_in("Nothing of the kind in 2026", "") == []
