"""Which language a text is written in: by its script, then by its small words and letters.

News feeds mostly say their language; this settles what they leave open or get wrong. Scripts decide alone where they
can (kana is Japanese, hangul Korean); the rest is told apart by how many stop words of each language the text holds,
with tell-tale letters and endings for short titles.
"""
# ruff: noqa: RUF001 - letters of many scripts are this module's subject

from __future__ import annotations

import re
from functools import lru_cache

from aggregator.text.words import stop_words, words

__all__ = ["base_language", "detect", "has_spaces"]

_SCRIPTS = (
    ("ja", re.compile(r"[\u3041-\u309f\u30a1-\u30fa]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e01-\u0e5b]")),
    ("he", re.compile(r"[\u05d0-\u05ea]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("bn", re.compile(r"[\u0980-\u09ff]")),
    ("ta", re.compile(r"[\u0b80-\u0bff]")),
    ("ka", re.compile(r"[\u10d0-\u10ff]")),
    ("hy", re.compile(r"[\u0531-\u058f]")),
    ("km", re.compile(r"[\u1780-\u17d3]")),
    ("lo", re.compile(r"[\u0e81-\u0edf]")),
    ("my", re.compile(r"[\u1000-\u109f]")),
    ("ar", re.compile(r"[\u0620-\u064a\u0671-\u06d3]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("en", re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
)
_LATIN = ("en", "de", "es", "fr", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "hu", "ro", "tr")
_BY_NAME = tuple(sorted(_LATIN))  # of two that score the same, the first by name leads
_LETTER = re.compile("[a-z]")
_FAMILIES = {
    "en": _LATIN,
    "ru": ("ru", "uk", "bg", "sr", "be"),
    "ar": ("ar", "fa", "ur"),
    "zh": ("zh", "ja"),
    "hi": ("hi", "mr", "ne"),
}
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})
_SAMPLE = 600  # characters; more adds nothing
_BEGINNING = 200  # characters that are enough to confirm what the feed says of itself
_PLAIN = 6.0  # votes by which stop words alone settle it
_SURE = 1.5  # a lead of this many votes overrules what the feed says of itself

# Letters and endings that speak for a language: each hit is a third of a stop word's vote.
_MARKS = {
    "de": re.compile(r"[äöüß]|sch|\w(?:ung|keit|lich|isch)\b"),
    "es": re.compile(r"[ñ¿¡]|\w(?:ción|ciones|dad|ando|iendo)\b|\b(?:el|los|las)\b"),
    "fr": re.compile(r"[èêçœûîâë]|\b[ldnsjmc]['’]|\w(?:eux|eau|ment|aux|oire)\b"),
    "it": re.compile(r"\w(?:zione|zioni|mente|ità|gli|etto|ella|ano)\b|[àìòù]\b|\b(?:dell|nell|all|sull)['’]"),
    "pt": re.compile(r"[ãõ]|\w(?:ção|ções|dade|inho|eira|eiro)\b|lh|nh"),
    "nl": re.compile(r"ij|aa[a-z]|oe|\b(?:ge|ver)\w+d\b|sch\b|\w(?:heid|lijk|ing)en?\b"),
    "pl": re.compile(r"[ąćęłńśźż]|sz|cz|rz|\w(?:ego|ych|owy|ów)\b"),
    "sv": re.compile(r"[å]|\w(?:arna|erna|ning|ade)\b|ä|ö"),
    "da": re.compile(r"[æø]|å|\w(?:erne|ede|hed)\b"),
    "no": re.compile(r"[æø]|å|\w(?:ene|het|ing)\b"),
    "fi": re.compile(r"ää|yy|\w(?:ssa|ssä|lla|llä|sta|stä|nen|iin)\b|kk|uo"),
    "cs": re.compile(r"[ěščřžůň]|\w(?:ého|ích|ová)\b"),
    "hu": re.compile(r"[őű]|gy|\w(?:ban|ben|nak|nek|ság|ség)\b|sz|á"),
    "ro": re.compile(r"[ăşșţț]|\w(?:ului|elor|ilor|ul)\b|î"),
    "tr": re.compile(r"[ığş]|\w(?:lar|ler|dan|den|ları|leri)\b"),
    "en": re.compile(r"\bth|\w(?:ing|tion|ed|ly|ght)\b|['’]s\b|wh|ck"),
}
_CYRILLIC = (("uk", re.compile(r"[іїєґ]")), ("be", re.compile(r"ў")), ("sr", re.compile(r"[ђћљњџј]")))
_NOT_BULGARIAN = re.compile(r"[ыэё]")
_ARABIC = (("ur", re.compile(r"[ٹڈڑںے]")), ("fa", re.compile(r"[پچژگک]|ی")))


def has_spaces(lang: str | None) -> bool:
    """Whether this language puts spaces between words."""
    return lang not in _UNSPACED


def detect(text: str, hint: str | None = None) -> str | None:
    """ISO 639-1 code of the language of `text`, or the hint's where the text cannot tell; None if neither can.

    `hint` is what the feed or page says ("en-GB", "DE"); a clear majority of the text's own words overrules it.
    """
    said = base_language(hint)
    sample = text[:_SAMPLE]
    script = _script(sample)
    if script is None:
        return said
    if script == "en" and said in _MARKS and _confirms(sample[:_BEGINNING].lower(), said):
        return said
    sample = sample.lower()
    if script == "ru":
        return _cyrillic(sample, said)
    if script == "ar":
        return next((lang for lang, marks in _ARABIC if len(marks.findall(sample)) * 40 > len(sample)), "ar")
    if script != "en":
        return said if said in _FAMILIES.get(script, ()) and script != "zh" else script
    return _latin(sample, said)


@lru_cache(maxsize=256)
def base_language(tag: str | None) -> str | None:
    """The language of a tag as its two letters (ISO 639-1), without region: "pt-BR" is "pt"; None if it has none."""
    match = re.match(r"[a-z]{2}(?![a-z])", (tag or "").strip().lower())
    return match.group() if match else None


def _script(sample: str) -> str | None:
    """The script with most letters, under the name of its best-known language; kana wins over Han."""
    if len(sample.encode("ascii", "ignore")) * 10 > len(sample) * 9 and _LETTER.search(sample):
        return "en"
    counts = {lang: len(pattern.findall(sample)) for lang, pattern in _SCRIPTS}
    if counts["ja"] and counts["ja"] + counts["zh"] > counts["en"] / 3 and counts["ja"] * 12 > counts["zh"]:
        return "ja"
    # A Han character says as much as three letters: titles mix Chinese with Latin names.
    counts["zh"] *= 3
    best = max(counts, key=lambda lang: counts[lang])
    return best if counts[best] else None


def _cyrillic(sample: str, said: str | None) -> str:
    for lang, letters in _CYRILLIC:
        if len(letters.findall(sample)) * 50 > len(sample):
            return lang
    if said == "bg" and not _NOT_BULGARIAN.search(sample):
        return "bg"
    ratio = sample.count("ъ") * 100
    return "bg" if ratio > len(sample) and not _NOT_BULGARIAN.search(sample) else "ru"


@lru_cache(maxsize=1)
def _votes() -> dict[str, tuple[tuple[str, float], ...]]:
    """Stop word -> (language, vote): a word that several languages share counts less for each."""
    owners: dict[str, list[str]] = {}
    for lang in _LATIN:
        for word in stop_words(lang):
            owners.setdefault(word, []).append(lang)
    return {word: tuple((lang, 1 / len(langs)) for lang in langs) for word, langs in owners.items()}


def _scores(tokens: list[str]) -> dict[str, float]:
    """The votes of small words for each language."""
    score = dict.fromkeys(_LATIN, 0.0)
    votes = _votes()
    for word in filter(votes.__contains__, tokens):
        for lang, vote in votes[word]:
            score[lang] += vote
    return score


def _confirms(sample: str, said: str) -> bool:
    """Whether the small words of a text's beginning speak for the language that its feed names, and plainly so.

    Words that it shares with others say nothing, nor do those that stand against a comma: there are enough others.
    """
    own, foreign = _told_apart(said)
    found = set(sample.split())
    return len(found & own) - len(found & foreign) > _SURE


@lru_cache(maxsize=len(_LATIN))
def _told_apart(lang: str) -> tuple[frozenset[str], frozenset[str]]:
    """The stop words that only this language has, and those that only others have."""
    votes = _votes().items()
    own = frozenset(word for word, of in votes if [name for name, _ in of] == [lang])
    return own, frozenset(word for word, of in votes if lang not in dict(of))


def _latin(sample: str, said: str | None) -> str | None:
    score = _scores(words(sample))
    best, second = _leaders(score)
    lead = score[best] - score[second]
    if best == said and lead > _SURE:
        return said
    if lead < _PLAIN:
        for lang, marks in _MARKS.items():
            score[lang] += len(marks.findall(sample)) / 3
        best, second = _leaders(score)
    if said is not None and said not in score:  # a language without a list: only a plain text of another overrules it
        return best if score[best] - score[second] > 4 * _SURE else said
    if said is not None and score[best] - score[said] <= _SURE:
        return said
    if score[best] == 0 or (said is None and score[best] == score[second]):
        return said
    return best


def _leaders(score: dict[str, float]) -> tuple[str, str]:
    """The two languages with most votes."""
    votes = [score[lang] for lang in _BY_NAME]
    best = votes.index(max(votes))
    votes[best] = -1.0
    return _BY_NAME[best], _BY_NAME[votes.index(max(votes))]
