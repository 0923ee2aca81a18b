"""Outlets as a use case: over a period, who was first, who copies whom, and what only they had."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aggregator.app.clock import Clock
from aggregator.model import Event
from aggregator.store import Store
from aggregator.store.outlets import Borrowing, alone_with, first_with

__all__ = ["PERIODS", "Borrowing", "OutletPage", "OutletReport", "OutletRow", "Outlets"]

PERIODS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
KEPT = timedelta(minutes=1)
MOST_ROWS = 200
MOST_EVENTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletRow:
    """An outlet's part: stories, `own` ones that are no copies, events, those of several it told first, those it had alone."""

    id: int
    name: str
    stories: int
    own: int
    events: int
    first: int
    alone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletReport:
    """All outlets of a period, the busiest first, and who copied whom."""

    since: datetime
    rows: tuple[OutletRow, ...]
    borrowings: tuple[Borrowing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletPage:
    """One outlet of a period: its row (None without stories), what it told first, what only it had, who copied whom."""

    id: int
    name: str
    row: OutletRow | None
    first: tuple[Event, ...]
    alone: tuple[Event, ...]
    taken: tuple[Borrowing, ...]
    given: tuple[Borrowing, ...]


@dataclass(frozen=True, slots=True)
class Outlets:
    """Looks at outlets; changes nothing. Figures are kept for a minute: those of a month take a second on a large store."""

    store: Store
    clock: Clock
    _kept: dict[str, OutletReport] = field(default_factory=dict)

    def report(self, period: str) -> OutletReport:
        """The outlets of the last day, week or month (`PERIODS`)."""
        kept = self._report(period)
        return replace(kept, rows=kept.rows[:MOST_ROWS])

    def one(self, outlet_id: int, period: str) -> OutletPage:
        """One outlet.

        Raises:
            NotFound: there is none with this id.

        """
        row = next((row for row in self._report(period).rows if row.id == outlet_id), None)
        since = self._since(period)
        with self.store.read():
            borrowings = self.store.outlets.borrowings(since=since, outlet_id=outlet_id)
            return OutletPage(
                id=outlet_id,
                name=self.store.outlets.name(outlet_id),
                row=row,
                first=tuple(self.store.events.each(first_with(outlet_id), since=since, limit=MOST_EVENTS)),
                alone=tuple(self.store.events.each(alone_with(outlet_id), since=since, limit=MOST_EVENTS)),
                taken=tuple(b for b in borrowings if b.copier_id == outlet_id),
                given=tuple(b for b in borrowings if b.source_id == outlet_id),
            )

    def _report(self, period: str) -> OutletReport:
        """Every outlet of a period."""
        since, kept = self._since(period), self._kept.get(period)
        if kept is None or abs(since - kept.since) >= KEPT:
            with self.store.read():
                borrowings = self.store.outlets.borrowings(since=since)
                kept = self._kept[period] = OutletReport(since=since, rows=self._rows(since), borrowings=borrowings)
        return kept

    def _rows(self, since: datetime) -> tuple[OutletRow, ...]:
        alone = self.store.outlets.alone(since=since)
        return tuple(
            OutletRow(
                id=o.id, name=o.name, stories=o.stories, own=o.stories - o.copies, events=o.events, first=o.first,
                alone=alone.get(o.id, 0),
            )
            for o in self.store.counts.outlets(since=since)
        )  # fmt: skip

    def _since(self, period: str) -> datetime:
        return self.clock() - PERIODS.get(period, PERIODS["week"])
