"""What a value of the settings must look like, and what is said of one that does not."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

__all__ = [
    "DAYS",
    "TIME_OF_DAY",
    "channel_of",
    "check_address",
    "check_recipient",
    "check_zone",
    "page_address",
    "server_name",
]

_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
DAYS = re.compile(rf"{_DAY}(-{_DAY})?(,{_DAY}(-{_DAY})?)*")

TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
# What mail servers take without quoting (RFC 5321 "dot-string", and domains of letters of any script), no controls or spaces.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\W_]([\w.-]{0,252}\w)?")
_LITERAL = re.compile(r"[A-Za-z0-9.+_-]{1,64}@\[(IPv6:)?([0-9a-fA-F:.]+)\]")  # RFC 5321, 4.1.3

_CHANNEL = re.compile(r"([a-z][a-z0-9+.-]*):\S")


def check_address(name: str, address: str) -> None:
    """Raise ValueError unless this is one mail address, such as me@example.org."""
    if _ADDRESS.fullmatch(address):
        return
    literal = _LITERAL.fullmatch(address)
    version = _version(literal[2]) if literal else 0
    if literal is None or not version:
        raise ValueError(f"{name}: {address!r} is no mail address; write it as me@example.org")
    if version != (6 if literal[1] else 4):
        local, tag = address.partition("@")[0], "IPv6:" if version == 6 else ""  # noqa: PLR2004 (of addresses)
        raise ValueError(f"{name}: {address!r} is no mail address; write it as {local}@[{tag}{literal[2]}]")


def server_name(name: str, host: str) -> str:
    """A server as it is looked up, `[::1]` without its brackets. Raises ValueError for anything else, such as one with a port."""
    plain = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if _version(plain) or (plain == host and not re.search(r"[:/@\[\]\s]", host)):
        return plain
    raise ValueError(f"{name}: {host!r} is no server; write it as mail.example.org or ::1, and the port as port")


def _version(address: str) -> int:
    """Whether this is an IP address, and of which version; else 0."""
    try:
        return ipaddress.ip_address(address).version
    except ValueError:
        return 0


def channel_of(recipient: str) -> str | None:
    """The scheme of a recipient such as `room:news`, to whom a plugin delivers; None of a mail address."""
    match = _CHANNEL.match(recipient)
    return match[1] if match else None


def check_recipient(name: str, recipient: str) -> None:
    """Raise ValueError unless this is a mail address, or a recipient to whom a plugin delivers."""
    if channel_of(recipient) is None:
        check_address(name, recipient)


def page_address(url: str) -> str:
    """What links begin with, without a slash at its end. Raises ValueError unless it is one like https://news.example.org."""
    try:
        parts = urlsplit(url)
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        is_page = is_page and parts.username is None and parts.port != 0
    except ValueError:
        is_page = False
    if not is_page or not url.isprintable() or " " in url:
        raise ValueError(f"public_url: {url!r} is no address of a page; write it as https://news.example.org")
    return url.rstrip("/")


def check_zone(name: str, zone: str | None) -> None:
    """Raise ValueError unless this is a time zone of the IANA database, or None."""
    try:
        ZoneInfo(zone or "UTC")
    except (OSError, ValueError, KeyError):
        raise ValueError(f"{name}: {zone!r} is no time zone; write it as Europe/Berlin") from None
