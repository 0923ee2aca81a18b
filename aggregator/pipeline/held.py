"""The window over the stories of a time, filled from the store, and what it decides brought into the store."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator import __version__
from aggregator.cluster import Features
from aggregator.dedupe import Fingerprint
from aggregator.digest import event_headline
from aggregator.model import StoryLine
from aggregator.pipeline.preparing import Preparer
from aggregator.pipeline.window import Prepared, Window
from aggregator.store import Store
from aggregator.store.decisions import KeptWindow, StoredFeatures
from aggregator.store.edits import Edit

__all__ = ["REACH", "HeldWindow"]

# A story is compared with those up to 7 days away (copies) or 4 (events), and what is near those matters too.
REACH = timedelta(days=8)
# Stories are forgotten once they are out of reach by the first; the second stay for stories that come late.
FORGOTTEN, SPARED = timedelta(days=2), timedelta(days=1)
MOST_TITLE_CHARS = 90  # of a text that stands for the headline of an event without one
FEWEST_KEPT, KEPT_SHARE = 64, 64  # stories, or one in so many of the window, after which it is kept anew


@dataclass(slots=True)
class _Span:
    """The publication times that the window covers, both ends included."""

    since: datetime
    until: datetime


@dataclass(slots=True)
class HeldWindow:
    """A window in memory that moves with the stories it decides; one that `keeps` is kept in the store as well."""

    store: Store
    preparer: Preparer
    keeps: bool = True
    window: Window = field(init=False)
    _span: _Span | None = None
    _edits: tuple[int, int] = (0, 0)
    _unkept: int = 0
    _threads: frozenset[tuple[str, ...]] | None = None  # as stored; None when that is not known
    _moved: set[str] = field(default_factory=set)  # keys of events decided otherwise since threads were stored

    def __post_init__(self) -> None:
        self.window = Window(across=self.preparer.across)

    def reaches(self, moment: datetime) -> bool:
        """Whether a story of this time, or one near it, may be near a story of the window; later ones always are."""
        since = self._span.since if self._span else self.store.decisions.kept_since(__version__) if self.keeps else None
        return since is None or moment + REACH >= since

    def decide(self, lines: Sequence[StoryLine]) -> None:
        """Decide stories that are near in time, oldest first, into the store."""
        self._cover(lines[0].published_at - REACH, lines[-1].published_at + REACH)
        self._obey()
        prepared = self.preparer.prepared(lines)
        for story in prepared:
            self.window.put(story)
        self._unkept += len(prepared)
        changes = self.window.flush()
        self._moved.update(assignment.event for assignment in changes.events.values())
        with self.store.write():
            touched = self.store.decisions.apply(
                features=_blobs(prepared),
                copies=changes.copies,
                events=changes.events,
            )
            self.store.events.set_headlines(_headlines(self.store, touched))

    def finish(self) -> None:
        """Store the threads that are others than the last time, and what was found out, if much has come."""
        self._tell_threads()
        if self.keeps:
            self._keep()

    def _tell_threads(self) -> None:
        """Store the threads that are others than the last time, or hold an event that is."""
        threads = frozenset(self.window.threads())
        if self._threads is None:
            self.store.events.set_threads(sorted(threads), self.window.event_keys())
        else:
            moved = self._moved.union(*(threads ^ self._threads))
            told = [thread for thread in sorted(threads) if not moved.isdisjoint(thread)]
            held = sorted(key for key in moved.union(*told) if key in self.window)
            self.store.events.set_threads(told, held)
        self._threads = threads
        self._moved.clear()

    def _tell_what_goes(self) -> None:
        """Store the threads while the stories are still there that they are of."""
        if self._moved:
            self._tell_threads()

    def _obey(self) -> None:
        """Take over the reader's edits when there are new ones, from whatever process they came."""
        version = self.store.edits.version()
        if version != self._edits:
            self._edits = version
            self.window.constrain(**_constraints(self.store.edits.standing()))

    def _cover(self, since: datetime, until: datetime) -> None:
        """Have every decided story of this time in the window."""
        span = self._span
        if span is None or since > span.until or until < span.since:
            self._tell_what_goes()
            self.window, self._threads = Window(across=self.preparer.across), None
            self._edits = (0, 0)
            self._obey()
            span = self._begin(since, until)
        if span.since < since - FORGOTTEN:
            self._tell_what_goes()
            self.window.evict(since - SPARED)
            self.window.settle()
            span.since = since - SPARED
        if since < span.since:
            self._load(since, span.since)
            span.since = since
        if until > span.until:
            self._load(span.until, until)
            span.until = until

    def _begin(self, since: datetime, until: datetime) -> _Span:
        """Fill an empty window, from what the last process found out where that serves.

        Without the garbage collector, which would look at all the stories again and again as they come, and later too.
        """
        with _uncollected():
            return self._filled(since, until)

    def _filled(self, since: datetime, until: datetime) -> _Span:
        kept = self.store.decisions.kept_window(__version__, since, until) if self.keeps else None
        if kept is None:
            self._span = _Span(since, until)
            self._load(since, until)
            self._unkept = len(self.window)
        else:
            self._span = _Span(min(since, kept.since), max(until, kept.until))
            self._load(self._span.since, self._span.until, kept)
        return self._span

    def _keep(self) -> None:
        """Keep what was found out, once so much has come that finding it out again would take its time."""
        size = len(self.window)
        if self._span is None or self._unkept < max(FEWEST_KEPT, size // KEPT_SHARE):
            return
        self.store.decisions.keep_window(
            KeptWindow(
                version=__version__, since=self._span.since, until=self._span.until, stories=size,
                parts=self.window.state(),
            )
        )  # fmt: skip
        self._unkept = 0

    def _load(self, since: datetime, until: datetime, kept: KeptWindow | None = None) -> None:
        """Put decided stories into the window; features that another version made are computed anew and kept."""
        outdated = []
        for day in _days(since, until):  # not all at once: their bytes would take as much memory as they do themselves
            for stored in self.store.decisions.window(*day):
                if stored.key in self.window:
                    continue
                known = _restored(stored)
                if known is None or (self.preparer.across and not len(known.features.meaning)):
                    outdated.append(stored.key)
                else:
                    self.window.put(known)
        if outdated:
            fresh = self.preparer.prepared(self.store.decisions.lines(outdated))
            for story in fresh:
                self.window.put(story)
            self.store.decisions.keep_features(_blobs(fresh))
        if kept is not None and not self._restore(kept.parts):
            self.store.decisions.forget_window()
            self._unkept = len(self.window)
        self.window.settle()

    def _restore(self, parts: Mapping[str, bytes]) -> bool:
        """Whether the window could take back what was kept of it, all of it."""
        try:
            return self.window.restore(parts)
        except ValueError:  # it is not whole
            return False


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do not look for cycles while a block runs, nor ever among what it leaves, until the next one: there are none."""
    collects = gc.isenabled()
    gc.disable()
    gc.unfreeze()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def _days(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        yield since, min(since + timedelta(days=1), until)
        since += timedelta(days=1)


def _restored(stored: StoredFeatures) -> Prepared | None:
    """The story as it was kept; None if another version of the code computed it."""
    try:
        fingerprint, features = Fingerprint.from_bytes(stored.fingerprint), Features.from_bytes(stored.features)
    except ValueError:
        return None
    if features is None:
        return None
    return Prepared(id=stored.key, published_at=stored.published_at, fingerprint=fingerprint, features=features)


def _blobs(stories: Iterable[Prepared]) -> dict[str, tuple[bytes, bytes]]:
    return {p.id: (p.fingerprint.to_bytes(), p.features.to_bytes()) for p in stories}


def _headlines(store: Store, event_ids: Sequence[int]) -> Mapping[int, tuple[str, int]]:
    """Each event's headline: one of its originals', chosen by the digest's rules."""
    headlines = {}
    for event_id, rows in store.events.titles(event_ids).items():
        lines = [
            StoryLine(
                id=str(row["id"]), title=row["title"], text=row["text"],
                published_at=datetime.fromisoformat(row["published_at"]), source=row["source"], lang=row["lang"],
            )
            for row in rows
        ]  # fmt: skip
        chosen = event_headline(lines) or lines[0]
        title = chosen.title or _first_words(chosen.text) or "Untitled"
        headlines[event_id] = (title, int(chosen.id))
    return headlines


def _first_words(text: str | None) -> str:
    first = (text or "").strip().split("\n", 1)[0]
    return first if len(first) <= MOST_TITLE_CHARS else first[:MOST_TITLE_CHARS].rsplit(" ", 1)[0] + " …"


def _constraints(edits: Sequence[Edit]) -> dict[str, list[tuple[str, str]]]:
    """What the reader's acts say of pairs of stories; a later act wins over an earlier one."""
    not_copies: list[tuple[str, str]] = []
    verdicts: dict[tuple[str, str], bool] = {}
    for edit in edits:
        one, other = edit.groups[0], edit.groups[1]
        pairs = [(min(a, b), max(a, b)) for a in one for b in other if a != b]
        if edit.kind == "not-a-copy":
            not_copies.extend(pairs)
        else:
            verdicts.update(dict.fromkeys(pairs, edit.kind != "split"))
    return {
        "not_copies": not_copies,
        "together": sorted(pair for pair, joined in verdicts.items() if joined),
        "apart": sorted(pair for pair, joined in verdicts.items() if not joined),
    }
