"""A mail as bytes: headers that readers and servers go by, a text part, an HTML part. Pure: the same letter, the same bytes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

import idna

from aggregator.errors import DeliveryError

__all__ = ["Letter", "address_of", "build", "message_id", "plain_address", "verp"]

# Whatever could end a header's line or turn the direction of what follows: controls, line separators, bidirectional marks.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_LONGEST = 300  # characters of a header that carries a reader's or an outlet's words
# Identifiers and addresses in angle brackets: programs compare them letter by letter, and read no encoded words in them.
_VERBATIM = frozenset({"Message-ID", "In-Reply-To", "References", "List-Id", "List-Unsubscribe", "Archived-At"})


class _Policy(EmailPolicy):
    """As the library folds headers, but for what it would encode (RFC 2047) once it is longer than a line."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name in _VERBATIM and value.isascii():
            return f"{name}: {value}".replace(">, <", ">,\r\n <").encode("ascii") + b"\r\n"
        return super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n", max_line_length=76)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a mail says. `sender` may carry a name ("News <news@example.org>"), `recipient` is a bare address.

    `list_name` names the series that a reader can filter by and stop, `root_id` the Message-ID of its first mail.
    `unsubscribe_url` is an https address that stops the series when it is POSTed to (RFC 8058), else None.
    """

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    at: datetime
    message_id: str
    list_name: str
    root_id: str | None = None
    lang: str = "en"
    unsubscribe_url: str | None = None
    archive_url: str | None = None


def build(letter: Letter) -> bytes:
    """The message: multipart/alternative, the text first, every line within 78 octets but for long identifiers, CRLF line ends.

    Raises:
        DeliveryError: an address is none that a header can hold.

    """
    name, address = parseaddr(letter.sender)
    address = plain_address(address)
    domain = address.rpartition("@")[2]
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = _safe(letter.subject)
    message["From"] = _mailbox(address, _safe(name), setting="[mail] sender")
    message["To"] = _mailbox(plain_address(letter.recipient))
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = letter.message_id
    if letter.root_id and letter.root_id != letter.message_id:
        message["In-Reply-To"] = letter.root_id
        message["References"] = letter.root_id
    message["List-Id"] = f"<{_label(letter.list_name)}.digests.{_as_name(domain)}>"
    stop = f"<mailto:{quote(address, safe='@')}?subject={quote('unsubscribe ' + _label(letter.list_name))}>"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>, {stop}"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        message["List-Unsubscribe"] = stop
    if letter.archive_url:
        message["Archived-At"] = f"<{letter.archive_url}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = _label(letter.lang)
    message.set_boundary(f"=_{hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]}")
    return message.as_bytes()


def message_id(*parts: str, sender: str) -> str:
    """A Message-ID that follows from these parts, in the sender's domain: the same edition and recipient, the same id."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    domain = plain_address(parseaddr(sender)[1]).rpartition("@")[2]
    return f"<{digest}@{_as_name(domain)}>"


def verp(sender: str, recipient: str) -> str:
    """The envelope's sender that names the recipient, so that a bounce tells whose it is: news+me=example.org@our.example."""
    local, _, domain = sender.rpartition("@")
    return f"{local}+{recipient.replace('@', '=')}@{domain}"


def address_of(sender: str) -> str:
    """The bare address of "Name <address>"."""
    return parseaddr(sender)[1]


def plain_address(address: str) -> str:
    """The address with its domain in ASCII (IDNA), which every server takes."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise DeliveryError(
            f"{address} is no mail address: its domain cannot be written in ASCII ({error}).", transient=False
        ) from error


def _mailbox(address: str, name: str = "", *, setting: str | None = None) -> Address:
    """For good where the recipient is at fault; a setting can be mended before the next try."""
    try:
        return Address(display_name=name, addr_spec=address)
    except (MessageError, ValueError, IndexError) as error:  # IndexError: of an address that ends too early
        raise DeliveryError(
            f"{address} is no mail address; write it as me@example.org ({error}).",
            transient=setting is not None,
            setting=setting,
        ) from error


def _safe(text: str) -> str:
    """One line, which is not taken for an encoded word (RFC 2047) either: the library would decode it, line breaks and all."""
    line = " ".join(_UNSAFE.sub(" ", text).split())
    return line.replace("=?", "= ?")[:_LONGEST]


def _as_name(domain: str) -> str:
    """A domain in an identifier: an address literal loses what only literals have."""
    return _label(domain) if domain.startswith("[") else domain


def _label(name: str) -> str:
    """A name as a part of an identifier: letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", name).strip("-").lower() or "digest"
