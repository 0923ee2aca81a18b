"""A made-up store of any size: Zipf vocabulary, 2,000 feeds, events of a year (or `--days`), a reader who has read most of it.

    python benchmarks/store/generate.py OUT.db --stories 1000000

Texts are drawn in processes beside the one that writes. Called again on a store that is not finished, it goes on where it
was stopped; the same numbers give the same store.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

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
EVENTS_PER_STORY = 0.3
DAYS = 365.0
BATCH = 10_000
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "ar", "en", "is", "ol", "un")]
HAN = [chr(0x4E00 + i) for i in range(3000)]

_STORY = """INSERT INTO stories (id, key, url, title, outlet_id, feed_id, authors, published_at, seen_at, lang, words,
    event_id, is_stale, text, grams) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)"""
_ENTRY = "INSERT INTO entries (feed_id, guid, url, story_id, seen_at, content_hash) VALUES (?, ?, ?, ?, ?, ?)"
_FINISH = (
    """UPDATE stories SET copy_of = (SELECT min(o.id) FROM stories o WHERE o.event_id = stories.event_id),
        copy_kind = 'near', copy_score = 0.9 WHERE id % 5 = 0
        AND id > (SELECT min(o.id) FROM stories o WHERE o.event_id = stories.event_id)""",
    """UPDATE events SET (first_at, last_at, seen_at, changed_at, stories, outlets, reports, independent, headline_story_id) =
        (SELECT min(published_at), max(published_at), min(seen_at), max(seen_at), count(*), count(DISTINCT outlet_id),
        sum(copy_of IS NULL), count(DISTINCT iif(copy_of IS NULL, outlet_id, NULL)), min(id)
        FROM stories WHERE event_id = events.id)
        WHERE id IN (SELECT event_id FROM stories)""",
    "DELETE FROM events WHERE id NOT IN (SELECT event_id FROM stories)",
    """INSERT INTO story_marks (reader_id, story_id, read_at) SELECT 1, id, seen_at FROM stories
        WHERE seen_at < strftime('%Y-%m-%dT%H:%M:%SZ', '2026-02-22T12:00:00') AND id % 10 <> 0 OR id % 7 = 0""",
    "INSERT INTO story_tags SELECT 1, id, 'later' FROM stories WHERE id % 997 = 0",
    "INSERT INTO meta (name, value) VALUES ('generated', '1')",
)


def vocabulary(random: np.random.Generator) -> list[str]:
    """Different words, the commonest first and short."""
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        parts = 1 + min(4, len(words) // 120 if len(words) < 400 else 2 + int(random.integers(0, 2)))
        words["".join(SYLLABLES[i] for i in random.integers(0, len(SYLLABLES), parts))] = None
    return list(words)


class Texts:
    """Draws words: most by Zipf's law, some of the event's own."""

    def __init__(self) -> None:
        self.words = np.array(vocabulary(np.random.default_rng(7)), dtype=object)
        weights = 1 / np.arange(1, VOCABULARY + 1) ** EXPONENT
        self.cumulative = np.cumsum(weights / weights.sum())

    def indexes(self, random: np.random.Generator, count: int) -> np.ndarray:
        """Places in the vocabulary."""
        return np.minimum(np.searchsorted(self.cumulative, random.random(count)), VOCABULARY - 1)

    def of_event(self, event: int) -> np.ndarray:
        """The forty words that an event's stories share, of the rarer ones."""
        return np.random.default_rng(event).integers(500, VOCABULARY, 40)

    def story(self, drawn: np.ndarray, event: int) -> tuple[str, str]:
        own = self.of_event(event)
        body = drawn.copy()
        body[::8] = own[np.arange(len(body[::8])) % len(own)]
        title = self.words[np.concatenate([own[:3], drawn[:6]])]
        return " ".join(title).capitalize(), _sentences(self.words[body])


def _sentences(words: np.ndarray) -> str:
    """Words as sentences of twenty, five to a paragraph."""
    sentences = [" ".join(words[i : i + 20]).capitalize() + "." for i in range(0, len(words), 20)]
    return "\n\n".join(" ".join(sentences[i : i + 5]) for i in range(0, len(sentences), 5))


@cache
def texts() -> Texts:
    """Made once in each process."""
    return Texts()


