"""The slots that a figure can fill by name: how many were killed, how many homes are dark, how much has burned.

A slot is bound to its predicate by patterns that read the few words around the number. The words are those of reports of
disasters, crimes, outages and epidemics, where figures change from day to day; what else is counted is compared with more
care (claims.py).
"""
# ruff: noqa: RUF001, E501 - typographic dashes; a pattern is one line a slot

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from aggregator.text.figures import Figure

__all__ = ["SLOTS", "Slot", "slot_of"]

_ROSE = r"[^.;:\d]{0,110}?\s(?:to|at|of|is|was|now|reached|reaches|hit|hits|passed|passes)(?:\s(?:now|already))?"
_DARK = r"(?:without (?:power|electricity|current)|off supply|in the dark|cut off|disconnected|(?:still )?waiting for (?:power|electricity)|(?:had |have |has )?lost (?:their )?(?:power|electricity)|ohne strom|sem (?:luz|eletricidade)|sin (?:luz|electricidad)|sans (?:électricité|courant))"
_COUNT = frozenset({"count"})
_PLACES = frozenset({"home", "house", "household", "customer", "address", "business", "property", "premises", "haushalt", "haushalte", None})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What stands after the number ("12 people were killed") and what before it ("killed at least 12").

    `units` are those that fill the slot, `nouns` the counted things, None for any. `one_class` says that it does not matter
    what is counted: homes without power are customers without power. `grows` says that the figure can only rise.
    """

    after: str
    before: str
    units: frozenset[str] = _COUNT
    nouns: frozenset[str | None] | None = None
    one_class: bool = True
    grows: bool = False
    is_far: bool = False


SLOTS: Mapping[str, Slot] = {
    "killed": Slot(
        after=r"(?:killed|dead|died|dies\b|dying|slain|deaths?\b(?! (?:penalt|sentence|row|threat))|fatalities|fatality|lost their lives|lost (?:his|her) life|perished|bodies\b|mortos|muertos|morts|tote\b|todesopfer)",
        before=rf"(?:kill(?:ed|s|ing)|claim(?:ed|ing|s)(?: the lives of)?|(?:death )?toll{_ROSE}|(?:number|count) of (?:the )?(?:people |persons )?(?:dead|deaths|killed|fatalities){_ROSE}|deaths? (?:rose|climbed|rises|climbs) to|zahl der toten{_ROSE})",
        grows=True,
    ),
    "injured": Slot(
        after=r"(?:injured|wounded|hurt|injuries|feridos|heridos|blessés|verletzte?\b)",
        before=r"(?:injur(?:ed|ing|es)|wound(?:ed|ing|s)|hurt(?:ing)?)",
        grows=True,
    ),
    "missing": Slot(
        after=r"(?:missing|unaccounted|desaparecidos|disparus|vermisste?\b)",
        before=rf"number of (?:the )?(?:people )?missing{_ROSE}",
    ),
    "arrested": Slot(
        after=r"(?:arrested|detained|in custody|arrests|detidos|detenidos)",
        before=r"(?:arrest(?:ed|ing|s)|detain(?:ed|ing|s))",
        grows=True,
    ),
    "evacuated": Slot(
        after=r"(?:evacuated|displaced|evacuations|forced (?:to flee|from their)|fled their)",
        before=r"(?:evacuat(?:ed|ing|es)|displac(?:ed|ing|es))",
    ),
    "infected": Slot(
        after=r"(?:infected|infections|(?:confirmed |measles |new )*cases|tested positive|(?:masern)?fälle)",
        before=rf"(?:infect(?:ed|ing|s)|number of (?:confirmed |known |measles )*(?:cases|infections){_ROSE})",
        grows=True,
    ),
    "in hospital": Slot(
        after=r"(?:(?:in|to|at) (?:(?:a|the|local|nearby|area) ){0,2}hospitals?\b|hospitali[sz]ed|im (?:klinikum|krankenhaus)|in (?:kliniken|krankenhäusern)|à l['’]hôpital|en el hospital|no hospital)",
        before=r"number of (?:people |patients )?in hospital(?:s)?[^.;:\d]{0,40}?\s(?:to|at|was|is)",
    ),
    "vaccinated": Slot(
        after=r"(?:vaccinated|inoculated|impfen lassen|geimpft|eine spritze geben lassen|vacinad[oa]s|vacunad[oa]s|vaccinées?|vaccinés)",
        before=r"(?:vaccinat(?:ed|ing)|inoculat(?:ed|ing))",
        grows=True,
    ),
    "without power": Slot(
        after=_DARK,
        before=rf"(?:power (?:is|was) (?:off|out|cut) (?:to|for|in)|(?:cut|knock(?:ed|ing) out|cutting|lost) (?:power|electricity) (?:to|for|in)|number of (?:homes|houses|households|customers|properties) {_DARK}{_ROSE})",
        nouns=_PLACES,
        is_far=True,
    ),
    "destroyed": Slot(
        after=r"(?:destroyed|razed|burned down|burned to the ground|flattened|levelled|leveled)",
        before=r"(?:destroy(?:ed|ing|s)|raz(?:ed|ing)|flatten(?:ed|ing)|level(?:l?ed|l?ing))",
        one_class=False,
        grows=True,
    ),
    "rescued": Slot(
        after=r"(?:rescued|pulled (?:alive )?from|taken off|brought ashore|saved|plucked from)",
        before=r"(?:rescu(?:ed|ing|es)|pull(?:ed|ing|s)|took off|taking off|sav(?:ed|ing)|plucked)",
        grows=True,
    ),
    "burned": Slot(
        after=r"(?:burned|burnt|scorched|charred|blackened)",
        before=r"(?:burn(?:ed|t|ing)|scorch(?:ed|ing)|charr(?:ed|ing)|blacken(?:ed|ing)|consum(?:ed|ing)|(?:grew|grown|spread|swelled|ballooned) to)",
        units=frozenset({"acre", "ha"}),
        grows=True,
    ),
    "contained": Slot(
        after=r"(?:contain(?:ed|ment))",
        before=r"(?:contain(?:ed|ment) (?:at|is|was|to|stood at|reached))",
        units=frozenset({"percent"}),
    ),
    "leaked": Slot(
        after=r"(?:leaked|spilled|spilt|escaped|gushed)",
        before=r"(?:(?:leak|spill)(?:ed|ing|s)?|(?:spill|leak(?:ed)?|leakage)\b[^.;:\d]{0,60}?\s(?:at|to|of|is|was|reached))",
        units=frozenset({"t", "ton", "l", "gal", "barrel"}),
        grows=True,
    ),
}  # fmt: skip

_WERE = r"(?:\s+(?:were|was|are|is|have|has|had|been|being|also|now|confirmed|reported|feared|officially|still|left|known|to|others?))*"
_NEAR_BY = r"(?:\s+[\w’'-]+){0,3}?(?:\s+of\s+(?:the\s+)?[\w’'-]+(?:\s+[\w’'-]+)?)?"  # the counted thing, and whose
_VERB_LAST = r"(?:\s+[\w’'-]+){0,12}?"  # as German has it
_CLAUSE_END = re.compile(r"[,;:.()–—\d]|\b(?:and|while|but|after|as|when)\b")
_REACH = 80
_REACH_BEFORE = 160


@lru_cache(maxsize=128)
def _after(slot: str, lang: str | None) -> re.Pattern[str]:
    gap = _VERB_LAST if SLOTS[slot].is_far or lang == "de" else _NEAR_BY
    return re.compile(rf"{gap}{_WERE}\s+{SLOTS[slot].after}", re.IGNORECASE)


@lru_cache(maxsize=32)
def _before(slot: str) -> re.Pattern[str]:
    return re.compile(rf"\b{SLOTS[slot].before}\s+(?:the\s|all\s|another\s)?\Z", re.IGNORECASE)


@lru_cache(maxsize=4096)  # changes and differences ask for the same figures
def slot_of(text: str, figure: Figure, lang: str | None = None) -> str | None:
    """The named slot that a figure of `text` fills: bound by what stands right before it, else by what follows; or None."""
    fitting = [name for name, slot in SLOTS.items() if figure.unit in slot.units]
    if not fitting:
        return None
    before = text[max(0, figure.start - _REACH_BEFORE) : figure.start]
    bound = next((name for name in fitting if _before(name).search(before)), None)
    if bound is None:
        after = _CLAUSE_END.split(text[figure.end : figure.end + _REACH], maxsplit=1)[0]
        found = [(m.end(), name) for name in fitting if (m := _after(name, lang).match(after))]
        bound = min(found)[1] if found else None
    return bound if bound and _fits(SLOTS[bound], figure) else None


def _fits(slot: Slot, figure: Figure) -> bool:
    """Whether the counted thing can fill the slot: people are killed, homes are dark, neither burns down."""
    if not slot.one_class:
        return figure.noun is not None and figure.noun != "person"
    return slot.nouns is None or figure.noun in slot.nouns
