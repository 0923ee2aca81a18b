"""Score "What changed" and "They differ on" on the demo newsroom, as a reader of a digest at each midnight would get them.

    python benchmarks/accounts/changes.py [--show]

For each day from the second and each event known before: the stories of the day against those told before. Sentences: one is
right if it contains a passage that tells a new fact; a fact is found if one of its passages was shown (in a sentence, or as
a figure's). "All shown" counts the sentences of changed figures too. Figures: (before, after) right if the gold has them. Differences: right if the gold has the two values.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from datetime import timedelta

from aggregator.digest import changes, differences
from aggregator.model import Change, Event, EventMember, EventView, Story, Told
from aggregator.newsroom.gold import WhatsNew, whats_new
from aggregator.newsroom.load import default_folder, load
from aggregator.newsroom.values import Newsroom
from aggregator.text.figures import figures


@dataclass
class Tally:
    right: int = 0
    shown: int = 0
    found: int = 0
    wanted: int = 0

    def __str__(self) -> str:
        precision = self.right / self.shown if self.shown else 1.0
        recall = self.found / self.wanted if self.wanted else 1.0
        return (
            f"precision {precision:.2f} ({self.right}/{self.shown})  recall {recall:.2f} ({self.found}/{self.wanted})"
        )


def view_of(newsroom: Newsroom, key: str, until) -> tuple[EventView, dict[str, Story]]:
    names = {o.key: o for o in newsroom.outlets}
    known = {s.id: n for n, s in enumerate(newsroom.stories, 1)}
    stories = {}
    for raw in newsroom.stories:
        if raw.event == key and raw.at <= until:
            s = raw.as_of(until)
            outlet = names[s.outlet]
            stories[s.id] = Story(
                id=known[s.id], url=f"https://{s.outlet}.example{s.path}", title=s.title, text=s.text, outlet=outlet.name,
                outlet_id=outlet.number, published_at=s.at, seen_at=s.at, lang=outlet.lang,
                copy_of=known[s.copy_of] if s.copy_of else None, credit=s.credit,
            )  # fmt: skip
    found = sorted(stories.values(), key=lambda s: s.published_at)
    event = Event(
        id=1,
        headline=found[0].title or "",
        first_at=found[0].published_at,
        last_at=found[-1].published_at,
        seen_at=until,
    )
    return EventView(event=event, members=tuple(EventMember(story=s) for s in found)), stories


def number(text: str | None, lang: str | None = None) -> float | None:
    """The value of a figure as it is shown; a written number in its story's language."""
    plain = re.sub(r"(?<=\d)\.(?=\d{3}\b)", ",", f"{text} people")
    found = figures(plain) or figures(plain, lang)
    return found[0].value if found else None


def values(change: Change, langs: dict[str, str | None]) -> tuple[float | None, float | None]:
    """What a changed figure is said to have been and to be."""
    before, after = change.before_sentence, change.sentence
    return (
        number(change.before, langs[before.story_id] if before else None),
        number(change.after, langs[after.story_id] if after else None),
    )


def judge(view: EventView, told: Told, news: WhatsNew, tallies: dict[str, Tally], *, show: bool) -> None:
    made = changes(view, told)
    langs = {str(s.id): s.lang for s in view.stories}
    passages = {fact: [s.mark.passage for s in said] for fact, said in news.facts.items()}
    texts = [c.sentence.text for c in made if c.sentence]

    def tells(change: Change) -> bool:
        text = " ".join(change.sentence.text.split()) if change.sentence else ""
        return any(p in text for ps in passages.values() for p in ps)

    every = tallies["all shown"]
    every.shown += sum(c.sentence is not None for c in made)
    every.right += sum(map(tells, made))
    flat = [" ".join(t.split()) for t in texts]
    for change in made:
        if change.kind == "sentence" and change.sentence:
            tally = tallies["sentences"]
            tally.shown += 1
            ok = tells(change)
            tally.right += ok
            if show:
                print("   ", "+" if ok else "-", change.sentence.text[:160])
        if change.kind == "figure":
            tally = tallies["figures"]
            tally.shown += 1
            pair = values(change, langs)
            ok = any(pair[0] == number(f.before) and pair[1] in [number(a) for a in f.after] for f in news.figures)
            tally.right += ok
            if show:
                print(
                    "   ",
                    "F+" if ok else "F-",
                    change.before,
                    "->",
                    change.after,
                    change.what,
                    "|",
                    change.sentence.text[:140],
                )
    tallies["figures"].wanted += len(news.figures)
    pairs = [values(c, langs) for c in made if c.kind == "figure"]
    for f in news.figures:
        ok = any(a == number(f.before) and b in [number(x) for x in f.after] for a, b in pairs)
        tallies["figures"].found += ok
        if show and not ok:
            print("    F missing:", f.fact, f.before, f.after)
    tallies["sentences"].wanted += len(passages)
    every.wanted += len(passages)
    for fact, ps in passages.items():
        ok = any(p in t for p in ps for t in flat)
        tallies["sentences"].found += ok
        every.found += ok
        if show and not ok:
            print("    missing:", fact, "|", ps[0][:100])


def judge_differences(view: EventView, news: WhatsNew, tally: Tally, *, show: bool) -> None:
    made = differences(view)
    tally.shown += len(made)
    sides = {fact: {number(s.mark.value) for s in said} for fact, said in news.differ.items()}
    for difference in made:
        values = {number(value) for value, _ in difference.sides}
        ok = any(len(values & s) > 1 for s in sides.values())
        tally.right += ok
        if show:
            print(
                "    D+" if ok else "    D-", difference.what, [(v, s.outlet, s.text[:80]) for v, s in difference.sides]
            )
    for fact, values in sides.items():
        ok = any(len({number(v) for v, _ in d.sides} & values) > 1 for d in made)
        tally.found += ok
        tally.wanted += 1
        if show and not ok:
            print("    D missing:", fact, values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    newsroom = load(default_folder())
    tallies = {"sentences": Tally(), "all shown": Tally(), "figures": Tally(), "differences": Tally()}
    days = sorted({s.at.replace(hour=0, minute=0, second=0) for s in newsroom.stories})
    for day in days:
        until = day + timedelta(days=1) - timedelta(seconds=1)
        for event in newsroom.events:
            if not any(s.event == event.key and day <= s.at <= until for s in newsroom.stories):
                continue
            news = whats_new(newsroom, event, since=day - timedelta(seconds=1), until=until)
            view, _ = view_of(newsroom, event.key, until)
            if args.show:
                print(day.date(), event.key)
            judge_differences(view, news, tallies["differences"], show=args.show)
            if news.known:
                told = Told(at=day, story_ids=frozenset(s.id for s in view.stories if s.published_at < day))
                judge(view, told, news, tallies, show=args.show)
    for name, tally in tallies.items():
        print(f"{name:12} {tally}")


if __name__ == "__main__":
    main()
