"""Queries into SQL: what the full-text index answers, what the narrow index does, and what needs the whole row.

Whatever a reader typed is bound as a parameter. The text of a full-text expression is put together from letters, figures and
spaces within quotation marks only, so that nothing of it can be syntax of FTS5.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aggregator.query.dates import Period
from aggregator.query.evaluate import bounds
from aggregator.query.nodes import And, Count, Everything, Is, Node, Not, Or, Pattern, When, Words
from aggregator.query.words import is_unspaced, needle, segments
from aggregator.store.times import to_db
from aggregator.text.grams import pairs, whole

__all__ = ["IN_INDEX", "Compiled", "compiled", "period_sql"]

# Rows that match a full-text expression. The bounds are those of the stories in question, for the index can skip to them.
IN_INDEX = "(SELECT rowid FROM stories_fts WHERE stories_fts MATCH :{name} AND rowid BETWEEN :low AND :high)"
Look = Callable[[str, dict[str, Any]], list[int]]
_STATES = {
    "read": "EXISTS (SELECT 1 FROM story_marks k WHERE k.reader_id = :reader AND k.story_id = s.id AND k.read_at IS NOT NULL)",
    "copy": "s.copy_of IS NOT NULL",
    "original": "s.copy_of IS NULL",
    "single": "ifnull((SELECT v.outlets FROM events v WHERE v.id = s.event_id), 1) = 1",
}
_STATES["unread"] = f"NOT {_STATES['read']}"
_COUNTS = {
    name: f"ifnull((SELECT v.{name} FROM events v WHERE v.id = s.event_id), 1)"
    for name in ("outlets", "reports", "stories")
}
_OPERATORS = {">", ">=", "<", "<=", "="}
_COLUMNS = {"title": "s.title", "text": "s.text", "url": "s.url"}
# What a story comes from: table and columns that are looked at, the condition for the ids found there, and the ids of the
# stories for which it holds.
_OF_FEED = ("s.feed_id IN ({})", "SELECT id FROM stories INDEXED BY stories_feed WHERE feed_id IN ({})")
_SOURCES = {
    "outlet": (
        "outlets", ("name", "key"), "s.outlet_id IN ({})",
        "SELECT id FROM stories INDEXED BY stories_outlet WHERE outlet_id IN ({})",
    ),
    "feed": ("feeds", ("title", "url"), *_OF_FEED),
    "folder": ("feeds", ("folder",), *_OF_FEED),
    "author": (
        "authors", ("name",), "s.id IN (SELECT story_id FROM bylines WHERE author_id IN ({}))",
        "SELECT story_id AS id FROM bylines WHERE author_id IN ({})",
    ),
}  # fmt: skip
_MARKED = {  # likewise, for states that a reader gives to few stories
    "starred": "SELECT story_id AS id FROM story_marks WHERE reader_id = :reader AND starred_at IS NOT NULL",
    "tagged": "SELECT DISTINCT story_id AS id FROM story_tags WHERE reader_id = :reader",
    "hidden": "SELECT story_id AS id FROM story_marks WHERE reader_id = :reader AND hidden_at IS NOT NULL",
    "quiet": "SELECT story_id AS id FROM story_marks WHERE reader_id = :reader AND quiet_at IS NOT NULL",
}
_STATES |= {state: f"s.id IN ({ids})" for state, ids in _MARKED.items()}
_NOT_LATIN = "name GLOB '*[^ -\u024f]*'"  # names of which the index knows whole runs only


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a query: it matches where the index and all of the SQL do. `wide` SQL reads the whole row.

    `among` selects the ids of stories outside of which it cannot match: those of an outlet, say.
    """

    index: str | None = None
    narrow: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    among: str | None = None

    @property
    def is_pure(self) -> bool:
        return self.index is not None and not self.narrow and not self.wide


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A query over `stories s`: it matches where the full-text expression `index` (if any) and all of the SQL do.

    `narrow` can be answered without the row itself, `wide` cannot. `among` (if any) selects the ids of stories outside of
    which nothing matches; it is implied by the others. The parameters `reader`, `low` and `high` (ids between
    which the index is asked) are to be given by whoever runs it; `parameters` are the others.
    """

    index: str | None
    narrow: tuple[str, ...]
    wide: tuple[str, ...]
    parameters: dict[str, Any]
    among: str | None = None

    @property
    def has_prefix(self) -> bool:
        """Whether the index is asked for beginnings of words: each time it puts together all that begins so."""
        return self.index is not None and "*" in self.index  # which is syntax, for words have letters and figures only

    @property
    def phrase(self) -> list[str]:
        """The words of the phrase that is all the index is asked for, none if it is asked for anything else."""
        is_one = self.index is not None and self.index[0] == '"' and self.index.find('"', 1) == len(self.index) - 1
        return self.index[1:-1].split() if self.index is not None and is_one else []

    @property
    def sql(self) -> str:
        """All of it as one condition."""
        inside = (f"s.id IN {IN_INDEX.format(name='match')}",) if self.index else ()
        return " AND ".join((*inside, *self.narrow, *self.wide)) or "1"


def compiled(node: Node, *, zone: str, now: datetime, look: Look | None = None) -> Compiled:
    """A query as SQL, for a reader in this zone at this time.

    `look` answers a query for ids; with it, outlets, feeds and authors are looked up once, and the SQL has their ids.
    """
    compiler = _Compiler(zone=zone, now=now, look=look)
    piece = compiler.piece(node)
    parameters = dict(compiler.parameters)
    if piece.index is not None:
        parameters["match"] = piece.index
    return Compiled(index=piece.index, narrow=piece.narrow, wide=piece.wide, parameters=parameters, among=piece.among)


@dataclass(slots=True)
class _Compiler:
    """Gathers parameters while it walks a query."""

    zone: str
    now: datetime
    look: Look | None = None
    parameters: dict[str, Any] = field(default_factory=dict)

    def bound(self, value: Any) -> str:
        name = f"q{len(self.parameters)}"
        self.parameters[name] = value
        return f":{name}"

    def piece(self, node: Node) -> _Piece:
        if isinstance(node, And):
            return self.all(node.parts)
        if isinstance(node, Or):
            return self.any(node.parts)
        if isinstance(node, Not):
            return self.all((node,))
        return _Piece() if isinstance(node, Everything) else self.leaf(node)

    def all(self, parts: Sequence[Node]) -> _Piece:
        """Parts that all match: what the index can answer together is one expression."""
        wanted = [self.piece(p) for p in parts if not isinstance(p, Not)]
        unwanted = [self.piece(p.part) for p in parts if isinstance(p, Not)]
        index = _together("AND", [p.index for p in wanted if p.index is not None])
        narrow = [sql for p in wanted for sql in p.narrow]
        wide = [sql for p in wanted for sql in p.wide]
        for piece in unwanted:
            if index is not None and piece.is_pure:
                index = f"({index} NOT {piece.index})"
            else:
                (wide if piece.wide else narrow).append(f"({self.whole(piece)}) IS NOT TRUE")
        among = next((p.among for p in wanted if p.among is not None), None)
        return _Piece(index, tuple(narrow), tuple(wide), among)

    def any(self, parts: Sequence[Node]) -> _Piece:
        """Parts of which one matches."""
        pieces = [self.piece(p) for p in parts]
        pure = [p for p in pieces if p.is_pure]
        mixed = [p for p in pieces if not p.is_pure]
        joined = _together("OR", [p.index for p in pure if p.index is not None])
        if not mixed:
            return _Piece(joined)
        sql = "(" + " OR ".join(f"({self.whole(p)})" for p in ([_Piece(joined)] if joined else []) + mixed) + ")"
        indexes = [p.index for p in pieces if p.index is not None]
        index = _together("OR", indexes) if len(indexes) == len(pieces) else None
        is_wide = any(p.wide for p in mixed)
        return _Piece(index, () if is_wide else (sql,), (sql,) if is_wide else ())

    def whole(self, piece: _Piece) -> str:
        """A piece as one condition."""
        inside = () if piece.index is None else (self.in_index(piece.index),)
        return " AND ".join((*inside, *piece.narrow, *piece.wide)) or "1"

    def in_index(self, expression: str) -> str:
        return f"s.id IN {IN_INDEX.format(name=self.bound(expression)[1:])}"

    def leaf(self, node: Words | Pattern | Is | Count | When) -> _Piece:
        if isinstance(node, Is):
            return _Piece(narrow=(_STATES[node.state],), among=_MARKED.get(node.state))
        if isinstance(node, Count):
            operator = next(o for o in _OPERATORS if o == node.operator)
            return _Piece(narrow=(f"{_COUNTS[node.what]} {operator} {self.bound(node.number)}",))
        if isinstance(node, When):
            column = "s.seen_at" if node.of == "seen" else "s.published_at"
            return _Piece(narrow=self.within(column, bounds(node, zone=self.zone, now=self.now)))
        if isinstance(node, Pattern):
            return self.pattern(node)
        return self.words(node)

    def within(self, column: str, period: Period) -> tuple[str, ...]:
        sql = []
        if period.start is not None:
            sql.append(f"{column} >= {self.bound(to_db(period.start))}")
        if period.end is not None:
            sql.append(f"{column} < {self.bound(to_db(period.end))}")
        return tuple(sql)

    def pattern(self, node: Pattern) -> _Piece:
        pattern, flags = self.bound(node.pattern), self.bound(node.flags)

        def test(column: str) -> str:
            return f"has_pattern({column}, {pattern}, {flags})"

        if node.field == "tag":
            return self.tagged(test("tag"))
        if node.field in _SOURCES:
            return self.of_source(node.field, test)
        columns = [_COLUMNS[node.field]] if node.field else ["s.title", "s.text"]
        return _Piece(wide=(f"({' OR '.join(map(test, columns))})",))

    def words(self, node: Words) -> _Piece:
        if node.field == "tag":
            return self.tagged(f"tag = {self.bound(node.text)}")
        if node.field == "lang":
            code, start = self.bound(node.text), self.bound(f"{node.text}-")
            return _Piece(narrow=(f"(lower(s.lang) = {code} OR substr(lower(s.lang), 1, length({start})) = {start})",))
        if node.field == "url":
            return _Piece(wide=(f"instr(lowered(s.url), {self.bound(node.text.lower())}) > 0",))
        if node.field == "author":
            return self.author(node)
        if node.field in _SOURCES:
            wanted = self.bound(needle(node.text, is_prefix=node.is_prefix))
            return self.of_source(node.field, lambda column: f"has_words({column}, {wanted})")
        return self.full_text(node)

    def tagged(self, condition: str) -> _Piece:
        """Stories with a tag of the reader's for which the condition holds."""
        tagged = f"SELECT story_id AS id FROM story_tags WHERE reader_id = :reader AND {condition}"
        return _Piece(narrow=(f"s.id IN ({tagged})",), among=tagged)

    def author(self, node: Words) -> _Piece:
        """Words of a name: the index of names finds them, but for scripts that it does not part into words."""
        wanted = self.bound(needle(node.text, is_prefix=node.is_prefix))
        parts = segments(node.text)
        candidates = _NOT_LATIN
        if not any(map(is_unspaced, parts)):
            match = self.bound(_quoted(parts) + (" *" if node.is_prefix else ""))
            candidates = (
                f"id IN (SELECT rowid FROM authors_fts WHERE authors_fts MATCH {match}"
                f" UNION ALL SELECT id FROM authors WHERE {_NOT_LATIN})"
            )
        return self.of_source("author", lambda column: f"{candidates} AND has_words({column}, {wanted})")

    def of_source(self, name: str, test: Any) -> _Piece:
        """Stories of outlets, feeds or authors: these are found first, where there is somebody to ask."""
        table, columns, condition, among = _SOURCES[name]
        ids = f"SELECT id FROM {table} WHERE {' OR '.join(test(c) for c in columns)}"
        if self.look is not None:
            ids = f"SELECT value FROM json_each({self.bound(json.dumps(self.look(ids, self.parameters)))})"
        return _Piece(narrow=(condition.format(ids),), among=among.format(ids))

    def full_text(self, node: Words) -> _Piece:
        """Words in title or text: what the index says, and a look at the row where that is not exact."""
        index, sureness = _index(node)
        if sureness == "sure":
            return _Piece(index)
        wanted = self.bound(needle(node.text, is_prefix=node.is_prefix))
        columns = [_COLUMNS[node.field]] if node.field else ["s.title", "s.text"]
        look = " OR ".join(f"has_words({c}, {wanted})" for c in columns)
        if sureness == "sure without grams":
            look = f"s.grams IS NULL OR {look}"
        return _Piece(index, wide=(f"({look})",))


