"""Text and markup: cleaning what the wild web sends, and plain text out of HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Final, NewType

__all__ = ["SafeHTML", "clean_text", "html_to_text", "one_line", "reads_as_html", "without_controls"]

SafeHTML = NewType("SafeHTML", str)
"""HTML that we made of text, escaped: it may be put into a page as it stands."""

# Control characters but tab and newline, lone surrogates, noncharacters: SQLite, XML and terminals choke on them.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0\ufeff\ufffe\uffff]")
_CONTROL_BYTES = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0D, 0x20), 0x7F])
_C1_BYTES = re.compile(rb"\xc2[\x80-\x9f]")
_NONCHARACTER_BYTES = (b"\xef\xbb\xbf", b"\xef\xb7\x90", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
# Bytes 0x80-0x9F in a text that claims ISO-8859-1 are windows-1252 (WHATWG Encoding does the same).
_C1: Final = {b: bytes([b]).decode("cp1252", "ignore") or None for b in range(0x80, 0xA0)}

_DROPPED = "script|style|template|noscript|iframe|object|audio|video|canvas|svg|head|title|select|textarea"
_INITIALS = "".join(sorted({name[0] for name in _DROPPED.split("|")}))  # so that few tags are held against each name
# Every alternative ends at the end of the text when it is not closed, as a browser has it: so one pass is linear. All begin
# with `<`, so that the text between is stepped over many times quicker.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<!\[CDATA\["
    rf"|<(?=[{_INITIALS}])(?P<dropped>{_DROPPED})\b[^>]*+(?:>.*?(?:</(?P=dropped)\b[^>]*+(?:>|\Z)|\Z)|\Z)"
    r"""|<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9:-]*+)(?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?)*(?:>|\Z)"""
    r"|<[!?/][^>]*+(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_TAG_START = re.compile(r"<[A-Za-z/!?]")
_BREAK, _PARAGRAPH = "\x01", "\x02"
_MARK_OF = dict.fromkeys(_BLOCKS, _PARAGRAPH) | dict.fromkeys(_CELLS, " ") | {"br": _BREAK}
_CDATA_END = "]]>"
_FOLDABLE = ("  ", *(blank for blank in map(chr, range(0x3001)) if blank.isspace() and blank != " "))
_INVISIBLE = ("\u00ad", "\u200b", "\ufeff")
_CLOSED_TAG_OR_ENTITY = re.compile(
    r"</\w+\s*>|<br\s*/?>|<[a-z]+\b[^<>]*/>|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]\w{1,30});"
)
_TAG_NAME = re.compile(r"</?([A-Za-z][\w:-]*)")
_KNOWN_TAGS = _BLOCKS | _CELLS | frozenset({
    "a", "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "br", "cite", "code", "col", "colgroup", "del", "dfn",
    "em", "embed", "font", "i", "iframe", "img", "ins", "kbd", "label", "mark", "object", "param", "picture", "q", "s",
    "samp", "script", "small", "source", "span", "strike", "strong", "style", "sub", "sup", "time", "tt", "u", "var",
    "video", "wbr",
})  # fmt: skip
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")


def clean_text(s: str) -> str:
    """Return `s` in NFC, line ends as newlines, without NUL, control characters and lone surrogates."""
    s = without_controls(s)
    return s if s.isascii() else unicodedata.normalize("NFC", s)


def without_controls(s: str) -> str:
    """Return `s` as it is, but line ends as newlines, and without NUL, control characters and lone surrogates."""
    if s.isprintable() or _is_clean(s):
        return s
    s = s.replace("\r\n", "\n").replace("\r", "\n")
    # A pair of surrogates is one character; alone it is none.
    s = s.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _UNWANTED.sub("", s.translate(_C1))


def _is_clean(s: str) -> bool:
    """Whether nothing in `s` needs cleaning: looked up in its UTF-8, which is many times quicker than in the text."""
    try:
        data = s.encode("utf-8")
    except UnicodeEncodeError:
        return False
    if len(data.translate(None, _CONTROL_BYTES)) != len(data):
        return False
    return data.isascii() or not (_C1_BYTES.search(data) or any(mark in data for mark in _NONCHARACTER_BYTES))


def one_line(s: str) -> str:
    """Return cleaned text on one line: every run of blanks is one space."""
    if s.isascii() and s.isprintable() and "  " not in s:
        return s.strip()
    return " ".join(clean_text(s).split())


def reads_as_html(s: str) -> bool:
    """Whether a text that calls itself plain is HTML all the same: it closes a tag or has entities, and knows its tags."""
    if not _CLOSED_TAG_OR_ENTITY.search(s):
        return False
    return all(name.lower() in _KNOWN_TAGS for name in _TAG_NAME.findall(s))


def html_to_text(html: str, *, is_clean: bool = False) -> str:
    """Return the plain text of HTML: paragraphs separated by a blank line, `<br>` as a newline, entities decoded.

    `is_clean` says that `clean_text` made it.

    Scripts, styles and embedded objects are left out. Text without any markup keeps its own blank lines. Between two words is
    one space, one newline or one blank line. Linear in the length of `html` whatever it holds.
    """
    if not _TAG_START.search(html):
        return _plain_paragraphs(clean_text(unescape(html)))
    marked = _MARKUP.sub(_mark, html if is_clean else clean_text(html))
    if _CDATA_END in marked:
        marked = marked.replace(_CDATA_END, "")
    if "&" in marked:
        marked = unicodedata.normalize("NFC", unescape(marked))  # unescape gives no control character
    for invisible in _INVISIBLE:
        if invisible in marked:
            marked = marked.replace(invisible, "")
    fold = _folded if any(blanks in marked for blanks in _FOLDABLE) else str.strip
    paragraphs: list[str] = []
    for block in marked.split(_PARAGRAPH):
        if _BREAK in block:
            paragraphs.extend(_paragraphs(block))
        elif block and (line := fold(block)):
            paragraphs.append(line)
    return "\n\n".join(paragraphs)


def _mark(match: re.Match[str]) -> str:
    name = match["name"]
    if name is None:
        return " " if match["dropped"] else ""
    return _MARK_OF.get(name.lower(), "")


def _paragraphs(block: str) -> Iterator[str]:
    """Yield the paragraphs of a block, their blanks folded: one break is a new line, two are a new paragraph."""
    lines: list[str] = []
    for broken in block.split(_BREAK):
        line = _folded(broken)
        if line:
            lines.append(line)
        elif lines:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _folded(text: str) -> str:
    """The text on one line, every run of blanks one space."""
    text = text.strip()
    # Nothing but the space is both a blank and printable.
    return text if "  " not in text and text.isprintable() else " ".join(text.split())


def _plain_paragraphs(text: str) -> str:
    paragraphs = (_folded(p) for p in _BLANK_LINE.split(text))
    return "\n\n".join(p for p in paragraphs if p)
