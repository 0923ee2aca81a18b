"""Bytes of an HTTP body to text: which charset, and is this a page at all."""

from __future__ import annotations

import codecs
import re
import zlib

from charset_normalizer import from_bytes

from aggregator.errors import ExtractError

__all__ = ["MAX_PAGE_BYTES", "decode_page", "open_body"]

# The largest of 792 real pages weighs 1.5 MB; what is far larger is a data dump or an attack, and costs seconds to parse.
MAX_PAGE_BYTES = 6_000_000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s{0,5}=\s{0,5}["']?([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE
)
_TWICE = re.compile(r"[\xc2-\xf4][\x80-\x9f]")
_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")  # a C1 control in UTF-8: ten times quicker to find than those of the text
_SEQUENCE = re.compile(r"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HEAD_BYTES = 8192
# Browsers read these labels as the wider Windows tables (WHATWG Encoding Standard).
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_ESCAPED = {"iso2022_jp", "iso2022_kr", "hz", "utf-16", "utf-16-le", "utf-16-be", "utf-32"}
_CHARSETS = re.compile(
    r"utf-8|utf-16(-[bl]e)?|utf-32(-[bl]e)?|ascii|iso8859-\d+|cp125\d|cp874|cp932|cp949|cp866|koi8-[rut]|gb18030|gbk|gb2312|hz|big5(hkscs)?|"
    r"shift_jis\w*|euc_jp|euc_kr|iso2022_(jp|kr)\w*|johab|mac-\w+|tis-620"
)
_GUESS_BYTES = 50_000
_ASCII_LETTERS = tuple(b"etaoinshrdlu")  # three letters of four
_LANG = re.compile(rb"""<html[^>]{0,300}\slang\s*=\s*["']?([A-Za-z]{2})""", re.IGNORECASE)
_BY_LANG = dict.fromkeys(("pl", "cs", "sk", "hu", "sl", "hr", "ro", "bs"), "cp1250") | {
    "tr": "cp1254",
    "lt": "cp1257",
    "lv": "cp1257",
    "et": "cp1257",
}
_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"RIFF",
    b"\x00\x00\x00 ftyp",
    b"wOFF",
    b"7z\xbc\xaf",
)


def open_body(body: bytes) -> bytes:
    """The body itself, unpacked if its first bytes say gzip; at most `MAX_PAGE_BYTES` come out.

    Raises ExtractError for a broken archive or one that unpacks to more.
    """
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        page = unpacker.decompress(body, MAX_PAGE_BYTES + 1)
    except zlib.error as error:
        raise ExtractError(f"The page is packed with gzip, but the archive is broken: {error}") from error
    if len(page) > MAX_PAGE_BYTES:
        raise ExtractError(f"The page unpacks to more than {MAX_PAGE_BYTES // 1_000_000} MB: it was not read.")
    return page


def decode_page(body: bytes, charset: str | None = None) -> str:
    """The page as text. `charset` is what the HTTP header says, if anything.

    A byte order mark wins; then UTF-8 if the bytes are valid UTF-8 (headers lie more often than that happens by chance);
    then the header, the page's own declaration, and a guess. Raises ExtractError for what is no page.
    """
    if len(body) > MAX_PAGE_BYTES:
        raise ExtractError(
            f"The page weighs {len(body) // 1_000_000} MB, more than {MAX_PAGE_BYTES // 1_000_000}: it was not read."
        )
    if not body.strip():
        raise ExtractError("The page is empty.")
    if body.startswith(_BINARY):
        raise ExtractError("This is a file of another kind (image, PDF or archive), not a page.")
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = [name for name in (_known(charset), _known(_declared_in(body))) if name]
    for name in declared:
        if name in _ESCAPED:
            return body.decode(name, "replace")
    text = _strict_utf8(body)
    if text is not None:
        return _encoded_once(text) if _CONTROL.search(body) else text
    for name in declared:
        text = body.decode(_WIDER.get(name, name), "replace")
        if text.count("\ufffd") <= len(text) // 200:
            return text
    return _guess(body)


def _strict_utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(body) - 4:  # a character cut at the very end is a cut page, still UTF-8
            text = body.decode("utf-8", "replace")
            return text if text.count("\ufffd") * 1000 < sum(b > 127 for b in body) else None
    return body.decode("utf-8", "replace")


def _encoded_once(text: str) -> str:
    """UTF-8 that was taken for Latin-1 and encoded again (its continuation bytes show as C1 controls), mended."""
    if not _TWICE.search(text):
        return text

    def mend(match: re.Match[str]) -> str:
        try:
            return match.group().encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            return match.group()

    return _SEQUENCE.sub(mend, text)


def _declared_in(body: bytes) -> str | None:
    found = _DECLARED.search(body[:_HEAD_BYTES])
    return found.group(1).decode("ascii") if found else None


def _known(name: str | None) -> str | None:
    """Python's name for a charset that pages are written in, None if the label names none (or UTF-7, or a trick)."""
    try:
        found = codecs.lookup(name.strip("\"' ")).name if name else ""
    except (LookupError, ValueError):
        return None
    return found if _CHARSETS.fullmatch(found) else None


def _guess(body: bytes) -> str:
    """Bytes that say nothing true of themselves: Western or Central European if mostly ASCII, else charset-normalizer."""
    letters = sum(map(body[:_GUESS_BYTES].count, _ASCII_LETTERS))
    high = sum(code > 0x7F for code in body[:_GUESS_BYTES])
    if high * 5 < letters:
        lang = _LANG.search(body[:_HEAD_BYTES])
        return body.decode(_BY_LANG.get(lang[1].lower().decode(), "cp1252") if lang else "cp1252", "replace")
    best = from_bytes(body[:_GUESS_BYTES]).best()
    return body.decode(best.encoding if best else "cp1252", "replace")
