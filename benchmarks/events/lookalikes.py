"""Look-alikes made of templates: two events told in the same words with other names, and their independent reports.

Public sets hold few of them. What they teach is that titles which agree in all but who and where tell different events. The
templates (lookalikes.txt) are no test: tests/data/lookalikes was written apart, and nothing is learnt from it.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.model import StoryLine

FILE = Path(__file__).with_name("lookalikes.txt")
NAMES = ("place", "town", "company", "person", "team", "bank", "drug", "product")
START = datetime(2021, 3, 1, 6, tzinfo=UTC)
WORDED = {
    "en": ("first second third fourth", "Monday Tuesday Wednesday Thursday Friday"),
    "de": ("ersten zweiten dritten vierten", "Montag Dienstag Mittwoch Donnerstag Freitag"),
    "es": ("primer segundo tercer cuarto", "lunes martes miércoles jueves viernes"),
    "fr": ("premier deuxième troisième quatrième", "lundi mardi mercredi jeudi vendredi"),
    "it": ("primo secondo terzo quarto", "lunedì martedì mercoledì giovedì venerdì"),
    "pt": ("primeiro segundo terceiro quarto", "segunda terça quarta quinta sexta"),
    "nl": ("eerste tweede derde vierde", "maandag dinsdag woensdag donderdag vrijdag"),
    "pl": ("pierwszym drugim trzecim czwartym", "poniedziałek wtorek środa czwartek piątek"),
    "ru": ("первом втором третьем четвёртом", "понедельник вторник среда четверг пятница"),
    "ar": ("الأول الثاني الثالث الرابع", "الاثنين الثلاثاء الأربعاء الخميس الجمعة"),
    "zh": ("一 二 三 四", "周一 周二 周三 周四 周五"),
    "ja": ("1 2 3 4", "月曜日 火曜日 水曜日 木曜日 金曜日"),
}


@dataclass
class Kind:
    """One kind of news in one language: its titles, its sentences, and what may fill their slots."""

    name: str
    lang: str
    pools: dict[str, list[str]]
    titles: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    @property
    def slots(self) -> list[str]:
        return sorted({slot for text in self.titles for slot in re.findall(r"{(\w+)}", text) if _pool(slot) in NAMES})


def kinds() -> list[Kind]:
    found: list[Kind] = []
    lang, pools = "", {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if line.startswith("["):
            lang, pools = line.strip("[]"), {}
        elif mark == "=":
            name, _, values = rest.partition(":")
            pools[name.split()[0]] = [value.strip() for value in values.split(",")]
        elif mark == "*":
            found.append(Kind(rest, lang, pools))
        elif mark in ("t", "b"):
            (found[-1].titles if mark == "t" else found[-1].sentences).append(rest)
    return found


def cases(
    *, english: int, other: int, seed: int, apart: timedelta, texts: float
) -> tuple[list[StoryLine], dict[str, str]]:
    """Stories and their events: so many cases a kind, the cases `apart` from each other, a share of them with `texts`."""
    rng = random.Random(seed)
    drawn = [kind for kind in kinds() for _ in range(english if kind.lang == "en" else other)]
    rng.shuffle(drawn)
    lines, gold = [], {}
    for number, kind in enumerate(drawn):
        for line, event in _case(kind, rng, START + apart * number, f"{seed}-{number}", rng.random() < texts):
            lines.append(line)
            gold[line.id] = event
    return lines, gold


def _case(kind: Kind, rng: random.Random, at: datetime, name: str, with_text: bool) -> list[tuple[StoryLine, str]]:
    one, other = _filled(kind, rng), _filled(kind, rng)
    while any(one[slot] == other[slot] for slot in kind.slots):
        other |= {slot: found for slot, found in _filled(kind, rng).items() if slot in kind.slots}
    shared = rng.choice(kind.slots) if len(kind.slots) > 1 and rng.random() < 0.25 else None
    if shared:
        other[shared] = one[shared]
    telling = [t for t in kind.titles if any(f"{{{slot}}}" in t for slot in kind.slots if slot != shared)]
    first = rng.choice(telling)
    later = at + timedelta(hours=rng.choice((0, 0, 6, 24, 30)) + rng.random() * 3)
    out = []
    for side, values, start in (("A", one, at), ("B", other, later)):
        opening = first if rng.random() < 0.6 else rng.choice(telling)
        rest = [title for title in telling if title != opening]
        told = [opening, *rng.sample(rest, min(len(rest), rng.choice((1, 1, 2, 3))))]
        for k, title in enumerate(told):
            said = _jittered(values, rng)
            body = rng.sample(kind.sentences, rng.randint(min(2, len(kind.sentences)), len(kind.sentences)))
            line = StoryLine(
                id=f"look{name}{side}{k}", title=title.format(**said), lang=kind.lang,
                text=" ".join(sentence.format(**said) for sentence in body) if with_text else None,
                published_at=start + timedelta(hours=k * rng.random() * 5),
            )  # fmt: skip
            out.append((line, f"{kind.name}#{kind.lang}{name}{side}"))
    return out


def _filled(kind: Kind, rng: random.Random) -> dict[str, str]:
    values = {}
    for pool, names in kind.pools.items():
        drawn = rng.sample(names, min(2, len(names)))
        values |= {pool: drawn[0], f"{pool}2": drawn[-1]}
    quarters, days = (words.split() for words in WORDED[kind.lang])
    high = rng.randint(1, 4)
    comma = "." if kind.lang in ("en", "zh", "ja", "ar") else ","
    return values | {
        "n": str(rng.randint(2, 29)), "pct": str(rng.randint(2, 40)), "amount": str(rng.randint(2, 90) * 10),
        "mag": f"{rng.randint(4, 7)}{comma}{rng.randint(0, 9)}", "score": f"{high}-{rng.randint(0, high - 1)}",
        "quarter": rng.choice(quarters), "day": rng.choice(days),
    }  # fmt: skip


def _jittered(values: dict[str, str], rng: random.Random) -> dict[str, str]:
    """Reports of one event may count otherwise."""
    return values | {"n": str(int(values["n"]) + rng.randint(0, 5))} if rng.random() < 0.3 else values


def _pool(slot: str) -> str:
    return slot.rstrip("2")
