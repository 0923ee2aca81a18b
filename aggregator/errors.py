"""Every error of the package, on one page.

    AggregatorError(message, **details)
      ConfigError          a setting is wrong: names its path and what is allowed
      OPMLError            a subscription list cannot be read: nothing of it was imported
      QueryError           a search cannot be understood: `query` and `column` (0-based) say where
      FetchError           url, status, transient, retry_after_s
        FetchTimeout       the total deadline passed, however slowly bytes came
        ConnectError       no connection: name not found, refused, reset
        TLSError           the certificate or the handshake failed; never downgraded
        HTTPStatusError    the server answered with an error status
        TooLarge           a cap on compressed or decoded bytes, headers or redirects was passed
        Refused            we refuse to ask: scheme, private address, robots.txt
      ParseError           url: these bytes are not a feed
      ExtractError         url: these bytes are not an article page
      StoreError           the database: path
        StoreLocked        another process holds it
        SchemaTooNew       written by a newer version of this program
        StoreReadOnly      the file or its folder cannot be written
        StoreFull          no space is left
        NotFound           FeedNotFound, StoryNotFound, EventNotFound
        AlreadyExists      the thing to be added is there already
      LeaseHeld            another process polls this database: holder
      DeliveryError        channel, transient, in_doubt, setting: mail could not be handed over
      PluginFailed         plugin: what somebody else's code raised, or that it did not answer
      WorkerDied           a document was too much for the process that read it: `limit` says what gave way

A message says what was attempted, on what, and what the person can do. Errors cross process borders, so every one
is built from a message first and keyword details with defaults, and pickles.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "AggregatorError",
    "AlreadyExists",
    "ConfigError",
    "ConnectError",
    "DeliveryError",
    "EventNotFound",
    "ExtractError",
    "FeedNotFound",
    "FetchError",
    "FetchTimeout",
    "HTTPStatusError",
    "LeaseHeld",
    "NotFound",
    "OPMLError",
    "ParseError",
    "PluginFailed",
    "QueryError",
    "Refused",
    "SchemaTooNew",
    "StoreError",
    "StoreFull",
    "StoreLocked",
    "StoreReadOnly",
    "StoryNotFound",
    "TLSError",
    "TooLarge",
    "WorkerDied",
]


class AggregatorError(Exception):
    """Root of the tree: a message for a person, and details for a program."""

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.details)


def _rebuild(kind: type[AggregatorError], message: str, details: dict[str, Any]) -> AggregatorError:
    return kind(message, **details)


class ConfigError(AggregatorError):
    """A setting is wrong."""


class OPMLError(AggregatorError):
    """A subscription list cannot be read."""


class QueryError(AggregatorError):
    """A search cannot be understood; `column` is the 0-based place in `query`."""

    def __init__(self, message: str = "", *, query: str = "", column: int = 0) -> None:
        super().__init__(message, query=query, column=column)
        self.query = query
        self.column = column


class FetchError(AggregatorError):
    """One request failed. `transient` says whether asking again later can help."""

    def __init__(
        self,
        message: str = "",
        *,
        url: str = "",
        status: int | None = None,
        transient: bool = True,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, url=url, status=status, transient=transient, retry_after_s=retry_after_s)
        self.url = url
        self.status = status
        self.transient = transient
        self.retry_after_s = retry_after_s


class FetchTimeout(FetchError):
    """The total deadline passed."""


class ConnectError(FetchError):
    """No connection could be made, or it broke."""


class TLSError(FetchError):
    """The certificate or the handshake failed."""


class HTTPStatusError(FetchError):
    """The server answered with an error status."""


class TooLarge(FetchError):
    """A cap on size or number was passed."""


class Refused(FetchError):
    """We refuse to ask: scheme, address, or robots.txt."""


class ParseError(AggregatorError):
    """These bytes are not a feed."""

    def __init__(self, message: str = "", *, url: str = "") -> None:
        super().__init__(message, url=url)
        self.url = url


class ExtractError(ParseError):
    """These bytes are not an article page."""


class StoreError(AggregatorError):
    """The database cannot do what was asked."""

    def __init__(self, message: str = "", *, path: str = "") -> None:
        super().__init__(message, path=path)
        self.path = path


class StoreLocked(StoreError):
    """Another process holds the database."""


class SchemaTooNew(StoreError):
    """The database was written by a newer version."""


class StoreReadOnly(StoreError):
    """The database cannot be written."""


class StoreFull(StoreError):
    """No space is left for the database."""


class NotFound(StoreError):
    """Nothing is stored under that name."""


class FeedNotFound(NotFound):
    """No such subscription."""


class StoryNotFound(NotFound):
    """No such story."""


class EventNotFound(NotFound):
    """No such event."""


class AlreadyExists(StoreError):
    """It is there already."""


class LeaseHeld(AggregatorError):
    """Another process polls this database."""

    def __init__(self, message: str = "", *, holder: str = "") -> None:
        super().__init__(message, holder=holder)
        self.holder = holder


class DeliveryError(AggregatorError):
    """A mail could not be handed over.

    `transient` says whether it is worth another try later, `in_doubt` that it may have been taken all the same, and
    `setting` which setting is to blame, as `[mail] port`, where one is.
    """

    def __init__(
        self,
        message: str = "",
        *,
        channel: str = "",
        transient: bool = True,
        in_doubt: bool = False,
        setting: str | None = None,
    ) -> None:
        super().__init__(message, channel=channel, transient=transient, in_doubt=in_doubt, setting=setting)
        self.channel = channel
        self.transient = transient
        self.in_doubt = in_doubt
        self.setting = setting


class PluginFailed(AggregatorError):
    """A plugin raised, or did not answer in time."""

    def __init__(self, message: str = "", *, plugin: str = "") -> None:
        super().__init__(message, plugin=plugin)
        self.plugin = plugin


class WorkerDied(AggregatorError):
    """A task was too much for its process. `limit` is time, cpu, memory, crash or start."""

    def __init__(self, message: str = "", *, limit: str = "crash") -> None:
        super().__init__(message, limit=limit)
        self.limit = limit
