"""Sections put into the settings file and taken out, with everything else in it left as its owner wrote it."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aggregator.errors import AlreadyExists, ConfigError, NotFound

__all__ = ["add_digest", "remove_digest"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_HEADER = re.compile(r"\s*\[")


def add_digest(path: Path, name: str, keys: Mapping[str, Any]) -> None:
    """Append `[digests.NAME]` with these keys to the settings file, which is made if it is not there.

    Raises:
        ConfigError: the name will not do, the file is not TOML or cannot be written.
        AlreadyExists: there is a digest of this name.

    """
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} will not do as a digest's name: small letters, digits, - and _, at most 40.")
    text = _text(path)
    tree = _tree(text, path)
    if name in tree.get("digests", {}):
        raise AlreadyExists(
            f"{path} has a digest {name} already; change it there, or: aggregator digests remove {name}"
        )
    lines = [f"[digests.{name}]", *(f"{key} = {_toml(value)}" for key, value in keys.items())]
    gap = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
    wanted = {**tree, "digests": {**tree.get("digests", {}), name: dict(keys)}}
    _replace(path, text + gap + "\n".join(lines) + "\n", wanted)


def remove_digest(path: Path, name: str) -> None:
    """Take the section `[digests.NAME]` out of the settings file.

    Raises:
        NotFound: it has none.
        ConfigError: it is not written as a section of its own, or the file cannot be read or written.

    """
    text = _text(path)
    tree = _tree(text, path)
    if name not in tree.get("digests", {}):
        raise NotFound(f"{path} names no digest {name}; see: aggregator digests list")
    others = {key: value for key, value in tree["digests"].items() if key != name}
    wanted = {key: value for key, value in tree.items() if key != "digests"} | ({"digests": others} if others else {})
    _replace(path, _without(text, name), wanted)


def _without(text: str, name: str) -> str:
    """The text without the lines from the section's header to the next header, and the blank lines before it."""
    header = re.compile(rf"\s*\[\s*digests\s*\.\s*[\"']?{re.escape(name)}[\"']?\s*\]\s*(#.*)?")
    kept: list[str] = []
    is_inside = False
    for line in text.splitlines(keepends=True):
        if _HEADER.match(line):
            is_inside = header.fullmatch(line.rstrip("\r\n")) is not None
            while is_inside and kept and not kept[-1].strip():
                kept.pop()
        if not is_inside:
            kept.append(line)
    return "".join(kept)


def _replace(path: Path, text: str, wanted: Mapping[str, Any]) -> None:
    """Write the file whole, once the text is known to say what is wanted and nothing else."""
    if _tree(text, path) != wanted:
        raise ConfigError(f"{path} has its digests in a form that is not safely changed by a program; edit it by hand.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600  # it may hold a password
        Path(draft).chmod(mode)
        Path(draft).replace(path.resolve())
    except OSError as error:
        raise ConfigError(f"The settings file {path} cannot be written: {error.strerror}.") from error


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {path} cannot be read: {error}.") from error


def _tree(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} would not be TOML: {error}.") from error


def _toml(value: Any) -> str:
    """A text, a number or a list of texts as TOML; JSON's strings are TOML's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
