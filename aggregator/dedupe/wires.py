"""Which agency a text is credited to: what makes one story a likelier source than another."""

from __future__ import annotations

import re

from aggregator.text.agencies import AGENCIES

__all__ = ["agency_named", "find_credit"]

_NAMED = tuple(
    (
        each.name,
        re.compile(
            "|".join(filter(None, (each.spelled and f"(?i:{each.spelled})", each.sign and rf"\b(?:{each.sign})\b")))
        ),
    )
    for each in AGENCIES
    if each.spelled or each.sign
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
