"""Folders of mail, read and never changed: a maildir on this machine, a folder of an IMAP server (RFC 3501)."""

from __future__ import annotations

import base64
import contextlib
import imaplib
import mailbox
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import certifi

from aggregator.errors import ConnectError, FetchError, Refused, TLSError
from aggregator.fetch.masking import mask

__all__ = ["Mailbox", "open_mailbox"]

NEWEST = 50  # mails of a folder that are looked at
LARGEST_BYTES = 5 * 2**20
TIMEOUT_S = 20.0  # for each answer of a server
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_NOT_ASCII = re.compile(r"&|[^\x20-\x7e]+")
_UID = re.compile(rb"UID ([0-9]+)")
_SIZE = re.compile(rb"RFC822\.SIZE ([0-9]+)")


class Mailbox(Protocol):
    """The newest mails of a folder."""

    def keys(self) -> Sequence[str]:
        """Names of the mails, which stay the same from one look to the next; those that are too large are left out."""
        ...

    def read(self, key: str) -> bytes | None:
        """One mail, as it came; None if it has gone meanwhile."""
        ...


@contextlib.contextmanager
def open_mailbox(
    address: str, *, host: str | None = None, password: str | None = None, ca_file: str | None = None
) -> Iterator[Mailbox]:
    """The folder at `maildir:///path`, `imaps://user@host/folder`, or `imap://…` (STARTTLS, but on this machine).

    The password is told to `host` alone.

    Raises:
        FetchError: it cannot be read; says what to do.

    """
    parts = urlsplit(address)
    try:
        if parts.scheme == "maildir":
            yield _Maildir(Path(unquote(parts.path)))
            return
        with _session(parts, host, password, ca_file) as server:
            yield _Folder(server)
    except FetchError as error:
        raise type(error)(f"{mask(address)}: {error.message}", url=mask(address), transient=error.transient) from error
    except ssl.SSLError as error:
        raise TLSError(f"{mask(address)}: the server's certificate or handshake failed: {error.reason}.") from error
    except (OSError, imaplib.IMAP4.error) as error:
        raise ConnectError(f"{mask(address)}: it cannot be read: {error}.") from error


class _Maildir:
    def __init__(self, path: Path) -> None:
        if not (path / "cur").is_dir():
            raise Refused(f"{path} is no maildir: it has no folder cur.", transient=False)
        self._box = mailbox.Maildir(path, create=False)
        self._path = path

    def keys(self) -> Sequence[str]:
        files = [file for name in ("new", "cur") for file in (self._path / name).iterdir()]
        stats = {}
        for file in files:
            with contextlib.suppress(FileNotFoundError):  # another program moves mails: the next look finds it
                if not file.name.startswith("."):
                    stats[file.name.partition(":")[0]] = file.stat()
        newest = sorted(stats, key=lambda key: (-stats[key].st_mtime, key))[:NEWEST]
        return [key for key in newest if stats[key].st_size <= LARGEST_BYTES]

    def read(self, key: str) -> bytes | None:
        try:
            return self._box.get_bytes(key)
        except (KeyError, FileNotFoundError):
            return None


class _Folder:
    """A folder that is open. A mail is named by its UID, which holds for as long as the folder's UIDVALIDITY does."""

    def __init__(self, server: imaplib.IMAP4) -> None:
        self._server = server
        self._validity = (server.response("UIDVALIDITY")[1] or [None])[0] or b""

    def keys(self) -> Sequence[str]:
        found = _answered(self._server.uid("SEARCH", "ALL"))
        uids = b" ".join(part for part in found if isinstance(part, bytes)).split()[-NEWEST:]
        if not uids:
            return []
        sizes = _answered(self._server.uid("FETCH", b",".join(uids).decode(), "(UID RFC822.SIZE)"))
        told = [(_UID.search(line), _SIZE.search(line)) for line in sizes if isinstance(line, bytes)]
        return [
            f"{self._validity.decode()}.{u[1].decode()}"
            for u, size in reversed(told)
            if u and size and int(size[1]) <= LARGEST_BYTES
        ]

    def read(self, key: str) -> bytes | None:
        parts = _answered(self._server.uid("FETCH", key.rpartition(".")[2], "(BODY.PEEK[])"))
        return next((part[1] for part in parts if isinstance(part, tuple)), None)


@contextlib.contextmanager
def _session(
    parts: SplitResult, owner: str | None, password: str | None, ca_file: str | None
) -> Iterator[imaplib.IMAP4]:
    """A server that has let us in and shows the folder, to be read only."""
    host, user = parts.hostname or "", unquote(parts.username or "")
    if parts.password:
        raise Refused("Leave the password out of the address: set [imap] password.", transient=False)
    if not (host and user and user.isprintable() and password):  # a line break in it would be a command of its own
        raise Refused("Write it as imaps://user@host/folder, and set [imap] password.", transient=False)
    if host != (owner or "").lower():
        raise Refused(f'If the password is meant for {host}, set [imap] host = "{host}".', transient=False)
    context = ssl.create_default_context(cafile=ca_file or certifi.where())
    if parts.scheme == "imaps":
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=context, timeout=TIMEOUT_S)
    else:
        server = imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT_S)
        if host not in _LOCAL:
            server.starttls(context)
    try:
        try:
            server.login(user, password)
        except imaplib.IMAP4.error as error:
            raise Refused("The server does not let us in; check user and [imap] password.", transient=False) from error
        folder = _as_imap(unquote(parts.path).strip("/") or "INBOX")
        if server.select(f'"{folder}"', readonly=True)[0] != "OK":
            raise Refused(f"There is no folder {folder}.", transient=False)
        yield server
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error, socket.timeout):
            server.logout()


def _answered(answer: tuple[str, list[bytes | tuple[bytes, bytes] | None]]) -> list[bytes | tuple[bytes, bytes]]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error("the server said no")
    return [part for part in data if part is not None]


def _as_imap(name: str) -> str:
    """The name of a folder as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3), and escaped for quotes."""

    def packed(match: re.Match[str]) -> str:
        if match[0] == "&":
            return "&-"
        coded = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{coded}-"

    return _NOT_ASCII.sub(packed, name).replace("\\", "\\\\").replace('"', '\\"')
