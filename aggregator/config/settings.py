"""The settings as frozen values, section by section, with their defaults."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal

import msgspec

from aggregator.config.checks import (
    DAYS,
    TIME_OF_DAY,
    check_address,
    check_recipient,
    check_zone,
    page_address,
    server_name,
)

__all__ = [
    "Config",
    "DigestConfig",
    "EventsConfig",
    "FetchConfig",
    "FolderRetention",
    "ImapConfig",
    "InterfaceConfig",
    "Language",
    "LlmConfig",
    "MailConfig",
    "PagesConfig",
    "PluginsConfig",
    "RetentionConfig",
    "RulesConfig",
    "StoreConfig",
    "WebConfig",
    "WorkersConfig",
]

Language = Literal["en", "de", "es", "pt", "ar"]
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Timeout = Annotated[float, msgspec.Meta(gt=0)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


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
        if not TIME_OF_DAY.fullmatch(self.at):
            raise ValueError(f"at: {self.at!r} is no time of day; write it as 07:00")
        for address in self.to:
            check_recipient("to", address)
        if not DAYS.fullmatch(self.days.lower().replace(" ", "")):
            raise ValueError(f"days: {self.days!r} names no days; write them as mon-fri or mon,wed,sat-sun")
        check_zone("tz", self.tz)


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
        if self.host:
            msgspec.structs.force_setattr(self, "host", server_name("host", self.host))


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
        if self.public_url is not None:
            msgspec.structs.force_setattr(
                self, "public_url", page_address(self.public_url) if self.public_url else None
            )
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
        check_zone("timezone", self.timezone)
