"""Whether a page that is read again says what it said, found without looking for its article once more.

A mark is made when a page is read: a digest of all that an edit could change. What stands between the first and the last
line of the text counts whole, what stands elsewhere if it is prose; so do the titles, JSON-LD's body and the note of a
correction. Advertisements, counters, "5 minutes ago" and lists of links around the text change nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b

from selectolax.lexbor import LexborHTMLParser

from aggregator.extract.blocks import Page, guard_markup, read_blocks
from aggregator.extract.decode import decode_page, open_body
from aggregator.extract.head import Head, read_head
from aggregator.extract.letters import plain
from aggregator.text.revision import correction_note

__all__ = ["mark_of", "says_the_same"]

_PROSE = 80  # characters
_PROSE_LINKS = 0.35
_END = 16  # hexadecimal digits of a digest


def mark_of(head: Head, page: Page, lines: Sequence[str], *, correction: str | None) -> str | None:
    """The mark of a page whose text has these lines and that has this note of a correction; None of a page without text."""
    if not lines:
        return None
    first, last = _digest(plain(lines[0])), _digest(plain(lines[-1]))
    return first + last + _digest(correction or "", *_content(head, page, first, last))


def says_the_same(body: bytes, *, charset: str | None, mark: str) -> bool:
    """Whether an edit could have changed anything since a page got this mark. Cost: a third of reading it.

    Raises ExtractError for what is no page.
    """
    html = decode_page(open_body(body), charset)
    guard_markup(html)
    first, last = mark[:_END], mark[_END : 2 * _END]
    page = read_blocks(LexborHTMLParser(html))
    correction = correction_note([block.text for block in page.blocks])
    return mark[2 * _END :] == _digest(correction or "", *_content(read_head(html), page, first, last))


def _content(head: Head, page: Page, first: str, last: str) -> Iterator[str]:
    """What counts of a page whose text begins and ends with lines of these digests (all of it where they are missing)."""
    yield head.title or ""
    yield head.first("og:title") or ""
    yield str(head.article.get("headline"))
    yield str(head.article.get("articleBody"))
    keys = [plain(block.text) for block in page.blocks]
    digests = [_digest(key) for key in keys]
    start = digests.index(first) if first in digests else 0
    end = len(digests) - digests[::-1].index(last) if last in digests else len(digests)
    for i, (block, key) in enumerate(zip(page.blocks, keys, strict=True)):
        if start <= i < end or (len(block.text) >= _PROSE and block.link_chars < _PROSE_LINKS * len(block.text)):
            yield key


def _digest(*texts: str) -> str:
    return blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=_END // 2).hexdigest()
