"""The dateline that an agency's text begins with: "BERLIN, March 4 (dpa) - ", "WASHINGTON — ", "Washington (CNN) "."""

from __future__ import annotations

import re

__all__ = ["dateline_end"]

_MONTH = (
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Janvier|Février|Mars|Avril|Mai|Juin|Juillet|Août|Okt|Dez|Mär|Ene|Abr|Ago|Dic)"
    r"[\w.]{0,8}"
)
_DATE = rf"(?:{_MONTH}\s\d{{1,2}}|\d{{1,2}}\.?\s{_MONTH})(?:,?\s\d{{4}})?"
_CAPITALS = r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’/ -]{2,40}"  # noqa: RUF001
_REGION = r"(?:,\s+(?!(?-i:The)\b)[A-Z][\w.' ]{1,30}?)"
_AGENCY = r"[(（]\s?[\w ./-]{2,30}\s?[)）]"  # noqa: RUF001
_DASH = r"(?:(?:--|[-\u2010-\u2015])\s|[\u2013\u2014](?=[A-Z“\"]))"
# A known agency needs no dash: "Washington (CNN) The court", "(AP) The court".
_WIRES = r"\((?:AP|CNN|Reuters|AFP|UPI|dpa|ANSA|EFE|Bloomberg|CBS|Kyodo|KYODO|Xinhua|PTI|TASS)[\w /]{0,20}\)\s*"
# A place in capitals and a dash; a place, a date or neither, an agency and a dash; a known agency.
_DATELINE = re.compile(
    rf"\s*(?:(?!An?\s){_CAPITALS}{_REGION}{{0,2}}(?:/{_CAPITALS}{_REGION}?)?(?:,?\s*{_DATE})?,?\s*(?:{_AGENCY}\s*)?{_DASH}"
    rf"|(?:[A-Z][\w.'’-]+,?\s){{0,4}}(?:{_DATE},?\s*)?{_AGENCY}\s*{_DASH}"  # noqa: RUF001
    rf"|(?:(?!The\s|An?\s)(?:[A-Z][\w.'’-]+,?\s|[a-z]{{2,6}},\s){{1,6}})?{_WIRES})"  # noqa: RUF001
)


def dateline_end(text: str) -> int:
    """Where the dateline at the beginning of `text` ends; 0 where there is none."""
    match = _DATELINE.match(text[:160])
    return match.end() if match else 0
