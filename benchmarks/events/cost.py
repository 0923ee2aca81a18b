"""What deduplication and clustering cost: python benchmarks/events/cost.py --data DIR [--archive STORE.db] [--profile]

The allsides stories folded to 1,000 a day, through the store and the pipeline's decider in batches as a poll brings them.
The first days come in at once; the stories after them are measured: features, fingerprints, copies and events ("decided"), and
all of it, with threads, headlines and the store's writes; then what stories cost that are decided again. With --archive the stories are added to a copy of that store
(`benchmarks/store/generate.py`), after its last story; the copy is removed in the end.
"""

from __future__ import annotations

import argparse
import cProfile
import hashlib
import json
import os
import pstats
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]
from streams import dense, read  # noqa: E402

from aggregator.model import FeedSpec, StoryLine  # noqa: E402
from aggregator.pipeline.decide import Decider  # noqa: E402
from aggregator.pipeline.preparing import Preparer  # noqa: E402
from aggregator.pipeline.window import Window, prepare  # noqa: E402
from aggregator.store import Store  # noqa: E402
from aggregator.store.ingest import NewEntry  # noqa: E402

A_DAY = 1000
GAP = timedelta(days=30)  # between the archive's last story and the stream's first: the window holds the stream alone
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def stream(data: Path, after: datetime) -> list[StoryLine]:
    """1,000 stories a day, in order of publication, from a moment on."""
    base = read(data / "allsides.jsonl")
    lines = dense(base, len(base.lines) / A_DAY).lines
    shift = after - lines[0].published_at
    return [replace(line, published_at=line.published_at + shift) for line in lines]


def ingest(store: Store, feed_id: int, lines: Sequence[StoryLine]) -> None:
    """The stories as a poll stores them: new, to be decided."""
    entries = [
        NewEntry(
            guid=line.id, key=f"stream/{line.id}", url=f"https://stream.example/{line.id}", title=line.title,
            text=line.text, authors=(), published_at=line.published_at, updated_at=None, lang=line.lang, image=None,
            content_hash=line.id, grams=None, words=len((line.text or "").split()), text_hash=line.id,
            outlet_key=line.source or "", outlet_name=line.source or "", wants_page=False,
        )
        for line in lines
    ]  # fmt: skip
    store.ingest.apply(feed_id, entries, now=NOW)


def outcome(store: Store) -> str:
    """A hash of all that was decided about the stream."""
    sql = """SELECT s.key, e.key, c.key, s.copy_kind, s.copy_score, s.probability, n.key, s.reason FROM stories s
        LEFT JOIN events e ON e.id = s.event_id LEFT JOIN stories c ON c.id = s.copy_of LEFT JOIN stories n ON n.id = s.nearest_id
        WHERE s.key LIKE 'stream/%' ORDER BY s.key"""
    rows = [list(row) for row in store.connections.conn.execute(sql)]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def memory() -> float:
    """The most memory this process had so far, in MiB, libraries included."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says counts the parent that we were forked from
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def again(lines: Sequence[StoryLine]) -> None:
    """What it costs to decide stories again whose pages brought another text, 40 of the last day at a time."""
    window = Window()
    for line in lines:
        window.put(prepare(line))
    window.flush()
    spent: list[float] = []
    for first in range(len(lines) - 200, len(lines), 40):
        fresh = [prepare(replace(line, text=f"{line.text} The bridge stays closed.")) for line in lines[first:][:40]]
        cpu = time.process_time()
        for story in fresh:
            window.put(story)
        window.flush()
        spent.append((time.process_time() - cpu) / len(fresh) * 1e3)
    print(
        f"again, with another text: {sum(spent) / len(spent):.2f} ms a story, features and fingerprints apart",
        flush=True,
    )


def first_decision(path: Path) -> None:
    """In a process of its own, after a restart: the time until what waits is decided."""
    began = time.perf_counter()
    done = Decider(Store(path)).run()
    print(
        f"restart: {done} stories decided after {time.perf_counter() - began:.2f} s "
        f"({time.process_time():.2f} s of CPU with the loading of modules), {memory():.0f} MiB"
    )


class Deciding:
    """CPU time, in seconds, spent in the calls that tell copies and events, apart from headlines and the store."""

    def __init__(self) -> None:
        self.spent = 0.0
        for owner, name in ((Preparer, "prepared"), (Window, "put"), (Window, "flush"), (Window, "threads")):
            setattr(owner, name, self._timed(getattr(owner, name)))

    def _timed(self, call: Callable) -> Callable:
        def timed(*args, **kwargs):
            began = time.process_time()
            result = call(*args, **kwargs)
            self.spent += time.process_time() - began
            return result

        return timed


def main() -> None:
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    flags.add_argument("--data", type=Path, help="folder of the labelled sets")
    flags.add_argument("--archive", type=Path, help="a store to copy and add to; default an empty one")
    flags.add_argument("--batch", type=int, default=40)
    flags.add_argument("--warm", type=int, default=8 * A_DAY, help="stories that come in at once before")
    flags.add_argument("--stories", type=int, default=A_DAY, help="stories measured")
    flags.add_argument("--profile", action="store_true")
    flags.add_argument("--restarted", type=Path, help=argparse.SUPPRESS)
    given = flags.parse_args()
    if given.restarted:
        first_decision(given.restarted)
        return
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        path = Path(folder) / "cost.db"
        if given.archive:
            shutil.copyfile(given.archive, path)
        measure(path, given)


def measure(path: Path, given: argparse.Namespace) -> None:
    """Fill, measure, restart."""
    store = Store(path)
    archived = int(store.connections.value("SELECT count(*) FROM stories"))
    last = store.connections.value("SELECT max(published_at) FROM stories")
    lines = stream(given.data, (datetime.fromisoformat(last) if last else NOW) + GAP)
    store.feeds.add([FeedSpec(url="https://stream.example/feed")], now=NOW)
    feed_id = max(feed.id for feed in store.feeds.all())
    decider = Decider(store)
    cpu = time.process_time()
    ingest(store, feed_id, lines[: given.warm])
    decider.run()
    print(
        f"warm: {given.warm} stories, {(time.process_time() - cpu) / max(1, given.warm) * 1e3:.2f} ms a story",
        flush=True,
    )
    spent: list[float] = []
    deciding = Deciding()
    profile = cProfile.Profile()
    end = given.warm + given.stories
    for first in range(given.warm, end, given.batch):
        batch = lines[first : min(end, first + given.batch)]
        ingest(store, feed_id, batch)
        if given.profile:
            profile.enable()
        cpu = time.process_time()
        decider.run()
        spent.append((time.process_time() - cpu) / len(batch) * 1e3)
        profile.disable()
    print(
        f"archive of {archived}, batches of {given.batch}: {sum(spent) / len(spent):.2f} ms CPU a story "
        f"(median batch {sorted(spent)[len(spent) // 2]:.2f}), decided {deciding.spent / given.stories * 1e3:.2f} of it, {memory():.0f} MiB with the stream itself, outcome {outcome(store)}",
        flush=True,
    )
    if given.profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    again(lines[:end])
    ingest(store, feed_id, lines[end : end + 1])
    store.close()
    subprocess.run([sys.executable, __file__, "--restarted", str(path)], check=True)


if __name__ == "__main__":
    main()