def _index(node: Words) -> tuple[str, str]:
    """The full-text expression for words, and how far it is to be trusted.

    Words of letters are exact in all columns. The column `grams` knows what is written in, or against, unspaced scripts, but
    not in which field it stands.
    """
    parts = segments(node.text)
    if not any(map(is_unspaced, parts)):
        phrase = _quoted(parts) + (" *" if node.is_prefix else "")
        return (
            (phrase, "sure") if node.field is None else (f"({{{node.field} grams}} : {phrase})", "sure without grams")
        )
    *begun, last = parts
    tokens = [token for part in begun for token in (whole(part) if is_unspaced(part) else [part])]
    tokens += pairs(last) if is_unspaced(last) else [last]
    is_beginning = node.is_prefix or (is_unspaced(last) and len(last) == 1)
    is_exact = node.field is None and not _has_marks("".join(parts))
    return f"({{grams}} : {_quoted(tokens)}{' *' if is_beginning else ''})", "sure" if is_exact else "unsure"


def _has_marks(run: str) -> bool:
    """Whether the tokenizer of the index will drop characters of a run: it takes vowel signs for separators."""
    return any(unicodedata.category(c)[0] not in "LN" for c in run)


def _quoted(words: Iterable[str]) -> str:
    return '"' + " ".join(words).replace('"', " ") + '"'


def _together(operator: str, expressions: Iterable[str]) -> str | None:
    found = list(dict.fromkeys(expressions))
    if not found:
        return None
    return found[0] if len(found) == 1 else f"({f' {operator} '.join(found)})"


def period_sql(column: str, since: datetime | None, until: datetime | None) -> tuple[tuple[str, ...], dict[str, str]]:
    """Conditions for a time from `since` up to, but not including, `until`, with their parameters."""
    sql, parameters = [], {}
    if since is not None:
        sql.append(f"{column} >= :since")
        parameters["since"] = to_db(since)
    if until is not None:
        sql.append(f"{column} < :until")
        parameters["until"] = to_db(until)
    return tuple(sql), parameters
