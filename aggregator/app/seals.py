"""Names that only we can make: the number of a row, and a seal over what it holds."""

from __future__ import annotations

import hashlib
import hmac

from aggregator.text.numbers import row_number

__all__ = ["is_same", "number_in", "seal_name"]

SEAL_DIGITS = 32  # of SHA-256: 128 bits cannot be guessed


def seal_name(secret: bytes, kind: str, number: int, url: str) -> str:
    """A row's name, `12-5f2c…`, for as long as it holds this address."""
    return f"{number}-{hmac.new(secret, f'{kind} {number} {url}'.encode(), hashlib.sha256).hexdigest()[:SEAL_DIGITS]}"


def number_in(name: str) -> int | None:
    """The number of the row that a name is of, whoever made it; None if there is none in it."""
    return row_number(name.partition("-")[0])


def is_same(ours: str, given: str) -> bool:
    """Whether these are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(ours.encode(), given.encode("utf-8", "replace"))
