"""Whether two figures count the same thing of the same event, agree, or show that it has moved."""

from __future__ import annotations

import re

from aggregator.digest.claims import Claim
from aggregator.digest.elsewhere import OF_WHOLE
from aggregator.digest.slots import SLOTS
from aggregator.text.figures import Figure
from aggregator.text.words import stem, terms

__all__ = ["contradict", "has_moved", "likeness", "same_deed", "same_slot", "same_value", "what_moved"]

# Shares of those for it and of those against it are two figures.
_OPPOSITES = tuple(
    (re.compile(rf"\b(?:{a})", re.IGNORECASE), re.compile(rf"\b(?:{b})", re.IGNORECASE))
    for a, b in (
        ("approv", "disapprov"), ("favou?r|support", "oppos|against"), ("men\\b", "women\\b"), ("yes\\b", "no\\b"),
        ("agree", "disagree"),
    )
)  # fmt: skip
# Chosen on the demo newsroom and 905 real events (benchmarks/accounts/changes.py, docs/quality.md): likeness from which two
# figures of one unit and counted thing are the same figure: words shared nearby, and likeness.
_NEEDED = {"count": (2, 0.3)}
_NEEDED_OF_SUMS = (3, 0.4)
# Durations, results and lengths are said of too many things in one story.
_UNCOMPARED = frozenset({
    "hour", "day", "week", "month", "year", "minute", "score", "degree", "magnitude", "km", "mi", "m", "ft", "in", "mph", "km/h",
    "kn",
})  # fmt: skip
_UNCOMPARED_THINGS = frozenset({"person", "time", "decade", "century", "generation", "season", "other"})
_NOW = re.compile(r"\bnow\b|\b(?:one|two|\d+) (?:more|fewer) than\b", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:(?P<up>rais(?:e|ed|es|ing)|increas(?:e|ed|es|ing)|improv(?:e|ed|es|ing)|lift(?:ed|s|ing)?|r[oi]se[ns]?|climb(?:ed|s)|jump(?:ed|s)|grew|grown)"
    r"|(?P<down>cut(?:s|ting)?|lower(?:ed|s|ing)?|reduc(?:e|ed|es|ing)|slash(?:ed|es|ing)?|f[ae]ll(?:en|s)?|dropp?(?:ed|s)|declin(?:ed|es)|brought|bring))"
    r"\b(?P<what>[^;:]*?)\b(?:down )?to\s\Z",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:its|the|their|his|her|a|an)\s", re.IGNORECASE)
_PREPOSITION = re.compile(r"\b(?:by|for|of|from|in|on|at)\b|,")
_VERB = re.compile(
    r"\b(?P<verb>[a-z]{2,}(?:ed|en|t|ew|old)\b(?: (?:in|out|on|off|up|down))?)\s(?:the\s)?\Z", re.IGNORECASE
)


def same_slot(a: Claim, b: Claim) -> bool:
    """Whether two figures count the same thing of the same event."""
    if a.figure.unit != b.figure.unit or a.slot != b.slot or a.figure.unit in _UNCOMPARED:
        return False
    if a.slot:
        return SLOTS[a.slot].one_class or a.noun == b.noun
    if a.figure.unit == "count" and (a.noun is None or a.noun != b.noun or a.noun in _UNCOMPARED_THINGS):
        return False
    if a.figure.unit != "count" and (not (a.is_alone and b.is_alone) or _are_opposed(a, b)):
        return False
    needed, like = _NEEDED.get(a.figure.unit, _NEEDED_OF_SUMS)
    return sum(1 for w in a.near if w in b.near) >= needed and likeness(a, b) >= like


def _are_opposed(a: Claim, b: Claim) -> bool:
    """Whether one figure is of those for something and the other of those against it."""
    one, two = a.statement.text, b.statement.text
    return any(
        bool(against.search(one)) != bool(against.search(two))
        and bool(in_favour.search(two if against.search(one) else one))
        for in_favour, against in _OPPOSITES
    )


def likeness(a: Claim, b: Claim) -> float:
    """How far two figures have the same surroundings: the sum of the smaller weights over the smaller sum, in [0, 1]."""
    shared = [w for w in a.near if w in b.near]
    total = min(sum(a.near.values()), sum(b.near.values()))
    return sum(min(a.near[w], b.near[w]) for w in shared) / total if total and shared else 0.0


def same_value(a: Figure, b: Figure) -> bool:
    """Whether two figures do not contradict each other: equal, equal at the coarser precision, or near where one is about."""
    if a.other is not None or b.other is not None:
        return (a.value, a.other) == (b.value, b.other)
    if a.value == b.value:
        return True
    low, high = sorted((a, b), key=lambda f: f.value)
    if "about" in (a.bound, b.bound) and high.value and (high.value - low.value) / high.value <= 0.05:  # noqa: PLR2004
        return True
    step = max(a.precision, b.precision)
    return abs(a.value - b.value) < step / 2 and step < high.value


def contradict(a: Figure, b: Figure) -> bool:
    """Whether two figures cannot both be right: "at least 12" allows 15, "up to 20" allows 15."""
    low, high = sorted((a, b), key=lambda f: f.value)
    if same_value(low, high):
        return False
    return not (low.bound == "least" or high.bound == "most")


def has_moved(new: Claim, old: Claim) -> bool:
    """Whether the sentence of `new` says itself that the figure of `old` moved to where it is: "cut its rate to 4 percent".

    What moved must be what the old figure is of ("an offer of 3.1 percent", "the key rate stood at 4.25"), and in the
    direction that is said.
    """
    if new.slot or old.slot or new.figure.unit != old.figure.unit or new.figure.unit in _UNCOMPARED:
        return False
    if _is_same_whole(new, old):
        return bool(_NOW.search(new.statement.text))
    moved = _move(new)
    if not moved or (new.figure.unit == "count" and new.noun != old.noun):
        return False
    if (moved["up"] is not None) != (new.figure.value > old.figure.value):
        return False
    what = terms(what_moved(new), new.statement.lang)
    of = terms(" ".join(old.statement.text[: old.figure.start].split()[-4:]), new.statement.lang)
    return bool(what) and what[-1] in of


def what_moved(claim: Claim) -> str:
    """What the sentence says moved to the figure, without its article: "offer", "key interest rate"; "" if it does not say."""
    moved = _move(claim)
    return _ARTICLE.sub("", _PREPOSITION.split(moved["what"])[0].strip()) if moved else ""


def _move(claim: Claim) -> re.Match[str] | None:
    return _MOVED.search(claim.statement.text[max(0, claim.figure.start - 120) : claim.figure.start])


def same_deed(new: Claim, old: Claim) -> bool:
    """Whether two counts of one thing stand after the same verb: "had taken in 63 birds", "has taken in 240 birds"."""
    if new.slot or old.slot or new.figure.unit != "count" or new.noun is None or new.noun != old.noun:
        return False
    a, b = (_VERB.search(c.statement.text[: c.figure.start]) for c in (new, old))
    if not a or not b or a["verb"].lower() != b["verb"].lower() or new.noun in _UNCOMPARED_THINGS:
        return False
    shared = new.statement.content & old.statement.content
    return len(shared - {stem(a["verb"].lower(), new.statement.lang)}) > 1


def _is_same_whole(a: Claim, b: Claim) -> bool:
    """Whether both are parts of one whole: "28 of the 57 seats", "29 of the 57 seats"."""
    one, two = (OF_WHOLE.match(c.statement.text, c.figure.end) for c in (a, b))
    return a.noun is not None and a.noun == b.noun and one is not None and two is not None and one[1] == two[1]
