"""Figures that are not of the whole event as it stands: of another time, a part of it, a forecast or a denial."""
# ruff: noqa: RUF001, E501 - typographic dashes; a pattern is one line a kind

from __future__ import annotations

import re

from aggregator.digest.claims import Claim

__all__ = ["OF_WHOLE", "OTHER_TIME", "is_elsewhere"]

# About other times or other counts: an earlier disaster, an average, a forecast, a part of the whole.
_ELSEWHERE = re.compile(
    r"\b(?:in|since|from|of)\s(?:1[5-9]|20)\d\d\b|\b(?:previous|last (?:year|month|decade|century)|years ago|per (?:year|day)|a year|aftershocks?|"
    r"(?:each|every) (?:year|day)|average|annually|worst since|deadliest|could|might|would|expected|feared|model|projected|"
    r"at the scene|on the spot|another|additional|further|\d+ more|among (?:them|the (?:dead|injured))|of (?:them|whom))\b",
    re.IGNORECASE,
)
OTHER_TIME = re.compile(
    r"\b(?:weeks?|months?|years?|decades?) (?:ago|before|earlier)\b|\b(?:[Ii]n|[Ll]ast|[Ss]ince) (?:year|month|January|February|March|April|May|June|July|August|"
    r"September|October|November|December)\b|\b(?:[Ii]n|of|a|the) (?:1[5-9]|20)\d\d\b|\b[Ii]nitially\b|\b[Aa]t first\b|"
    r"\ba (?:second|third|fourth|fifth|sixth) (?:person|man|woman|victim|child|officer)\b"
)
_SOME_OF = re.compile(r"\s+(?:more\b|additional\b|of (?:the|them|those|its|these|his|her)\b)", re.IGNORECASE)
_ONE_TO_TEN = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
_KIND = r"(?:(?!were|was|are|have|had|killed|dead|died|injured|wounded|hurt|missing|arrested)[a-z]+\s)"
_AMONG = re.compile(  # a part of them; the second of two counts of one sum
    rf"\b(?:(?:including|among them|of whom)\s(?:at least\s)?|{_ONE_TO_TEN}\s{_KIND}{{1,2}}and\s)\Z", re.IGNORECASE
)
_IN_A_LIST = re.compile(  # "35 dead in Amara, 11 in Acuma", "65 passengers and six crew members"
    rf"(?:(?:\s[\w’'-]+){{0,4}}?\s(?:in|near)\s[A-Z][\w .’'-]{{2,40}},\s(?:and\s)?|\s{_KIND}{{1,2}}and\s){_ONE_TO_TEN}\b"
)
_SINCE_WHEN = re.compile(
    r"\bsince\b[^;]*\b(?:when|killed|left)\b", re.IGNORECASE
)  # "the worst since February, when 17 died"
_NEGATED = re.compile(r"\b(?:no one|not|none|nobody|denied|false(?:ly)?|hoax)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:()–—]|\b(?:but|while|and)\b")
OF_WHOLE = re.compile(r" of (?:the |its |their )?(\d+)\b")


def is_elsewhere(claim: Claim) -> bool:
    """Whether the clause of a figure speaks of a part, a forecast or a denial, or its sentence of another time."""
    text, figure = claim.statement.text, claim.figure
    before = _CLAUSE.split(text[max(0, figure.start - 60) : figure.start])[-1]
    after = _CLAUSE.split(text[figure.end : figure.end + 60])[0]
    clause = f"{before} {figure.number} {after}"
    if _ELSEWHERE.search(clause) or _NEGATED.search(clause):
        return True
    if _SOME_OF.match(text, figure.end) and (claim.slot or not OF_WHOLE.match(text, figure.end)):
        return True
    if _AMONG.search(text[max(0, figure.start - 60) : figure.start]) or _IN_A_LIST.match(text, figure.end):
        return True
    if claim.slot and _SINCE_WHEN.search(text[: figure.start]):
        return True
    return (claim.slot is not None or figure.unit == "magnitude") and bool(OTHER_TIME.search(text))
