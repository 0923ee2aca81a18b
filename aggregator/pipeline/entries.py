"""From what a feed says to what the store keeps: pure, entry by entry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.model import Feed, ParsedEntry, ParsedFeed
from aggregator.store.ingest import NewEntry
from aggregator.text.grams import searchable
from aggregator.text.html import clean_text, html_to_text, one_line
from aggregator.text.language import detect
from aggregator.text.sentences import split
from aggregator.text.urls import canonical_url, open_url, site_of

__all__ = ["cleaned", "content_hash", "measured", "new_entries", "text_hash"]

HEADLINE = 120  # characters of the first sentence of a post
_PLAYERS = frozenset({"youtube.com", "m.youtube.com", "youtu.be", "youtube-nocookie.com"})  # pages without an article
TELLING = 1000  # characters of a text by which its language is told
_FRONT_PAGE = re.compile(r"https?://[^/?#]*/*\??(?:#.*)?", re.DOTALL)
_FUTURE = timedelta(hours=36)  # further ahead a date is a mistake: an entry must not stand at the top for years
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web: a mistake too (1970-01-01 is the usual one)


def content_hash(entry: ParsedEntry) -> str:
    """A hash of what an entry says, to tell a changed entry from a known one."""
    files = (file.place for file in entry.enclosures)  # a recording may come when the words are known
    parts = (entry.title or "", entry.summary or "", entry.content or "", *files)
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def cleaned(parsed: ParsedFeed) -> ParsedFeed:
    """This feed, its texts as clean as those of our own readers are: plugins read feeds too."""
    return replace(
        parsed,
        entries=tuple(
            replace(e, summary=e.summary and clean_text(e.summary), content=e.content and clean_text(e.content))
            for e in parsed.entries
        ),
    )


def text_hash(text: str | None) -> str | None:
    """A hash of a story's text without regard to spaces and to the case of plain letters."""
    return measured(text)[1]


def measured(text: str | None, *, is_folded: bool = False) -> tuple[int, str | None]:
    """How many words a text has, and its `text_hash`; in half the time if it `is_folded` as `html_to_text` leaves it."""
    if not text:
        return 0, None
    if is_folded:
        data = text.encode("utf-8", "replace")
        said = data.translate(None, b" \n")
        count = 1 + len(data) - len(said) - data.count(b"\n\n")
    else:
        words = text.split()
        said, count = "".join(words).encode("utf-8", "replace"), len(words)
    return count, hashlib.blake2b(said.lower(), digest_size=12).hexdigest()


def new_entries(
    entries: Sequence[ParsedEntry], *, parsed: ParsedFeed, feed: Feed, now: datetime, backfill: int
) -> list[NewEntry]:
    """These entries as the store takes them; on a feed's first poll only the newest `backfill` want their page."""
    if not entries:
        return []
    wanted = None if feed.last_ok_at is not None else _newest(entries, backfill)
    source = _Source(parsed, feed)
    return [_new_entry(e, source, now, wants_page=wanted is None or e.id in wanted) for e in entries]


def _newest(entries: Sequence[ParsedEntry], count: int) -> set[str]:
    """Ids of the newest entries; those without a date count by their place in the feed."""
    dated = sorted(
        enumerate(entries),
        key=lambda pair: (-(pair[1].published_at or pair[1].updated_at or _OLDEST).timestamp(), pair[0]),
    )
    return {entry.id for _, entry in dated[:count]}


class _Source:
    """What all entries of a feed share: its language, its own sites and how it calls itself."""

    def __init__(self, parsed: ParsedFeed, feed: Feed) -> None:
        self.url = feed.url
        self.lang = parsed.lang or feed.lang
        self._name = one_line(feed.title or parsed.title or "") or None  # as the reader calls it, if that is otherwise
        self._own = site_of(feed.url) or feed.url
        self._sites = {site_of(u) for u in (feed.url, parsed.link, feed.site_url) if u}
        titles: dict[str | None, set[str | None]] = {}
        for entry in parsed.entries:
            titles.setdefault(entry.link, set()).add(entry.title)
        self._shared = {link for link, different in titles.items() if len(different) > 1}

    def is_article(self, entry: ParsedEntry, url: str) -> bool:
        """Whether an entry's address is that of an article: not a front page, nor one that other entries share."""
        return entry.link not in self._shared and not _FRONT_PAGE.fullmatch(url)

    def outlet(self, url: str | None) -> tuple[str, str]:
        """Who published it: the site of the story's address; the feed's title names it where the feed is of that site."""
        key = (site_of(url) if url else None) or self._own
        return key, self._name if self._name and key in self._sites else key


def _new_entry(entry: ParsedEntry, source: _Source, now: datetime, *, wants_page: bool) -> NewEntry:
    url = open_url(entry.link) if entry.link else None
    has_page = url is not None and source.is_article(entry, url)
    text = _text(entry)
    is_post = not entry.title and text is not None  # its feed gives all there is of it
    title = one_line(entry.title) if entry.title else _headline(text, entry)
    words, hashed = measured(text, is_folded=True)
    outlet_key, outlet_name = entry.outlet or source.outlet(url)
    return NewEntry(
        guid=entry.id,
        key=canonical_url(url) if url and has_page else f"entry:{source.url}#{entry.id}",
        url=url,
        title=title or None,
        text=text,
        authors=entry.authors,
        published_at=_believable(entry.published_at or entry.updated_at, now),
        updated_at=_believable(entry.updated_at, now),
        lang=detect(f"{title or ''}\n{(text or '')[:TELLING]}", entry.lang or source.lang),
        image=entry.image,
        content_hash=content_hash(entry),
        grams=searchable(title, text),
        words=words,
        text_hash=hashed,
        outlet_key=outlet_key,
        outlet_name=outlet_name,
        wants_page=wants_page and has_page and not is_post and not entry.outlet and outlet_key not in _PLAYERS,
        enclosures=entry.enclosures,
    )


def _headline(text: str | None, entry: ParsedEntry) -> str | None:
    """What stands for the headline of a post: its first sentence, else what is to be seen on its first picture."""
    first = (text or "").partition("\n\n")[0] or next((e.alt for e in entry.enclosures if e.alt), "")
    spans = split(first)
    line = one_line(first[slice(*spans[0])] if spans else first)
    if len(line) <= HEADLINE:
        return line or None
    cut = line[:HEADLINE]
    return f"{cut.rpartition(' ')[0] or cut} …"


def _text(entry: ParsedEntry) -> str | None:
    """The longer of content and summary as plain text; a text that only says the title again is none."""
    text = html_to_text(entry.content, is_clean=True) if entry.content else ""
    if entry.summary and entry.summary != entry.content and len(entry.summary) > len(text):  # else it cannot hold more
        text = max(text, html_to_text(entry.summary, is_clean=True), key=len)
    if entry.title and len(text) < 2 * len(entry.title) and _says_the_same(text, entry.title):
        return None
    return text or None


def _says_the_same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def _believable(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and _OLDEST <= at <= now + _FUTURE else None
