"""Newsletters as a feed: a maildir or a folder of an IMAP server, each mail an entry."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from aggregator.fetch import mask
from aggregator.model import ParsedEntry, ParsedFeed
from aggregator.parse import read_letter
from aggregator.pipeline.trouble import words_for

__all__ = ["Newsletters"]


log = logging.getLogger(__name__)


@dataclass(slots=True)
class Newsletters:
    """Reads folders; a mail that was read once is not asked for again. `readers` are the processes that read documents."""

    readers: Callable[[], Executor]
    host: str | None = None  # that may be told the password
    password: str | None = None
    ca_file: str | None = None
    _read: dict[str, dict[str, ParsedEntry | None]] = field(default_factory=dict)

    def __call__(self, address: str) -> ParsedFeed:
        """The newest mails of the folder at an address.

        Raises:
            FetchError: it cannot be read.

        """
        from aggregator.fetch.mailboxes import open_mailbox  # noqa: PLC0415 - with imaplib, for the few who read mail here

        known, read = self._read.get(address, {}), {}
        with open_mailbox(address, host=self.host, password=self.password, ca_file=self.ca_file) as box:
            for key in box.keys():  # noqa: SIM118 (no mapping)
                if key in known:
                    read[key] = known[key]
                elif (mail := box.read(key)) is not None:
                    read[key] = self._letter(mail, address)
        self._read[address] = read
        return ParsedFeed(title=_title(address), entries=tuple(entry for entry in read.values() if entry is not None))

    def _letter(self, data: bytes, address: str) -> ParsedEntry | None:
        """A mail as an entry; one that cannot be read costs a line."""
        try:
            return self.readers().submit(read_letter, data).result()
        except Exception as error:  # noqa: BLE001 - whatever a mail does to its reader stays with it
            log.warning("mail not read", extra={"url": mask(address), "error": words_for(error, address)})
            return None


def _title(address: str) -> str:
    parts = urlsplit(address)
    folder = unquote(parts.path).strip("/").rpartition("/")[2] or "INBOX"
    return f"{folder} ({parts.hostname})" if parts.hostname else folder
