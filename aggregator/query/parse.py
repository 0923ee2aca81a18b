"""Text to tree: a recursive-descent parser of the query language (docs/reference/query.md has the grammar).

Whatever the input, the result is a tree or a `QueryError` that points at a column. Nothing of the text is ever handed on as
syntax of another language.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn, TypeVar

from aggregator.errors import QueryError
from aggregator.query.dates import is_period
from aggregator.query.foreign import ALIASES, EQUIVALENTS
from aggregator.query.nodes import And, Count, Everything, Is, Node, Not, Or, Pattern, When, Words
from aggregator.query.patterns import problem_of
from aggregator.query.words import has_letters, is_unspaced, segments

__all__ = ["COUNTS", "STATES", "TIMES", "WORD_FIELDS", "parse"]

WORD_FIELDS = frozenset({"title", "text", "outlet", "feed", "folder", "author", "lang", "tag", "url"})
PATTERN_FIELDS = frozenset({"title", "text", "outlet", "feed", "author", "url", "tag"})
STATES = ("unread", "read", "starred", "tagged", "copy", "original", "single", "hidden", "quiet")
COUNTS = frozenset({"outlets", "reports", "stories"})
TIMES = {
    "date": ("published", "date"),
    "since": ("published", "since"),
    "until": ("published", "until"),
    "seen": ("seen", "date"),
}
OPERATORS = (">=", "<=", ">", "<", "=")

LONGEST = 10_000  # characters
MOST_TERMS = 200
DEEPEST = 50
SHORTEST_PREFIX = 3  # letters; the index keeps beginnings of three letters, shorter ones would read most of it
N = TypeVar("N", Words, Pattern, Is, Count, When)
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}


def parse(query: str) -> Node:
    """The tree of a query.

    Raises:
        QueryError: it cannot be understood; `column` says where.

    """
    if len(query) > LONGEST:
        raise QueryError(f"A query has at most {LONGEST} characters; this one has {len(query)}.")
    return _Parser("".join(" " if _is_blank(c) else c for c in query)).parse()


def _is_blank(char: str) -> bool:
    return char.isspace() or (unicodedata.category(char) in {"Cc", "Cs", "Cf", "Cn"} and char != "\u200d")


@dataclass(slots=True)
class _Parser:
    """Reads one query from left to right."""

    query: str
    at: int = 0
    terms: int = 0
    depth: int = 0
    field: str | None = None

    def parse(self) -> Node:
        found = self.any()
        if self.at < len(self.query):
            self.fail('This ")" closes nothing; put it in quotes to search for it.')
        if found is None:
            if self.query.strip():
                self.fail("There is no letter or figure to search for; try a pattern: /…/.", at=self.first())
            return Everything()
        return found

    # Structure: each of these returns None where nothing can be searched for, as in "-" or "&".

    def any(self) -> Node | None:
        """Parts divided by OR."""
        parts: list[Node] = []
        while True:
            start = self.skip()
            part = self.all()
            if part is None and (parts or self.keyword("OR", "||")):
                side = "right" if parts else "left"
                self.fail(
                    f"OR needs something to search for on its {side}; to search for the word, quote it.", at=start
                )
            if part is not None:
                parts.append(part)
            if not self.keyword("OR", "||", take=True):
                return _joined(Or, parts)

    def all(self) -> Node | None:
        """Parts one after another."""
        parts: list[Node] = []
        while True:
            start = self.skip()
            if self.keyword("AND", "&&", take=True):
                if not parts:
                    self.fail(
                        "AND needs something to search for on its left; to search for the word, quote it.", at=start
                    )
                part = self.negated()
                if part is None:
                    self.fail("AND needs something to search for on its right.", at=start)
                parts.append(part)
                continue
            if self.ends() or self.keyword("OR", "||"):
                return _joined(And, parts)
            if (part := self.negated()) is not None:
                parts.append(part)

    def negated(self) -> Node | None:
        """A part, or what is not to match: -part, !part, NOT part."""
        start = self.skip()
        if self.keyword("NOT", take=True):
            self.deeper()
            part = None if self.ends() or self.keyword("OR", "||", "AND", "&&") else self.negated()
            if part is None:
                self.fail("NOT needs something to search for on its right; to search for the word, quote it.", at=start)
            self.depth -= 1
            return _not(part)
        if self.peek() in {"-", "!"} and self.at + 1 < len(self.query) and self.query[self.at + 1] not in " )":
            self.at += 1
            self.deeper()
            part = self.negated()
            self.depth -= 1
            return None if part is None else _not(part)
        return self.part()

    def part(self) -> Node | None:
        """A group, a field with its value, or a word, phrase or pattern."""
        if self.ends():
            return None
        if self.peek() == "(":
            return self.group()
        if self.peek() == "#" and self.at + 1 < len(self.query) and self.query[self.at + 1] not in " ()#":
            return self.hash_tag()
        return self.fielded() if self.field_name() else self.value(self.field)

    def group(self) -> Node | None:
        """What stands in parentheses."""
        start = self.at
        self.at += 1
        self.deeper()
        found = self.any()
        self.depth -= 1
        if self.peek() != ")":
            self.fail('This "(" is never closed.', at=start)
        self.at += 1
        return found

    def hash_tag(self) -> Node:
        """FreshRSS's way to write a tag: #tag, #tag+of+words, #'tag of words', #/pattern/."""
        self.at += 1
        start = self.at
        if (pattern := self.tag_pattern()) is not None:
            return pattern
        quoted = self.quoted()
        return self.tag(self.bare().replace("+", " ") if quoted is None else quoted, start)

    # Fields.

    def field_name(self) -> str:
        """The letters before a colon that comes at once, "" if there is none."""
        end = self.at
        while end < len(self.query) and self.query[end].isascii() and self.query[end].isalpha():
            end += 1
        if end == self.at or self.query[end : end + 1] != ":" or self.query[end : end + 3] == "://":
            return ""
        return self.query[self.at : end]

    def fielded(self) -> Node | None:
        """A field with its value."""
        start, name = self.at, self.field_name()
        self.at += len(name) + 1
        has_value = self.peek() not in {"", " ", ")"}
        known = ALIASES.get(name.lower(), name.lower())
        if equivalent := EQUIVALENTS.get(name) or EQUIVALENTS.get(name.lower()):
            if has_value:
                self.fail(equivalent, at=start)
        elif known in _READERS:
            if not has_value:
                self.fail(f"{name}: needs a value right after the colon.", at=start)
            return _READERS[known](self, known, start)
        elif has_value:
            self.fail(f'There is no field "{name}"; to search for these words, quote them.', at=start)
        return self.words(name, self.field, start)

    def word_field(self, name: str, start: int) -> Node | None:
        """A field whose value is words, a phrase, a pattern, or several in parentheses."""
        if self.peek() == "(":
            outer, self.field = self.field, name
            found = self.group()
            self.field = outer
        else:
            found = self.value(name)
        if found is None:
            self.fail(f"There is no letter or figure to search for after {name}:.", at=start)
        return found

    def tag_field(self, name: str, start: int) -> Node | None:
        """Tags have their names, whole; a list divided by commas means any of them."""
        if name == "labels":
            names = [n.strip() for n in self.text_value().split(",")]
            return _joined(Or, [self.tag(n, start) for n in names if n]) or self.tag("", start)
        if self.query[self.at : self.at + 1] == "*":
            self.at += 1
            return self.counted(Is(state="tagged"))
        return self.tag_pattern() or self.tag(self.text_value(), start)

    def tag_pattern(self) -> Node | None:
        """A regular expression for tags, which are kept in small letters; None if none begins here."""
        found = self.pattern("tag") if self.peek() == "/" else None
        return replace(found, flags="".join(sorted({*found.flags, "i"}))) if isinstance(found, Pattern) else None

    def tag(self, name: str, start: int) -> Node:
        """A story's tag."""
        folded = " ".join(unicodedata.normalize("NFC", name).casefold().split())
        if not folded:
            self.fail("This tag has no name.", at=start)
        return self.counted(Words(text=folded, field="tag"))

    def lang_field(self, _name: str, start: int) -> Node:
        """A language: its ISO 639 code."""
        code = self.text_value().lower().replace("_", "-")
        if not all(p.isascii() and p.isalnum() and len(p) <= 8 for p in code.split("-")):  # noqa: PLR2004 (RFC 5646)
            self.fail("A language is written as its code: lang:en, lang:zh, lang:pt-br.", at=start)
        return self.counted(Words(text=code, field="lang"))

    def is_field(self, _name: str, start: int) -> Node:
        """A state of a story."""
        state = self.text_value().lower()
        if state not in STATES:
            self.fail(f"is: is followed by one of {', '.join(STATES)}.", at=start)
        return self.counted(Is(state=state))

    def count_field(self, name: str, start: int) -> Node:
        """A comparison with a number of the event."""
        value = self.text_value()
        operator = next((o for o in OPERATORS if value.startswith(o)), "")
        digits = value[len(operator) :]
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:  # noqa: PLR2004 (a number that fits)
            self.fail(f"{name}: is followed by a comparison with a number: {name}:>3.", at=start)
        return self.counted(Count(what=name, operator=operator or "=", number=int(digits)))

    def time_field(self, name: str, start: int) -> Node:
        """A period."""
        text = self.text_value()
        of, edge = TIMES[name]
        if not is_period(text):
            self.fail(
                f"{name}: is followed by a date (2026-03-01), an interval (2026-03-01/2026-03-05) or a span (36h, 7d).",
                at=start,
            )
        return self.counted(When(of=of, text=text, edge=edge))

    # Values.

    def value(self, field: str | None) -> Node | None:
        """A phrase, a pattern or a word."""
        start = self.at
        if self.peek() == "/" and (found := self.pattern(field)) is not None:
            return found
        quoted = self.quoted()
        text = self.bare() if quoted is None else quoted
        return self.words(text, field, start, is_quoted=quoted is not None)

    def text_value(self) -> str:
        """The text of a phrase or a word."""
        quoted = self.quoted()
        return self.bare() if quoted is None else quoted

    def words(self, text: str, field: str | None, start: int, *, is_quoted: bool = False) -> Node | None:
        """Words to be found; None if there is no letter or figure among them."""
        is_prefix = text.endswith("*") and not is_quoted
        if is_quoted and self.peek() == "*":
            self.at += 1
            is_prefix = True
        plain = text.rstrip("*") if is_prefix and not is_quoted else text
        parts = segments(plain)
        if not has_letters("".join(parts)):
            return None
        if is_prefix and is_unspaced(parts[-1]):
            is_prefix = False
        if is_prefix and field in {None, "title", "text"} and len(parts[-1]) < SHORTEST_PREFIX:
            self.fail(f"The beginning of a word needs {SHORTEST_PREFIX} letters before the *.", at=start)
        return self.counted(Words(text=plain, field=field, is_prefix=is_prefix))

    def quoted(self) -> str | None:
        """A phrase in quotation marks; None if none begins here."""
        start, opening = self.at, self.peek()
        if opening == "'":
            return self.single_quoted()
        if opening not in _QUOTES or not opening:
            return None
        text: list[str] = []
        closing, at = _QUOTES[opening], self.at + 1
        while at < len(self.query):
            char = self.query[at]
            if char == "\\" and self.query[at + 1 : at + 2] in {"\\", '"'}:
                at += 1
                char = self.query[at]
            elif char in {closing, '"'}:
                self.at = at + 1
                return "".join(text)
            text.append(char)
            at += 1
        return self.fail("This quotation mark is never closed.", at=start)

    def single_quoted(self) -> str | None:
        """A phrase in single quotes, which must end where a word ends: the others are apostrophes."""
        end = self.at + 1
        while (end := self.query.find("'", end)) > 0:
            if self.query[end + 1 : end + 2] in {"", " ", ")"}:
                found = self.query[self.at + 1 : end]
                self.at = end + 1
                return found
            end += 1
        return None

    def pattern(self, field: str | None) -> Node | None:
        """A regular expression between slashes, with its flags; None if it is only a slash."""
        start, end = self.at, self.at + 1
        while end < len(self.query) and self.query[end] != "/":
            end += 2 if self.query[end] == "\\" else 1
        flags_end = end + 1
        while self.query[flags_end : flags_end + 1] in {"i", "m"}:
            flags_end += 1
        if end >= len(self.query) or end == start + 1 or self.query[flags_end : flags_end + 1] not in {"", " ", ")"}:
            return None
        pattern, flags = self.query[start + 1 : end], "".join(sorted(set(self.query[end + 1 : flags_end])))
        if field is not None and field not in PATTERN_FIELDS:
            self.fail(f"{field}: takes no pattern.", at=start)
        if problem := problem_of(pattern):
            self.fail(f"This pattern cannot be used: {problem}.", at=start)
        self.at = flags_end
        return self.counted(Pattern(pattern=pattern, flags=flags, field=field))

    def bare(self) -> str:
        """Characters up to the next space or parenthesis; a backslash takes the next one as it is."""
        text: list[str] = []
        while self.at < len(self.query) and self.query[self.at] not in " ()":
            if self.query[self.at] == "\\" and self.at + 1 < len(self.query) and self.query[self.at + 1] != " ":
                self.at += 1
            text.append(self.query[self.at])
            self.at += 1
        return "".join(text)

    # Places.

    def peek(self) -> str:
        return self.query[self.at : self.at + 1]

    def skip(self) -> int:
        """Go on to what is not a space; returns where that is."""
        while self.peek() == " ":
            self.at += 1
        return self.at

    def ends(self) -> bool:
        return self.skip() >= len(self.query) or self.peek() == ")"

    def keyword(self, *words: str, take: bool = False) -> bool:
        """Whether one of these words stands here alone."""
        self.skip()
        for word in words:
            after = self.query[self.at + len(word) : self.at + len(word) + 1]
            if self.query.startswith(word, self.at) and (not after or after in " ()"):
                self.at += len(word) if take else 0
                return True
        return False

    def first(self) -> int:
        return len(self.query) - len(self.query.lstrip())

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"A query is at most {DEEPEST} levels deep.")

    def counted(self, node: N) -> N:
        self.terms += 1
        if self.terms > MOST_TERMS:
            self.fail(f"A query has at most {MOST_TERMS} terms.")
        return node

    def fail(self, message: str, *, at: int | None = None) -> NoReturn:
        raise QueryError(message, query=self.query, column=min(self.at if at is None else at, len(self.query)))


_READERS: dict[str, Callable[[_Parser, str, int], Node | None]] = {
    **dict.fromkeys(WORD_FIELDS - {"tag", "lang"}, _Parser.word_field),
    **dict.fromkeys(("tag", "labels"), _Parser.tag_field),
    "lang": _Parser.lang_field,
    "is": _Parser.is_field,
    **dict.fromkeys(COUNTS, _Parser.count_field),
    **dict.fromkeys(TIMES, _Parser.time_field),
}


def _joined(kind: type[And | Or], parts: Sequence[Node]) -> Node | None:
    """One node for several: nested ones of the same kind opened, equal ones once."""
    flat: dict[Node, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, kind) else (part,)))
    if not flat:
        return None
    return next(iter(flat)) if len(flat) == 1 else kind(parts=tuple(flat))


def _not(part: Node) -> Node:
    return part.part if isinstance(part, Not) else Not(part=part)
