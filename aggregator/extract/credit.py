"""The agency that a text is credited to: "(AP)" in the dateline, a byline, a last line, JSON-LD."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from aggregator.extract.head import Head

__all__ = ["find_credit"]

# Name (as `dedupe.wires` has it) -> how it is written in bylines and datelines.
_AGENCIES: dict[str, str] = {
    "AP": r"AP|The Associated Press|Associated Press",
    "Reuters": r"Reuters|Thomson Reuters|Reuters News|رويترز|路透社?|ロイター",
    "AFP": r"AFP|Agence[ -]France[- ]Presse|法新社|أ ?ف ?ب",
    "dpa": r"dpa|Deutsche Presse-Agentur|dpa-AFX|dpa/\w+|\w+/dpa",
    "EFE": r"EFE|Agencia EFE",
    "ANSA": r"ANSA|Adnkronos",
    "PA": r"PA|PA Media|Press Association",
    "UPI": r"UPI|United Press International",
    "Bloomberg": r"Bloomberg|Bloomberg News",
    "Xinhua": r"Xinhua|Xinhua News Agency|新华社|新華社|新华网",
    "TASS": r"TASS|ТАСС",
    "Interfax": r"Interfax|Интерфакс",
    "RIA": r"RIA Novosti|РИА Новости",
    "Kyodo": r"Kyodo|Kyodo News|共同通信|共同",
    "Jiji": r"Jiji|Jiji Press|時事通信|時事",
    "Yonhap": r"Yonhap|Yonhap News|연합뉴스",
    "PTI": r"PTI|Press Trust of India",
    "ANI": r"ANI",
    "IANS": r"IANS",
    "AAP": r"AAP|Australian Associated Press",
    "Canadian Press": r"The Canadian Press|La Presse Canadienne|Canadian Press",
    "APA": r"APA|Austria Presse Agentur",
    "Keystone-SDA": r"SDA|Keystone-SDA|ATS|sda",
    "Belga": r"Belga",
    "ANP": r"ANP",
    "TT": r"TT|TT Nyhetsbyrån",
    "NTB": r"NTB",
    "Ritzau": r"Ritzau",
    "STT": r"STT",
    "PAP": r"PAP",
    "CTK": r"ČTK|CTK",
    "MTI": r"MTI",
    "Anadolu": r"Anadolu Agency|Anadolu Ajansı|AA",
    "Lusa": r"Lusa",
    "Europa Press": r"Europa Press",
    "Agência Brasil": r"Agência Brasil|Estadão Conteúdo",
    "Ukrinform": r"Ukrinform|Укрінформ",
}
_ALL = "|".join(f"(?P<a{n}>{names})" for n, names in enumerate(_AGENCIES.values()))
_NAMES = tuple(_AGENCIES)
# "KYIV, June 3 (Reuters) -", "BERLIN (dpa)", "(AP) —": in parentheses within the dateline.
_DATELINE = re.compile(rf"^[^()（）]{{0,90}}[(（]\s?(?:{_ALL})(?:\s?[/,;]\s?[^()（）]{{1,40}})?\s?[)）]")
_DASHED = re.compile(rf"^[^.!?]{{0,60}}?(?:{_ALL})\s?[–—-]\s")
_WHOLE = re.compile(
    rf"\W*(?:(?:by|von|par|por|di|source|quelle|fuente|fonte|credit|with|mit material von|con información de|avec)\W+)?(?:the )?(?:{_ALL})\W*(?:contributed.*|staff|news agency)?\W*",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(rf"(?<![^\W_])(?:{_ALL})(?![^\W_])")
_LAST_LINE = re.compile(
    rf"^\W{{0,3}}(?:©|\(c\)|copyright|source|quelle|fuente|fonte|bron|källa|источник|来源|來源|[—–-])\W{{0,4}}(?:\d{{4}}\s+)?(?:the )?(?:{_ALL})(?![^\W_])",
    re.IGNORECASE,
)
_HAN_LEAD = re.compile(r"^[(（【\[]?(?:据)?(新华社|新華社|法新社|路透社|共同社|美联社|中新社|中央社)")
_HAN_NAMES = {
    "新华社": "Xinhua",
    "新華社": "Xinhua",
    "法新社": "AFP",
    "路透社": "Reuters",
    "共同社": "Kyodo",
    "美联社": "AP",
    "中新社": "China News Service",
    "中央社": "CNA",
}


def find_credit(head: Head, *, text: str, authors: Sequence[str]) -> tuple[str | None, str | None]:
    """The agency's short name and where it was found (dateline, byline, json-ld, body)."""
    paragraphs = [p for p in text.split("\n\n") if p.strip()]
    for paragraph in paragraphs[:2]:
        if name := _named(_DATELINE.match(paragraph)) or _named(_DASHED.match(paragraph)):
            return name, "dateline"
        if han := _HAN_LEAD.match(paragraph):
            return _HAN_NAMES[han[1]], "dateline"
    for author in authors:
        if name := _named(_WHOLE.fullmatch(author)) or _named(_ANYWHERE.search(author)):
            return name, "byline"
    for key in ("sourceOrganization", "creditText", "provider", "copyrightHolder", "isBasedOn"):
        for said in _strings(head.article.get(key)):
            if name := _named(_WHOLE.fullmatch(said)):
                return name, "json-ld"
    for paragraph in paragraphs[-2:]:
        if len(paragraph) < 160 and (
            name := _named(_WHOLE.fullmatch(paragraph)) or _named(_LAST_LINE.match(paragraph))
        ):
            return name, "body"
        ending = paragraph[-40:]
        if found := re.search(rf"[(（](?:{_ALL})[^()（）]{{0,20}}[)）]\s*$", ending):
            return _named(found), "body"
    return None, None


def _named(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    return next((_NAMES[int(key[1:])] for key, value in match.groupdict().items() if value), None)


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = value.get("name")
    values = value if isinstance(value, list) else [value]
    named = (v.get("name") if isinstance(v, dict) else v for v in values)
    return [name for name in named if isinstance(name, str)]
