"""Small repairs that every reader of feeds makes alike: broken text, broken addresses, names of people."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import urljoin

__all__ = ["joined", "person_name", "rebased", "repaired"]

# Bytes 0x80-0x9F that were read as ISO-8859-1 are windows-1252.
_C1 = {b: text for b in range(0x80, 0xA0) if (text := bytes([b]).decode("cp1252", "ignore"))}
_C1_BYTES = re.compile(rb"\xc2[\x80-\x9f]")  # looked up in UTF-8, which is many times quicker
_TOO_MANY_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+.\-]*://)/+")
_MAIL = re.compile(r"[\w.+\-]+@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}(?:\?subject=\S+)?")
_MAX_NAME_CHARS = 500
_BASES = ("http:", "https:", "ftp:", "file:", "feed:")


def repaired(text: str) -> str:
    """Return `text` without blanks around it, UTF-8 that was read as ISO-8859-1 set right."""
    text = text.strip()
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_C1) if _C1_BYTES.search(text.encode("utf-8", "replace")) else text


def joined(base: str | None, uri: str) -> str:
    """Return `uri` as seen from `base`; an address that cannot be read at all is empty."""
    if ":///" in uri:
        uri = _TOO_MANY_SLASHES.sub(r"\1", uri)
    if not base or (uri.startswith(("https://", "http://")) and uri[-1] not in "?#"):
        return uri
    try:
        return urljoin(base, uri)
    except ValueError:
        return ""


def rebased(base: str, xml_base: str) -> str:
    """Return the base address inside an element that says `xml:base`, seen from the base around it; empty if there is none."""
    inner = joined(base, xml_base)
    return inner if not base or inner.lower().startswith(_BASES) else base


def person_name(text: str) -> str | None:
    """Return the name in `Jane Roe (jane@example.org)` and the like: the address if there is no name, None if neither."""
    text = text[:_MAX_NAME_CHARS]
    mail = _MAIL.search(text) if "@" in text else None
    if not mail:
        return text.strip() or None
    name = text.replace(mail[0], "").replace("()", "").replace("<>", "").replace("&lt;&gt;", "").strip()
    return name.removeprefix("(").removesuffix(")").strip() or mail[0]
