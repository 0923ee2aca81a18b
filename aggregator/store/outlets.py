"""Outlets over a period: who copies whom, and what only one of them had. Counts of stories are with `Counts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.errors import NotFound
from aggregator.store.connection import Connections
from aggregator.store.stories import Condition
from aggregator.store.times import to_db

__all__ = ["Borrowing", "Outlets", "alone_with", "first_with"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrowing:
    """So many stories of `copier` are copies of stories of `source`."""

    copier_id: int
    copier: str
    source_id: int
    source: str
    stories: int


class Outlets:
    """The table `outlets`, seen through their stories."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def name(self, outlet_id: int) -> str:
        """The name of an outlet.

        Raises:
            NotFound: there is none with this id.

        """
        found = self._db.value("SELECT name FROM outlets WHERE id = ?", (outlet_id,))
        if found is None:
            raise NotFound(f"There is no outlet {outlet_id}.", path=self._db.path)
        return str(found)

    def borrowings(self, *, since: datetime, outlet_id: int | None = None, limit: int = 50) -> tuple[Borrowing, ...]:
        """Who copied whom in stories published since, the most first; of one outlet as either side, if it is named."""
        rows = self._db.rows(
            """SELECT c.outlet_id AS copier_id, a.name AS copier, o.outlet_id AS source_id, b.name AS source,
                count(*) AS stories
            FROM stories c INDEXED BY stories_published JOIN stories o ON o.id = c.copy_of
            JOIN outlets a ON a.id = c.outlet_id JOIN outlets b ON b.id = o.outlet_id
            WHERE c.published_at >= :since AND c.copy_of IS NOT NULL AND c.outlet_id <> o.outlet_id
                AND (:outlet IS NULL OR :outlet IN (c.outlet_id, o.outlet_id))
            GROUP BY c.outlet_id, o.outlet_id ORDER BY stories DESC, copier, source LIMIT :limit""",
            {"since": to_db(since), "outlet": outlet_id, "limit": limit},
        )
        return tuple(Borrowing(**row) for row in rows)

    def alone(self, *, since: datetime) -> dict[int, int]:
        """In how many events each outlet is the only one, by its id; events with a story published since."""
        rows = self._db.rows(
            """SELECT s.outlet_id, count(DISTINCT e.id) AS events FROM events e INDEXED BY events_last
            JOIN stories s ON s.event_id = e.id WHERE e.merged_into IS NULL AND e.last_at >= ? AND e.outlets = 1
            GROUP BY s.outlet_id""",
            (to_db(since),),
        )
        return {row["outlet_id"]: row["events"] for row in rows}


def first_with(outlet_id: int) -> Condition:
    """Events of several outlets whose earliest story is this one's."""
    return Condition(
        sql="""e.outlets > 1 AND EXISTS (SELECT 1 FROM stories s WHERE s.event_id = e.id AND s.outlet_id = :outlet
            AND s.published_at = e.first_at AND s.copy_of IS NULL)""",
        parameters={"outlet": outlet_id},
    )


def alone_with(outlet_id: int) -> Condition:
    """Events that this outlet alone tells."""
    return Condition(
        sql="e.outlets = 1 AND EXISTS (SELECT 1 FROM stories s WHERE s.event_id = e.id AND s.outlet_id = :outlet)",
        parameters={"outlet": outlet_id},
    )
