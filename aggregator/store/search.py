"""Searches: stories and events that match a query, newest first, by the cheapest of three ways through the indexes.

A full-text index knows which stories hold a word, not which of them are new. So for rare words the matches are fetched and put
in order; for common words the stories are walked from the newest on, and the index is asked about each. Which of the two is
cheaper is told by counting: how many match in all, up to a cap, and how many of the latest stories do.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from aggregator.errors import StoreError
from aggregator.model import Event, Story
from aggregator.query.nodes import Node, mentions
from aggregator.store.conditions import Compiled, compiled, period_sql
from aggregator.store.connection import Connections
from aggregator.store.events import EVENT_COLUMNS, event_from_row
from aggregator.store.stories import STORY_COLUMNS, STORY_TABLES, Condition, story_from_row
from aggregator.store.times import to_db

__all__ = ["Search", "event_condition", "story_condition"]

ALL_IDS = {"low": 0, "high": 2**63 - 1}
FEW = 2_000  # matches that are put in order at once, without asking further
LATEST = 5_000  # stories at the end of the table, in which common words are told from rare ones
CHUNK = 500  # stories fetched at once
RANKED = 3_000  # the latest matches, of which the most relevant are chosen
# Measured on 1,000,000 stories (benchmarks/store): fetching a match and its brief row, asking the index about one story,
# stepping over one story. Only their ratios matter.
FETCH_US, ASK_US, STEP_US = 1.5, 25.0, 0.5
TITLE_WEIGHT, TEXT_WEIGHT, GRAMS_WEIGHT = 4.0, 1.0, 1.0

_ORDER = " ORDER BY s.published_at DESC, s.id DESC"
_BY_INDEX = "stories_fts x CROSS JOIN stories s INDEXED BY stories_brief ON s.id = x.rowid"
_MATCHING = "x.stories_fts MATCH :match AND x.rowid BETWEEN :low AND :high"
_NOT_HIDDEN = """NOT EXISTS (SELECT 1 FROM story_marks k INDEXED BY story_marks_hidden
    WHERE k.reader_id = :reader AND k.story_id = s.id AND k.hidden_at IS NOT NULL)"""
_ASKED = "EXISTS (SELECT 1 FROM stories_fts x WHERE x.stories_fts MATCH :match AND x.rowid = s.id)"


def story_condition(node: Node, *, reader_id: int, zone: str, now: datetime) -> Condition:
    """A query as one condition over `stories s`."""
    query = compiled(node, zone=zone, now=now)
    return Condition(sql=query.sql, parameters={"reader": reader_id, **ALL_IDS, **query.parameters})


def event_condition(node: Node, *, reader_id: int, zone: str, now: datetime) -> Condition:
    """A query as one condition over `events e`: one of its stories matches."""
    inner = story_condition(node, reader_id=reader_id, zone=zone, now=now)
    return Condition(sql=f"e.id IN (SELECT s.event_id FROM stories s WHERE {inner.sql})", parameters=inner.parameters)


class Search:
    """Queries over `stories`, `events` and their full-text index."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections

    def stories(
        self,
        node: Node,
        *,
        reader_id: int,
        zone: str,
        now: datetime,
        since: datetime | None = None,
        until: datetime | None = None,
        before: tuple[datetime, int] | None = None,
        fold: bool = False,
        by_relevance: bool = False,
        limit: int | None = None,
        with_text: bool = False,
        seen_since: datetime | None = None,
        with_hidden: bool = False,
    ) -> Iterator[Story]:
        """Stories that match, newest first by publication; `before` is the key (published_at, id) of the page before.

        `since` is included, `until` is not; `fold` leaves copies out. What a rule hides is left out, unless the query asks
        for `is:hidden` or `with_hidden` is set. `by_relevance` ranks the latest matches by the words
        of the query (BM25, a word in the title counts four times).

        Raises:
            QueryError: a pattern took too long.

        """
        query = compiled(node, zone=zone, now=now)
        sql, parameters = period_sql("s.published_at", since, until)
        given: dict[str, Any] = {"reader": reader_id, **ALL_IDS, **query.parameters, **parameters}
        narrow = [*query.narrow, *sql, *(["s.copy_of IS NULL"] if fold else [])]
        if seen_since is not None:
            narrow.append("s.seen_at >= :seen_since")
            given["seen_since"] = to_db(seen_since)
        if not with_hidden and not mentions(node, "hidden") and self._hides(reader_id):
            narrow.append(_NOT_HIDDEN)
        if before is not None:
            narrow.append("(s.published_at, s.id) < (:before_at, :before_id)")
            given |= {"before_at": to_db(before[0]), "before_id": before[1]}
        if by_relevance and query.index is not None:
            ids = self._ranked(narrow, given)
        else:
            ids = self._dated(query, narrow, given, limit=limit)
        found = self._fetched(ids, query.wide, given, limit=limit, with_text=with_text)
        return self._within_time(itertools.islice(found, limit) if limit is not None else found)

    def ids(self, node: Node, *, reader_id: int, zone: str, now: datetime) -> list[int]:
        """The ids of all stories that match, newest first by publication."""
        query = compiled(node, zone=zone, now=now)
        given = {"reader": reader_id, **ALL_IDS, **query.parameters}
        with self._pattern_time():
            candidates = self._dated(query, [*query.narrow, *query.wide], given, limit=None)
            return list(candidates)

    def count(self, node: Node, *, reader_id: int, zone: str, now: datetime) -> int:
        """How many stories match."""
        condition = story_condition(node, reader_id=reader_id, zone=zone, now=now)
        with self._pattern_time():
            return int(self._db.value(f"SELECT count(*) FROM stories s WHERE {condition.sql}", condition.parameters))

    def events(
        self,
        node: Node,
        *,
        reader_id: int,
        zone: str,
        now: datetime,
        since: datetime | None = None,
        until: datetime | None = None,
        before: tuple[datetime, int] | None = None,
        limit: int | None = None,
    ) -> Iterator[Event]:
        """Events one of whose stories matches, the one with the latest story first; `before` is (last_at, id).

        An event belongs to the period if one of its stories does.

        Raises:
            QueryError: a pattern took too long.

        """
        query = compiled(node, zone=zone, now=now)
        given: dict[str, Any] = {
            "reader": reader_id,
            **ALL_IDS,
            **query.parameters,
            "limit": -1 if limit is None else limit,
        }
        where = ["e.merged_into IS NULL", "e.stories > 0", self._has_story(query, given, limit)]
        if since is not None:
            where.append("e.last_at >= :since")
            given["since"] = to_db(since)
        if until is not None:
            where.append("e.first_at < :until")
            given["until"] = to_db(until)
        if before is not None:
            where.append("(e.last_at, e.id) < (:before_at, :before_id)")
            given |= {"before_at": to_db(before[0]), "before_id": before[1]}
        sql = f"""SELECT {EVENT_COLUMNS} FROM events e WHERE {" AND ".join(where)}
            ORDER BY e.last_at DESC, e.id DESC LIMIT :limit"""
        return self._within_time(event_from_row(row) for row in self._db.each(sql, given))

    def _hides(self, reader_id: int) -> bool:
        """Whether a rule hides any story from this reader."""
        sql = """SELECT 1 FROM story_marks INDEXED BY story_marks_hidden WHERE reader_id = ? AND hidden_at IS NOT NULL
            LIMIT 1"""
        return self._db.value(sql, (reader_id,)) is not None

    # Ways through the indexes.

    def _dated(
        self, query: Compiled, narrow: Sequence[str], given: dict[str, Any], *, limit: int | None
    ) -> Iterator[int]:
        """Ids of candidates, newest first: the index and the narrow conditions hold for them."""
        if query.index is None:
            tables, where = "stories s", list(narrow)
        elif self._is_common(given, limit):
            tables, where = "stories s INDEXED BY stories_published", [*narrow, _ASKED]
        else:
            tables, where = _BY_INDEX, [_MATCHING, *narrow]
        enough = "" if query.wide or limit is None else f" LIMIT {int(limit)}"
        sql = f"SELECT s.id FROM {tables} WHERE {' AND '.join(where) or '1'}{_ORDER}{enough}"
        return (row["id"] for row in self._db.each(sql, given))

    def _ranked(self, narrow: Sequence[str], given: dict[str, Any]) -> Iterator[int]:
        """Ids of the latest matches, the most relevant first."""
        latest = f"SELECT x.rowid FROM stories_fts x WHERE {_MATCHING} ORDER BY x.rowid DESC LIMIT 1 OFFSET {RANKED}"
        floor = self._db.value(latest, given)
        where = " AND ".join([_MATCHING, *narrow])
        rank = f"bm25(stories_fts, {TITLE_WEIGHT}, {TEXT_WEIGHT}, {GRAMS_WEIGHT})"
        sql = f"""SELECT s.id, {rank} AS score FROM stories_fts x CROSS JOIN stories s ON s.id = x.rowid
            WHERE {where} ORDER BY score, s.published_at DESC, s.id DESC"""
        given |= {"low": floor or 0}
        return (row["id"] for row in self._db.rows(sql, given))

    def _has_story(self, query: Compiled, given: dict[str, Any], limit: int | None) -> str:
        """The condition that an event has a story that matches."""
        rest = [*query.narrow, *query.wide]
        if query.index is not None and not self._is_common(given, limit):
            where = " AND ".join([_MATCHING, *rest])
            return f"e.id IN (SELECT s.event_id FROM {_BY_INDEX} WHERE {where})"
        asked = [] if query.index is None else [_ASKED]
        where = " AND ".join(["s.event_id = e.id", *asked, *rest])
        return f"EXISTS (SELECT 1 FROM stories s WHERE {where})"

    def _is_common(self, given: dict[str, Any], limit: int | None) -> bool:
        """Whether walking from the newest story on is cheaper than fetching all matches."""
        match = {"match": given["match"]}
        few = "SELECT count(*) FROM (SELECT rowid FROM stories_fts WHERE stories_fts MATCH :match LIMIT :cap)"
        if self._db.value(few, {**match, "cap": FEW}) < FEW:
            return False
        newest = int(self._db.value("SELECT max(id) FROM stories") or 0)
        lately = "SELECT count(*) FROM stories_fts WHERE stories_fts MATCH :match AND rowid > :floor"
        share = int(self._db.value(lately, {**match, "floor": newest - LATEST})) / min(newest, LATEST)
        if not share or limit is None:
            return False
        return limit / share * (ASK_US + STEP_US) < newest * share * FETCH_US

    def _fetched(
        self, ids: Iterable[int], wide: Sequence[str], given: dict[str, Any], *, limit: int | None, with_text: bool
    ) -> Iterator[Story]:
        """Stories of candidates for which the wide conditions hold as well, in the order of the ids."""
        text = ", s.text" if with_text else ""
        where = " AND ".join(["s.id IN (SELECT value FROM json_each(:ids))", *wide])
        sql = f"SELECT {STORY_COLUMNS}{text} FROM {STORY_TABLES} WHERE {where}"
        size = CHUNK if limit is None or wide else max(1, min(CHUNK, limit))
        waiting = iter(ids)
        while chunk := list(itertools.islice(waiting, size)):
            rows = self._db.rows(sql, {**given, "ids": json.dumps(chunk)})
            stories = {row["id"]: story_from_row(row) for row in rows}
            yield from (stories[i] for i in chunk if i in stories)

    def _within_time(self, rows: Iterator[Any]) -> Iterator[Any]:
        """Rows as they come; a pattern that takes too long is the query's fault, not the database's."""
        with self._pattern_time():
            yield from rows

    @contextlib.contextmanager
    def _pattern_time(self) -> Iterator[None]:
        self._db.patterns.start()
        try:
            yield
        except StoreError as error:
            if self._db.patterns.is_over:
                raise self._db.patterns.error() from error
            raise
