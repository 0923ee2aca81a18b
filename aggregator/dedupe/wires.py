"""Which agency a text is credited to: what makes one story a likelier source than another."""

from __future__ import annotations

import re

__all__ = ["agency_named", "find_credit"]

# Agencies and how they are spelled out (in any case) or sign (exactly so: many signs are words in small letters).
# The first that is found counts, so that the Australian Associated Press comes before the Associated Press.
_AGENCIES: tuple[tuple[str, str, str], ...] = (
    ("AAP", "australian associated press", "AAP"),
    ("AP", "associated press", "AP"),
    ("Reuters", "reuters", ""),
    ("AFP", "agence france[- ]presse", "AFP"),
    ("dpa", "deutsche presse[- ]agentur", "dpa|DPA"),
    ("EFE", "agencia efe", "EFE"),
    ("Europa Press", "europa press", ""),
    ("ANSA", "", "ANSA"),
    ("PA", "press association|pa media", "PA"),
    ("UPI", "united press international", "UPI"),
    ("Canadian Press", "canadian press|presse canadienne", ""),
    ("Bloomberg", "bloomberg", ""),
    ("Kyodo", "kyodo|\u5171\u540c\u901a\u4fe1", ""),
    ("Jiji", "jiji press|\u6642\u4e8b\u901a\u4fe1", ""),
    ("Xinhua", "xinhua|\u65b0\u534e\u793e|\u65b0\u83ef\u793e", ""),
    ("TASS", "", "TASS|\u0422\u0410\u0421\u0421"),
    ("RIA", "ria novosti|\u0440\u0438\u0430 \u043d\u043e\u0432\u043e\u0441\u0442\u0438", ""),
    ("Interfax", "interfax|\u0438\u043d\u0442\u0435\u0440\u0444\u0430\u043a\u0441", ""),
    ("PAP", "", "PAP"),
    ("ANP", "", "ANP"),
    ("APA", "austria presse agentur", "APA"),
    ("Belga", "belga", ""),
    ("Lusa", "ag\u00eancia lusa", "Lusa|LUSA"),
    ("PTI", "press trust of india", "PTI"),
    ("ANI", "asian news international", "ANI"),
    ("Yonhap", "yonhap|\uc5f0\ud569\ub274\uc2a4", ""),
    ("Anadolu", "anadolu", ""),
)
_NAMED = tuple(
    (name, re.compile("|".join(part for part in (spelled and f"(?i:{spelled})", sign and rf"\b(?:{sign})\b") if part)))
    for name, spelled, sign in _AGENCIES
)
# A dateline, at the beginning: "PARIS (Reuters) - ", "(ANSA) - ROMA".
_DATELINE = re.compile(r"\(([^()\n]{2,40})\)\s*[-\u2010-\u2015\uff0d]")
_CREDIT_LINE = re.compile(
    "(?:copyright|\u00a9|\\(c\\)|source|quelle|fuente|fonte|\u0438\u0441\u0442\u043e\u0447\u043d\u0438\u043a)"
    r"\W+(?:\d{4}\W+)?(?:by\W+)?([^.\n]{2,60})",
    re.IGNORECASE,
)
_HEAD = 200
_TAIL = 400


def agency_named(name: str | None) -> str | None:
    """The agency that `name` (an outlet, a byline, a credit) names, or None."""
    if not name:
        return None
    return next((agency for agency, pattern in _NAMED if pattern.search(name)), None)


def find_credit(text: str) -> str | None:
    """The agency a text is credited to: by its dateline, or by a copyright or source line at its end."""
    credits_ = (*_DATELINE.finditer(text[:_HEAD]), *_CREDIT_LINE.finditer(text[-_TAIL:]))
    return next((agency for found in credits_ if (agency := agency_named(found.group(1)))), None)
