"""The query language: text to tree, tree to text, and what a tree means, in plain Python. Pure."""

from aggregator.query.nodes import And, Count, Everything, Is, Node, Not, Or, Pattern, When, Words
from aggregator.query.parse import parse
from aggregator.query.printing import printed

__all__ = [
    "And",
    "Count",
    "Everything",
    "Is",
    "Node",
    "Not",
    "Or",
    "Pattern",
    "When",
    "Words",
    "parse",
    "printed",
]
