"""Train the weights of the brief: which sentences and which headline tell an event as an editor would.

    python benchmarks/accounts/train.py            5-fold cross-validation by event, prints ROUGE
    python benchmarks/accounts/train.py --write    fits on all events, and --news after it; writes aggregator/digest/weights.json
    python benchmarks/accounts/train.py --news     fits what is news in a later story on the demo newsroom, into weights.json
    python benchmarks/accounts/train.py --frequencies   counts stems of the stories, writes aggregator/digest/frequencies.tsv

Reads `data/events/allsides.jsonl` and `data/summaries/accounts.jsonl` in $AGGREGATOR_DATA (or ../shared). Only numbers are
written: weights, and document frequencies of single stems that at least 20 stories have.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from changes import view_of

from aggregator.digest.brief import compose_brief
from aggregator.digest.headline import HEADLINE, headline_features
from aggregator.digest.material import Candidate, Material, gather, story_line
from aggregator.digest.news import NEWS, Background, news_features
from aggregator.digest.sentence_features import (
    FOLLOWING,
    SENTENCE,
    following_features,
    opens_dangling,
    sentence_features,
)
from aggregator.digest.weights import Linear, Weights, shipped
from aggregator.model import StoryLine
from aggregator.newsroom.gold import whats_new
from aggregator.newsroom.load import default_folder
from aggregator.newsroom.load import load as load_newsroom
from aggregator.text.words import stem, words

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("AGGREGATOR_DATA", ROOT.parent / "shared")) / "data"
PACKAGE = ROOT / "aggregator" / "digest"
FOLDS = 5
SEEDS = (0, 1, 2, 3)  # one split into folds is worth +-.002 ROUGE: the mean over four is steadier
RIDGE = {"sentence": 100.0, "following": 300.0, "headline": 100.0, "news": 40.0}
FIRST_SENTENCES = 6  # training looks at each story's first six: later ones only add noise


@dataclass
class Account:
    cluster: str
    title: list[str]
    reference: list[str]
    stories: list[StoryLine]
    material: Material


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def f_score(hit: float, got: int, want: int) -> float:
    return 2 * hit / (got + want) if got + want else 0.0


def overlap(a: list[str], b: list[str], n: int) -> float:
    x, y = (
        Counter(zip(*(a[i:] for i in range(n)), strict=False)),
        Counter(zip(*(b[i:] for i in range(n)), strict=False)),
    )
    return f_score(sum((x & y).values()), sum(x.values()), sum(y.values()))


def longest(a: list[str], b: list[str]) -> float:
    row = [0] * (len(b) + 1)
    for x in a:
        before = 0
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], before + 1 if x == y else max(row[j], row[j - 1])
    return f_score(row[-1], len(a), len(b))


def rouge(text: str, reference: list[str]) -> tuple[float, float, float]:
    got = tokens(text)[: len(reference)]
    return overlap(got, reference, 1), overlap(got, reference, 2), longest(got, reference)


def load() -> list[Account]:
    rows = {r["id"]: r for r in map(json.loads, (DATA / "events" / "allsides.jsonl").open(encoding="utf-8"))}
    found = []
    for account in map(json.loads, (DATA / "summaries" / "accounts.jsonl").open(encoding="utf-8")):
        stories = [line(rows[i]) for i in account["ids"]]
        found.append(
            Account(account["cluster"], tokens(account["title"]), tokens(account["summary"]), stories, gather(stories))
        )
    return found


def line(row: dict[str, str]) -> StoryLine:
    return StoryLine(
        id=row["id"],
        title=row["title"] or None,
        text=row["text"] or None,
        source=row["source"] or None,
        lang=row["lang"],
        published_at=datetime.fromisoformat(row["published"]) if row["published"] else datetime(1970, 1, 1, tzinfo=UTC),
    )


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray, ridge: float, names: tuple[str, ...]) -> Linear:
    """Ridge regression on standardised features; the scaling is folded into the weights."""
    mean = np.average(x, axis=0, weights=weight)
    spread = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight)) + 1e-9
    z = (x - mean) / spread
    target = y - np.average(y, weights=weight)
    beta = np.linalg.solve(z.T @ (z * weight[:, None]) + ridge * np.eye(x.shape[1]), z.T @ (weight * target)) / spread
    return Linear(names, tuple(float(b) for b in beta), float(np.average(y, weights=weight) - mean @ beta))


def centred(x: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Each event's own mean taken out: only the choice within an event matters."""
    out = x.astype(float).copy()
    for g in np.unique(group):
        out[group == g] -= out[group == g].mean(axis=0)
    return out


