"""Countries that a text names, however its language bends them."""

import pytest

from aggregator.cluster.places import places_in
from aggregator.text.words import terms_of, words


@pytest.mark.parametrize(
    ("lang", "text", "countries"),
    [
        ("en", "Strong quake shakes northern Chile, felt in Lima", {"CL", "PE"}),
        ("ru", "Землетрясение в Перу напугало и Москву", {"PE", "RU"}),
        ("ar", "زلزال قوي يضرب تشيلي", {"CL"}),
        ("zh", "智利北部发生强烈地震", {"CL"}),
        ("ja", "ペルーで強い地震", {"PE"}),
        ("en", "They told us about it", set()),
        ("tlh", "Chile", set()),
        (None, "Chile", set()),
    ],
)
def test_a_country_is_known_by_its_name_or_a_large_city(lang, text, countries):
    assert places_in(terms_of(words(text), lang), text, lang) == countries
