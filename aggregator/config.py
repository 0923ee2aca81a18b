"""Settings: defaults < settings file < environment < flags, read once into frozen values.

The file is TOML; `[section] key` is also `AGGREGATOR_SECTION_KEY` in the environment, lists divided by commas, and a secret
also `AGGREGATOR_SECTION_KEY_FILE`, the path of a file that holds it. A key that we do not know is an error that names it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from aggregator.errors import ConfigError

__all__ = [
    "Config",
    "DigestConfig",
    "FetchConfig",
    "MailConfig",
    "PagesConfig",
    "StoreConfig",
    "WebConfig",
    "WorkersConfig",
    "default_config_path",
    "default_db_path",
    "load",
    "shown",
]

APP = "aggregator"
_SECRETS = {("mail", "password"), ("web", "secret")}
_HIDDEN = "***"


class FetchConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How we ask servers."""

    allow_networks: tuple[str, ...] = ()
    contact: str | None = None
    proxy: str | None = None
    workers: int = 24
    timeout_s: float = 20.0
    page_timeout_s: float = 30.0
    ca_file: str | None = None
    max_bytes: int = 10 * 1024 * 1024
    host_parallel: int = 2
    host_gap_s: float = 1.0
    feed_gap_s: float = 0.0


class PagesConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How article pages are scraped."""

    enabled: bool = True
    backfill: int = 20
    keep_html_days: float = 14.0


class WorkersConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Processes that parse and extract; 0 means one for each core."""

    processes: int = 0
    timeout_s: float = 20.0
    memory_mb: int = 256


class StoreConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the stories are kept."""

    path: str | None = None


class DigestConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named digest: when it is made, and for whom."""

    at: str = "07:00"
    tz: str | None = None
    days: str = "mon-sun"
    to: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    max_events: int = 30
    empty: str = "skip"


class MailConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How mail leaves this machine."""

    host: str | None = None
    port: int = 587
    security: str = "starttls"
    user: str | None = None
    password: str | None = None
    sender: str | None = None


class WebConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The page."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str | None = None
    secret: str | None = None


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings. `timezone` is the reader's zone; None is the machine's."""

    timezone: str | None = None
    fetch: FetchConfig = FetchConfig()
    pages: PagesConfig = PagesConfig()
    workers: WorkersConfig = WorkersConfig()
    store: StoreConfig = StoreConfig()
    mail: MailConfig = MailConfig()
    web: WebConfig = WebConfig()
    digests: dict[str, DigestConfig] = {}


_SECTIONS: dict[str, type[msgspec.Struct]] = {
    "fetch": FetchConfig,
    "pages": PagesConfig,
    "workers": WorkersConfig,
    "store": StoreConfig,
    "mail": MailConfig,
    "web": WebConfig,
}
_NOT_SETTINGS = {"DB", "CONFIG", "NOW", "DATA"}  # flags of the command line and of tests, not settings


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
        raise ConfigError(f"{where}: {_plain(str(error))}; see: aggregator config show") from error


def _read(path: Path | None) -> dict[str, Any]:
    place = path or default_config_path()
    try:
        return tomllib.loads(place.read_text("utf-8"))
    except FileNotFoundError:
        if path is None:
            return {}
        raise ConfigError(f"There is no settings file {path}; make it, or leave --config out.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {place} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{place} is not TOML: {error}.") from error


def _put(tree: dict[str, Any], name: str, raw: str) -> None:
    """Lay one variable of the environment over the tree of settings."""
    rest = name.removeprefix("AGGREGATOR_")
    if rest in _NOT_SETTINGS:
        return
    if rest == "TIMEZONE":
        tree["timezone"] = raw
        return
    section, _, key = rest.lower().partition("_")
    kind = _SECTIONS.get(section)
    is_file = key.endswith("_file") and (section, key.removesuffix("_file")) in _SECRETS
    if is_file:
        key = key.removesuffix("_file")
        raw = _secret(name, raw)
    field = {f.name: f for f in msgspec.structs.fields(kind)}.get(key) if kind else None
    if field is None:
        raise ConfigError(f"{name} is set in the environment, but there is no setting [{section}] {key}; unset it.")
    tree.setdefault(section, {})[key] = _typed(name, raw, field.type)


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{name} names the file {path}, which cannot be read: {error.strerror}.") from error


def _typed(name: str, raw: str, wanted: Any) -> Any:
    value: Any = [part.strip() for part in raw.split(",") if part.strip()] if "tuple" in str(wanted) else raw
    try:
        return msgspec.convert(value, wanted, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{name}={raw!r}: {_plain(str(error))}.") from error


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
