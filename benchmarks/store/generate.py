"""A made-up store of any size: Zipf vocabulary, 2,000 feeds, events of a year, a reader who has read most of it.

python benchmarks/store/generate.py OUT.db --stories 1000000
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from aggregator.store import Store
from aggregator.store.times import to_db
from aggregator.text.grams import grams

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VOCABULARY = 200_000
EXPONENT = 1.05  # of the Zipf law; news in English is between 1.0 and 1.1
WORDS = 180  # of a story's text, on average
FEEDS = 2_000
FOLDERS = 20
STORIES_PER_EVENT = 1 / 0.3
BATCH = 20_000
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "ar", "en", "is", "ol", "un")]
HAN = [chr(0x4E00 + i) for i in range(3000)]


def vocabulary(random: np.random.Generator) -> list[str]:
    """Different words, the commonest first and short."""
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        parts = 1 + min(4, len(words) // 120 if len(words) < 400 else 2 + int(random.integers(0, 2)))
        words["".join(SYLLABLES[i] for i in random.integers(0, len(SYLLABLES), parts))] = None
    return list(words)


class Texts:
    """Draws words: most by Zipf's law, some of the event's own."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.words = np.array(vocabulary(random), dtype=object)
        weights = 1 / np.arange(1, VOCABULARY + 1) ** EXPONENT
        self.cumulative = np.cumsum(weights / weights.sum())

    def indexes(self, count: int) -> np.ndarray:
        """Places in the vocabulary."""
        return np.minimum(np.searchsorted(self.cumulative, self.random.random(count)), VOCABULARY - 1)

    def of_event(self, event: int) -> np.ndarray:
        """The forty words that an event's stories share, of the rarer ones."""
        return np.random.default_rng(event).integers(500, VOCABULARY, 40)

    def story(self, drawn: np.ndarray, event: int) -> tuple[str, str]:
        own = self.of_event(event)
        body = drawn.copy()
        body[::8] = own[np.arange(len(body[::8])) % len(own)]
        title = self.words[np.concatenate([own[:3], drawn[:6]])]
        return " ".join(title).capitalize(), " ".join(self.words[body]).capitalize() + "."


def generate(path: Path, stories: int, *, seed: int = 7) -> None:
    random = np.random.default_rng(seed)
    texts = Texts(random)
    store = Store(path)
    db = store.connections.db.conn
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -400000")
    db.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('hashsize', 67108864)")
    base = to_db(NOW - timedelta(days=400))
    events = max(1, int(stories * 0.3))
    with store.connections.write():
        db.executemany(
            "INSERT INTO outlets (id, key, name) VALUES (?, ?, ?)",
            [
                (i, f"outlet{i}.example", f"{texts.words[i + 900].capitalize()} {texts.words[i % 50 + 300]}")
                for i in range(1, FEEDS + 1)
            ],
        )
        db.executemany(
            "INSERT INTO feeds (id, url, title, folder, added_at, outlet_id) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (i, f"https://outlet{i}.example/feed", f"Feed {i}", f"Folder {i % FOLDERS}", base, i)
                for i in range(1, FEEDS + 1)
            ],
        )
        db.executemany(
            "INSERT INTO events (id, key, headline, first_at, last_at, seen_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (i, f"e{i}", " ".join(texts.words[texts.of_event(i)[:6]]), base, base, base, base)
                for i in range(1, events + 1)
            ),
        )
    span = timedelta(days=365)
    for start in range(0, stories, BATCH):
        count = min(BATCH, stories - start)
        numbers = np.arange(start, start + count)
        # An event's stories come within about a day: ids of events follow the order of stories, with a spread.
        centre = numbers * 0.3
        ids = np.clip(centre + random.exponential(60, count) - 60, 0, events - 1).astype(int) + 1
        feeds = np.minimum(random.zipf(1.3, count), FEEDS * 20) % FEEDS + 1
        lengths = np.clip(random.lognormal(np.log(WORDS), 0.5, count), 20, 1500).astype(int)
        drawn = np.split(texts.indexes(int(lengths.sum())), np.cumsum(lengths)[:-1])
        lags = random.exponential(1800, count)
        rows = []
        for i in range(count):
            number = start + i
            title, text = texts.story(drawn[i], int(ids[i]))
            lang = "en"
            if number % 20 == 0:
                lang = "zh"
                chars = random.integers(0, len(HAN), 300)
                title = "".join(HAN[c] for c in chars[:14])
                text = "".join(HAN[c] for c in chars) + " " + text[:200]
            seen = NOW - span * (1 - (number + 1) / stories)
            published = to_db(seen - timedelta(seconds=float(lags[i])))
            site = f"outlet{feeds[i]}.example/{number}"
            author = f"{texts.words[number % 900 + 400]} {texts.words[number % 700 + 2000]}".title()
            searchable = grams(f"{title}\n{text}") if lang == "zh" else None
            rows.append(
                (
                    number + 1, site, f"https://{site}", title, int(feeds[i]), int(feeds[i]), json.dumps([author]), published,
                    to_db(seen), lang, len(text.split()), int(ids[i]), text, searchable,
                )
            )  # fmt: skip
        with store.connections.write():
            db.executemany(
                "INSERT INTO stories (id, key, url, title, outlet_id, feed_id, authors, published_at, seen_at, lang, words,"
                " event_id, is_stale, text, grams) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
                rows,
            )
    with store.connections.write():
        db.execute(
            """UPDATE stories SET copy_of = (SELECT min(o.id) FROM stories o WHERE o.event_id = stories.event_id),
            copy_kind = 'near', copy_score = 0.9 WHERE id % 5 = 0
            AND id > (SELECT min(o.id) FROM stories o WHERE o.event_id = stories.event_id)"""
        )
        db.execute(
            """UPDATE events SET (first_at, last_at, seen_at, changed_at, stories, outlets, reports, headline_story_id) =
            (SELECT min(published_at), max(published_at), min(seen_at), max(seen_at), count(*), count(DISTINCT outlet_id),
            sum(copy_of IS NULL), min(id) FROM stories WHERE event_id = events.id)
            WHERE id IN (SELECT event_id FROM stories)"""
        )
        db.execute("DELETE FROM events WHERE id NOT IN (SELECT event_id FROM stories)")
        db.execute(
            """INSERT INTO story_marks (reader_id, story_id, read_at) SELECT 1, id, seen_at FROM stories
            WHERE seen_at < ? AND id % 10 <> 0 OR id % 7 = 0""",
            (to_db(NOW - timedelta(days=7)),),
        )
        db.execute("INSERT INTO story_tags SELECT 1, id, 'later' FROM stories WHERE id % 997 = 0")
    db.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('hashsize', 1048576)")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__)
    flags.add_argument("out", type=Path)
    flags.add_argument("--stories", type=int, default=100_000)
    given = flags.parse_args()
    begun = time.perf_counter()
    generate(given.out, given.stories)
    print(f"{given.stories} stories in {time.perf_counter() - begun:.0f} s, {given.out.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
