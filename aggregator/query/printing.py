"""Tree to text: the query that parses to the same tree again."""

from __future__ import annotations

import re

from aggregator.query.nodes import And, Count, Everything, Is, Node, Not, Or, Pattern, When, Words

__all__ = ["printed"]

# Words that need no quotes: nothing in them, nor at their beginning, means anything to the parser.
_PLAIN = re.compile(r"[^\s\"'()\\/!#:*<>=“„«&|-][^\s\"()\\:*“„«]*")
_KEYWORDS = {"AND", "OR", "NOT"}


def printed(node: Node) -> str:
    """A query as text."""
    if isinstance(node, Everything):
        return ""
    if isinstance(node, Or):
        return " OR ".join(f"({printed(p)})" if isinstance(p, Or) else printed(p) for p in node.parts)
    if isinstance(node, And):
        return " ".join(_tight(p) for p in node.parts)
    if isinstance(node, Not):
        return f"-({printed(node.part)})" if isinstance(node.part, And | Or) else f"-{printed(node.part)}"
    return _leaf(node)


def _tight(node: Node) -> str:
    return f"({printed(node)})" if isinstance(node, And | Or) else printed(node)


def _leaf(node: Words | Pattern | Is | Count | When) -> str:
    if isinstance(node, Is):
        return f"is:{node.state}"
    if isinstance(node, Count):
        return f"{node.what}:{node.operator}{node.number}"
    if isinstance(node, When):
        return f"{'seen' if node.of == 'seen' else node.edge}:{_quoted(node.text)}"
    field = f"{node.field}:" if node.field else ""
    if isinstance(node, Pattern):
        return f"{field}/{node.pattern}/{node.flags}"
    return field + _quoted(node.text) + ("*" if node.is_prefix else "")


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text) and text not in _KEYWORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
