"""Words of a text: tokens, stop words and light stems, for every language a feed may speak.

Languages that write no spaces (Chinese, Japanese, Thai) and Korean are cut into overlapping pairs of characters, the
usual and sturdy choice for retrieval (Foo & Li 2004); a run of katakana is one word, for it is most often a name.
Everything here is a function of its arguments: the same text always gives the same words, on every machine.
"""
# ruff: noqa: RUF001 - letters of many scripts are this module's subject

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources

import Stemmer

__all__ = ["stem", "stop_words", "terms", "terms_of", "words"]

# Scripts cut into pairs: Han, kana, hangul, Thai, Lao, Khmer, Burmese.
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々\U00020000-\U0003ffff"
_HIRAGANA = "\u3041-\u309f"
_KATAKANA = "\u30a1-\u30ffー\u31f0-\u31ff"
_HANGUL = "\uac00-\ud7af\u1100-\u11ff"
_SEA = "\u0e01-\u0e5b\u0e81-\u0edf\u1780-\u17d3\u1000-\u109f"
_UNSPACED = re.compile(f"[{_HAN}{_HIRAGANA}{_KATAKANA}{_HANGUL}{_SEA}]")
_RUNS = re.compile(
    f"(?P<han>[{_HAN}]+)|(?P<hira>[{_HIRAGANA}]+)|(?P<kata>[{_KATAKANA}]+)|(?P<pairs>[{_HANGUL}]+|[{_SEA}]+)"
    f"|(?P<word>[^\\W_{_HAN}{_HIRAGANA}{_KATAKANA}{_HANGUL}{_SEA}]+)"
)
# A number with its separators is one word ("1,000", "3.5"); so is a word with inner apostrophes ("didn't", "o'neill").
_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’ʼ][^\W\d_]+)*|[^\W_]+")
_PLAIN_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|[0-9]+(?:[.,:][0-9]+)*")  # the same, of lower-case ASCII
_ALL_HIRAGANA = re.compile(f"[{_HIRAGANA}]+")  # endings and particles: the names and nouns are written otherwise
_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u00ad\u200b-\u200f\u2060\ufeff]")
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ؤ": "و", "ئ": "ي", "ة": "ه"})

# ISO 639-1 code -> Snowball algorithm. Chinese, Japanese and the other scripts cut into pairs have no stems.
_STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
# Elided articles of the Romance languages: "l'économie" is "économie".
_ELIDES = frozenset({"fr", "it", "ca"})
_ELISION = re.compile(r"^(?:l|d|j|m|t|s|n|c|qu|jusqu|lorsqu|puisqu|un|all|dell|dall|nell|sull|quest|quell)'(?=\w)")


def words(text: str) -> list[str]:
    """Raw lower-case words in reading order; Chinese, Japanese, Korean and Thai as overlapping pairs of characters.

    Costs about 0.1 ms for 2,000 characters.
    """
    if text.isascii():
        return _PLAIN_WORD.findall(text.lower())
    folded = _MARKS.sub("", text).lower()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKC", folded).replace("’", "'").replace("ʼ", "'")
        if _UNSPACED.search(folded):
            return list(_unspaced(folded))
    return _WORD.findall(folded)


def terms(text: str, lang: str | None) -> list[str]:
    """Words that carry meaning, in reading order: stop words and single letters out, endings stripped.

    `lang` is an ISO 639-1 code; an unknown or missing one leaves words as they are and drops single letters only.
    """
    known = _stems(lang)
    return [term for word in words(text) if (term := known[word])]


def terms_of(tokens: list[str], lang: str | None) -> list[str]:
    """The term of each of `words(text)`, in place: "" for a stop word or a single letter."""
    known = _stems(lang)
    return [known[word] for word in tokens]


def stem(word: str, lang: str | None) -> str:
    """One lower-case word without its ending, or "" for a stop word or a single letter."""
    return _stems(lang)[word]


@lru_cache(maxsize=64)
def stop_words(lang: str | None) -> frozenset[str]:
    """Words without meaning of their own, lower case, weekday names included; empty for a language without a list."""
    name = {"nb": "no", "nn": "no"}.get(lang or "", lang or "")
    listed = resources.files("aggregator.text").joinpath("stop_words", f"{name}.txt")
    if not name.isalpha() or not listed.is_file():
        return frozenset()
    return frozenset(listed.read_text(encoding="utf-8").split())


class _Stems(dict[str, str]):
    """word -> term ("" when dropped), remembered: a stream says the same few thousand words again and again."""

    _CAPACITY = 60_000  # about 8 MB; emptied when full, which changes cost and never results

    def __init__(self, lang: str | None) -> None:
        super().__init__()
        algorithm = _STEMMERS.get(lang or "")
        self._stemmer = Stemmer.Stemmer(algorithm, 0) if algorithm else None
        self._stops = stop_words(lang)
        self._elides = lang in _ELIDES
        self._arabic = lang in {"ar", "fa", "ur"}
        self._stops_folded = frozenset(w.translate(_ARABIC) for w in self._stops) if self._arabic else self._stops

    def __missing__(self, word: str) -> str:
        if len(self) >= self._CAPACITY:
            self.clear()
        term = self._reduce(word)
        self[word] = term
        return term

    def _reduce(self, word: str) -> str:
        if word in self._stops:
            return ""
        if self._elides:
            word = _ELISION.sub("", word)
        elif word.endswith("'s"):
            word = word[:-2]
        if self._arabic:
            word = word.translate(_ARABIC)
        if word in self._stops_folded or (len(word) < 2 and not word.isdigit()):  # noqa: PLR2004 - a single letter
            return ""
        if self._stemmer is None or not word[0].isalpha():
            return "" if _ALL_HIRAGANA.fullmatch(word) else word
        return str(self._stemmer.stemWord(word))


@lru_cache(maxsize=64)
def _stems(lang: str | None) -> _Stems:
    return _Stems(lang)


def _unspaced(text: str) -> list[str]:
    out: list[str] = []
    for run in _RUNS.finditer(text):
        kind, found = run.lastgroup, run.group()
        if kind == "word":
            out.extend(_WORD.findall(found))
        elif kind == "kata" or len(found) == 1:
            out.append(found)
        else:
            out.extend(found[i : i + 2] for i in range(len(found) - 1))
    return out
