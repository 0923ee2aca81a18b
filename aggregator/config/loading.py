"""From the settings file and the environment to a `Config`."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from aggregator.config.settings import Config, DigestConfig
from aggregator.errors import ConfigError

__all__ = ["Settings", "default_config_path", "default_db_path", "load", "shown"]

APP = "aggregator"
_SECRETS = {
    ("llm", "key"),
    ("mail", "password"),
    ("web", "secret"),
    ("imap", "password"),
    ("rules", "webhook_secret"),
    ("rules", "ntfy_token"),
}
_HIDDEN = "***"
_SECTIONS = {
    field.name: field.type
    for field in msgspec.structs.fields(Config)
    if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
}
_NOT_SETTINGS = {
    "DB",
    "CONFIG",
    "NOW",
    "DATA",
    "REQUIRE_PROGRAMS",
    "RULE",
}  # flags of the command line and of tests, not settings


def default_config_path() -> Path:
    """Where the settings file is looked for, `$XDG_CONFIG_HOME/aggregator/aggregator.toml`."""
    return Path(platformdirs.user_config_dir(APP)) / "aggregator.toml"


def default_db_path() -> Path:
    """Where stories are kept, `$XDG_DATA_HOME/aggregator/aggregator.db`."""
    return Path(platformdirs.user_data_dir(APP)) / "aggregator.db"


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings.

    Args:
        path: the settings file; None looks in the default place, where it may be absent.
        environ: the environment; None is the process's own.

    Raises:
        ConfigError: a file that cannot be read, an unknown key, a wrong type; names file and key.

    """
    environ = os.environ if environ is None else environ
    tree = _read(path)
    where = str(path or default_config_path())
    for name, raw in sorted(environ.items()):
        if name.startswith("AGGREGATOR_"):
            _put(tree, name, raw)
    try:
        return msgspec.convert(tree, Config, strict=True)
    except msgspec.ValidationError as error:
        message = _plain(_named(str(error), tree))
        raise ConfigError(f"{where}: {message}; see: aggregator config show") from error


class Settings:
    """The settings as they are now, for a program that runs for long: read again when one of their files has changed."""

    def __init__(self, path: Path | None = None, environ: Mapping[str, str] | None = None) -> None:
        self._path = path
        self._environ = os.environ if environ is None else environ
        self._read: tuple[list[tuple[int, ...] | None], Config] | None = None

    def __call__(self) -> Config:
        """The settings.

        Raises:
            ConfigError: as `load`.

        """
        secrets = [Path(v) for k, v in self._environ.items() if k.startswith("AGGREGATOR_") and k.endswith("_FILE")]
        stamps = [_stamp(file) for file in (self._path or default_config_path(), *secrets)]
        if self._read is None or self._read[0] != stamps:
            self._read = stamps, load(self._path, self._environ)
        return self._read[1]


def _stamp(file: Path) -> tuple[int, ...] | None:
    """What changes with a file's content, None while it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path | None) -> dict[str, Any]:
    place = path or default_config_path()
    try:
        return tomllib.loads(place.read_text("utf-8"))
    except FileNotFoundError:
        if path is None:
            return {}
        raise ConfigError(f"There is no settings file {path}; make it, or leave --config out.") from None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"The settings file {place} cannot be read: {why}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{place} is not TOML: {error}.") from error


def _put(tree: dict[str, Any], name: str, raw: str) -> None:
    """Lay one variable of the environment over the tree of settings."""
    rest = name.removeprefix("AGGREGATOR_")
    if rest in _NOT_SETTINGS:
        return
    if rest == "TIMEZONE":
        tree["timezone"] = _typed(name, raw, Config, "timezone") if raw else None
        return
    section, _, key = rest.lower().partition("_")
    if section == "digests":
        _put_digest(tree, name, key, raw)
        return
    kind = _SECTIONS.get(section)
    is_file = key.endswith("_file") and (section, key.removesuffix("_file")) in _SECRETS
    if is_file:
        key = key.removesuffix("_file")
        raw = _secret(name, raw)
    if kind is None or key not in kind.__struct_fields__:
        raise ConfigError(
            f"{name} is set in the environment, but there is no setting {f'[{section}] {key}'.rstrip()}; unset it."
        )
    tree.setdefault(section, {})[key] = _typed(name, raw, kind, key)


def _put_digest(tree: dict[str, Any], name: str, rest: str, raw: str) -> None:
    """As `_put`, for `AGGREGATOR_DIGESTS_<digest>_<key>`."""
    keys = sorted(DigestConfig.__struct_fields__, key=len, reverse=True)
    key = next((k for k in keys if rest.endswith(f"_{k}")), None)
    if key is None:
        raise ConfigError(f"{name} is set in the environment, but names no setting of [digests.<name>]; unset it.")
    digest = tree.setdefault("digests", {}).setdefault(rest.removesuffix(f"_{key}"), {})
    digest[key] = _typed(name, raw, DigestConfig, key)


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{name} names the file {path}, which cannot be read: {error.strerror}.") from error


def _typed(name: str, raw: str, kind: type[msgspec.Struct], key: str) -> Any:
    """The value of a variable as this key of a section wants it."""
    wanted = next(f.type for f in msgspec.structs.fields(kind) if f.name == key)
    value: Any = [part.strip() for part in raw.split(",") if part.strip()] if "tuple" in str(wanted) else raw
    try:
        return getattr(msgspec.convert({key: value}, kind, strict=False), key)
    except msgspec.ValidationError as error:
        complaint = str(error).partition(" - at `$")[0]
        about = complaint.partition(":")[0]
        if about != key and about in kind.__struct_fields__:  # of what it needs beside it, which may be still to come
            return msgspec.convert(value, wanted, strict=False)
        raise ConfigError(f"{name}={raw!r}: {complaint}.") from error


def _named(message: str, tree: dict[str, Any]) -> str:
    """Msgspec's message with the name of the wrong table, where it says only that it is one of several: `$.digests[...]`."""
    several = re.search(r"`\$\.([a-z_.]+)\[\.\.\.\]", message)
    if several is None:
        return message
    path = several[1].split(".")
    for key, value in reduce(lambda table, name: table[name], path, tree).items():
        one: dict[str, Any] = reduce(lambda table, name: {name: table}, reversed(path), {key: value})
        try:
            msgspec.convert(one, Config, strict=True)
        except msgspec.ValidationError:
            return message.replace("[...]", f".{key}", 1)
    return message


def _plain(message: str) -> str:
    """Msgspec's message with the path first, as TOML writes it."""
    text, _, path = message.partition(" - at `$")
    text = text.replace("Object contains unknown field", "there is no setting")
    return f"[{path.rstrip('`').lstrip('.')}] {text}" if path.rstrip("`") else text


def shown(config: Config) -> dict[str, Any]:
    """All settings as plain values for showing, secrets hidden."""
    tree: dict[str, Any] = msgspec.to_builtins(config)
    for section, key in _SECRETS:
        if tree[section][key] is not None:
            tree[section][key] = _HIDDEN
    return tree
