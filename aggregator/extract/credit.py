"""The agency that a text is credited to: "(AP)" in the dateline, a byline, a last line, JSON-LD."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from aggregator.extract.head import Head
from aggregator.text.agencies import AGENCIES

__all__ = ["find_credit"]

_NAMES = tuple(each.name for each in AGENCIES if each.written)
_ALL = "|".join(f"(?P<a{n}>{names})" for n, names in enumerate(each.written for each in AGENCIES if each.written))
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
        if found := re.search(rf"[(（](?:{_ALL})(?![^\W_])[^()（）]{{0,20}}[)）]\s*$", ending):
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
