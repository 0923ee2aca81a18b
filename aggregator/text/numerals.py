"""Numbers as digits and as words: their patterns and their values."""
# ruff: noqa: RUF001, RUF002, SIM905, E501, C408 - signs of many scripts are the subject; word lists read best as lines of words

from __future__ import annotations

import re

__all__ = ["DIGITS", "ONES", "SCALE_WORDS", "folded", "value_of", "written_pattern"]

ONES = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "m": 1e6, "bn": 1e9, "k": 1e3, "tn": 1e12,
    "mn": 1e6, "mln": 1e6, "mrd": 1e9, "mio": 1e6, "crore": 1e7, "lakh": 1e5,
    "tausend": 1e3, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9, "mille": 1e3, "millions": 1e6, "milliard": 1e9,
    "milliards": 1e9, "mil": 1e3, "millón": 1e6, "millones": 1e6, "milioni": 1e6, "milione": 1e6, "miliardi": 1e9, "milhão": 1e6,
    "milhões": 1e6, "bilhões": 1e9, "miljoen": 1e6, "miljard": 1e9,
}  # fmt: skip
_COMMA_DECIMAL = frozenset(
    {"de", "es", "it", "pt", "nl", "fr", "ru", "pl", "sv", "da", "no", "nb", "fi", "cs", "tr", "id", "uk"}
)
DIGITS = r"\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?"
# Numbers up to twelve and the round ones, as other languages write them.
_WRITTEN_ELSEWHERE = {
    "de": dict(zwei=2, drei=3, vier=4, fünf=5, sechs=6, sieben=7, acht=8, neun=9, zehn=10, elf=11, zwölf=12, zwanzig=20, dreißig=30, vierzig=40,
               fünfzig=50, hundert=100, dutzend=12),
    "fr": dict(deux=2, trois=3, quatre=4, cinq=5, six=6, sept=7, huit=8, neuf=9, dix=10, onze=11, douze=12, quinze=15, vingt=20, trente=30, cent=100),
    "es": dict(dos=2, tres=3, cuatro=4, cinco=5, seis=6, siete=7, ocho=8, nueve=9, diez=10, doce=12, quince=15, veinte=20, treinta=30, cien=100),
    "pt": dict(dois=2, duas=2, três=3, quatro=4, cinco=5, seis=6, sete=7, oito=8, nove=9, dez=10, onze=11, doze=12, vinte=20, trinta=30, cem=100),
    "it": dict(due=2, tre=3, quattro=4, cinque=5, sette=7, otto=8, dieci=10, undici=11, dodici=12, venti=20, trenta=30, cento=100),
    "nl": dict(twee=2, drie=3, vier=4, vijf=5, zes=6, zeven=7, acht=8, negen=9, tien=10, elf=11, twaalf=12, twintig=20, dertig=30, honderd=100),
}  # fmt: skip
_PARTS = {"half a": (0.5, 0.1), "a quarter of a": (0.25, 0.05), "a": (1.0, 0.1)}  # of a million, a dozen
_TAKEN_FOR = str.maketrans("ſıİ", "sii")
SCALE_WORDS = "|".join(sorted(_SCALES, key=len, reverse=True))


def written_pattern(lang: str | None) -> str:
    """Written numbers of a language; English ones where nothing else is known."""
    if lang in _WRITTEN_ELSEWHERE:
        return "(?:" + "|".join(sorted(_WRITTEN_ELSEWHERE[lang], key=len, reverse=True)) + ")"
    parts = "|".join([*_TENS, *ONES, "hundred", "thousand"])
    return rf"(?:(?:{'|'.join([*_TENS, *ONES])})(?:[- ](?:and[- ])?(?:{parts}))*)"


def folded(word: str) -> str:
    """In lower case, with the letters that a pattern takes for s and i without regard to case ("ſechs")."""
    return word.translate(_TAKEN_FOR).lower()


def value_of(written: str, scale: str, lang: str | None) -> tuple[float, float]:
    """The value of a number and the step it is given to. `scale` is the word that multiplies it, or ""."""
    word = " ".join(folded(written).replace("-", " ").split())
    if word[0].isdigit():
        value, step = _digits(word, lang)
    else:
        value, step = _PARTS.get(word) or (_written(word, lang), 1.0)
    if scale == "dozen":
        return value * 12, 6.0
    factor = _SCALES.get(scale, 1.0)
    return value * factor, step * factor


def _digits(word: str, lang: str | None) -> tuple[float, float]:
    plain = re.sub(r"['’\u00a0\u202f ]", "", word)
    point, group = (",", ".") if lang in _COMMA_DECIMAL else (".", ",")
    if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+", plain):
        plain = plain.replace(group, "")
    elif re.fullmatch(rf"\d{{1,3}}(?:\{point}\d{{3}}){{2,}}", plain):
        plain = plain.replace(point, "")
    else:
        plain = plain.replace(group, "" if point in plain else point).replace(point, ".")
    decimals = len(plain.partition(".")[2])
    value = float(plain)
    return value, 10.0**-decimals if decimals else _round_step(value)


def _round_step(value: float) -> float:
    """A round number is given to its last digit that is not zero, at least to hundreds: 300,000 to 100,000."""
    whole = int(value)
    step = 1
    while whole and whole % (step * 10) == 0:
        step *= 10
    return float(step if step >= 100 else 1)  # noqa: PLR2004


def _written(words: str, lang: str | None) -> float:
    if lang in _WRITTEN_ELSEWHERE:
        return float(_WRITTEN_ELSEWHERE[lang][words])
    total = part = 0.0
    for word in words.split():
        if word in _SCALES:
            part = max(1.0, part) * _SCALES[word]
            if _SCALES[word] >= 1e3:  # noqa: PLR2004
                total, part = total + part, 0.0
        elif word != "and":
            part += ONES.get(word, 0) + _TENS.get(word, 0)
    return total + part
