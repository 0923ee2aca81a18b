"""Times and folders as the database keeps them: ISO 8601 UTC to the second, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["from_db", "join_folder", "split_folder", "to_db"]


def to_db(at: datetime) -> str:
    """An aware time as `2026-03-02T08:00:00Z`."""
    utc = at.astimezone(UTC)
    return f"{utc.year:04d}-{utc.month:02d}-{utc.day:02d}T{utc.hour:02d}:{utc.minute:02d}:{utc.second:02d}Z"


def from_db(text: str | None) -> datetime | None:
    """The aware UTC time that `to_db` wrote."""
    return None if text is None else datetime.fromisoformat(text)


def join_folder(folder: tuple[str, ...]) -> str:
    """A path of folder names as one text; a slash or backslash within a name is escaped."""
    return "/".join(name.replace("\\", "\\\\").replace("/", "\\/") for name in folder)


def split_folder(path: str) -> tuple[str, ...]:
    """The path that `join_folder` wrote."""
    names, name, escaped = [], "", False
    for char in path:
        if escaped:
            name, escaped = name + char, False
        elif char == "\\":
            escaped = True
        elif char == "/":
            names.append(name)
            name = ""
        else:
            name += char
    return (*names, name) if path else ()