class Tables:
    """Features and targets of all events, once."""

    def __init__(self, accounts: list[Account]) -> None:
        self.accounts = accounts
        rows, gains, owner, place = [], [], [], []
        self.candidates: list[Candidate] = []
        self.remembered: dict[tuple[int, int], tuple[list[float], float]] = {}
        heads, head_gains, head_owner = [], [], []
        for number, account in enumerate(accounts):
            for candidate in account.material.candidates:
                rows.append(sentence_features(candidate, account.material))
                r1, r2, _ = rouge(candidate.text, account.reference)
                gains.append((r1 + r2) ** 0.5)  # the root keeps verbatim copies of an account from ruling the fit
                owner.append(number)
                place.append(candidate.place)
                self.candidates.append(candidate)
            for telling in account.material.tellings:
                if telling.title:
                    heads.append(headline_features(telling, account.material))
                    title = tokens(telling.title)
                    head_gains.append(overlap(title, account.title, 1) + overlap(title, account.title, 2))
                    head_owner.append(number)
        self.x, self.y, self.owner, self.place = np.array(rows), np.array(gains), np.array(owner), np.array(place)
        self.hx, self.hy, self.howner = np.array(heads), np.array(head_gains), np.array(head_owner)

    def sentence(self, train: np.ndarray) -> Linear:
        use = train[self.owner] & (self.place < FIRST_SENTENCES)
        count = np.bincount(self.owner[use], minlength=len(self.accounts))
        x, y = centred(self.x[use], self.owner[use]), centred(self.y[use][:, None], self.owner[use])[:, 0]
        return fit(x, y, 1 / count[self.owner[use]], RIDGE["sentence"], SENTENCE)

    def headline(self, train: np.ndarray) -> Linear:
        use = train[self.howner]
        x, y = centred(self.hx[use], self.howner[use]), centred(self.hy[use][:, None], self.howner[use])[:, 0]
        return fit(x, y, np.full(len(y), 1 / 3), RIDGE["headline"], HEADLINE)

    def following(self, train: np.ndarray, score: np.ndarray) -> Linear:
        """What makes a good next sentence, learnt after the best first one."""
        rows, gains, group = [], [], []
        for number in np.nonzero(train)[0]:
            account = self.accounts[number]
            mine = np.nonzero(self.owner == number)[0]
            standing = [i for i in mine if not opens_dangling(self.candidates[i])]
            first = max(standing, key=lambda i: score[i], default=None)
            for i in mine if first is not None else ():
                if i != first:
                    features, gain = self.after(int(first), int(i), account)
                    rows.append([float(score[i]), *features])
                    gains.append(gain)
                    group.append(number)
        g = np.array(group)
        count = np.bincount(g)
        x, y = centred(np.array(rows), g), centred(np.array(gains)[:, None], g)[:, 0]
        return fit(x, y, 1 / count[g], RIDGE["following"], FOLLOWING)

    def after(self, first: int, i: int, account: Account) -> tuple[list[float], float]:
        """Features (without the score) and gain of sentence `i` after `first`, remembered."""
        if (first, i) not in self.remembered:
            shown, candidate = self.candidates[first], self.candidates[i]
            r1, r2, _ = rouge(f"{shown.text} {candidate.text}", account.reference)
            self.remembered[first, i] = (following_features(candidate, shown, 0.0, account.material)[1:], r1 + r2)
        return self.remembered[first, i]

    def weights(self, train: np.ndarray) -> Weights:
        sentence = self.sentence(train)
        score = self.x @ np.array(sentence.weights) + sentence.bias
        return Weights(sentence=sentence, following=self.following(train, score), headline=self.headline(train))


