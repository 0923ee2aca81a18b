"""A page as a row of text blocks: one lexbor parse and one walk.

A block is a run of inline content between two block boundaries (or two line breaks): what a reader sees as a paragraph,
a heading, a list entry, a cell, a caption, a button. Each knows the chain of elements around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.errors import ExtractError

__all__ = ["Block", "Element", "Page", "guard_markup", "heading_level", "read_blocks"]

# Deeper than any real page (of 792: 130); lexbor's cost grows with depth x tags (100,000 nested <div> took 27 s).
MAX_DEPTH = 2_000
MAX_WORK = 30_000_000
# The longest real page has 3,047 blocks (an encyclopedia's); what comes after so many is not read.
MAX_BLOCKS = 6_000
# An element with more attributes than any template writes: lexbor compares each with all others.
MAX_ATTRIBUTES = 2_000
_LONG_TAG = 20_000

INLINE = frozenset(
    (
        "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q ruby rb rt rp s samp "
        "small span strike strong sub sup time tt u var wbr"
    ).split()
)
SKIPPED = frozenset(
    (
        "script style noscript template svg iframe object embed canvas audio video select option datalist textarea head "
        "math map input progress meter -comment _comment"
    ).split()
)
_BOLD = ("b", "strong")
_LABELS = ("class", "id", "role", "itemprop", "data-testid", "data-component")
_CLOSED_BY_ITSELF = "p|li|td|th|tr|dt|dd|option|thead|tbody|tfoot|img|br|hr|input|meta|link|source|area|base|col|embed|param|track|wbr|path|body|html|head"
_TAG = re.compile(rf"<(/?)(?!(?:{_CLOSED_BY_ITSELF})[\s/>])[a-zA-Z][^\s/<>]*(?:\s[^<>]*?(/)?)?>", re.IGNORECASE)
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_STREAMED = re.compile(r"S:[0-9a-f]+")
_NOTE = re.compile(r"\s*[\[(]?(?:\d{1,3}|[a-z]|[*†‡])[\])]?\s*")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")


@dataclass(slots=True)
class Element:
    """An element around blocks. `parent` is an index into `Page.elements` (-1 for the root)."""

    tag: str
    parent: int
    depth: int
    label: str  # class, id, role … as written, lower case
    hidden: bool


@dataclass(slots=True)
class Block:
    """One run of text. `link_chars` and `bold_chars` of its `len(text)` characters stand in links and in bold."""

    text: str
    element: int
    link_chars: int = 0
    bold_chars: int = 0
    links: int = 0
    has_time: bool = False
    breaks: int = 0  # single line breaks inside


@dataclass(slots=True)
class Page:
    """All blocks of a page in document order, and the elements around them."""

    blocks: list[Block] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    depth: int = 0
    nodes: int = 0


def heading_level(tag: str) -> int:
    """1-6 for a heading, else 0."""
    return _LEVELS.get(tag, 0)


def guard_markup(html: str) -> None:
    """Raises ExtractError for a page whose markup would cost seconds to parse: nested too deep, or one endless tag.

    One vectorised pass counts how deep the tags could nest at most; only a suspect page is looked at tag by tag.
    """
    codes = np.frombuffer(html.encode("utf-8", "replace"), dtype=np.uint8)
    marks = np.flatnonzero((codes == ord("<")) | (codes == ord(">")))
    for i in np.flatnonzero(np.diff(marks, append=len(codes)) > _LONG_TAG):
        start, end = int(marks[i]), int(marks[i + 1]) if i + 1 < len(marks) else len(codes)
        if codes[start] == ord("<") and bytes(codes[start : start + 2]).isascii() and chr(codes[start + 1]).isalpha():
            attributes = len(_QUOTED.sub(b"", bytes(codes[start:end])).split(None, MAX_ATTRIBUTES + 1))
            if attributes > MAX_ATTRIBUTES:
                raise ExtractError("An element of the page has thousands of attributes: it was not read.")
    at = marks[codes[marks] == ord("<")]
    following = codes[np.minimum(at + 1, len(codes) - 1)]
    closing = following == ord("/")
    opening = ((following | 32) >= ord("a")) & ((following | 32) <= ord("z"))
    upper = int(np.max(np.cumsum(opening.astype(np.int32) - closing), initial=0))
    if upper <= MAX_DEPTH and upper * len(at) <= MAX_WORK:
        return
    depth = deepest = tags = 0
    for match in _TAG.finditer(html):
        tags += 1
        if match.group(2):
            continue
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH or deepest * max(tags, len(at)) > MAX_WORK:
        raise ExtractError(f"The page nests {deepest} elements deep: it was not read.")


def read_blocks(parser: LexborHTMLParser) -> Page:
    """Walk a parsed page once. Cost: about 1 ms per 1,000 nodes."""
    page = Page()
    root = parser.body or parser.root
    if root is not None:
        _Walk(page).run(root)
    return page


class _Walk:
    """The state of one walk: the block being gathered and where it began."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.parts: list[str] = []
        self.link = self.bold = self.links = self.breaks = 0
        self.in_link = self.in_bold = 0
        self.time = False
        self.pending_breaks = 0
        self.element = -1

    def run(self, root: LexborNode) -> None:  # noqa: C901 (one loop: two calls more per element cost a twentieth)
        """Depth first without recursion, so that a deep page costs no stack."""
        stack: list[tuple[LexborNode, str, int]] = []  # node, tag, element around it
        node, current, count = root, -1, 0
        while True:
            count += 1
            tag = node.tag or ""
            if tag == "-text":
                self.add(node.text_content or "", current)
            elif tag == "br":
                self.pending_breaks += 1
            elif tag not in SKIPPED and not (tag == "sup" and _is_note(node)):
                child = node.child
                if tag not in INLINE:
                    self.flush()
                if child is not None:
                    stack.append((node, tag, current))
                    current = self.open(node, tag, current, len(stack))
                    node = child
                    continue
                if tag == "span" and _is_break(node.attributes):
                    self.pending_breaks += 1
            following = node.next if node is not root else None
            while following is None:
                if not stack:
                    self.flush()
                    self.page.nodes = count
                    return
                node, tag, current = stack.pop()
                if tag == "a":
                    self.in_link -= 1
                elif tag in _BOLD:
                    self.in_bold -= 1
                elif tag not in INLINE:
                    self.flush()
                following = node.next if node is not root else None
            node = following

    def open(self, node: LexborNode, tag: str, around: int, depth: int) -> int:
        """Begin an element; returns the one that blocks in it stand in."""
        if tag not in INLINE:
            page, attributes = self.page, node.attributes
            page.elements.append(Element(tag, around, depth, _label(attributes), _is_hidden(attributes)))
            page.depth = max(page.depth, depth)
            return len(page.elements) - 1
        if tag == "a":
            self.in_link += 1
            self.links += 1
        elif tag in _BOLD:
            self.in_bold += 1
        elif tag == "time":
            self.time = True
        return around

    def add(self, text: str, element: int) -> None:
        """Text of one node; two line breaks before it end the block."""
        if not text or text.isspace():
            if self.parts and text:
                self.parts.append(" ")
            return
        if self.pending_breaks:
            if self.parts:
                if self.pending_breaks > 1:
                    self.flush()
                else:
                    self.parts.append("\n")
                    self.breaks += 1
            self.pending_breaks = 0
        self.element = element
        self.parts.append(text)
        if self.in_link:
            self.link += len(text)
        if self.in_bold:
            self.bold += len(text)

    def flush(self) -> None:
        """End the block being gathered."""
        if self.parts:
            joined = "".join(self.parts)
            text = _lines(joined) if self.breaks else " ".join(joined.split())
            if text and len(self.page.blocks) < MAX_BLOCKS:
                self.page.blocks.append(
                    Block(
                        text,
                        self.element,
                        min(self.link, len(text)),
                        min(self.bold, len(text)),
                        self.links,
                        self.time,
                        self.breaks,
                    )
                )
            self.parts = []
            self.link = self.bold = self.breaks = 0
            self.time = False
            self.links = self.in_link and 1
        self.pending_breaks = 0


def _is_note(node: LexborNode) -> bool:
    """A raised number that leads to a footnote: with it, "anyway" would read "anyway1"."""
    link = next((n for n in (node.child, node.parent) if n is not None and n.tag == "a"), None)
    if link is None or "#" not in (link.attributes.get("href") or ""):
        return False
    return _NOTE.fullmatch(node.text()) is not None


def _is_break(attributes: dict[str, str | None]) -> bool:
    """An empty element that only a style sheet makes a line break."""
    return "br" in (attributes.get("class") or "").split()


def _lines(text: str) -> str:
    return "\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))


def _label(attributes: dict[str, str | None]) -> str:
    return " ".join(filter(None, map(attributes.get, _LABELS))).lower() if attributes else ""


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    if not attributes:
        return False
    if "hidden" in attributes:  # unless a script puts it into its place: how pages of React arrive piece by piece
        return not _STREAMED.fullmatch(attributes.get("id") or "")
    if attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return style is not None and "display:none" in style.replace(" ", "").lower()
