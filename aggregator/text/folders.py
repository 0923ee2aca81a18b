"""Paths of folders as one text: as they are typed, shown, set and stored."""

from __future__ import annotations

__all__ = ["join_folder", "split_folder"]


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
