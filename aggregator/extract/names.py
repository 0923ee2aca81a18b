"""What is a name: the names in a byline, and whether two are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from aggregator.extract.titles import clean

__all__ = ["BY", "each_name", "name_key", "names_in", "same_name"]

# "by" in front of a name, in the languages of our sample and their neighbours; also "written by", "text:".
BY = re.compile(
    r"^\W*(?:(?:article|story|post|posted|written|reported|published|authored|reviewed|created|analysis|opinion|review|words|text|texte|texto|"
    r"testo|tekst|foto|photo|photos|geschrieben|verfasst|ein (?:beitrag|artikel|gastbeitrag|kommentar)|publié|écrit|propos recueillis|"
    r"escrito|publicado|scritto|pubblicato|geplaatst|geschreven|skrivet|skrevet|napisał|napisała|opublikował|kommentar|analyse)\s+(?:and \w+\s+)?)?"
    r"(?:by|von|par|por|(?-i:di|da|de)|door|av|af|od|przez|autor(?:en|in|es|a)?|auteurs?|autore|författare|forfatter|tekijä|yazar|yazan|penulis|oleh|"
    r"автор|текст|作者|記者|记者|文|撰文|編輯|编辑|責編|责编|来源|کاتب|بقلم|מאת|द्वारा|author(?:\(s\)|s)?|writer|reporter|contributor|text|texte|texto|testo|tekst|words)"
    r"(?:\s*[:：/|·]\s*|\s+)",
    re.IGNORECASE,
)
_HAN_BY = re.compile(r"^\W*(?:作者|文|撰文|記者|记者|本报记者|本報記者|文字)\s*[:：/丨|]?\s*")
_ABBREVIATED = re.compile(r"(?:\b[A-Z]|\b[JS]r|\be\.V)\.$")
_PARTICLES = frozenset(
    (
        "de da do dos das del della di van von der den ter ten la le el al bin ibn y e du des af av zu zur und and & st "
        "the of"
    ).split()
)
_SPLIT = re.compile(
    r"\s*(?:[,;|/•·、，；\n\t]|(?<=\w)\s+[–—-]\s+|\s(?:and|und|et|y|och|og|ja|with|mit|avec|con|en|&|\+|i|и|و)\s(?!Sons\b|Co\b|Company\b))\s*",
    re.IGNORECASE,
)
_TRAILING_BY = re.compile(r"\s+(?:for|in|from|at|via|of)\s+(?:the\s+)?[\w .]+$|\s*[(\[].*$|\s+@\S+|\S+@\S+\.\S+")
_DATE_LIKE = re.compile(
    r"\d{2}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.? \d|\b(?:january|february|march|april|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b|\bago\b",
    re.IGNORECASE,
)
# Alone these name nobody.
_NOBODY = frozenset(
    (
        "name names auteur auteurs autor autorin autoren autore autores författare verfasser sponsored advertisement "
        "anzeige admin administrator administrateur staff staffwriter editor editors editorial editorialteam "
        "editorialstaff editorialboard author authors team guest guestauthor guestcontributor contributor contributors "
        "webmaster webdesk newsdesk newsroom newsstaff staffreporter staffreporters staffreport desk redaktion "
        "redaction redazione redacción redaccion larédaction laredaction redactie toimitus redaktionen redakcja "
        "redaksjonen unknown anonymous null none undefined user root writer reporter correspondent ourcorrespondent "
        "specialcorrespondent agencies agency wire wirereport wirereports newsagency newsservice website web blog "
        "blogger published posted updated home by follow share comments subscribe menu read more readmore biography bio "
        "email twitter facebook about abouttheauthor authorbio viewprofile profile seeall viewall writtenby"
    ).split()
)
_ROLE = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|journalist|contributor|columnist|producer|analyst|director|manager|specialist|"
    r"redakteur(?:in)?|korrespondent(?:in)?|journaliste|periodista|giornalista|redactor|staff|senior|chief|bureau|freelance|author|"
    r"minutes?|min read|read|views?|comments?|shares?|updated|published|posted|follow|photography|photographer|getty|images?|"
    r"ph\.?d|m\.?d|mba|cfa|rn|rd|esq|jr|sr|he/him|she/her|they/them)\b\.?",
    re.IGNORECASE,
)
_MORE_BY = re.compile(
    r"^.{0,40}?\b(?:posts?|articles?|stories|beiträge|artikel|more|all|mehr|articoli|artículos)\s+(?:\w+\s+)?(?:by|von|from|par|de|di|por)\s+",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"(?:,?\s+|^)(?:Ph\.?\s?D|M\.?D|MBA|CFA|RDN?|LDN?|MS|MPH|MA|BSc|MSc|CPA|JD|Esq|RN|DDS|DVM|CFP|PharmD|LCSW|CSCS|B\.A|M\.A|M\.S)\b\.?"
)
_TRAILING_ROLE = re.compile(
    r"(?<=\w\w)\s+(?:the\s+)?associated press$|\s+(?:(?:senior|head|chief|staff|lead|guest|freelance|contributing|deputy|associate|managing|news|political|sports?|business|technology|science|national)\s+)*"
    r"(?:writer|editor|reporter|correspondent|author|contributor|journalist|columnist|producer|autor(?:in)?|redakteur(?:in)?)\b.*$",
    re.IGNORECASE,
)


def names_in(text: str, *, told: bool = False) -> tuple[str, ...]:
    """The names in a byline: "By Ann Lee and Bo Chen, Staff Writers" -> ("Ann Lee", "Bo Chen").

    `told`: the text is declared to be a name, so that "annette thurmon" is one.
    """
    if text.lstrip().startswith(","):  # a template without its name: ", The Daily Journal"
        return ()
    text = _CREDENTIAL.sub("", _MORE_BY.sub("", clean(text))).strip(" ,:;|-–—•·")
    if not text or text.startswith(("http", "www.", "@")) or len(text) > 300:
        return ()
    for _ in range(2):
        text = _HAN_BY.sub("", BY.sub("", text, count=1), count=1)
    names = []
    for part in _SPLIT.split(text):
        name = _cut(_TRAILING_ROLE, _cut(_TRAILING_BY, BY.sub("", part, count=1))).strip(" ,:;|-–—•·\"'“”*")
        name = name if _ABBREVIATED.search(name) else name.rstrip(".")
        if name and _is_name(name, told=told):
            names.append(name)
    return each_name(names)


def _cut(trailing: re.Pattern[str], name: str) -> str:
    """Without what trails a name, if a name of two words is left."""
    rest = trailing.sub("", name).strip()
    return rest if len(rest.split()) > 1 else name


def _is_name(name: str, *, told: bool) -> bool:
    words = name.split()
    if not 1 <= len(words) <= 6 or not 2 <= len(name) <= 60 or name_key(name) in _NOBODY:
        return False
    if _DATE_LIKE.search(name) or any(c in name for c in "?!:<>{}=#%©"):
        return False
    if all(_ROLE.fullmatch(word) or word.casefold() in _PARTICLES for word in words) or (
        _ROLE.match(name) and not told
    ):
        return False
    if not any(c.isalpha() for c in name):
        return False
    lower = [w for w in words if w[0].islower() and w.casefold() not in _PARTICLES]
    return not lower or len(words) == 1 or (told and len(lower) == len(words) == 2)


def same_name(one: str, other: str) -> bool:
    """The same but for case, spacing and punctuation, or an ending such as ".com"."""
    a, b = name_key(one), name_key(other)
    return bool(a) and bool(b) and (a == b or a.removesuffix("com") == b.removesuffix("com"))


def each_name(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, as it is first written."""
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(name_key(name), name)
    return tuple(kept.values())


def name_key(name: str) -> str:
    """Letters and digits of a name, folded: what two spellings of it have in common."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())
