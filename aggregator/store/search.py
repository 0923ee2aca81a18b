"""Searches: stories and events that match a query, newest first, at a cost that hardly grows with the store.

A full-text index knows which stories hold a word, not which of them are new, and a common word is held by many. So the first
matches that it has, which are the oldest, tell how far they lie apart. Few are all read, and put in order; if there are some
more, the index is read from its end, until no older story can be as new as those that were found, which the table `days`
tells. Of many the latest are looked for window by window: the latest hours first, among whose ids alone the index is asked,
then as many as the first window lets expect. A window is a stretch of the order by publication, so that what it yields is
final; between which ids it lies is kept in the table `stretches`, for each ten minutes. A phrase is first sought by its two
rarest words; for the beginning of a word, of which FTS5 puts all words together each time it is asked, the index is read once.

A bound on ids costs where matches are few: FTS5 reads from its first match on, wherever that is, before it skips to the bound.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from aggregator.errors import StoreError
from aggregator.model import Event, Story
from aggregator.query.dates import Period
from aggregator.query.evaluate import bounds
from aggregator.query.nodes import And, Node, When, mentions
from aggregator.store.conditions import IN_INDEX, Compiled, compiled, period_sql
from aggregator.store.connection import Connections
from aggregator.store.events import EVENT_COLUMNS, event_from_row
from aggregator.store.stories import NOT_HIDDEN, STORY_COLUMNS, STORY_TABLES, Condition, story_from_row
from aggregator.store.times import to_db
from aggregator.store.windows import ALL_IDS, BEGINNING, EVENTS, STORIES, Ways, Windows

__all__ = ["Search", "story_condition"]

CHUNK = 500  # stories fetched at once
STRETCH_CHARS, DAY_CHARS = 15, 10  # of a time: its ten minutes, its day
PAIR = 2  # words
RANKED = 1_000  # the latest matches, of which the most relevant are chosen
MERGED_PAGES = 500  # of the index at once: 2 MB, a tenth of a second
SHRUNK_PAGES = 2000  # of the index in one night, 8 MB: deleted words take space until their part is merged
TITLE_WEIGHT, TEXT_WEIGHT, GRAMS_WEIGHT = 4.0, 1.0, 1.0

_ORDER = " ORDER BY s.published_at DESC, s.id DESC"
_BRIEF = "stories s INDEXED BY stories_brief"
_BY_INDEX = "stories_fts x CROSS JOIN stories s INDEXED BY stories_brief ON s.id = x.rowid"
_MATCHING = "x.stories_fts MATCH :match AND x.rowid BETWEEN :low AND :high"
_SPELLED = "(has_words(s.title, :phrase) OR has_words(s.text, :phrase))"


def story_condition(node: Node, *, reader_id: int, zone: str, now: datetime) -> Condition:
    """A query as one condition over `stories s`."""
    query = compiled(node, zone=zone, now=now)
    return Condition(sql=query.sql, parameters={"reader": reader_id, **ALL_IDS, **query.parameters})


class Search:
    """Queries over `stories`, `events` and their full-text index."""

    def __init__(self, connections: Connections) -> None:
        self._db = connections
        self.ways = Ways()

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
        query = compiled(node, zone=zone, now=now, look=self._look)
        sql, parameters = period_sql("s.published_at", since, until)
        given: dict[str, Any] = {"reader": reader_id, **ALL_IDS, **query.parameters, **parameters}
        narrow = [*query.narrow, *sql, *(["s.copy_of IS NULL"] if fold else [])]
        span = [period_of(node, zone=zone, now=now), Period(start=since, end=until)]
        if seen_since is not None:
            narrow.append("s.seen_at >= :seen_since")
            given["seen_since"] = to_db(seen_since)
        if not with_hidden and not mentions(node, "hidden") and self._hides(reader_id):
            narrow.append(NOT_HIDDEN)
        if before is not None:
            narrow.append("(s.published_at, s.id) < (:before_at, :before_id)")
            given |= {"before_at": to_db(before[0]), "before_id": before[1]}
            span.append(Period(end=before[0] + timedelta(seconds=1)))
        if by_relevance and query.index is not None:
            ids = self._ranked(narrow, given)
        else:
            ids = self._dated(query, narrow, given, limit=limit, span=span)
        found = self._fetched(ids, query.wide, given, limit=limit, with_text=with_text)
        return self._within_time(itertools.islice(found, limit) if limit is not None else found)

    def ids(self, node: Node, *, reader_id: int, zone: str, now: datetime) -> list[int]:
        """The ids of all stories that match, newest first by publication."""
        query = compiled(node, zone=zone, now=now, look=self._look)
        given = {"reader": reader_id, **ALL_IDS, **query.parameters}
        with self._pattern_time():
            return list(self._dated(query, [*query.narrow, *query.wide], given, limit=None, span=()))

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

        An event belongs to the period if one of its stories does. One all of whose matching stories a rule hides is left out,
        unless the query asks for `is:hidden`.

        Raises:
            QueryError: a pattern took too long.

        """
        query = compiled(node, zone=zone, now=now, look=self._look)
        given: dict[str, Any] = {"reader": reader_id, **ALL_IDS, **query.parameters}
        where = ["e.merged_into IS NULL", "e.stories > 0"]
        if since is not None:
            where.append("e.last_at >= :since")
            given["since"] = to_db(since)
        if until is not None:
            where.append("e.first_at < :until")
            given["until"] = to_db(until)
        if before is not None:
            where.append("(e.last_at, e.id) < (:before_at, :before_id)")
            given |= {"before_at": to_db(before[0]), "before_id": before[1]}
        first = BEGINNING if before is None else (to_db(before[0]), before[1])
        rest = [*query.narrow, *query.wide]
        if not mentions(node, "hidden") and self._hides(reader_id):
            rest.append(NOT_HIDDEN)
        found = self._events(query, rest, where, given, limit=limit, first=first)
        return self._within_time(itertools.islice(found, limit) if limit is not None else found)

    def merge(self) -> bool:
        """Bring parts of the full-text index together, a little at a time; whether there may be more to do.

        Each batch of new stories is a part of its own, and a word is looked up in every part.
        """
        with self._db.write() as conn:
            conn.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('usermerge', 2)")
            before = conn.total_changes
            conn.execute("INSERT INTO stories_fts (stories_fts, rank) VALUES ('merge', ?)", (MERGED_PAGES,))
            return conn.total_changes - before > 1  # the command itself counts for one

    def give_back(self) -> None:
        """Begin to give back the space of words that were deleted; `merge` goes on with it, night by night."""
        self._db.run("INSERT INTO stories_fts (stories_fts, rank) VALUES ('merge', ?)", (-SHRUNK_PAGES,))

    def _hides(self, reader_id: int) -> bool:
        """Whether a rule hides any story from this reader."""
        sql = """SELECT 1 FROM story_marks INDEXED BY story_marks_hidden WHERE reader_id = ? AND hidden_at IS NOT NULL
            LIMIT 1"""
        return self._db.value(sql, (reader_id,)) is not None

    def _look(self, sql: str, given: dict[str, Any]) -> list[int]:
        """The ids that a query finds."""
        with self._pattern_time():
            return [row["id"] for row in self._db.rows(sql, given)]

    # Ways through the indexes.

    def _dated(
        self,
        query: Compiled,
        narrow: Sequence[str],
        given: dict[str, Any],
        *,
        limit: int | None,
        span: Sequence[Period],
    ) -> Iterator[int]:
        """Ids of candidates, newest first: the index and the narrow conditions hold for them."""
        enough = "" if query.wide or limit is None else f" LIMIT {int(limit)}"
        members = (
            self._count(f"SELECT 1 FROM ({query.among})", given, self.ways.few + 1)
            if query.among
            else self.ways.few + 1
        )
        if members <= self.ways.few:
            yield from self._among(query, narrow, given, enough, members=members)
            return
        if query.index is None:
            yield from self._ids("stories s", narrow, given, enough)
            return
        within = Period(
            start=max((p.start for p in span if p.start is not None), default=None),
            end=min((p.end for p in span if p.end is not None), default=None),
        )
        yield from self._indexed(query, narrow, given, enough, limit=limit, within=within)

    def _indexed(
        self,
        query: Compiled,
        narrow: Sequence[str],
        given: dict[str, Any],
        enough: str,
        *,
        limit: int | None,
        within: Period,
    ) -> Iterator[int]:
        """As `_dated`, for a query of the index, and for stories that were published within a period."""
        is_open = within.end is None
        low, high = self._ids_within(within)
        if limit and query.has_prefix and is_open:  # each window would put together all that begins so anew
            yield from self._streamed(narrow, given | {"low": low}, limit)
            return
        if limit and not query.has_prefix:
            few, gap, sure = self._near(query, low, high), 0, [_SPELLED]
            if few is None:
                (few, gap), sure = self._sounded(given, low, high), []
            if few is not None:
                among = ["s.id IN (SELECT value FROM json_each(:few))", *narrow, *sure]
                more = {"few": json.dumps(few), "phrase": f" {' '.join(query.phrase)} "}
                yield from self._ids(_BRIEF, among, given | more, enough)
                return
            if is_open and gap > self.ways.gap:
                yield from self._streamed(narrow, given | {"low": low}, limit)
                return
        first = (to_db(within.end), 0) if within.end else BEGINNING
        start = to_db(within.start)[:STRETCH_CHARS] if within.start else ""
        size = self.ways.stretches if limit else 0
        windows = Windows(self._db, STORIES, size, self.ways, wanted=limit or 0, first=first, start=start)
        for window in windows:
            where = [_MATCHING, *narrow, *STORIES.inside]
            yield from windows.counted(self._ids(_BY_INDEX, where, given | window, enough))

    def _ids_within(self, period: Period) -> tuple[int, int]:
        """Ids between which all stories of a period are."""
        sql, given = "SELECT (SELECT min(id) FROM stories) AS low, (SELECT max(id) FROM stories) AS high", {}
        if period.start or period.end:
            sql = "SELECT min(low) AS low, max(high) AS high FROM days WHERE day BETWEEN :first AND :last"
            given["first"] = to_db(period.start)[:DAY_CHARS] if period.start else ""
            given["last"] = to_db(period.end)[:DAY_CHARS] if period.end else BEGINNING[0]
        found = self._db.row(sql, given) or {}
        return found["low"] or 0, found["high"] or 0

    def _sounded(self, given: dict[str, Any], low: int, high: int) -> tuple[list[int] | None, int]:
        """All matches between these ids if they are few; else None, and how far the first of them lie apart."""
        found: list[int] = []
        sql = f"SELECT x.rowid AS id FROM stories_fts x WHERE {_MATCHING}"
        for row in self._db.each(sql, given | {"low": low, "high": high}):
            found.append(row["id"])
            count, read = len(found), row["id"] - low + 1
            if count >= self.ways.sounded and count * (high - low + 1) > self.ways.sparse * read:
                return None, read // count
        return found, 0

    def _near(self, query: Compiled, low: int, high: int) -> list[int] | None:
        """Ids of the stories that have the two rarest words of a phrase near each other, if few do; their texts tell the rest.

        FTS5 walks along the lists of all words of a phrase, and those of common words are long. How rare a word is, its first
        matches tell, by how far they lie apart.
        """
        words = dict.fromkeys(query.phrase)
        if len(words) <= PAIR or high - low < self.ways.walked:
            return None
        first = f"SELECT x.rowid AS id FROM stories_fts x WHERE {_MATCHING} LIMIT {int(self.ways.sounded)}"
        sql = (
            f"SELECT count(*) / (1.0 + iif(count(*) < {int(self.ways.sounded)}, :high, max(id)) - :low) FROM ({first})"
        )
        among = {"low": low, "high": high}
        shares = {word: self._db.value(sql, {**among, "match": f'"{word}"'}) for word in words}
        rarest, other, *_ = sorted(words, key=shares.__getitem__)
        if shares[rarest] > self.ways.rare:
            return None
        near = f'NEAR("{rarest}" "{other}", {len(query.phrase) - PAIR})'
        return self._sounded({**among, "match": near}, low, high)[0]

    def _streamed(self, narrow: Sequence[str], given: dict[str, Any], wanted: int) -> Iterator[int]:
        """Ids of candidates as the index is read from its end, each once no story left to read can be of its day."""
        sql = f"SELECT s.id, s.published_at FROM {_BY_INDEX} WHERE {' AND '.join([_MATCHING, *narrow])} ORDER BY x.rowid DESC"
        last_day = "SELECT max(day) FROM days WHERE low < ?"
        waiting: list[tuple[str, int]] = []
        full = wanted + 2
        for row in self._db.each(sql, given):
            waiting.append((row["published_at"], row["id"]))
            if len(waiting) >= full:
                day = self._db.value(last_day, (row["id"],)) or ""
                waiting.sort(reverse=True)
                sure = sum(at[:DAY_CHARS] > day for at, _ in waiting)
                yield from (story_id for _, story_id in waiting[:sure])
                del waiting[:sure]
                full = max(wanted, 2 * len(waiting))
        yield from (story_id for _, story_id in sorted(waiting, reverse=True))

    def _count(self, sql: str, given: dict[str, Any], most: int) -> int:
        """How many rows a query has, `most` if there are as many or more."""
        return int(self._db.value(f"SELECT count(*) FROM ({sql} LIMIT {int(most)})", given))

    def _among(
        self, query: Compiled, narrow: Sequence[str], given: dict[str, Any], enough: str, *, members: int
    ) -> Iterator[int]:
        """As `_dated`, where the stories of `query.among` are few."""
        within = f"s.id IN ({query.among})"
        if query.index is None:
            yield from self._ids(_BRIEF, [within, *narrow], given, enough)
            return
        if (
            members > self.ways.seeks
            and self._count(f"SELECT 1 FROM stories_fts x WHERE {_MATCHING}", given, self.ways.common)
            < self.ways.common
        ):
            both = f"s.id IN (SELECT x.rowid FROM stories_fts x WHERE {_MATCHING} AND +x.rowid IN ({query.among}))"
            yield from self._ids(_BRIEF, [both, *narrow], given, enough)
            return
        waiting = self._ids(_BRIEF, [within, *narrow], given, "")
        found = f"SELECT x.rowid AS id FROM stories_fts x WHERE {_MATCHING} AND x.rowid IN (SELECT value FROM json_each(:ids))"
        while chunk := list(itertools.islice(waiting, max(1, self.ways.seeks // 3))):
            good = {row["id"] for row in self._db.rows(found, {**given, "ids": json.dumps(chunk)})}
            yield from (i for i in chunk if i in good)

    def _ids(self, tables: str, where: Sequence[str], given: dict[str, Any], enough: str) -> Iterator[int]:
        sql = f"SELECT s.id FROM {tables} WHERE {' AND '.join(where) or '1'}{_ORDER}{enough}"
        return (row["id"] for row in self._db.each(sql, given))

    def _events(
        self,
        query: Compiled,
        rest: Sequence[str],
        where: Sequence[str],
        given: dict[str, Any],
        *,
        limit: int | None,
        first: tuple[str, int],
    ) -> Iterator[Event]:
        """Events that have a story for which all of the query holds, its part for the index and the rest, the latest first."""
        order = " ORDER BY e.last_at DESC, e.id DESC"
        few = query.among and self._count(f"SELECT 1 FROM ({query.among})", given, self.ways.few + 1) <= self.ways.few
        if few or query.index is None:
            if few:
                in_index = [f"s.id IN {IN_INDEX.format(name='match')}"] if query.index else []
                inside = [f"s.id IN ({query.among})", *in_index, *rest]
                has_story = f"e.id IN (SELECT s.event_id FROM {_BRIEF} WHERE {' AND '.join(inside)})"
            else:
                has_story = f"EXISTS (SELECT 1 FROM stories s WHERE {' AND '.join(['s.event_id = e.id', *rest])})"
            sql = f"SELECT {EVENT_COLUMNS} FROM events e WHERE {' AND '.join([*where, has_story])}{order}"
            yield from (event_from_row(row) for row in self._db.each(sql, given))
            return
        has_story = f"e.id IN (SELECT s.event_id FROM {_BY_INDEX} WHERE {' AND '.join([_MATCHING, *rest])})"
        sql = f"SELECT {EVENT_COLUMNS} FROM events e WHERE {' AND '.join([*where, has_story, *EVENTS.inside])}{order}"
        size = self.ways.events if limit else 0
        windows = Windows(self._db, EVENTS, size, self.ways, wanted=limit or 0, first=first, start="")
        for window in windows:
            yield from windows.counted(event_from_row(row) for row in self._db.each(sql, given | window))

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

    def _fetched(
        self, ids: Iterable[int], wide: Sequence[str], given: dict[str, Any], *, limit: int | None, with_text: bool
    ) -> Iterator[Story]:
        """Stories of candidates for which the wide conditions hold as well, in the order of the ids."""
        text = ", s.text" if with_text else ""
        where = " AND ".join(["s.id IN (SELECT value FROM json_each(:ids))", *wide])
        sql = f"SELECT {STORY_COLUMNS}{text} FROM {STORY_TABLES} WHERE {where}"
        wanted, size = limit, CHUNK if limit is None else max(1, min(CHUNK, limit))
        waiting = iter(ids)
        while chunk := list(itertools.islice(waiting, size)):
            rows = self._db.rows(sql, {**given, "ids": json.dumps(chunk)})
            stories = {row["id"]: story_from_row(row) for row in rows}
            yield from (stories[i] for i in chunk if i in stories)
            if wanted is not None:  # the wide conditions leave some out: as many as it takes to let the others through
                wanted -= len(stories)
                size = max(1, min(CHUNK, 2 * size, 1 + 2 * wanted * len(chunk) // max(1, len(stories))))

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


def period_of(node: Node, *, zone: str, now: datetime) -> Period:
    """A period in which every story that matches was published."""
    parts = node.parts if isinstance(node, And) else (node,)
    periods = [bounds(p, zone=zone, now=now) for p in parts if isinstance(p, When) and p.of == "published"]
    starts = [p.start for p in periods if p.start is not None]
    ends = [p.end for p in periods if p.end is not None]
    return Period(start=max(starts, default=None), end=min(ends, default=None))
