"""The labelled streams that events are trained and measured on, read from a data folder (never from the network)."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lookalikes import cases

from aggregator.cluster.names import names_in
from aggregator.model import StoryLine

NATURAL = ("allsides", "allsides21", "ecbplus", "basil")
DENSE_DAYS = (60, 20, 10)


@dataclass(frozen=True)
class Stream:
    """Story lines in order of arrival and the gold event of those that have one."""

    name: str
    lines: list[StoryLine]
    gold: dict[str, str]


def read(path: Path, name: str | None = None) -> Stream:
    """A JSON-lines file as the data sets have it; `cluster` null is background."""
    lines, gold = [], {}
    for raw in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(raw)
        published = datetime.fromisoformat(row["published"]).astimezone(UTC)
        lines.append(
            StoryLine(
                id=row["id"], title=row.get("title") or None, text=row.get("text") or None,
                published_at=published, source=row.get("source") or None, lang=row.get("lang") or None,
            )
        )  # fmt: skip
        if row.get("cluster"):
            gold[row["id"]] = row["cluster"]
    return Stream(name or path.stem, lines, gold)


def dense(stream: Stream, days: float) -> Stream:
    """The stream folded into fewer days; stories of one event keep their distances (as shared/tools/densify.py)."""
    start, span = min(line.published_at for line in stream.lines), timedelta(days=days)
    first: dict[str, datetime] = {}
    for line in stream.lines:
        key = stream.gold.get(line.id, line.id)
        first[key] = min(first.get(key, line.published_at), line.published_at)
    moved = []
    for line in stream.lines:
        anchor = first[stream.gold.get(line.id, line.id)]
        moved.append(replace(line, published_at=start + (anchor - start) % span + (line.published_at - anchor)))
    return Stream(f"{stream.name}-{days:g}d", sorted(moved, key=_order), stream.gold)


def inflated(stream: Stream, *, events: int, sizes: tuple[int, int], others: int, seed: int) -> Stream:
    """Big full-text events: pseudo-stories of half the sentences of an event's members, among `others` real stories.

    No public set has full-text events of a hundred stories; these stand in for them.
    """
    rng = random.Random(seed)
    by_event: dict[str, list[StoryLine]] = defaultdict(list)
    for line in stream.lines:
        if line.id in stream.gold and len(line.text or "") > 1500:
            by_event[stream.gold[line.id]].append(line)
    whole = sorted(event for event, members in by_event.items() if len(members) >= 2)
    chosen = rng.sample(whole, min(events, len(whole)))
    start = datetime(2020, 1, 1, tzinfo=UTC)
    lines, gold = [], {}
    for event in chosen:
        at = start + timedelta(days=rng.uniform(0, 3))
        for n in range(rng.randint(*sizes)):
            line = _pseudo(by_event[event], rng, f"{event}-{seed}-{n}")
            lines.append(replace(line, published_at=at + timedelta(hours=min(rng.expovariate(1 / 8), 40))))
            gold[line.id] = event
    rest = [line for line in stream.lines if stream.gold.get(line.id) not in chosen]
    for line in rng.sample(rest, min(others, len(rest))):
        lines.append(replace(line, published_at=start + timedelta(days=rng.uniform(0, 3.5))))
        if line.id in stream.gold:
            gold[line.id] = stream.gold[line.id]
    return Stream(f"{stream.name}-big{seed}", sorted(lines, key=_order), gold)


def twins(stream: Stream, *, events: int, others: int, seed: int) -> Stream:
    """Each chosen event beside its twin: the same words with other names and figures, hours to two days away.

    Public sets hold few look-alikes. Twins teach what makes one: all agrees but who, where and how much.
    """
    rng = random.Random(seed)
    by_event: dict[str, list[StoryLine]] = defaultdict(list)
    for line in stream.lines:
        if line.id in stream.gold and line.title:
            by_event[stream.gold[line.id]].append(line)
    named = {event: _event_names(members) for event, members in by_event.items()}
    whole = sorted(event for event, members in by_event.items() if len(members) > 1 and len(named[event]) > 1)
    pool = sorted({name for names in named.values() for name in names})
    lines, gold = [], {}
    for event in rng.sample(whole, min(events, len(whole))):
        other = dict(zip(named[event], rng.sample(pool, len(named[event])), strict=True))
        figures: dict[str, str] = {}
        shift = timedelta(hours=rng.uniform(-48, 48))
        for line in by_event[event]:
            lines.append(line)
            gold[line.id] = event
            twin = replace(
                line, id=f"{line.id}-twin", published_at=line.published_at + shift,
                title=_renamed(line.title or "", other, figures, rng),
                text=_renamed(line.text or "", other, figures, rng) or None,
            )  # fmt: skip
            lines.append(twin)
            gold[twin.id] = f"{event}#twin"
    rest = [line for line in stream.lines if line.id not in gold]
    lines += rng.sample(rest, min(others, len(rest)))
    gold.update({line.id: stream.gold[line.id] for line in lines if line.id in stream.gold})
    return Stream(f"{stream.name}-twins", sorted(lines, key=_order), gold)


def _titled(stream: Stream) -> tuple[dict[str, list[StoryLine]], dict[str, set[str]]]:
    """The labelled stories of each event that have a title, and the longer words of its titles."""
    by_event: dict[str, list[StoryLine]] = defaultdict(list)
    for line in stream.lines:
        if line.id in stream.gold and line.title:
            by_event[stream.gold[line.id]].append(line)
    named = {
        event: {n for line in found for n in (line.title or "").lower().split() if len(n) > 4}
        for event, found in by_event.items()
    }
    return by_event, named


def isolated(stream: Stream, name: str, seed: int) -> Stream:
    """Each event alone with the one whose titles name most of the same, far from all others: neighbourhoods of a few stories."""
    rng = random.Random(seed)
    by_event, named = _titled(stream)
    events = sorted(by_event)
    lines, gold = [], {}
    for number, event in enumerate(events):
        likely = rng.sample(events, min(300, len(events)))
        other = max((e for e in likely if e != event), key=lambda e: len(named[e] & named[event]) / (len(named[e]) + 5))
        at = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=10 * number)
        for side, whose in (("", event), ("#beside", other)):
            start = at + timedelta(hours=rng.choice((0, 6, 24)))
            first = min(line.published_at for line in by_event[whose])
            for line in by_event[whose]:
                gap = min(line.published_at - first, timedelta(days=2))
                moved = replace(line, id=f"{line.id}-{number}{side}", published_at=start + gap)
                lines.append(moved)
                gold[moved.id] = f"{event}#{number}" if not side else f"{event}#{number}{side}"
    return Stream(name, sorted(lines, key=_order), gold)


def sparse(stream: Stream, name: str, seed: int) -> Stream:
    """Windows of 3 to 150 stories, most of them alone: the first days of a reader, a small language, a local paper.

    In the labelled sets every story has company, which would teach that the nearest story tells the same, however far.
    Half of the events of a window are those whose titles name most of the same as another in it.
    """
    rng = random.Random(seed)
    by_event, named = _titled(stream)
    events = sorted(by_event)
    lines, gold = [], {}
    number, left = 0, 3 * len(events)
    while left > 0:
        size = rng.choice((3, 5, 8, 15, 30, 60, 150))
        at = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=10 * number)
        count = 0
        chosen: dict[str, None] = {}
        while count < size:
            event = rng.choice(events)
            if chosen and rng.random() < 0.5:
                near = rng.choice(list(chosen))
                event = max(rng.sample(events, 100), key=lambda e: len(named[e] & named[near]) / (len(named[e]) + 5))
            if event in chosen:
                count += 1
                continue
            chosen[event] = None
            members = by_event[event]
            start = at + timedelta(hours=rng.uniform(0, 72))
            first = min(line.published_at for line in members)
            for line in rng.sample(members, min(len(members), rng.choice((1, 1, 1, 1, 2, 3)))):
                gap = min(line.published_at - first, timedelta(days=1))
                moved = replace(line, id=f"{line.id}-{number}", published_at=start + gap)
                lines.append(moved)
                gold[moved.id] = f"{event}#{number}"
                count += 1
                left -= 1
        number += 1
    return Stream(name, sorted(lines, key=_order), gold)


def look_alikes(
    name: str, *, english: int, other: int, seed: int, apart: timedelta, among: Stream | None = None
) -> Stream:
    """Templates filled twice (lookalikes.py), each case alone or, close together, `among` the stories of a stream."""
    lines, gold = cases(english=english, other=other, seed=seed, apart=apart, texts=0.4)
    if among is not None:
        start, first = min(line.published_at for line in lines), min(line.published_at for line in among.lines)
        lines += [replace(line, published_at=line.published_at - first + start) for line in among.lines]
    return Stream(name, sorted(lines, key=_order), gold)


def _event_names(members: list[StoryLine]) -> list[str]:
    """Names that most members of an event mention, longest first."""
    found: Counter[str] = Counter()
    for line in members:
        found.update(set(names_in(f"{(line.text or '')[:1500]}\n{line.title}", "en")))
    shared = [name for name, count in found.items() if count >= 2 and len(name) > 3]
    return sorted(shared, key=lambda name: (-len(name), name))[:8]


def _renamed(text: str, other: dict[str, str], figures: dict[str, str], rng: random.Random) -> str:
    for name, instead in other.items():
        text = text.replace(name, instead)
        last, last_instead = name.split()[-1], instead.split()[-1]
        if len(last) > 3:
            text = re.sub(rf"\b{re.escape(last)}\b", last_instead, text)

    def change(match: re.Match[str]) -> str:
        figure = match.group()
        if re.fullmatch(r"(?:19|20)\d\d", figure):
            return figure
        if figure not in figures:
            figures[figure] = re.sub(r"\d", lambda _: str(rng.randint(1, 9)), figure)
        return figures[figure]

    return re.sub(r"\d+(?:[.,]\d+)*", change, text)


def shortened(stream: Stream, name: str, seed: int) -> Stream:
    """The stream as feeds often give it: of each story only the title, or title and a summary, or all (a third each)."""
    rng = random.Random(seed)
    lines = []
    for line in stream.lines:
        text = line.text or ""
        cut = rng.choice((0, rng.randint(120, 400), len(text)))
        lines.append(replace(line, text=text[:cut] or None) if line.title else line)
    return Stream(name, lines, stream.gold)


def titles(stream: Stream, name: str) -> Stream:
    """Only the titles."""
    return Stream(name, [replace(line, text=None) for line in stream.lines if line.title], stream.gold)


def labelled(stream: Stream, name: str) -> Stream:
    """The stream without its background."""
    return Stream(name, [line for line in stream.lines if line.id in stream.gold], stream.gold)


def _pseudo(members: list[StoryLine], rng: random.Random, name: str) -> StoryLine:
    base = rng.choice(members)
    pool = members if rng.random() < 0.5 else [base]
    sentences = [s for m in pool for s in re.split(r"(?<=[.!?])\s+", (m.text or "")[:4000]) if len(s) > 20]
    count = max(3, min(len(sentences) // 2, 14))
    picked = sorted(rng.sample(range(len(sentences)), min(count, len(sentences))))
    title = base.title if rng.random() < 0.5 else (sentences[rng.randrange(min(6, len(sentences)))])[:110]
    return replace(base, id=name, title=title, text=" ".join(sentences[k] for k in picked))


def fold_of(event: str, folds: int = 3) -> int:
    """The fold of an event, the same in every stream it occurs in."""
    return int(hashlib.sha256(event.partition("#")[0].encode()).hexdigest(), 16) % folds


def all_streams(data: Path) -> list[Stream]:
    """Everything that models are trained on: natural streams, dense ones, big events."""
    streams = [read(data / f"{name}.jsonl") for name in NATURAL]
    streams += [dense(streams[0], days) for days in DENSE_DAYS]
    streams.append(read(data / "uci_headlines.jsonl"))
    streams += [inflated(streams[0], events=14, sizes=(8, 110), others=1000, seed=seed) for seed in (1, 2)]
    streams.append(shortened(dense(streams[0], 30), "allsides-short-30d", 5))
    streams.append(titles(dense(streams[0], 30), "allsides-titles-30d"))
    streams.append(titles(inflated(streams[0], events=14, sizes=(8, 110), others=1000, seed=3), "allsides-bigtitles"))
    streams.append(dense(labelled(streams[0], "allsides-labelled"), 5))
    crowded = dense(streams[0], 40)
    streams.append(twins(crowded, events=500, others=2500, seed=4))
    streams.append(shortened(twins(crowded, events=500, others=2500, seed=6), "allsides-twins-short", 7))
    streams.append(shortened(isolated(streams[0], "", 8), "allsides-isolated-short", 9))
    streams.append(
        shortened(isolated(twins(streams[0], events=300, others=0, seed=10), "", 11), "allsides-isolated-twins", 12)
    )
    streams += [sparse(streams[0], f"sparse-{seed}", seed) for seed in (16, 17, 18)]
    streams += [shortened(sparse(streams[0], "", seed), f"sparse-short-{seed}", seed) for seed in (19, 20)]
    streams.append(look_alikes("lookalikes", english=30, other=10, seed=13, apart=timedelta(days=10)))
    crowd = shortened(dense(streams[0], 20), "", 14)
    streams.append(look_alikes("lookalikes-dense", english=6, other=2, seed=15, apart=timedelta(hours=2), among=crowd))
    return streams


def _order(line: StoryLine) -> tuple[datetime, str]:
    return line.published_at, line.id
