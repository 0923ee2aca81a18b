"""Times as the database keeps them: ISO 8601 UTC to the second, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["from_db", "to_db"]


def to_db(at: datetime) -> str:
    """An aware time as `2026-03-02T08:00:00Z`."""
    utc = at.astimezone(UTC)
    return f"{utc.year:04d}-{utc.month:02d}-{utc.day:02d}T{utc.hour:02d}:{utc.minute:02d}:{utc.second:02d}Z"


def from_db(text: str | None) -> datetime | None:
    """The aware UTC time that `to_db` wrote."""
    return None if text is None else datetime.fromisoformat(text)
