"""Windows that are cut from an order, from the latest on: what each one yields is final."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from aggregator.store.connection import Connections

__all__ = ["ALL_IDS", "BEGINNING", "EVENTS", "STORIES", "Order", "Ways", "Windows"]

Row = TypeVar("Row")
LAST = 2**63 - 1  # the largest id that SQLite has
ALL_IDS = {"low": 0, "high": LAST}
BEGINNING = ("~", LAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Which way through the indexes is taken: numbers of stories, measured on a store of a million.

    The stories of an outlet, a folder, an author or a tag are looked through first where they are at most `few`. Up to
    `seeks` of them are sought in the full-text index one by one; more are held against all its matches, unless these are
    `common` or more: then some of the latest stories will match. Others are read through where the first `sounded` of them let
    expect no more than `sparse`, from the latest on where these are more than a `gap` apart, else looked for in windows, the
    first of which has as many `stretches` in which anything was published, or `events`; fewer than `scarce` matches in one are
    few. Among more ids than are `walked` at once a phrase is sought by its two rarest words, if at most the part `rare` of all
    stories has the rarest.
    """

    few: int = 20_000
    seeks: int = 300
    common: int = 60_000
    sounded: int = 8
    sparse: int = 80
    gap: int = 200
    stretches: int = 100
    events: int = 500
    scarce: int = 5
    walked: int = 50_000
    rare: float = 0.02


@dataclass(frozen=True, slots=True)
class Order:
    """An order that windows are cut from, and what is in a window.

    The `edge` is where it ends, `end_at`, nothing where all that is left is in it, with the ids of its stories. It is found
    quickly where no story is counted for it.
    """

    edge: str
    inside: tuple[str, str]
    is_quick: bool = False


STORIES = Order(
    """SELECT min(low) AS low, max(high) AS high, e.end_at FROM (SELECT (SELECT stretch FROM stretches
        WHERE stretch < :key_at AND stretch >= :start ORDER BY stretch DESC LIMIT 1 OFFSET :size) AS end_at) e
        CROSS JOIN stretches WHERE stretch < :key_at AND stretch >= ifnull(e.end_at, :start)""",
    ("s.published_at < :key_at", "s.published_at >= :end_at"),
    is_quick=True,
)
EVENTS = Order(  # what is of the same second as the edge belongs to the next window
    """SELECT min(s.id) AS low, max(s.id) AS high, iif(count(DISTINCT e.id) = :size, min(e.last_at), NULL) AS end_at FROM (
        SELECT last_at, id FROM events INDEXED BY events_last WHERE merged_into IS NULL
        AND (last_at, id) < (:key_at, :key_id) AND last_at >= :start ORDER BY last_at DESC, id DESC LIMIT :size) e
        LEFT JOIN stories s INDEXED BY stories_event ON s.event_id = e.id""",
    ("(e.last_at, e.id) < (:key_at, :key_id)", "e.last_at > :end_at"),
)


class Windows:
    """Stretches of an order, from `first` down to `start`: parameters key_* (where it begins), end_at, low and high.

    What each one yields is to be `counted`, for that decides how large the next is.
    """

    def __init__(
        self, db: Connections, order: Order, size: int, ways: Ways, *, wanted: int, first: tuple[str, int], start: str
    ) -> None:
        self._db, self._order, self._ways = db, order, ways
        self._size = self._first_size = size
        self._wanted = wanted
        self._key, self._start = first, start

    def counted(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows of a window; the next is as large as it takes to find the others, at most ten times this one.

        Where there were few in the first, or none but a period to stay within, the second is ten times as large if it is
        quickly found; otherwise few mean that all that is left is taken at once.
        """
        count = 0
        for row in rows:
            count += 1
            yield row
        self._wanted -= count
        if count >= self._ways.scarce:
            self._size *= max(1, min(10, 2 * self._wanted // count))
        else:
            is_first = self._size == self._first_size
            self._size *= 10 if is_first and self._order.is_quick and (count or self._start) else 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while self._size:
            key = {"key_at": self._key[0], "key_id": self._key[1]}
            edge = self._db.row(self._order.edge, {**key, "start": self._start, "size": self._size}) or {}
            yield {**key, **edge, "end_at": edge["end_at"] or ""}
            if edge["end_at"] is None:
                return
            self._key = (edge["end_at"], LAST)
        yield {"key_at": self._key[0], "key_id": self._key[1], "end_at": "", **ALL_IDS}
