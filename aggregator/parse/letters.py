"""A newsletter as an entry: subject, sender, date, text, and where it can be read on the web."""

from __future__ import annotations

import email.policy
import hashlib
import re
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses, parseaddr
from typing import Any

from lxml import etree
from lxml import html as markup

from aggregator.errors import ParseError
from aggregator.model import ParsedEntry
from aggregator.text.dates import parse_date
from aggregator.text.html import clean_text, one_line
from aggregator.text.urls import web_url

__all__ = ["read_letter"]

_MAX_TEXT_CHARS = 1_000_000
_MAX_LINE_CHARS = 1000
_LIST_ID = re.compile(r"<([^<>]+)>\s*$")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
# What the link to a letter's page on the web is called, by those who send them.
_ON_THE_WEB = re.compile(
    r"\b(?:in|im|en|dans|no|nel|w|i)\b.{0,20}\b(?:browser|navegador|navigateur|przegl\w+|webbl\w+)\b"
    r"|\b(?:view|read|see|open)\b.{0,20}\bonline\b|\bweb[ -]?version\b|\bversi[oó]n web\b|\bonline (?:lesen|ansehen)\b",
    re.IGNORECASE,
)


def read_letter(data: bytes) -> ParsedEntry:
    """Read a mail (RFC 5322). Its key is the Message-ID; its outlet the list that it came by, else its sender.

    Raises:
        ParseError: it cannot be read, or there is nothing in it to read.

    """
    try:
        mail = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(mail, EmailMessage), mail
        return _entry(mail)
    except (ValueError, LookupError, AttributeError, TypeError, etree.LxmlError) as error:
        raise ParseError(f"The mail cannot be read ({type(error).__name__}: {error}).") from error


def _entry(mail: EmailMessage) -> ParsedEntry:
    title, message_id = _line(mail["Subject"]), _line(mail["Message-ID"])
    name, address = _sender(mail)
    content, link = _body(mail)
    if not (title or content):
        raise ParseError("There is nothing in the mail to read.")
    said = "\0".join((title or "", address, str(mail["Date"]), content or ""))
    archived = _line(mail["Archived-At"]) or ""  # RFC 5064
    return ParsedEntry(
        id=(message_id or "").strip("<> ") or hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32],
        title=title,
        link=web_url(archived.strip("<>")) or link,
        published_at=parse_date(str(mail["Date"] or "")),
        authors=(name or address,) if name or address else (),
        content=content,
        outlet=_outlet(mail, name, address),
    )


def _outlet(mail: EmailMessage, name: str, address: str) -> tuple[str, str] | None:
    """Key and name of who sends it: the list (RFC 2919), else the sender."""
    listed = _line(mail["List-Id"]) or ""
    if (found := _LIST_ID.search(listed)) and found[1].strip():
        return found[1].strip().lower(), listed[: found.start()].strip(' "') or name or found[1].strip()
    return (address.lower(), name or address) if address else None


def _sender(mail: EmailMessage) -> tuple[str, str]:
    given = str(mail["From"] or "")
    name, address = next(iter(getaddresses([given])), ("", "")) if given else parseaddr("")
    return one_line(name)[:_MAX_LINE_CHARS], one_line(address)[:_MAX_LINE_CHARS]


def _body(mail: EmailMessage) -> tuple[str | None, str | None]:
    """The HTML of a letter without what it hides, and its address on the web."""
    part = mail.get_body(("html", "plain"))
    if part is None:
        return None, None
    text = _DECLARATION.sub("", clean_text(_text(part))[:_MAX_TEXT_CHARS])
    if part.get_content_subtype() == "plain":
        paragraphs = "".join(f"<p>{_escaped(p)}</p>" for p in re.split(r"\n[ \t]*\n\s*", text.strip()) if p)
        return paragraphs or None, None
    if not text.strip():
        return None, None
    tree = markup.document_fromstring(text)
    online = next((a for a in tree.iter("a") if _ON_THE_WEB.search(_words(a))), None)
    link = web_url(online.get("href") or "") if online is not None else None
    for element in tree.xpath("//*[@style]"):
        if _HIDDEN.search(element.get("style")):
            _drop(element)
    if online is not None:
        _drop(online)
    return markup.tostring(tree, encoding="unicode"), link


def _text(part: MIMEPart) -> str:
    """The text of a part; in an encoding of which nobody has heard it is read as UTF-8."""
    try:
        return str(part.get_content())
    except LookupError:
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _words(element: Any) -> str:
    return one_line(element.text_content())[:200]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _line(value: Any) -> str | None:
    return one_line(str(value))[:_MAX_LINE_CHARS].strip() or None if value is not None else None
