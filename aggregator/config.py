"""Settings: defaults < settings file < environment < flags, read once into frozen values.

The file is TOML; `[section] key` is also `AGGREGATOR_SECTION_KEY` in the environment, lists divided by commas, and a secret
also `AGGREGATOR_SECTION_KEY_FILE`, the path of a file that holds it. A key that we do not know is an error that names it.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
import platformdirs

from aggregator.errors import ConfigError

__all__ = [
    "Config",
    "DigestConfig",
    "FetchConfig",
    "FolderRetention",
    "ImapConfig",
    "InterfaceConfig",
    "LlmConfig",
    "MailConfig",
    "PagesConfig",
    "PluginsConfig",
    "RetentionConfig",
    "RulesConfig",
    "Settings",
    "StoreConfig",
    "WebConfig",
    "WorkersConfig",
    "channel_of",
    "check_address",
    "check_recipient",
    "default_config_path",
    "default_db_path",
    "load",
    "shown",
]

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

Language = Literal["en", "de", "es", "pt", "ar"]
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Timeout = Annotated[float, msgspec.Meta(gt=0)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]

_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_DAYS = re.compile(rf"{_DAY}(-{_DAY})?(,{_DAY}(-{_DAY})?)*")

_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
# What mail servers take without quoting (RFC 5321 "dot-string", and domains of letters of any script), no controls or spaces.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\W_]([\w.-]{0,252}\w)?|[A-Za-z0-9.+_-]{1,64}@\[(?:IPv6:)?[0-9a-fA-F:.]+\]"
)

_CHANNEL = re.compile(r"([a-z][a-z0-9+.-]*):\S")


def check_address(name: str, address: str) -> None:
    """Raise ValueError unless this is one mail address, such as me@example.org."""
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"{name}: {address!r} is no mail address; write it as me@example.org")


def channel_of(recipient: str) -> str | None:
    """The scheme of a recipient such as `room:news`, to whom a plugin delivers; None of a mail address."""
    match = _CHANNEL.match(recipient)
    return match[1] if match else None


def check_recipient(name: str, recipient: str) -> None:
    """Raise ValueError unless this is a mail address, or a recipient to whom a plugin delivers."""
    if channel_of(recipient) is None:
        check_address(name, recipient)


def _check_page(url: str | None) -> None:
    """Raise ValueError unless links can begin with this, such as https://news.example.org."""
    if url is None:
        return
    try:
        parts = urlsplit(url)
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        is_page = is_page and parts.username is None and parts.port != 0
    except ValueError:
        is_page = False
    if not is_page or not url.isprintable() or " " in url:
        raise ValueError(f"public_url: {url!r} is no address of a page; write it as https://news.example.org")


def _check_zone(name: str, zone: str | None) -> None:
    try:
        ZoneInfo(zone or "UTC")
    except (OSError, ValueError, KeyError):
        raise ValueError(f"{name}: {zone!r} is no time zone; write it as Europe/Berlin") from None


class FetchConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How we ask servers."""

    allow_networks: tuple[str, ...] = ()
    contact: str | None = None
    proxy: str | None = None
    workers: AtLeastOne = 32
    timeout_s: Timeout = 20.0
    page_timeout_s: Timeout = 30.0
    ca_file: str | None = None
    max_bytes: AtLeastOne = 10 * 1024 * 1024
    host_parallel: AtLeastOne = 2
    host_gap_s: Seconds = 1.0
    feed_gap_s: Seconds = 0.0

    def __post_init__(self) -> None:
        for block in self.allow_networks:
            try:
                ipaddress.ip_network(block, strict=False)
            except ValueError as error:
                raise ValueError(f"allow_networks: {error}; write blocks such as 192.168.1.0/24") from None


class PagesConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How article pages are scraped; `reread` says whether again for what was changed, while their event is told of.

    `rules` is the folder of the site rules, by default `sites` beside the settings file.
    """

    enabled: bool = True
    backfill: NotNegative = 20
    keep_html_days: Seconds = 14.0
    reread: bool = True
    rules: str | None = None


class WorkersConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Processes that parse and extract; 0 means one for each core. Each document may take `memory_mb`; real ones take half.

    With `engine` dask they are workers of the cluster whose scheduler is at `scheduler`, such as tcp://10.0.0.5:8786, and
    they fetch as well.
    """

    processes: NotNegative = 0
    timeout_s: Timeout = 15.0
    memory_mb: AtLeastOne = 80
    engine: Literal["local", "dask"] = "local"
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.engine == "dask" and not self.scheduler:
            raise ValueError("scheduler: say where the dask scheduler is, such as tcp://10.0.0.5:8786")


class EventsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How events are decided.

    `across_languages` joins the events of different languages that are one; it needs the extra `languages`, takes some 20 ms
    more for each story, and looks at stories decided before only when `rebuild` decides them again.
    """

    across_languages: bool = False


class StoreConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the stories are kept."""

    path: str | None = None


class FolderRetention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one folder keeps, as `[retention]` for all."""

    days: NotNegative = 0
    stories: NotNegative = 0


class RetentionConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long stories stay: so many days, and the latest so many of each folder; 0 is for ever."""

    days: NotNegative = 0
    stories: NotNegative = 0
    folders: dict[str, FolderRetention] = {}


class RulesConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a rule's action `notify` tells you: a command, word by word, that gets a story as a JSON line; a webhook; ntfy.

    `webhook` gets JSON, signed with `webhook_secret`; `ntfy` is the address of a topic, `ntfy_token` what lets you write there.
    """

    notify: tuple[str, ...] = ()
    webhook: str | None = None
    webhook_secret: str | None = None
    ntfy: str | None = None
    ntfy_token: str | None = None

    def __post_init__(self) -> None:
        for name in ("webhook", "ntfy"):
            url = getattr(self, name)
            if url is not None and not url.startswith(("https://", "http://")):
                raise ValueError(f"{name}: {url!r} is no web address; write it as https://example.org/…")


class InterfaceConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The language of page, mail and command line, where no reader, browser, digest or terminal asks for another."""

    language: Language | None = None


class DigestConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named digest: when it is made, and for whom. `empty` says what becomes of one without news: skip or send.

    `language` is that of its mail.
    """

    at: str = "07:00"
    tz: str | None = None
    days: str = "mon-sun"
    to: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    max_events: AtLeastOne = 30
    empty: Literal["skip", "send"] = "skip"
    language: Language | None = None

    def __post_init__(self) -> None:
        if not _TIME_OF_DAY.fullmatch(self.at):
            raise ValueError(f"at: {self.at!r} is no time of day; write it as 07:00")
        for address in self.to:
            check_recipient("to", address)
        if not _DAYS.fullmatch(self.days.lower().replace(" ", "")):
            raise ValueError(f"days: {self.days!r} names no days; write them as mon-fri or mon,wed,sat-sun")
        _check_zone("tz", self.tz)


class MailConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How mail leaves this machine. `path` is the maildir, the folder of the file transport, or the sendmail program."""

    transport: Literal["smtp", "sendmail", "maildir", "file"] = "smtp"
    path: str | None = None
    host: str | None = None
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None
    sender: str | None = None
    verp: bool = False
    ca_file: str | None = None
    timeout_s: Timeout = 60.0

    def __post_init__(self) -> None:
        if self.sender is not None:
            from email.utils import parseaddr  # noqa: PLC0415 - it loads much, for the few who send mail

            check_address("sender", parseaddr(self.sender)[1])
        if any(ord(c) < 32 or ord(c) == 127 for c in f"{self.sender or ''}{self.host or ''}"):  # noqa: PLR2004 (controls)
            raise ValueError("sender, host: a line break or another control character is in it")


class LlmConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Summaries by a model, off without `url`: an OpenAI-compatible address such as http://localhost:11434/v1, and its model."""

    url: str | None = None
    model: str | None = None
    key: str | None = None
    events: NotNegative = 5
    timeout_s: Timeout = 20.0
    most_s: Timeout = 60.0

    def __post_init__(self) -> None:
        if self.url is not None and not self.url.lower().startswith(("http://", "https://")):
            raise ValueError(f"url: {self.url!r} is no web address; write it as http://localhost:11434/v1")
        if self.url is not None and not self.model:
            raise ValueError("model: url is set, but no model; name the model to ask")


class WebConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The page. With `recordings` podcasts are played on it, fetched through us; with `images` stories show their pictures."""

    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: str | None = None
    secret: str | None = None
    app_passwords_only: bool = False
    images: bool = False
    recordings: bool = True
    websub: bool = False
    proxies: tuple[str, ...] = ()
    proxy_user: str | None = None

    def __post_init__(self) -> None:
        _check_page(self.public_url)
        for block in self.proxies:
            try:
                ipaddress.ip_network(block, strict=False)
            except ValueError as error:
                raise ValueError(
                    f"proxies: {error}; write addresses or blocks such as 10.0.0.2 or 10.0.0.0/8"
                ) from None
        if self.proxy_user and not self.proxies:
            raise ValueError("proxy_user: name the proxies that may send it, or anybody could")


class ImapConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What lets us in where newsletters are read: `imaps://user@host/folder` is asked with this password.

    Nobody but `host` is told it: an address may come out of a stranger's OPML file.
    """

    host: str | None = None
    password: str | None = None


class PluginsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What others add to this program: `off` names installed plugins that are not to be used."""

    off: tuple[str, ...] = ()


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings. `timezone` is the reader's zone; None is the machine's."""

    timezone: str | None = None
    fetch: FetchConfig = FetchConfig()
    pages: PagesConfig = PagesConfig()
    workers: WorkersConfig = WorkersConfig()
    events: EventsConfig = EventsConfig()
    store: StoreConfig = StoreConfig()
    retention: RetentionConfig = RetentionConfig()
    rules: RulesConfig = RulesConfig()
    mail: MailConfig = MailConfig()
    web: WebConfig = WebConfig()
    llm: LlmConfig = LlmConfig()
    imap: ImapConfig = ImapConfig()
    plugins: PluginsConfig = PluginsConfig()
    interface: InterfaceConfig = InterfaceConfig()
    digests: dict[str, DigestConfig] = {}

    def __post_init__(self) -> None:
        _check_zone("timezone", self.timezone)


_SECTIONS: dict[str, type[msgspec.Struct]] = {
    "fetch": FetchConfig,
    "pages": PagesConfig,
    "workers": WorkersConfig,
    "events": EventsConfig,
    "store": StoreConfig,
    "retention": RetentionConfig,
    "rules": RulesConfig,
    "mail": MailConfig,
    "web": WebConfig,
    "llm": LlmConfig,
    "imap": ImapConfig,
    "plugins": PluginsConfig,
    "interface": InterfaceConfig,
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
