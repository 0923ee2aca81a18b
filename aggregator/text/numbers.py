"""Numbers of rows as people and programs write them."""

from __future__ import annotations

__all__ = ["row_number"]

MOST_DIGITS = 18  # SQLite counts to 2**63 - 1, which has nineteen


def row_number(text: str) -> int | None:
    """The number of a row that these ASCII digits name; None if they are something else, or more than a database counts to."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None