def cross_validate(tables: Tables) -> None:
    accounts = tables.accounts
    long = np.array([len(a.reference) >= 50 for a in accounts])
    totals, heads = [], []
    for seed in SEEDS:
        fold = np.random.default_rng(seed).integers(0, FOLDS, len(accounts))
        scores, head = np.zeros((len(accounts), 3)), np.zeros((len(accounts), 2))
        for f in range(FOLDS):
            weights = tables.weights(fold != f)
            for number in np.nonzero(fold == f)[0]:
                account = accounts[number]
                made = compose_brief(account.material, weights)
                scores[number] = rouge(made.text, account.reference)
                title = tokens(made.headline)
                head[number] = overlap(title, account.title, 1), overlap(title, account.title, 2)
        totals.append([*scores.mean(0), *scores[long].mean(0)])
        heads.append(head.mean(0))
    mean = np.mean(totals, axis=0)
    print(
        "account  R1 {:.4f} R2 {:.4f} RL {:.4f}   references of 50 words or more: R1 {:.4f} R2 {:.4f} RL {:.4f}".format(
            *mean
        )
    )
    print("headline R1 {:.4f} R2 {:.4f}".format(*np.mean(heads, axis=0)))


def write_frequencies() -> None:
    counts: Counter[str] = Counter()
    total = 0
    for row in map(json.loads, (DATA / "events" / "allsides.jsonl").open(encoding="utf-8")):
        total += 1
        found = {stem(w, "en") for w in words(f"{row['title'] or ''} {row['text'] or ''}")}
        counts.update(w for w in found if w and not any(c.isdigit() for c in w))
    kept = sorted(((w, n) for w, n in counts.items() if n >= 20), key=lambda pair: (-pair[1], pair[0]))
    lines = [f"# stories\t{total}", *(f"{w}\t{n}" for w, n in kept)]
    (PACKAGE / "frequencies.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(kept)} stems of {total} stories")


def write_news() -> None:
    """Which sentences of later stories are news: least squares on the newsroom's gold, checked by leaving events out."""
    x, y, owner = newsroom_rows()
    ones = np.ones(len(y))
    held = np.zeros(len(y))
    for event in sorted(set(owner)):
        out = owner == event
        model = fit(x[~out], y[~out], ones[~out], RIDGE["news"], NEWS)
        held[out] = [model.score(row) for row in x[out]]
    for likely in (0.25, 0.3, 0.35, 0.4, 0.5):
        shown = held >= likely
        print(
            f"likely {likely}: {shown.sum()} of {len(y)} sentences, {y[shown].mean():.2f} of them new facts (events left out)"
        )
    weights = replace(shipped(), news=fit(x, y, ones, RIDGE["news"], NEWS))
    (PACKAGE / "weights.json").write_text(json.dumps(weights.as_json(), indent=1) + "\n", encoding="utf-8")


def newsroom_rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    newsroom = load_newsroom(default_folder())
    rows, gains, owner = [], [], []
    for day in sorted({s.at.replace(hour=0, minute=0, second=0) for s in newsroom.stories})[1:]:
        until = day + timedelta(days=1) - timedelta(seconds=1)
        for event in newsroom.events:
            if not any(s.event == event.key and day <= s.at <= until for s in newsroom.stories):
                continue
            news = whats_new(newsroom, event, since=day - timedelta(seconds=1), until=until)
            view, _ = view_of(newsroom, event.key, until)
            fresh = [s for s in view.stories if s.published_at >= day and s.copy_of is None]
            before = [s for s in view.stories if s.published_at < day]
            if not news.known or not fresh:
                continue
            background = Background.of([s for s in before if s.copy_of is None] or before, day)
            material = gather([story_line(s) for s in fresh])
            passages = [s.mark.passage for said in news.facts.values() for s in said]
            for candidate in material.candidates:
                rows.append(news_features(candidate, material, background))
                gains.append(float(any(p in candidate.text for p in passages)))
                owner.append(event.key)
    return np.array(rows), np.array(gains), np.array(owner)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--frequencies", action="store_true")
    parser.add_argument("--news", action="store_true")
    args = parser.parse_args()
    if args.news:
        write_news()
        return
    if args.frequencies:
        write_frequencies()
        return
    tables = Tables(load())
    if args.write:
        weights = replace(tables.weights(np.ones(len(tables.accounts), bool)), news=shipped().news)
        (PACKAGE / "weights.json").write_text(json.dumps(weights.as_json(), indent=1) + "\n", encoding="utf-8")
        shipped.cache_clear()
        write_news()  # it reads the score of a sentence
    else:
        cross_validate(tables)


if __name__ == "__main__":
    main()
