"""What is most often wrong in feeds that are almost XML, set right so that the fast reader can read them.

Bare ampersands, entities of HTML, references to characters that XML forbids, prefixes that nobody declared, text after the
end: a browser and feedparser pass over them, libxml2 may not.
"""

from __future__ import annotations

import re
from html.entities import html5

__all__ = ["legal_references", "mended"]

_MAX_DIGITS = 8
# XML 1.0, section 2.2
_LEGAL = (range(0x20, 0xD800), range(0xE000, 0xFFFE), range(0x10000, 0x110000), (0x09, 0x0A, 0x0D))
_PREDEFINED = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]{1,20000})|([0-9]{1,20000}));?")
# CDATA and comments are stepped over: an ampersand there is one.
_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?:(?P<name>[A-Za-z][A-Za-z0-9]{1,30});|(?P<number>#(?:x[0-9A-Fa-f]+|[0-9]+);)|)",
    re.DOTALL | re.IGNORECASE,
)
_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF)(?=[\s>])[^<>]*?(?=/?>)", re.IGNORECASE)
_PREFIX = re.compile(rb"<([A-Za-z_][\w.-]{0,30}):[A-Za-z_]|\s([A-Za-z_][\w.-]{0,30}):[A-Za-z_][\w.-]*\s*=")
_DECLARED = re.compile(rb"\sxmlns:([\w.-]+)\s*=")
_END = re.compile(rb"</(?:rss|feed|rdf:RDF)\s*>", re.IGNORECASE)

_CUT_ENDS = ((b"</channel>", b"</rss>"), (b"</item>", b"</channel></rss>"), (b"</entry>", b"</feed>"))


def mended(data: bytes) -> bytes:
    """Return `data` with the common faults set right; equal to `data` if there are none that we know. Linear."""
    return _declared_prefixes(_escaped_ampersands(legal_references(_ended(data))))


def legal_references(data: bytes) -> bytes:
    """Take out references to characters that no XML may hold: NUL, controls, half a surrogate pair, beyond Unicode."""
    return _REFERENCE.sub(_legal, data) if b"&#" in data else data


def _legal(match: re.Match[bytes]) -> bytes:
    digits, base = (match[1], 16) if match[1] else (match[2], 10)
    digits = digits.lstrip(b"0")
    if len(digits) > _MAX_DIGITS:
        return b""
    code = int(digits or b"0", base)
    return match[0] if any(code in legal for legal in _LEGAL) else b""


def _ended(data: bytes) -> bytes:
    """Cut what servers append to a feed: advertisements, statistics, a second document; add the last tags if only they lack."""
    ends = [match.end() for match in _END.finditer(data)]
    if ends:
        return data[: ends[-1]]
    data = data.rstrip()
    return data + next((rest for last, rest in _CUT_ENDS if data.endswith(last)), b"")


def _escaped_ampersands(data: bytes) -> bytes:
    return _AMPERSAND.sub(_escaped, data) if b"&" in data else data


def _escaped(match: re.Match[bytes]) -> bytes:
    if match[0][:1] == b"<" or match["number"] or match["name"] in _PREDEFINED:
        return match[0]
    if match["name"]:
        characters = html5.get(match["name"].decode("ascii") + ";")
        if characters:
            return "".join(f"&#{ord(c)};" for c in characters).encode("ascii")
    return b"&amp;" + match[0][1:]


def _declared_prefixes(data: bytes) -> bytes:
    """Declare at the root the prefixes that nobody declared, each as a namespace of that name."""
    root = _ROOT.search(data)
    if root is None:
        return data
    used = {a or b for a, b in _PREFIX.findall(data)}
    missing = sorted(used - set(_DECLARED.findall(data)) - {b"xml", b"xmlns"})
    declarations = b"".join(b' xmlns:%s="undeclared:%s"' % (prefix, prefix) for prefix in missing)
    return data[: root.end()] + declarations + data[root.end() :]
