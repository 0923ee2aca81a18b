"""What a query says, as a tree of values."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["And", "Count", "Everything", "Is", "Node", "Not", "Or", "Pattern", "When", "Words", "mentions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """The empty query: every story matches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of the parts match."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """At least one of the parts matches."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The part does not match."""

    part: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """These words stand one after another in the field; without a field, in the title or in the text.

    With `is_prefix` the last one may go on. `field` is None or one of `parse.WORD_FIELDS`.
    """

    text: str
    field: str | None = None
    is_prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A regular expression is found in the field; without a field, in the title or in the text. `flags` are of "im"."""

    pattern: str
    flags: str = ""
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Is:
    """The story is in a state: one of `parse.STATES`."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number of the story's event, compared: `what` is outlets, reports or stories; a story without event counts as one."""

    what: str
    operator: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A time lies within a period. `of` is published or seen; `edge` is date, since (from its start on) or until (to its end).

    `text` is a date expression that depends on the reader's zone and on now; see `dates.period`.
    """

    of: str
    text: str
    edge: str = "date"


Node = And | Or | Not | Words | Pattern | Is | Count | When | Everything


def mentions(node: Node, state: str) -> bool:
    """Whether a query speaks of a state anywhere."""
    if isinstance(node, And | Or):
        return any(mentions(part, state) for part in node.parts)
    if isinstance(node, Not):
        return mentions(node.part, state)
    return isinstance(node, Is) and node.state == state
