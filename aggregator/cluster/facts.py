"""Facts that tell events of one kind apart: the quarter of a result, the magnitude of an earthquake, the score of a match."""
# ruff: noqa: RUF001 - many scripts

from __future__ import annotations

import re

__all__ = ["facts_in"]

_ORDINALS = (
    "1|one|first|erste[ns]?|ersten|primer|premier|primo|primeiro|eerste|pierwsz\\w+|перв\\w+|الأول|一|i",
    "2|two|second|zweite[ns]?|segundo|deuxième|second|secondo|tweede|drug\\w+|втор\\w+|الثاني|二|ii",
    "3|three|third|dritte[ns]?|tercer|troisième|terzo|terceiro|derde|trzeci\\w+|трет\\w+|الثالث|三|iii",
    "4|four|fourth|vierte[ns]?|cuarto|quatrième|quarto|vierde|czwart\\w+|четв[её]рт\\w+|الرابع|四|iv",
)
_QUARTER_WORD = "quarter|quartals?|quartal\\w*|trimestre|kwartaal|kwartale?\\w*|kwartał\\w*|квартал\\w*"
_QUARTERS = tuple(
    re.compile(
        rf"\b(?:q{n}|t{n}|{n}q|{n}t)\b|\b(?:{ordinal})(?:st|nd|rd|th|er|e|º|°|\.|-й|-го|-м)?[ -](?:{_QUARTER_WORD})"
        rf"|الربع\s+(?:{ordinal})|第?(?:{n}|{ordinal})(?:季度|季|四半期)"
    )
    for n, ordinal in enumerate(_ORDINALS, 1)
)
# Whatever says a quarter has one of these: a plain search for them is quick, and most texts have none.
_SAYS_QUARTER = re.compile("quart|trimestre|kwarta|квартал|الربع|季|半期|[qt][1-4]|[1-4][qt]")
_NUMBER = r"(\d{1,2}[.,]\d)"
_SAYS_MAGNITUDE = re.compile(_NUMBER)
_SCALES = "on the richter|auf der richter|sulla scala|en la escala|na escala|sur l'échelle|w skali"
_MAGNITUDE = re.compile(
    "(?:magnitude|magnitud|magnituda|magnitudine|stärke|kracht|силой|магнитуд\\w*|siły|قوته|قوتها|بقوة|マグニチュード|\\bm)"
    rf"[ -]?(?:of |de |di |von |van |o |около )?{_NUMBER}"
    rf"|{_NUMBER}[ -]?(?:magnitude|magnitud|на |級|级|балл\w*|درجات|درجة|{_SCALES})"
)
_SCORE = re.compile(r"(?<![\d.,:–-])(\d{1,3})(?:[-–:]| - | à | a )(\d{1,3})(?![\d.,:–%-])")
# What a central bank or the like decides about its rate; read in titles only.
_RATE = re.compile(
    r"\brates?\b|zins|\btipos?\b|\btasas?\b|\btaux\b|\btass[io]\b|\bjuros?\b|\btaxas?\b|\bselic\b|\brente\b|\bst[oó]py?\b"
    r"|ставк|利率|金利|降息|加息|利下げ|利上げ|فائدة"
)
_MOVES = {
    "down": re.compile(
        r"\b(?:cuts?|cutting|lowers?|lowered|reduces?|reduced|slash\w*|trims?|trimmed|sen[kc]\w*|gesenkt|baja|bajó|recort\w*"
        r"|reduc\w*|reduz\w*"
        r"|baiss\w*|abaiss\w*|rédui\w*|tagli\w*|abbass\w*|ridu\w*|cort\w*|baixa\w*|verlaag\w*|obniż\w*|ści[ąę]\w*|сни\w*|пони\w*)\b"
        r"|降息|下调|下調|利下げ|引き下げ|خفض"
    ),
    "up": re.compile(
        r"\b(?:raises?|raised|hikes?|hiked|lifts?|lifted|increases?|increased|erhöh\w*|hebt|anheb\w*|angehoben|sube|subió|elev\w*|aument\w*"
        r"|relèv\w*|relev\w*|hausse|augment\w*|alza\w*|sobe|verho\w*|podn\w*|podwyż\w*|повы\w*|подн\w*)\b|加息|上调|上調|利上げ|引き上げ|رفع"
    ),
    "unchanged": re.compile(
        r"\b(?:holds?|held|keeps?|kept|unchanged|pauses?|paused|leaves?|steady|hält|belässt|unverändert|manti?en\w*|mantuvo"
        r"|mainti\w*|inchangés?"
        r"|invariat\w*|mantém|manteve|houdt|ongewijzigd|utrzym\w*|bez zmian|сохран\w*"
        r"|остав\w*)\b|维持|維持|不变|不變|据え置|تثبي|ثبت|أبق"
    ),
}
_MOST_FACTS = 6


def facts_in(title: str, lead: str) -> list[str]:
    """Facts that tell events of one kind apart: "quarter 2", "magnitude 5.1", "score 2-1" (titles only)."""
    text = f"{title} {lead}".lower()
    quarters = enumerate(_QUARTERS, 1) if _SAYS_QUARTER.search(text) else ()
    found = [f"quarter {n}" for n, pattern in quarters if pattern.search(text)]
    for match in _MAGNITUDE.finditer(text) if _SAYS_MAGNITUDE.search(text) else ():
        number = next(group for group in match.groups() if group)
        found.append(f"magnitude {number.replace(',', '.')}")
    heading = title.lower()
    if _RATE.search(heading):
        found += [f"rate {move}" for move, pattern in _MOVES.items() if pattern.search(heading)]
    for match in _SCORE.finditer(title):
        first, second = sorted((int(match[1]), int(match[2])), reverse=True)
        found.append(f"score {first}-{second}")
    return list(dict.fromkeys(found))[:_MOST_FACTS]