def batch(start: int, count: int, stories: int, days: float) -> list[tuple[Any, ...]]:
    """The rows of `count` stories from number `start` on, of `stories` in so many days."""
    made, random = texts(), np.random.default_rng([7, start])
    # An event's stories come within about a day: ids of events follow the order of stories, with a spread.
    centre = np.arange(start, start + count) * EVENTS_PER_STORY
    last = max(0, int(stories * EVENTS_PER_STORY) - 1)
    events = np.clip(centre + random.exponential(60, count) - 60, 0, last).astype(int) + 1
    feeds = np.minimum(random.zipf(1.3, count), FEEDS * 20) % FEEDS + 1
    lengths = np.clip(random.lognormal(np.log(WORDS), 0.5, count), 20, 1500).astype(int)
    drawn = np.split(made.indexes(random, int(lengths.sum())), np.cumsum(lengths)[:-1])
    lags = random.exponential(1800, count)
    rows = []
    for i in range(count):
        number = start + i
        title, text = made.story(drawn[i], int(events[i]))
        lang, searchable = "en", None
        if number % 20 == 0:
            chars = random.integers(0, len(HAN), 300)
            lang, title = "zh", "".join(HAN[c] for c in chars[:14])
            text = "".join(HAN[c] for c in chars) + " " + text[:200]
            searchable = grams(f"{title}\n{text}")
        seen = NOW - timedelta(days=days) * (1 - (number + 1) / stories)
        published = to_db(seen - timedelta(seconds=float(lags[i])))
        site = f"outlet{feeds[i]}.example/{number}"
        author = f"{made.words[number % 900 + 400]} {made.words[number % 700 + 2000]}".title()
        rows.append(
            (
                number + 1, site, f"https://{site}", title, int(feeds[i]), int(feeds[i]), json.dumps([author]), published,
                to_db(seen), lang, len(text.split()), int(events[i]), text, searchable,
            )
        )  # fmt: skip
    return rows


def _begin(db: sqlite3.Connection, stories: int) -> None:
    """Outlets, feeds, and events that are counted at the end."""
    words, base = texts().words, to_db(NOW - timedelta(days=400))
    db.executemany(
        "INSERT INTO outlets (id, key, name) VALUES (?, ?, ?)",
        [
            (i, f"outlet{i}.example", f"{words[i + 900].capitalize()} {words[i % 50 + 300]}")
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
            (i, f"e{i}", " ".join(words[texts().of_event(i)[:6]]), base, base, base, base)
            for i in range(1, max(1, int(stories * EVENTS_PER_STORY)) + 1)
        ),
    )


def _batches(pool: ProcessPoolExecutor, begun: int, stories: int, days: float) -> Iterator[list[tuple[Any, ...]]]:
    """Batches in order, two ahead of the one that is being written."""
    starts = iter(range(begun, stories, BATCH))

    def ask(start: int) -> Any:
        return pool.submit(batch, start, min(BATCH, stories - start), stories, days)

    waiting = [ask(start) for start in islice(starts, 3)]
    while waiting:
        rows = waiting.pop(0).result()
        waiting += [ask(start) for start in islice(starts, 1)]
        yield rows


def generate(path: Path, stories: int, days: float = DAYS) -> None:
    """Make the store, or go on making it."""
    store = Store(path)
    db = store.connections.conn
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -400000")
    db.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('hashsize', 67108864)")
    begun = int(db.execute("SELECT ifnull(max(id), 0) FROM stories").fetchone()[0])
    if not begun:
        with store.write():
            _begin(db, stories)
    with ProcessPoolExecutor(1) as pool:
        for rows in _batches(pool, begun, stories, days):
            with store.write():
                db.executemany(_STORY, rows)
                db.executemany(_ENTRY, ((r[5], r[2], r[2], r[0], r[8], "") for r in rows))
    if not db.execute("SELECT 1 FROM meta WHERE name = 'generated'").fetchone():
        with store.write():
            for statement in _FINISH:
                db.execute(statement)
    db.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('hashsize', 1048576)")
    while store.search.merge():  # as each night's housekeeping does
        pass
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("out", type=Path)
    flags.add_argument("--stories", type=int, default=100_000)
    flags.add_argument("--days", type=float, default=DAYS, help="in which they came")
    given = flags.parse_args()
    begun = time.perf_counter()
    generate(given.out, given.stories, given.days)
    print(f"{given.stories} stories in {time.perf_counter() - begun:.0f} s, {given.out.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
