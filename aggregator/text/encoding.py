"""From bytes to well-encoded UTF-8, whatever the server, the mark and the document claim.

Order of belief: a byte order mark; the shape of UTF-16 or UTF-32; UTF-8 if the bytes are that (prose in another encoding hardly
ever is by chance, while claims are often wrong); then what the server says, what the document says, UTF-8 with some
broken bytes, windows-1252.
"""

from __future__ import annotations

import codecs
import re

__all__ = ["charset_of", "to_utf8", "without_declaration"]

_MARKS = (
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)
# How `<`, `{` or a blank and the ASCII character after it look (XML 1.0, appendix F).
_SHAPES = (
    (re.compile(rb"\x00\x00\x00[\x09\x0a\x0d <{\[]\x00\x00\x00[\x09-\x7e]"), "utf-32-be"),
    (re.compile(rb"[\x09\x0a\x0d <{\[]\x00\x00\x00[\x09-\x7e]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00[\x09\x0a\x0d <{\[]\x00[\x09-\x7e]"), "utf-16-be"),
    (re.compile(rb"[\x09\x0a\x0d <{\[]\x00[\x09-\x7e]\x00"), "utf-16-le"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:\-]{1,40})["']""")
_DECLARATION = re.compile(rb"^<\?xml\b[^>]*?\?>")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:\-]{1,40})""", re.IGNORECASE)

# What a name claims -> what browsers read instead (WHATWG Encoding): supersets that hold the extra characters seen in the wild.
_WIDER = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip
_ALIASES = {"windows-874": "cp874", "windows-31j": "cp932", "x-sjis": "cp932", "x-mac-cyrillic": "mac-cyrillic"}
# Codecs that Python knows and no feed is written in, or that would decode text into markup (UTF-7), are not in this list.
_KNOWN = re.compile(
    r"(utf-8|utf-16(-[bl]e)?|utf-32(-[bl]e)?|iso8859-\d+|cp125\d|cp874|cp932|cp949|cp866|cp85[02]|cp437|koi8-[rut]|gb18030"
    r"|hz|big5hkscs|euc_jp|iso2022_jp(_\w+)?|iso2022_kr|johab|mac-\w+|ptcp154|kz1048)"
)
_WIDE = frozenset({"utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le"})
_SEVEN_BIT = ("iso2022", "hz")  # valid ASCII by their looks: only the claim tells

# Not allowed in XML 1.0, and of no use in JSON: taken out before any parser sees them.
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BLANKS = b"\xef\xbb\xbf \t\r\n"
_CLAIM_BYTES = 400


def charset_of(content_type: str | None) -> str | None:
    """Return the charset that a Content-Type header names, or None."""
    match = _CHARSET.search(content_type or "")
    return match[1] if match else None


def to_utf8(body: bytes, content_type: str | None = None) -> bytes:
    """Return `body` as valid UTF-8, without byte order mark and control characters.

    `content_type` is the server's header. An XML declaration in it may still claim the encoding that it had. Linear; never
    raises: what cannot be decoded at all becomes U+FFFD.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _finished(_decoded(body[len(mark) :], name) or body[len(mark) :].decode(name, "replace"))
    for shape, name in _SHAPES:
        if shape.match(body) and (text := _decoded(body, name)) is not None:
            return _finished(text)
    return _narrow_to_utf8(body, content_type)


def without_declaration(data: bytes) -> bytes:
    """Return UTF-8 without the blanks, byte order marks and XML declaration that it begins with."""
    data = data.lstrip(_BLANKS)
    match = _DECLARATION.match(data)
    return data[match.end() :].lstrip(_BLANKS) if match else data


def _narrow_to_utf8(body: bytes, content_type: str | None) -> bytes:
    claims = [c for c in (_codec(charset_of(content_type)), _codec(_declared_in(body))) if c]
    seven_bit = next((c for c in claims if c.startswith(_SEVEN_BIT)), None)
    if seven_bit and (text := _decoded(body, seven_bit)) is not None:
        return _finished(text)
    if body.isascii() or _decoded(body, "utf-8") is not None:
        return body.translate(None, _CONTROLS)
    for claim in claims:
        if claim not in _WIDE and (text := _decoded(body, claim)) is not None:
            return _finished(text)
    return _finished(_mostly_utf8(body) or body.decode("cp1252", "replace"))


def _mostly_utf8(body: bytes) -> str | None:
    """Decode UTF-8 with a few broken bytes in it; None where the broken bytes are many: then it never was UTF-8."""
    whole, bytes_in = _MULTIBYTE.subn(b"", body)
    broken = len(whole) - len(whole.translate(None, bytes(range(0x80, 0x100))))
    return body.decode("utf-8", "replace") if bytes_in > broken else None


def _declared_in(body: bytes) -> str | None:
    match = _DECLARED.match(body[:_CLAIM_BYTES])
    return match[1].decode("ascii") if match else None


def _codec(name: str | None) -> str | None:
    """Return the codec to read `name` with, or None if it is not the name of an encoding that feeds are written in."""
    try:
        found = codecs.lookup(_ALIASES.get((name or "").lower(), name or "")).name
    except (LookupError, ValueError):
        return None
    found = _WIDER.get(found, found)
    return found if _KNOWN.fullmatch(found) else None


def _decoded(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _finished(text: str) -> bytes:
    return text.encode("utf-8", "ignore").translate(None, _CONTROLS)
